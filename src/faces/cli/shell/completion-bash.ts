/** Completion for bash 3.2 (macOS) and later, without the bash-completion package. */
import type { Argument, Command, Source } from "../command.js";
import { dashboardOptions, globalOptions } from "../commands/every-command.js";
import { commands } from "../commands/table.js";
import { optionWords, valueOptions } from "./completion-words.js";

export function bashScript(): string {
  return `# bash completion for drover: eval "$(drover completion bash)"
_drover_offer() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}

_drover() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= word
  local -i i n=0
  local server=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      -L | -S | --server-name | --server-path) server=("$word" "\${COMP_WORDS[++i]}") ;;
      ${valueOptions().join(" | ")}) i+=1 ;;
      --) return ;;
      -?*) ;;
      *) if [[ -z $command ]]; then command=$word; else n+=1; fi ;;
    esac
  done
  case $command:$prev in
${values()}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${commands.map((c) => `      ${c.name}) word="${optionWords(c.options).join(" ")}" ;;`).join("\n")}
      *) word="${optionWords(dashboardOptions).join(" ")}" ;;
    esac
    _drover_offer < <(compgen -W "$word ${optionWords(globalOptions).join(" ")}" -- "$cur")
    return
  fi
  case $command:$n in
    :*) _drover_offer < <(compgen -W "${commands.map((c) => c.name).join(" ")}" -- "$cur") ;;
${positions()}
  esac
}

complete -F _drover drover
`;
}

/** What stands after an option that takes a value. */
function values(): string {
  const lines: string[] = [];
  const everywhere = { name: "*", options: globalOptions };
  const dashboard = { name: "", options: dashboardOptions };
  for (const { name, options } of [everywhere, dashboard, ...commands]) {
    for (const option of options) {
      if (!option.value) continue;
      const names = optionWords([option]).map((word) => `${name}:${word}`);
      lines.push(`    ${names.join(" | ")})${offer(option.from)}${option.from ? ";" : ""} return ;;`);
    }
  }
  return lines.join("\n");
}

function positions(): string {
  return commands.flatMap((command) => command.arguments.flatMap((a, i) => position(command, a, i))).join("\n");
}

function position(command: Command, argument: Argument, index: number): string[] {
  if (argument.from === undefined) return [];
  return [`    ${command.name}:${argument.many ? "*" : index})${offer(argument.from)} ;;`];
}

function offer(from: Source | undefined): string {
  if (from === undefined) return "";
  const words = (list: string) => ` _drover_offer < <(compgen -W "${list}" -- "$cur")`;
  if (from === "labels" || from === "providers") {
    return words(`$(drover "\${server[@]}" __complete ${from} 2>/dev/null)`);
  }
  if (from === "files") return ' compopt -o filenames 2>/dev/null; _drover_offer < <(compgen -f -- "$cur")';
  if (from === "folders") return ' compopt -o filenames 2>/dev/null; _drover_offer < <(compgen -d -- "$cur")';
  return words(from.join(" "));
}
