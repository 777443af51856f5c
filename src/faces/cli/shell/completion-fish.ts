/** Completion for fish 3 and later. */
import type { Option, Source } from "../command.js";
import { dashboardOptions, globalOptions } from "../commands/every-command.js";
import { commands } from "../commands/table.js";
import { valueOptions } from "./completion-words.js";

export function fishScript(): string {
  const lines = [
    "complete -c drover -f",
    ...globalOptions.map((o) => option("", o)),
    ...dashboardOptions.map((o) => option(`-n '__drover_is ""'`, o)),
  ];
  for (const command of commands) {
    lines.push(`complete -c drover -n '__drover_is ""' -a ${command.name} -d ${quote(command.summary)}`);
    lines.push(...command.options.map((o) => option(`-n '__drover_is ${command.name}'`, o)));
    for (const [i, argument] of command.arguments.entries()) {
      if (argument.from === undefined) continue;
      const at = argument.many ? "" : ` ${i}`;
      lines.push(`complete -c drover -n '__drover_is ${command.name}${at}' ${offer(argument.from)}`);
    }
  }
  return `# fish completion for drover: drover completion fish > ~/.config/fish/completions/drover.fish
# The command that stands on the line so far, and how many arguments follow it.
function __drover_place
    set -l words (commandline -opc)[2..-1]
    set -l command ''
    set -l count 0
    set -l skip no
    for word in $words
        if test $skip = yes
            set skip no
            continue
        end
        switch $word
            case ${valueOptions().join(" ")}
                set skip yes
            case '-*'
            case '*'
                if test -z "$command"
                    set command $word
                else
                    set count (math $count + 1)
                end
        end
    end
    echo $command
    echo $count
end

function __drover_is
    set -l place (__drover_place)
    test "$place[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or test "$place[2]" = "$argv[2]"
end

# Which tmux server the line names, so that its daemon is asked.
function __drover_ask
    set -l server
    set -l words (commandline -opc)[2..-1]
    for i in (seq (count $words))
        contains -- $words[$i] -L -S --server-name --server-path
        and test $i -lt (count $words)
        and set server $words[$i] $words[(math $i + 1)]
    end
    drover $server __complete $argv 2>/dev/null
end

${lines.join("\n")}
`;
}

function option(when: string, { long, short, value, does, from }: Option): string {
  return [
    "complete -c drover",
    when,
    `-l ${long}`,
    short ? `-s ${short}` : "",
    value ? `${from === "files" ? "-r" : "-x"} ${offer(from)}`.trim() : "",
    `-d ${quote(does)}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function offer(from: Source | undefined): string {
  if (from === undefined) return "";
  if (from === "labels" || from === "providers") return `-a '(__drover_ask ${from})'`;
  if (from === "files") return "-F";
  if (from === "folders") return "-a '(__fish_complete_directories)'";
  return `-a '${from.join(" ")}'`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
