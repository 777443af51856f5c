/**
 * Puts together again the lines of prose that a program wrapped at the right edge. A program that wraps by itself leaves
 * no trace of it, so this goes by what wrapping does: the next row's first word would not have fitted. Rows of code, of
 * lists and of tables stay as they are: two lines left apart read well, two joined wrongly do not.
 */

export interface WrappedRow {
  /** Without the answer's own indentation. */
  readonly text: string;
  /** Cells from the screen's left edge to the row's end. */
  readonly cells: number;
}

/** Something that begins a line of its own: a list's mark, a heading, a quotation, a table's or a box's edge, a fence. */
const OWN_LINE = /^(?:[-*+•◦▪–]|\d{1,3}[.)]|#{1,6}|>|\||`{3}|[\u2500-\u259f])(?:\s|$|[\u2500-\u259f|`])/;
/** A line of code, most likely. */
const CODE_END = /[;{}[(=|\\&]$/;

/** `edge`: a wrapped row ends where its next word would have passed this many cells. */
export function joinRows(rows: Iterable<WrappedRow>, edge: number): string {
  let text = "";
  let before: WrappedRow | null = null;
  let hanging = 0;
  for (const row of rows) {
    const indent = indentOf(row.text);
    if (before === null) {
      text = row.text;
      hanging = hangingIndent(row.text);
    } else if (goesOn(before, row, indent, hanging, edge)) {
      const seam = isWide(before.text.at(-1)!) && isWide(row.text.trimStart()[0]!) ? "" : " ";
      text += seam + row.text.trimStart();
    } else {
      text += `\n${row.text}`;
      hanging = hangingIndent(row.text);
    }
    before = row;
  }
  return text;
}

function goesOn(before: WrappedRow, row: WrappedRow, indent: number, hanging: number, edge: number): boolean {
  if (before.text === "" || row.text === "" || indent !== hanging) return false;
  // Most rows end long before the edge: whatever the next one begins with would have fitted.
  if (before.cells + 1 + 2 * (row.text.length - indent) <= edge) return false;
  const rest = row.text.trimStart();
  if (OWN_LINE.test(rest) || CODE_END.test(before.text)) return false;
  // Prose has words; a table's row or an aligned listing has gaps.
  if (!/\p{L}{2}/u.test(before.text) || /\S {2,}\S/.test(before.text.trimStart().replace(/^\S+\s+/, ""))) return false;
  const word = /^\S+/.exec(rest)![0];
  return before.cells + 1 + cellsOf(word) > edge;
}

/** Where the text of a list's item begins, which is where its further rows stand; else the row's own indentation. */
function hangingIndent(text: string): number {
  const indent = indentOf(text);
  // A letter begins no item.
  if (/[A-Za-z]/.test(text[indent] ?? "")) return indent;
  const item = /^\s*(?:[-*+•◦▪–]|\d{1,3}[.)])\s+/.exec(text);
  return item === null ? indent : item[0].length;
}

function indentOf(text: string): number {
  let indent = 0;
  while (text.charCodeAt(indent) === 0x20) indent++;
  return indent;
}

/** Two cells wide: the scripts that are written without blanks between words, and their punctuation. */
function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(
    character,
  );
}

function cellsOf(word: string): number {
  // A text without blanks breaks after any character.
  if (isWide(word[0]!)) return 2;
  let cells = 0;
  for (const character of word) cells += isWide(character) ? 2 : 1;
  return cells;
}
