/** Completion for zsh: as a file on fpath, or by `source <(drover completion zsh)`. */
import type { Argument, Command, Option, Source } from "../command.js";
import { dashboardOptions, globalOptions } from "../commands/every-command.js";
import { commands } from "../commands/table.js";

export function zshScript(): string {
  return `#compdef drover
# zsh completion for drover: drover completion zsh > ~/.zfunc/_drover (a folder on fpath), or source it

# Which tmux server the line names, before the command or behind it.
_drover_server() {
  local i
  for i in -L -S --server-name --server-path; do
    [[ -n \${opt_args[$i]} ]] && drover_server=($i \${opt_args[$i]})
  done
}

_drover_ask() {
  local -a found
  _drover_server
  found=(\${(f)"$(drover $drover_server __complete $1 2>/dev/null)"})
  compadd -a found
}

_drover() {
  local curcontext=$curcontext state line
  local -a commands drover_server
  typeset -A opt_args
  commands=(
${commands.map((c) => `    ${quote(`${c.name}:${c.summary}`)}`).join("\n")}
  )
  _arguments -C -s \\
${[...globalOptions, ...dashboardOptions].map((o) => `    ${option(o)} \\`).join("\n")}
    '1: :->command' \\
    '*::: :->rest'
  case $state in
    command) _describe -t commands 'drover command' commands ;;
    rest)
      _drover_server
      words=($line[1] "\${words[@]}")
      ((CURRENT += 1))
      case $line[1] in
${commands.map(ofCommand).join("\n")}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _drover ]]; then
  _drover "$@"
else
  compdef _drover drover
fi
`;
}

function ofCommand(command: Command): string {
  const lines = [...command.options, ...globalOptions].map(option);
  const places = command.arguments.map((a, i) => place(a, i + 1));
  return `        ${command.name})
          _arguments -s \\
            ${[...lines, ...places].join(" \\\n            ")}
          ;;`;
}

/** `'(-l --label)'{-l,--label}'[its name]:LABEL:action'` */
function option({ long, short, value, many, does, from }: Option): string {
  const star = many ? "*" : "";
  const tail = `[${plain(does)}]${value ? `:${plain(value)}:${action(from)}` : ""}`;
  if (!short) return quote(`${star}--${long}${tail}`);
  const others = many ? "" : quote(`(-${short} --${long})`);
  return many
    ? `{${quote(`*-${short}`)},${quote(`*--${long}`)}}${quote(tail)}`
    : `${others}{-${short},--${long}}${quote(tail)}`;
}

function place({ name, many, optional, from }: Argument, at: number): string {
  return quote(`${many ? "*" : at}:${optional ? ":" : ""}${plain(name)}:${action(from)}`);
}

function action(from: Source | undefined): string {
  if (from === undefined) return " ";
  if (from === "labels" || from === "providers") return `{_drover_ask ${from}}`;
  if (from === "files") return "_files";
  if (from === "folders") return "_files -/";
  return `(${from.join(" ")})`;
}

/** Colons and brackets part the fields of a specification. */
function plain(text: string): string {
  return text.replace(/[\\:[\]]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
