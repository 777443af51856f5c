/**
 * What is asked of every pane, and how the answer is read. One line a pane, fields parted by TAB (3.4 and 3.5a write
 * 0x1f as text), free text last: names and titles hold no TAB, since tmux makes them safe; options may, so the marks
 * stand at the very end and a line that has too many parts there has no mark.
 */
import type { AgentId, Exit, LivePane, PaneId, PaneMark } from "../model.js";
import { isPane, isSession, isWindow } from "./notification.js";

/** The private session that our own client is attached to. */
export const OWN_SESSION = "_drover";

const FIELDS = [
  "pane_id",
  "window_id",
  "session_id",
  "window_index",
  "window_activity",
  "history_size",
  "cursor_x",
  "cursor_y",
  "pane_width",
  "pane_height",
  "pane_dead",
  "pane_in_mode",
  "pane_input_off",
  "pane_synchronized",
  "window_panes",
  "alternate_on",
  "pane_pid",
  "pane_dead_status",
  "pane_dead_signal",
  "pane_current_command",
  "session_name",
  "window_name",
  "pane_title",
] as const;
const MARKS = ["@drover-id", "@drover-label", "@drover-incarnation", "@drover-home"];

/** Everything of a LivePane. `pane_current_command` makes the server read /proc for each pane: not for every tick. */
export const FULL_FORMAT = [...FIELDS, ...MARKS].map((name) => `#{${name}}`).join("\t");

/**
 * What most ticks ask: who is there, alive, and when the pane's window last had output. Each further field costs the
 * server about a microsecond a pane (3.3a), a third of what this takes.
 */
export const PULSE_FORMAT = "#{pane_id}\t#{window_activity}\t#{pane_dead}";

/** What most ticks learn. */
export interface Pulse {
  /** Differs where a pane came, went or died. */
  readonly panes: string;
  /** tmux's clock, whole seconds. */
  readonly activityS: ReadonlyMap<PaneId, number>;
}

/** Reads a listing by PULSE_FORMAT; lines that do not fit are passed over. */
export function parsePulse(text: string): Pulse {
  let panes = "";
  const activityS = new Map<PaneId, number>();
  for (const line of text.split("\n")) {
    const first = line.indexOf("\t");
    const second = line.indexOf("\t", first + 1);
    const pane = line.slice(0, first);
    if (second < 0 || !isPane(pane)) continue;
    panes += `${pane}${line.slice(second)}`;
    activityS.set(pane, Number(line.slice(first + 1, second)));
  }
  return { panes, activityS };
}

/**
 * What a tick asks now and then: the pane's size too, and what a sighting is made of. A line that differs in `structure`
 * means that somebody has to look at everything again.
 */
export const GATE_FORMAT = [
  "#{pane_id}",
  "#{window_activity}",
  "#{pane_width}x#{pane_height}",
  "#{session_id}#{window_id} #{pane_pid} #{pane_dead}#{pane_dead_status}#{pane_dead_signal}",
  "#{session_name}",
  "#{window_name}",
  "#{@drover-id}#{@drover-home}",
].join("\t");

/** What a tick learns of a pane now and then. */
export interface GateLine {
  readonly pane: PaneId;
  /** tmux's clock, whole seconds. */
  readonly activityS: number;
  readonly size: string;
  readonly structure: string;
}

/** Our own session's pane is left out (one that was moved there bears a mark), and of a window linked into several sessions only the first line counts. */
export function parseGate(text: string): Map<PaneId, GateLine> {
  const lines = new Map<PaneId, GateLine>();
  for (const line of text.split("\n")) {
    const first = line.indexOf("\t");
    const second = line.indexOf("\t", first + 1);
    const third = line.indexOf("\t", second + 1);
    const fourth = line.indexOf("\t", third + 1);
    const pane = line.slice(0, first);
    if (fourth < 0 || !isPane(pane) || lines.has(pane)) continue;
    if (line.startsWith(`${OWN_SESSION}\t`, fourth + 1) && line.endsWith("\t")) continue;
    lines.set(pane, {
      pane,
      activityS: Number(line.slice(first + 1, second)),
      size: line.slice(second + 1, third),
      structure: line.slice(third + 1),
    });
  }
  return lines;
}

/**
 * The answer to a listing with FULL_FORMAT. Linked windows once, odd lines skipped. Of our own session only what bears a
 * mark: where nobody is attached, `break-pane` in a script takes a pane there.
 */
export function parsePanes(text: string): LivePane[] {
  const panes = new Map<PaneId, LivePane>();
  for (const line of text.split("\n")) {
    const pane = parsePane(line);
    if (pane === null || (pane.sessionName === OWN_SESSION && pane.mark === null)) continue;
    if (!panes.has(pane.pane)) panes.set(pane.pane, pane);
  }
  return [...panes.values()];
}

/** One line of FULL_FORMAT, or null where it is none. */
export function parsePane(line: string): LivePane | null {
  const fields = line.split("\t");
  if (fields.length < FIELDS.length) return null;
  const [pane, window, session] = fields;
  if (!isPane(pane) || !isWindow(window) || !isSession(session)) return null;
  const number = (index: number) => Number(fields[index]) || 0;
  const dead = fields[10] === "1";
  return {
    pane,
    window,
    session,
    windowIndex: number(3),
    activityS: number(4),
    historyRows: number(5),
    cursorX: number(6),
    cursorY: number(7),
    columns: number(8),
    rows: number(9),
    dead,
    exit: dead ? exit(fields[17]!, fields[18]!) : null,
    inMode: number(11) > 0,
    inputOff: fields[12] === "1",
    ...(fields[13] === "1" && number(14) > 1 ? { inputShared: true } : {}),
    alternate: fields[15] === "1",
    pid: number(16),
    command: fields[19]!,
    sessionName: fields[20]!,
    windowName: fields[21]!,
    title: fields[22]!,
    mark: parseMark(fields.slice(FIELDS.length)),
  };
}

function parseMark(fields: readonly string[]): PaneMark | null {
  const [id, label, incarnation, home] = fields;
  if (fields.length !== MARKS.length || !id || !label || !/^\d{1,9}$/.test(incarnation!)) return null;
  const mark = { id: id as AgentId, label, incarnation: Number(incarnation) };
  return home ? { ...mark, home } : mark;
}

/** The same on Linux, macOS and the BSDs; the others differ or do not end programs in practice. */
const SIGNALS: Readonly<Record<string, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
};

/** tmux names the signal (`KILL`) or gives its number, by platform; 3.2 says nothing at all. */
function exit(status: string, signal: string): Exit {
  const code = /^\d+$/.test(status) ? Number(status) : null;
  if (signal === "") return { code, signal: null };
  const name = /^\d+$/.test(signal) ? (SIGNALS[signal] ?? `signal ${signal}`) : `SIG${signal.replace(/^SIG/, "")}`;
  return { code: null, signal: name };
}
