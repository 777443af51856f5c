/** Breaking texts into rows. */
import { graphemes, graphemeWidth, width } from "./width.js";

/** Breaks a text at spaces into rows of at most `columns`; its own newlines are kept; a word too long is broken. */
export function wrap(text: string, columns: number): string[] {
  const rows: string[] = [];
  for (const line of text.split("\n")) {
    let row = "";
    let used = 0;
    for (const word of line.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").split(/(?<= )(?=\S)/)) {
      const wide = width(word.trimEnd());
      if (used > 0 && used + wide > columns) {
        // An indentation alone is no row.
        if (row.trim() !== "") rows.push(row.trimEnd());
        row = "";
        used = 0;
      }
      if (used + wide <= columns) {
        row += word;
        used += width(word);
        continue;
      }
      for (const char of graphemes(word)) {
        const charWide = graphemeWidth(char);
        if (used + charWide > columns && char !== " ") {
          rows.push(row.trimEnd());
          row = "";
          used = 0;
        }
        row += char;
        used += charWide;
      }
    }
    rows.push(row.trimEnd());
  }
  return rows;
}
