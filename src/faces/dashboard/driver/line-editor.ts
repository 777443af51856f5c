/**
 * A text of one or more lines being typed: state and key in, state out, with the keys of readline. Nothing is drawn here;
 * `layout` says which rows to draw and where the cursor stands. What Enter does is the caller's choice: `edit` leaves
 * Enter, Tab and Escape alone, and `insert(state, "\n")` makes a line.
 */
import { graphemes, width } from "../../kit/width.js";
import type { Key } from "./driver.js";
import { columnsOf, expand, rowOf, wrap } from "./wrapped-rows.js";

export interface LineEditor {
  readonly text: string;
  /** An index into `text`, always between two graphemes. */
  readonly cursor: number;
  /** What `C-y` brings back. */
  readonly killed: string;
  /** Which entry of the history is shown, counted from the newest; -1: the text is the person's own. */
  readonly historyAt: number;
  /** The person's own text while a history entry is shown. */
  readonly draft: string;
  /** The column that up and down keep to, as long as they follow one another. */
  readonly goal: number | null;
  readonly past: readonly Moment[];
  /** What the last key did: kills in a row join, and so do typed characters for undo. */
  readonly last: "type" | "kill" | "other";
}

interface Moment {
  readonly text: string;
  readonly cursor: number;
}

export interface EditOptions {
  /** Earlier texts, oldest first. */
  readonly history?: readonly string[];
  /** The width up and down go by; without it they go by whole lines. */
  readonly columns?: number;
}

export interface Layout {
  /** Rows as they are to be drawn: wrapped at `columns`, tabs as blanks. At least one. */
  readonly rows: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number };
}

/** Undo goes back this many steps. */
const UNDO_LIMIT = 100;
/** What would make the text longer than this (UTF-16 units) is cut: no agent takes a longer prompt. */
const TEXT_LIMIT = 1_048_576;
const WORD = /[\p{L}\p{N}\p{M}_]/u;

export function openEditor(text = ""): LineEditor {
  return { text, cursor: text.length, killed: "", historyAt: -1, draft: "", goal: null, past: [], last: "other" };
}

/** Returns the very same object where the key means nothing to the editor. */
export function edit(
  state: LineEditor,
  input: Key | { readonly paste: string },
  options: EditOptions = {},
): LineEditor {
  if ("paste" in input) return insert(state, input.paste);
  if (input.text !== null && !input.ctrl && !input.alt) return type(state, input.text);
  const command = COMMANDS[`${input.ctrl ? "C-" : ""}${input.alt ? "M-" : ""}${input.name}`];
  return command ? command(state, options) : state;
}

/** Puts `text` where the cursor is, as one step of undo. */
export function insert(state: LineEditor, text: string): LineEditor {
  const room = text.slice(0, Math.max(0, TEXT_LIMIT - state.text.length));
  return replace(state, state.cursor, state.cursor, room, "other");
}

/** Wraps the text at `columns` (at least 2) by graphemes, and finds the cursor among the rows. */
export function layout(state: Pick<LineEditor, "text" | "cursor">, columns: number): Layout {
  const rows = wrap(state.text, Math.max(2, columns));
  const y = rowOf(rows, state.cursor);
  const row = rows[y]!;
  return {
    rows: rows.map((each) => each.shown),
    cursor: { x: width(expand(state.text.slice(row.start, state.cursor))), y },
  };
}

type Command = (state: LineEditor, options: EditOptions) => LineEditor;

const COMMANDS: Readonly<Record<string, Command>> = {
  left: (s) => move(s, before(s.text, s.cursor)),
  right: (s) => move(s, after(s.text, s.cursor)),
  home: (s) => move(s, lineStart(s.text, s.cursor)),
  end: (s) => move(s, lineEnd(s.text, s.cursor)),
  up: (s, options) => vertical(s, -1, options),
  down: (s, options) => vertical(s, 1, options),
  "C-left": (s) => move(s, wordBefore(s.text, s.cursor, WORD)),
  "C-right": (s) => move(s, wordAfter(s.text, s.cursor)),
  "C-home": (s) => move(s, 0),
  "C-end": (s) => move(s, s.text.length),
  "M-<": (s) => move(s, 0),
  "M->": (s) => move(s, s.text.length),
  backspace: (s) => remove(s, before(s.text, s.cursor), s.cursor),
  delete: (s) => remove(s, s.cursor, after(s.text, s.cursor)),
  "C-u": (s) => kill(s, lineStart(s.text, s.cursor), s.cursor),
  "C-k": (s) => {
    const end = lineEnd(s.text, s.cursor);
    return kill(s, s.cursor, end === s.cursor ? after(s.text, s.cursor) : end);
  },
  "C-w": (s) => kill(s, wordBefore(s.text, s.cursor, /\S/), s.cursor),
  "M-backspace": (s) => kill(s, wordBefore(s.text, s.cursor, WORD), s.cursor),
  "M-d": (s) => kill(s, s.cursor, wordAfter(s.text, s.cursor)),
  "C-y": (s) => (s.killed === "" ? s : insert(s, s.killed)),
  "C-_": undo,
};
const ALIASES: readonly (readonly [string, string])[] = [
  ["C-a", "home"],
  ["C-e", "end"],
  ["C-b", "left"],
  ["C-f", "right"],
  ["C-p", "up"],
  ["C-n", "down"],
  ["C-h", "backspace"],
  ["C-d", "delete"],
  ["M-b", "C-left"],
  ["M-left", "C-left"],
  ["M-f", "C-right"],
  ["M-right", "C-right"],
  ["C-backspace", "M-backspace"],
  ["C-delete", "M-d"],
  ["M-delete", "M-d"],
  ["C-z", "C-_"],
];
for (const [alias, name] of ALIASES) (COMMANDS as Record<string, Command>)[alias] = COMMANDS[name]!;

function type(state: LineEditor, text: string): LineEditor {
  if (state.text.length + text.length > TEXT_LIMIT) return state;
  const joins = state.last === "type" && !/^\s/.test(text);
  const next = replace(state, state.cursor, state.cursor, text, "type");
  return joins ? { ...next, past: state.past } : next;
}

function replace(state: LineEditor, from: number, to: number, text: string, last: LineEditor["last"]): LineEditor {
  if (from === to && text === "") return state;
  const past = [...state.past.slice(1 - UNDO_LIMIT), { text: state.text, cursor: state.cursor }];
  const joined = state.text.slice(0, from) + text + state.text.slice(to);
  return { ...state, text: joined, cursor: from + text.length, past, goal: null, last };
}

function remove(state: LineEditor, from: number, to: number): LineEditor {
  return replace(state, from, to, "", "other");
}

function kill(state: LineEditor, from: number, to: number): LineEditor {
  if (from === to) return state;
  const piece = state.text.slice(from, to);
  const joins = state.last === "kill";
  const killed = !joins ? piece : to === state.cursor ? piece + state.killed : state.killed + piece;
  return { ...replace(state, from, to, "", "kill"), killed };
}

function undo(state: LineEditor): LineEditor {
  const moment = state.past.at(-1);
  if (!moment) return state;
  return { ...state, ...moment, past: state.past.slice(0, -1), goal: null, last: "other" };
}

function move(state: LineEditor, cursor: number): LineEditor {
  return { ...state, cursor, goal: null, last: "other" };
}

/** Up or down a row; from the first or last row, to the older or newer text of the history. */
function vertical(state: LineEditor, step: -1 | 1, options: EditOptions): LineEditor {
  const rows = wrap(
    state.text,
    options.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(2, options.columns),
  );
  const at = rowOf(rows, state.cursor);
  const row = rows[at]!;
  const goal = state.goal ?? width(expand(state.text.slice(row.start, state.cursor)));
  const target = rows[at + step];
  if (!target) return browse(state, -step, options.history ?? []);
  let cursor = target.start;
  let x = 0;
  for (const grapheme of graphemes(state.text.slice(target.start, target.end))) {
    x += columnsOf(grapheme, x);
    if (x > goal) break;
    cursor += grapheme.length;
  }
  // At the end of a wrapped row the cursor would already stand on the next one.
  if (cursor === target.end && rows[at + step + 1]?.start === cursor) cursor = before(state.text, cursor);
  return { ...state, cursor, goal, last: "other" };
}

function browse(state: LineEditor, older: number, history: readonly string[]): LineEditor {
  const historyAt = state.historyAt + older;
  if (historyAt < -1 || historyAt >= history.length) return state;
  const draft = state.historyAt === -1 ? state.text : state.draft;
  const text = historyAt === -1 ? draft : history[history.length - 1 - historyAt]!;
  return { ...replace(state, 0, state.text.length, text, "other"), text, cursor: text.length, historyAt, draft };
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function before(text: string, at: number): number {
  const start = lineStart(text, at);
  if (start === at) return Math.max(0, at - 1);
  return at - graphemes(text.slice(start, at)).at(-1)!.length;
}

function after(text: string, at: number): number {
  const end = lineEnd(text, at);
  if (end === at) return Math.min(text.length, at + 1);
  return at + graphemes(text.slice(at, end))[0]!.length;
}

function wordBefore(text: string, at: number, part: RegExp): number {
  while (at > 0 && !part.test(text.slice(before(text, at), at))) at = before(text, at);
  while (at > 0 && part.test(text.slice(before(text, at), at))) at = before(text, at);
  return at;
}

function wordAfter(text: string, at: number): number {
  while (at < text.length && !WORD.test(text.slice(at, after(text, at)))) at = after(text, at);
  while (at < text.length && WORD.test(text.slice(at, after(text, at)))) at = after(text, at);
  return at;
}
