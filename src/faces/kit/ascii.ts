/** What a terminal without UTF-8 is shown in the place of what it cannot draw: as many cells of plain ASCII. */
import { type Row, type Run, rowOf } from "#core/screen/still.js";
import { graphemes, graphemeWidth } from "./width.js";

/** The glyphs that programs are drawn with; a letter is shown without its marks, and whatever else is not ASCII is a question mark. */
const LIKENESS: readonly (readonly [RegExp, string])[] = [
  [/[⎿└]/u, "`"],
  [/[─━═╌╍┄┅┈┉╴╶‐-―−]/u, "-"],
  [/[│┃║╎╏┆┇┊┋▎▏▍▌▐]/u, "|"],
  [/[\u250c-\u254b\u2552-\u2570]/u, "+"],
  [/[❯›»➜→▶▸⇒]/u, ">"],
  [/[‹«←◀◂]/u, "<"],
  [/[↑▲▴▔▀]/u, "^"],
  [/[↓▼▾]/u, "v"],
  [/[▄]/u, "_"],
  [/[█▓▒░▛▜▙▟▗▖▘▝■]/u, "#"],
  [/[●⏺◆◈✻✽✶✳✢✦★⬝\u2800-\u28ff]/u, "*"],
  [/[○◇◯☐□]/u, "o"],
  [/[✓✔☑]/u, "+"],
  [/[✗✘✕☒×]/u, "x"],
  [/[•·…∙]/u, "."],
  [/[‘’‚′]/u, "'"],
  [/[“”„″]/u, '"'],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/u, " "],
];

export function asciiText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return graphemes(text)
    .map((one) => (/^[\x20-\x7e]$/.test(one) ? one : likeness(one, graphemeWidth(one))))
    .join("");
}

function likeness(character: string, cells: number): string {
  // A letter without its marks.
  const [base = ""] = character.normalize("NFD");
  if (/^[\x21-\x7e]$/.test(base)) return base.padEnd(cells, base);
  const found = LIKENESS.find(([glyph]) => glyph.test(character))?.[1] ?? "?";
  return found.repeat(Math.max(0, cells));
}

export function asciiRow(row: Row): Row {
  return rowOf(row.runs.map(asciiRun));
}

function asciiRun(run: Run): Run {
  if (/^[\x20-\x7e]*$/.test(run.text)) return run;
  const characters = [...run.text];
  // One grapheme of several code points stands in as many cells as the first of them alone.
  const shown = run.cells === run.unit ? characters.slice(0, 1) : characters;
  const text = shown.map((character) => {
    return /^[\x20-\x7e]$/.test(character) ? character : likeness(character, run.unit);
  });
  return { ...run, text: text.join(""), unit: 1 };
}
