/** Fleets and panes in short, for the tests of the core: `agents("claude-1 %1 idle")`, `sees("%1=claude-1")`. */
import { type Ask, decide, type Effect, type Event } from "#core/decide.js";
import { type Agent, boot, type Fleet } from "#core/fleet/fleet.js";
import type { NewEntry } from "#core/journal.js";
import type { AgentId, AgentRecord, AgentState, LivePane, PaneId, PaneMark, Sighting } from "#core/model.js";

export const EPOCH = "tmux-1";

export function idOf(label: string): AgentId {
  return `ID-${label}` as AgentId;
}

/** `label [pane] [state]`; a pane written `%3@old` was seen under another tmux server, `%3/8` with that process. */
export function record(line: string, more: Partial<AgentRecord> = {}): AgentRecord {
  const words = line.split(" ");
  const label = words[0] ?? "";
  const where = words.find((word) => word.startsWith("%"));
  const state = (words.find((word, n) => n > 0 && !word.startsWith("%")) ?? "idle") as AgentState;
  const [spot, epoch = EPOCH] = where?.split("@") ?? [];
  const [pane, pid] = spot?.split("/") ?? [];
  return {
    id: idOf(label),
    label,
    provider: "claude",
    role: "worker",
    parent: null,
    group: null,
    incarnation: 1,
    turn: 0,
    cwd: "/work",
    command: ["/bin/claude"],
    envNames: [],
    prompt: null,
    worktree: null,
    nativeSession: null,
    state,
    sinceMs: 0,
    evidence: null,
    reason: null,
    unread: false,
    exit: null,
    place:
      pane === undefined
        ? null
        : {
            epoch,
            session: "$1",
            sessionName: "work",
            window: `@${Number(pane.slice(1))}`,
            windowName: label,
            pane: pane as PaneId,
            pid: pid === undefined ? PID : Number(pid),
          },
    createdAtMs: 0,
    archivedAtMs: null,
    ...more,
  };
}

export function fleet(...lines: string[]): Fleet {
  return boot(
    lines.map((line) => record(line)),
    new Map([["codex", "codex"]]),
  );
}

export function agent(of: Fleet, label: string): Agent {
  const found = of.agents.get(idOf(label));
  if (found === undefined) throw new Error(`no ${label} in the fleet`);
  return found;
}

/** Where nothing else is said, in every pane; records know it. */
const PID = 1;

/**
 * A pane in short: `%1`, `%1/7` (its process), `%1=label`, `%1=label#2` (incarnation), `%1=label~other` (home), `%1+dead`, `%1+dead:0` (exit code),
 * `%1@session:window`.
 */
export function pane(line: string): LivePane {
  const found =
    /^(%\d+)(?:\/(\d+))?(?:=([a-z0-9-]+)(?:#(\d+))?(?:~([a-z0-9]+))?)?(?:@([^:+]+):([^+]+))?(?:\+dead(?::(\d+))?)?$/.exec(
      line,
    );
  if (found === null) throw new Error(`not a pane: ${line}`);
  const [, id, pid, label, incarnation, home, sessionName, windowName, code] = found;
  const plain: PaneMark | null = label ? { id: idOf(label), label, incarnation: Number(incarnation ?? 1) } : null;
  const mark = plain !== null && home !== undefined ? { ...plain, home } : plain;
  const dead = line.includes("+dead");
  return {
    pane: id as PaneId,
    window: `@${id?.slice(1)}` as LivePane["window"],
    session: "$1",
    sessionName: sessionName ?? "work",
    windowName: windowName ?? label ?? "sh",
    windowIndex: 0,
    activityS: 0,
    historyRows: 0,
    cursorX: 0,
    cursorY: 0,
    columns: 80,
    rows: 24,
    dead,
    exit: dead ? { code: code === undefined ? null : Number(code), signal: null } : null,
    inMode: false,
    inputOff: false,
    alternate: false,
    pid: pid === undefined ? PID : Number(pid),
    title: "",
    command: "",
    mark,
  };
}

export function sees(epoch: string, ...lines: string[]): Sighting {
  return { epoch, panes: lines.map(pane) };
}

/** Lets the events happen, each at its time; gives the fleet and, one line each, what was to be done. */
export function play(
  start: Fleet,
  ...events: [number, Event][]
): { fleet: Fleet; done: string[]; entries: NewEntry[] } {
  let now = start;
  const done: string[] = [];
  const entries: NewEntry[] = [];
  for (const [atMs, event] of events) {
    const { fleet: next, effects } = decide(now, event, atMs);
    now = next;
    for (const effect of effects) {
      done.push(...told(effect));
      if (effect.do === "commit") entries.push(...effect.entries);
    }
  }
  return { fleet: now, done, entries };
}

function told(effect: Effect): string[] {
  switch (effect.do) {
    case "commit":
      return [
        ...effect.entries.map((e) => `${e.kind} ${e.agent?.replace("ID-", "") ?? "-"}${changed(e.set)}`),
        ...effect.afterwards.flatMap(told),
      ];
    case "create-tab":
      return [`create-tab ${effect.tab.sessionName}:${effect.tab.windowName}`];
    case "mark":
      return [`mark ${effect.pane} ${effect.mark.label}`, ...(effect.afterwards ?? []).flatMap(told)];
    case "adopt-pane":
      return [`adopt-pane ${effect.pane} ${effect.mark.label} ${effect.windowName}`];
    case "unmark":
      return [`unmark ${effect.pane}`];
    case "kill-pane":
      return [`kill ${effect.pane}`];
    case "look":
      return [`look ${effect.pane}`];
    case "answer":
      return [
        `answer ${effect.ticket} ${effect.answer.agent?.replace("ID-", "")}${effect.answer.created ? " new" : ""}`,
      ];
    case "refuse":
      return [`refuse ${effect.ticket} ${effect.why.code}`];
    case "queue-prompt":
      return [`queue-prompt ${effect.id.replace("ID-", "")}`];
    case "sight":
      return ["sight"];
  }
}

/** The fields that faces are told of, where they are few. */
function changed(set: Readonly<Record<string, unknown>> | null): string {
  if (set === null) return "";
  const keys = Object.keys(set);
  return keys.length > 8 ? " [all]" : ` [${keys.join(" ")}]`;
}

export const sighting = (epoch: string, ...panes: string[]): Event => ({
  kind: "sighting",
  sighting: sees(epoch, ...panes),
});
export const asks = (ticket: number, ask: Ask): Event => ({ kind: "request", ticket, ask });
/** A worker of claude's in the session `work`. */
export const spawn = (label: string | null, more: Partial<Ask & { ask: "spawn" }> = {}): Ask => ({
  ask: "spawn",
  id: idOf(label ?? "new"),
  label,
  ifAbsent: false,
  provider: "claude",
  role: "worker",
  parent: null,
  group: null,
  cwd: "/work",
  command: ["/bin/claude"],
  envNames: [],
  prompt: null,
  promptDue: false,
  tab: { sessionName: "work", env: {}, columns: 80, rows: 24 },
  socket: "/s",
  ...more,
});
