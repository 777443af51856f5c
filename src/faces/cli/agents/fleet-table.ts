/** The fleet as a table for a terminal: who needs a person first, then who works, then who rests, then what is over. */
import type { AgentJson } from "#wire/agent.js";
import { age } from "../../kit/age.js";
import { type Ink, printable, STATE_LOOK } from "../../kit/ink.js";
import { shortDialog } from "../../kit/short-dialog.js";
import { type Column, table } from "../../kit/table.js";

const ORDER: readonly AgentJson["state"][] = [
  "blocked",
  "error",
  "done",
  "unclear",
  "working",
  "starting",
  "idle",
  "exited",
  "lost",
];

const HEADS: readonly Column[] = [
  { title: " " },
  { title: "LABEL", limit: 48 },
  { title: "STATE" },
  { title: "AGE", align: "right" },
  { title: "PROVIDER", limit: 16 },
  { title: "WHERE", limit: 32 },
  { title: "SAYS" },
];

/** `command`: what one types for drover here. */
export function fleetTable(
  agents: readonly AgentJson[],
  ink: Ink,
  columns: number | null,
  nowMs: number,
  command = "drover",
): string[] {
  if (agents.length === 0) {
    return ["No agents yet.", `Start one with "${command} spawn claude", or see how it looks with "${command} demo".`];
  }
  const rows = byAttention(agents).map((agent) => {
    const { tint } = STATE_LOOK[agent.state];
    const over = agent.archived || agent.state === "exited" || agent.state === "lost";
    return [
      { text: ink.sign(agent.state), tint },
      { text: agent.label, tint: over ? ("dim" as const) : ("bold" as const) },
      { text: agent.archived ? `${agent.state}, removed` : agent.state, tint },
      { text: age(agent.since, nowMs), tint: "dim" as const },
      { text: agent.provider },
      { text: place(agent), tint: "dim" as const },
      { text: says(agent), ...(agent.question ? { tint: "yellow" as const } : {}) },
    ];
  });
  return table(HEADS, rows, ink, columns);
}

/** Within a state the longest waiting first; archived agents last. */
function byAttention(agents: readonly AgentJson[]): AgentJson[] {
  return [...agents].sort(
    (a, b) =>
      Number(a.archived) - Number(b.archived) ||
      ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
      (a.since < b.since ? -1 : a.since > b.since ? 1 : a.label < b.label ? -1 : 1),
  );
}

function place(agent: AgentJson): string {
  if (agent.session === "") return "";
  const { session, window, windowName = "", label } = agent;
  // The label is what drover named it; what its user named it is how it stands in tmux.
  return printable(windowName === label ? `${session} ${window}` : `${session} ${window} ${windowName}`).trimEnd();
}

/** What the dialog is about, why it failed, how it ended: in one line. */
function says(agent: AgentJson): string {
  if (agent.question) return shortDialog(agent.question.text);
  if (agent.state === "exited" && agent.exit) return agent.reason ? printable(agent.reason) : exitWords(agent.exit);
  // That the model failed is what an error mostly means; another kind is for the person to mend.
  const kind = agent.errorKind && agent.errorKind !== "api" ? `${agent.errorKind}: ` : "";
  return agent.reason ? kind + printable(agent.reason) : "";
}

export function exitWords(exit: { code: number | null; signal: string | null }): string {
  if (exit.signal) return `ended by ${exit.signal}`;
  return exit.code === null ? "ended" : `exit status ${exit.code}`;
}
