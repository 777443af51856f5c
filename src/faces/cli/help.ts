/** Help, written from the command table. */
import { width } from "../kit/width.js";
import type { Command, Option } from "./command.js";
import { dashboardOptions, globalOptions } from "./commands/every-command.js";
import { commands } from "./commands/table.js";

export function overview(): string {
  return [
    "drover: every coding agent on one screen, who needs you, and why",
    "",
    "Usage: drover                       open the dashboard",
    "       drover COMMAND [ARGUMENTS]",
    "",
    "Commands:",
    ...columns(commands.map((c) => [c.name, c.summary])),
    "",
    "Options:",
    ...columns([...globalOptions, ...dashboardOptions].map((o) => [optionName(o), o.does])),
    "",
    '"drover COMMAND --help" says more of each; "man drover" says all.',
    "",
  ].join("\n");
}

export function helpOf(command: Command): string {
  const parts = [`drover ${command.name}: ${command.summary}`, "", `Usage: ${synopsis(command)}`];
  if (command.arguments.length > 0) {
    parts.push("", "Arguments:", ...columns(command.arguments.map((a) => [a.name, a.does])));
  }
  parts.push("", "Options:", ...columns([...command.options, ...globalOptions].map((o) => [optionName(o), o.does])));
  if (command.about) parts.push("", ...wrap(command.about, 78));
  parts.push(
    "",
    command.examples.length === 1 ? "Example:" : "Examples:",
    ...command.examples.map((e) => `  ${e}`),
    "",
  );
  return parts.join("\n");
}

/** `drover stop [OPTIONS] LABEL…` */
export function synopsis(command: Command): string {
  const words = command.arguments.map((a) => {
    const name = a.many ? `${a.name}...` : a.name;
    return a.optional ? `[${name}]` : name;
  });
  const passed = command.passesOn ? [`[-- ${command.passesOn}]`] : [];
  return ["drover", command.name, "[OPTIONS]", ...words, ...passed].join(" ");
}

/** `-L, --server-name NAME` */
export function optionName(option: Option): string {
  const short = option.short ? `-${option.short}, ` : "    ";
  return `${short}--${option.long}${option.value ? ` ${option.optional ? `[${option.value}]` : option.value}` : ""}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const first = Math.max(...rows.map(([name]) => width(name)));
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, 76 - first);
    return lines.map((line, i) => `  ${(i === 0 ? name : "").padEnd(first)}  ${line}`);
  });
}

export function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > limit) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
