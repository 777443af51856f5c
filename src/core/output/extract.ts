/**
 * The last response, from the rows of a screen and of the history above it. A provider says which rows begin something
 * (a prompt, an answer, a tool's block …) by marker and by colour, since an answer may quote any marker; the rows between
 * two beginnings belong to the first of them. The last turn is what follows the last prompt, its response the last answer
 * in it.
 */
import { type Row, type Run, type Still, unframed } from "../screen/still.js";
import { joinRows, type WrappedRow } from "./join-rows.js";
import { NO_TEXT } from "./output.js";

/**
 * What a row begins. `aside`: anything that is no answer (a tool, a notice, a spinner); `ended`: the line that says how
 * long a turn took. `torn`: nothing; it was part of the box below the transcript, and a row of that is written over it. So
 * it looks where a window changed its size and its program drew on as if it had not: rows above it are lost.
 */
export type Begins = "prompt" | "answer" | "aside" | "ended" | "failed" | "interrupted" | "torn";

/** How one program writes its transcript. */
export interface TranscriptShape {
  /** How many of the still's rows, from the top, are transcript: what is below is composer, dialog and footer. */
  end(still: Still): number;
  /** Whether the program itself shows an earlier part of its transcript than the end. Without it that cannot be told. */
  isScrolledUp?(still: Still): boolean;
  /** Rows of the still, or from above it, with the ink by which `begins` tells them where their program draws none (`NO_COLOR`). */
  inked?(rows: readonly Row[], still: Still): readonly Row[];
  /** Null where the row goes on with what is above it. Called for rows of history as well. */
  begins(rows: readonly Row[], y: number, columns: number): Begins | null;
  /**
   * Whether the style of a row of history, with the row above it, may make a difference to `begins` or `prefix`. Styles
   * cost the tmux server ten times what text does, and most rows of a long answer do without. All need it where absent.
   */
  needsStyle?(text: string, above: string): boolean;
  /** By how many cells an answer is indented. */
  readonly indent: number;
  /** Cells left free at the right edge, at most, by a line that was wrapped. */
  readonly margin: number;
  /** Answers have no marker: rows of text behind a blank row begin one, unless they stand in one already. */
  readonly unmarked?: true;
  /** Cells from the left edge that are the transcript's, where something else stands beside it. */
  width?(still: Still): number;
  /** How many rows at the top of an alternate screen repeat something that has scrolled away. */
  pinned?(rows: readonly Row[]): number;
  /** Length of what the program put in front of an answer's row (a line number), after the indentation. */
  prefix?(row: Row): number;
}

export type Found =
  /** All of it, its beginning included. */
  | { readonly found: "answer"; readonly text: string }
  /** The turn's beginning is there, and no answer that stands. */
  | { readonly found: "no-answer"; readonly why: string }
  /** Rows were written over while the answer was drawn: what follows of it below them. */
  | { readonly found: "torn"; readonly text: string }
  /** Neither the turn's beginning nor an answer's: the rows up to the first beginning, which may be the end of one. */
  | { readonly found: "no-beginning"; readonly text: string; readonly ended: boolean };

/** `turn`: the last one, or, while one is under way, the one before it. */
export function extractLast(
  shape: TranscriptShape,
  rows: readonly Row[],
  columns: number,
  turn: "last" | "before" = "last",
): Found {
  let to = rows.length;
  let from = promptAbove(shape, rows, to, columns);
  if (turn === "before" && from >= 0) {
    to = from;
    from = promptAbove(shape, rows, to, columns);
  }
  for (;;) {
    const found = inTurn(shape, rows, from, to, columns);
    // A command of the program's own (`/model`) is no turn; the one before it is the last.
    if (found.found !== "no-answer" || from < 0 || !isCommand(rows[from]!, rows[from + 1])) return found;
    to = from;
    from = promptAbove(shape, rows, to, columns);
  }
}

/**
 * The rows of the present turn's answers that the still shows, as it shows them, without their indentation: what somebody
 * reads along while they are written.
 */
export function answerRows(shape: TranscriptShape, still: Still): string[] {
  const rows = transcriptRows(shape, still);
  const from = promptAbove(shape, rows, rows.length, still.columns);
  // Above the first beginning is what is left of something; most likely of the answer.
  let block: Begins | null = from < 0 ? "answer" : "prompt";
  const shown: string[] = [];
  for (let y = Math.max(0, from + 1); y < rows.length; y++) {
    const begins = shape.begins(rows, y, still.columns);
    if (begins === "torn") continue;
    const first = begins === "answer" && block !== "answer";
    block = begins ?? block;
    if (block !== "answer") continue;
    if (first && shown.length > 0) shown.push("");
    const row = rows[y]!;
    shown.push(row.text.slice(cutOf(shape, row, begins === "answer")));
  }
  return shown;
}

/** The still's rows that are transcript, without what stands above, below and beside it. */
export function transcriptRows(shape: TranscriptShape, still: Still): readonly Row[] {
  const pinned = still.alternate ? (shape.pinned?.(still.rows) ?? 0) : 0;
  const drawn = still.rows.slice(pinned, shape.end(still));
  const rows = shape.inked?.(drawn, still) ?? drawn;
  const width = shape.width?.(still) ?? still.columns;
  return width < still.columns ? rows.map((row) => narrowed(row, width)) : rows;
}

function narrowed(row: Row, width: number): Row {
  const runs: Run[] = [];
  let text = "";
  let left = width;
  for (const run of row.runs) {
    if (run.cells > left) {
      const count = Math.floor(left / run.unit);
      const kept = run.cells === run.unit ? "" : [...run.text].slice(0, count).join("");
      runs.push({ ...run, text: kept, cells: count * run.unit });
      text += kept;
      break;
    }
    runs.push(run);
    text += run.text;
    left -= run.cells;
  }
  return { text: text.trimEnd(), runs };
}

function promptAbove(shape: TranscriptShape, rows: readonly Row[], below: number, columns: number): number {
  for (let y = below - 1; y >= 0; y--) if (shape.begins(rows, y, columns) === "prompt") return y;
  return -1;
}

function isCommand(row: Row, next: Row | undefined): boolean {
  const text = /[\p{L}\p{N}/]/u.test(row.text) ? row.text : (next?.text ?? "");
  return /^[^\p{L}\p{N}/]*\/[a-z]/u.test(text);
}

/** Behind these nothing is an answer's. */
const ASIDE: ReadonlySet<Begins> = new Set<Begins>(["aside", "ended", "failed", "interrupted"]);

/** The turn that begins at row `from` (-1 where its beginning is not among the rows) and ends before row `to`. */
function inTurn(shape: TranscriptShape, rows: readonly Row[], from: number, to: number, columns: number): Found {
  let block: Begins | null = from < 0 ? null : "prompt";
  let answer: { from: number; to: number; torn: boolean } | null = null;
  let ill: { kind: "failed" | "interrupted"; at: number } | null = null;
  let headEnd = -1;
  let ended = false;
  for (let y = Math.max(0, from + 1); y < to; y++) {
    const begins = shape.begins(rows, y, columns);
    if (begins === null) continue;
    if (begins === "torn") {
      // A tool's rows go on below it as a tool's; an answer that began meanwhile has lost the row that said so.
      const isAside = block !== null && ASIDE.has(block);
      answer = { from: y + 1, to: isAside ? y + 1 : to, torn: true };
      if (!isAside) block = "answer";
      continue;
    }
    if (shape.unmarked && begins === "answer" && (block === "answer" || block === null)) continue;
    if (headEnd < 0) headEnd = y;
    if (block === "answer" && answer !== null) answer.to = y;
    block = begins;
    ended ||= begins === "ended";
    if (begins === "answer") {
      answer = { from: y, to, torn: false };
      ill = null;
    } else if ((begins === "failed" || begins === "interrupted") && ill === null) ill = { kind: begins, at: y };
  }
  if (ill !== null) return { found: "no-answer", why: whyIll(rows, ill, to) };
  if (answer !== null) {
    const text = textOf(shape, rows, answer.from, answer.to, columns);
    if (answer.torn) return { found: "torn", text };
    if (text !== "") return { found: "answer", text };
  }
  if (from >= 0 || answer !== null) return { found: "no-answer", why: NO_TEXT };
  return { found: "no-beginning", text: textOf(shape, rows, 0, headEnd < 0 ? to : headEnd, columns), ended };
}

/** What the row says, without the glyph that it begins with; empty where it says nothing. */
function said({ text }: Row): string {
  const words = unframed(text.replace(/^\s*[^\p{L}\p{N}\s]{1,2}(?:\s+|$)/u, ""));
  return /\p{L}/u.test(words) ? words : "";
}

/** The words of a failure may stand some rows below its beginning: in a box, on a narrow screen. */
const WHY_ROWS = 4;

function whyIll(rows: readonly Row[], ill: { kind: "failed" | "interrupted"; at: number }, to: number): string {
  if (ill.kind === "interrupted") return "the turn was interrupted";
  const why = rows.slice(ill.at, Math.min(to, ill.at + WHY_ROWS)).map(said);
  const text = (why.find((words) => words !== "") ?? "").slice(0, 200).replace(/[[\]]/g, "");
  return text === "" ? "the turn failed" : `the turn failed: ${text}`;
}

/** The text of rows `from` to `to`, without what the program put around it, and without blank rows at its ends. */
function textOf(shape: TranscriptShape, rows: readonly Row[], from: number, to: number, columns: number): string {
  const cut = (y: number): string => rows[y]!.text.slice(cutOf(shape, rows[y]!, y === from));
  let first = from;
  while (first < to && cut(first) === "") first++;
  let last = to - 1;
  while (last > first && cut(last) === "") last--;
  // One after the other: an answer of 50 000 rows need not be there twice.
  function* lines(): Generator<WrappedRow> {
    for (let y = first; y <= last && y < to; y++) yield { text: cut(y), cells: cellsOf(rows[y]!) };
  }
  return joinRows(lines(), columns - shape.margin);
}

/** How much of the row is indentation; with its first row, the marker and what stands between it and the text. */
function cutOf(shape: TranscriptShape, row: Row, isFirst: boolean): number {
  let cut = 0;
  while (cut < shape.indent && cut < row.text.length && (isFirst || row.text[cut] === " ")) cut++;
  return cut + (shape.prefix?.(row) ?? 0);
}

/** Up to the last character that is not blank: a ground of its own colour may go on to the edge. */
function cellsOf(row: Row): number {
  let cells = row.text.length;
  for (const run of row.runs) cells += run.cells - run.text.length;
  return cells;
}
