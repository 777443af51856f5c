/**
 * Command lines, one argument quoted like the other, targets by id only: names match by prefix and may hold anything.
 * One command a line; several parted by ` ; ` only where they must not be torn apart: tmux answers such a line with a
 * block for each command, up to the first that fails.
 */
import type { AgentId, LivePane, NewTab, PaneId, PaneMark, SessionId, WindowId } from "../model.js";
import { FULL_FORMAT, GATE_FORMAT, OWN_SESSION, PULSE_FORMAT } from "./listing.js";
import { pasteable, quote, quoteFormat } from "./quote.js";

/** A line to write (without its line feed) and how many blocks answer it when all goes well. */
export interface Command {
  readonly line: string;
  readonly replies: number;
}

function command(...parts: string[]): Command {
  return { line: parts.join(" ; "), replies: parts.length };
}

/** Asks for what `parsePulse` reads. */
export const listPulse = command(`list-panes -a -F ${quoteRaw(PULSE_FORMAT)}`);

/** Asks for what `parseGate` reads. */
export const listGate = command(`list-panes -a -F ${quoteRaw(GATE_FORMAT)}`);

/** Asks for all of each pane. */
export const listPanes = command(`list-panes -a -F ${quoteRaw(FULL_FORMAT)}`);

/** Asks for the sessions: id and name, parted by a tab. */
export const listSessions = command(`list-sessions -F ${quoteRaw("#{session_id}\t#{session_name}")}`);

/** The pane's screen with its attributes, and what PANE_FRAME says of it at the same moment. */
export function capture(pane: PaneId): Command {
  return command(`capture-pane -p -e -N -t ${pane}`, `display-message -p -t ${pane} ${quoteRaw(PANE_FRAME)}`);
}

/** What stands in the pane of our private session, as text. */
export const captureOwn = command(`capture-pane -p -t "=${OWN_SESSION}:"`);

const PANE_FRAME = ["pane_width", "pane_height", "cursor_x", "cursor_y", "cursor_flag", "alternate_on", "pane_title"]
  .map((name) => `#{${name}}`)
  .join("\t");

/** What the second block of `capture` says. Null for the empty answer of a pane that is gone. */
export function parseFrame(text: string): PaneFrame | null {
  const [columns, rows, x, y, visible, alternate, ...title] = text.replace(/\n$/, "").split("\t");
  if (alternate === undefined) return null;
  return {
    columns: Number(columns),
    rows: Number(rows),
    cursor: { x: Number(x), y: Number(y), visible: visible !== "0" },
    alternate: alternate === "1",
    title: title.join("\t"),
  };
}

export interface PaneFrame extends Pick<LivePane, "columns" | "rows" | "title" | "alternate"> {
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
}

/** Rows `from` to `to` as text, counted from the top of the screen: -1 is the last row of history. */
export function captureRows(pane: PaneId, from: number, to: number): Command {
  return command(
    `display-message -p -t ${pane} ${quoteRaw("#{history_size} #{pane_height}")}`,
    `capture-pane -p -t ${pane} -S ${from} -E ${to}`,
  );
}

/** The same rows with their styles; answered with the size of the history first. */
export function captureStyledRows(pane: PaneId, from: number, to: number): Command {
  return command(
    `display-message -p -t ${pane} ${quoteRaw("#{history_size}")}`,
    `capture-pane -p -e -N -t ${pane} -S ${from} -E ${to}`,
  );
}

/** Asks `fields` (tmux's names) of one pane; answered with an empty line where the pane is gone. */
export function ask(pane: PaneId, ...fields: string[]): Command {
  return command(`display-message -p -t ${pane} ${quoteRaw(fields.map((name) => `#{${name}}`).join(" "))}`);
}

/**
 * Copy mode is left first: it takes keys for itself, and what is pasted would not be seen. Everything in one list, so that
 * nobody's key comes between.
 */
export function paste(pane: PaneId, buffer: string, text: string, receipt?: Receipt): Command {
  return command(
    `copy-mode -q -t ${pane}`,
    `set-buffer -b ${buffer} -- ${quote(pasteable(text))}`,
    `paste-buffer -p -d -b ${buffer} -t ${pane}`,
    ...(receipt === undefined ? [] : [leaveReceipt(receipt)]),
  );
}

/** Enter, and the word of it, or neither. */
export function enter(pane: PaneId, receipt: Receipt): Command {
  return command(`copy-mode -q -t ${pane}`, `send-keys -t ${pane} Enter`, leaveReceipt(receipt));
}

/**
 * How far a message got, kept in the tmux server by the very command list that got it there: `says` is kept until the
 * next receipt of the same agent, and no longer than its tab can live.
 */
export interface Receipt {
  readonly agent: AgentId;
  readonly says: string;
  /** The process that it is for; where the pane holds another by now (respawn-pane), nothing is done. */
  readonly pid?: number;
}

const RECEIPT = "DROVER_MAIL_";

/** A hidden entry of the global environment: no program is given it, and setting it redraws nothing. */
function leaveReceipt({ agent, says }: Receipt): string {
  return `set-environment -g -h ${quote(RECEIPT + agent)} ${quote(says)}`;
}

/** Asks for what `parseReceipts` reads. */
export const listReceipts = command("show-environment -g -h");

/** The receipt that stands for each agent; other entries are passed over. */
export function parseReceipts(text: string): Map<AgentId, string> {
  const receipts = new Map<AgentId, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0 && line.startsWith(RECEIPT)) receipts.set(line.slice(RECEIPT.length, at) as AgentId, line.slice(at + 1));
  }
  return receipts;
}

/** Takes back the agent's receipt, once its message is settled on disk. */
export function dropReceipt(agent: AgentId): Command {
  return command(`set-environment -g -h -u ${quote(RECEIPT + agent)}`);
}

/** The control clients of drover's own session, a line each, empty for one that is a person's: one more than ours is a dead daemon's, still at its work. */
export const listOwnClients = command(
  `list-clients -t ${quote(`=${OWN_SESSION}:`)} -F ${quoteRaw("#{?client_control_mode,#{client_pid},}")}`,
);

/**
 * Pipes what the pane's program writes into the shell command `shell`, unless somebody pipes it already: the second block
 * is empty, or says so. Asked and done in one list, since a `pipe-pane` would close the user's own. tmux expands the
 * shell command as a format and as a time.
 */
export function tapPane(pane: PaneId, shell: string): Command {
  const pipe = `pipe-pane -O -t ${pane} ${quoteFormat(shell.replaceAll("%", "%%"))}`;
  const line = `if-shell -F -t ${pane} ${quoteRaw("#{pane_pipe}")} ${quote("display-message -p taken")} ${quote(pipe)}`;
  return { line, replies: 2 };
}

/** Closes the pane's pipe, whosever it is. */
export function untapPane(pane: PaneId): Command {
  return command(`pipe-pane -t ${pane}`);
}

/** Keys that every tmux since 3.2 knows under the same name. An unknown name would be typed letter by letter. */
const KEY_NAMES = new Set(
  "Enter Escape Tab BTab Space BSpace Up Down Left Right Home End PageUp PageDown PPage NPage Delete DC Insert IC F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12".split(
    " ",
  ),
);

/** Null where a key is none: neither a name tmux knows, nor Ctrl or Meta with one character, nor one character. */
export function sendKeys(pane: PaneId, keys: readonly string[]): Command | null {
  const parts = [`copy-mode -q -t ${pane}`];
  for (const key of keys) {
    const meta = /^M-(.)$/su.exec(key)?.[1];
    if (KEY_NAMES.has(key) || /^C-([a-z@[\]^_]|\\|Space|Up|Down|Left|Right)$/.test(key)) {
      parts.push(`send-keys -t ${pane} ${quote(key)}`);
    } else if (meta !== undefined) {
      parts.push(`send-keys -t ${pane} -H 1b`, `send-keys -t ${pane} -l -- ${quote(meta)}`);
    } else if ([...key].length === 1 && !/[\x00-\x1f\x7f]/.test(key)) {
      parts.push(`send-keys -t ${pane} -l -- ${quote(key)}`);
    } else return null;
  }
  return command(...parts);
}

/** Writes the mark. Each set redraws every client, so this is for birth, adoption and renaming only. */
function setMark(target: string, mark: PaneMark): string[] {
  return [
    `set-option -p -t ${target} @drover-id ${quote(mark.id)}`,
    `set-option -p -t ${target} @drover-label ${quote(mark.label)}`,
    `set-option -p -t ${target} @drover-incarnation ${mark.incarnation}`,
    ...(mark.home === undefined ? [] : [`set-option -p -t ${target} @drover-home ${quote(mark.home)}`]),
  ];
}

/** Gives a pane another mark and its window another name, unless that is null. */
export function remark(pane: PaneId, mark: PaneMark, windowName: string | null): Command {
  const rename = windowName === null ? [] : [`rename-window -t ${pane} -- ${quoteFormat(windowName)}`];
  return command(...setMark(pane, mark), ...rename);
}

/** The pane is its user's alone again. */
export function unmark(pane: PaneId): Command {
  return command(
    ...["id", "label", "incarnation", "home"].map((name) => `set-option -p -u -t ${pane} @drover-${name}`),
  );
}

/** Ends the pane with whatever runs in it. */
export function killPane(pane: PaneId): Command {
  return command(`kill-pane -t ${pane}`);
}

/** What is started in a window, and how the window is called and marked. */
export type Launch = Pick<NewTab, "windowName" | "cwd" | "command" | "env" | "mark">;

/** How long a window that only holds a place stands, in s, should nobody come to take it: whoever made it may have died. */
export const PLACEHOLDER_S = 10;

/**
 * A session with a window that only holds its place: what the session's own options decide comes before the real one.
 * Answered with the session, the window's number, and the pane by which alone it may be closed: the number may be another
 * window's by then.
 */
export function newSession(name: string, columns: number, rows: number): Command {
  return command(
    `new-session -d -E -P -F ${quoteRaw("#{session_id} #{window_index} #{pane_id}")} -s ${quoteFormat(name)} -x ${columns} -y ${rows} ${quote("sh")} ${quote("-c")} ${quote(`exec sleep ${PLACEHOLDER_S}`)}`,
  );
}

/**
 * Only for sessions that drover made. Nobody is attached to them at first: where the user has `destroy-unattached on` for
 * all, tmux would close them, agents and all, when the next client comes or goes.
 */
export function furnishSession(session: SessionId, historyRows: number): Command {
  const target = quote(session);
  return command(
    `set-option -t ${target} destroy-unattached off`,
    `set-option -t ${target} history-limit ${historyRows}`,
  );
}

/** Which window numbers are taken, and from which number the user counts. */
export function listIndexes(session: SessionId): Command {
  return command(`list-windows -t ${quote(session)} -F ${quoteRaw("#{window_index} #{base-index}")}`);
}

/** Gives the window another number in its session; refused where that is taken. */
export function renumber(window: WindowId, session: SessionId, index: number): Command {
  return command(`move-window -d -s ${window} -t ${quote(`${session}:${index}`)}`);
}

/**
 * A window at a number that is free, marked in the same list: the program cannot have ended, nor anybody have seen it,
 * before it carries its mark. Options are set on this pane and window alone. The first block says the new pane's id and
 * its window's.
 */
export function newWindow(session: SessionId, index: number, launch: Launch): Command {
  const target = quote(`${session}:${index}`);
  const env = Object.entries(launch.env).map(([name, value]) => `-e ${quote(`${name}=${value}`)}`);
  // A single argument would go through the user's shell.
  const argv = launch.command.length === 1 ? ["env", ...launch.command] : launch.command;
  const create = [
    `new-window -d -P -F ${quoteRaw("#{pane_id} #{window_id}")} -t ${target}`,
    `-n ${quoteFormat(launch.windowName)} -c ${quoteFormat(launch.cwd)}`,
    ...env,
    "--",
    ...argv.map(quote),
  ];
  return command(
    create.join(" "),
    // The exit status of a program can be read only while its dead pane stands.
    `set-option -p -t ${target} remain-on-exit on`,
    `set-option -p -t ${target} allow-rename off`,
    `set-option -w -t ${target} automatic-rename off`,
    ...setMark(target, launch.mark),
  );
}

/** A format of our own, where `#{…}` is meant. */
function quoteRaw(format: string): string {
  return `"${format.replace(/[\t"\\$]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`)}"`;
}
