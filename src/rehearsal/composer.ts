/** The input box: text, a cursor, and long pastes that show as one placeholder and are sent whole. */
import { cellsOf } from "./text.js";

/** One code point, or one collapsed paste. */
interface Unit {
  readonly shown: string;
  readonly sent: string;
}

/** From this many lines on, or past this many characters, a paste shows as a placeholder. */
const COLLAPSE_LINES = 4;
const COLLAPSE_CHARACTERS = 800;

export class Composer {
  private units: Unit[] = [];
  private at = 0;
  private pastes = 0;

  get text(): string {
    return this.units.map((unit) => unit.sent).join("");
  }

  get empty(): boolean {
    return this.units.length === 0;
  }

  type(text: string): void {
    this.insert([...text].map((character) => ({ shown: character, sent: character })));
  }

  paste(text: string): void {
    const clean = text.replace(/\t/g, "    ");
    const lines = clean.split("\n").length;
    if (lines < COLLAPSE_LINES && clean.length <= COLLAPSE_CHARACTERS) {
      this.type(clean);
      return;
    }
    const size = lines < COLLAPSE_LINES ? `${clean.length} characters` : `+${lines - 1} lines`;
    this.insert([{ shown: `[Pasted text #${++this.pastes} ${size}]`, sent: text }]);
  }

  /** Returns whether the key meant something here. */
  key(key: string): boolean {
    if (key === "left" || key === "ctrl-b") this.at = Math.max(0, this.at - 1);
    else if (key === "right" || key === "ctrl-f") this.at = Math.min(this.units.length, this.at + 1);
    else if (key === "home" || key === "ctrl-a") this.at = this.lineStart();
    else if (key === "end" || key === "ctrl-e") this.at = this.lineEnd();
    else if (key === "backspace") this.cut(this.at - 1, this.at);
    else if (key === "delete") this.cut(this.at, this.at + 1);
    else if (key === "newline") this.type("\n");
    else if (key === "ctrl-u") this.cut(this.lineStart(), this.at);
    else if (key === "ctrl-k") this.cut(this.at, this.lineEnd());
    else if (key === "ctrl-w") this.cut(this.wordStart(), this.at);
    else return false;
    return true;
  }

  clear(): void {
    this.units = [];
    this.at = 0;
    this.pastes = 0;
  }

  /** What the box shows in rows of `width` cells, and where the cursor stands in them. */
  rows(width: number): { rows: string[]; cursor: { x: number; y: number } } {
    const rows = [""];
    let cells = 0;
    let cursor = { x: 0, y: 0 };
    for (const [index, unit] of this.units.entries()) {
      if (index === this.at) cursor = { x: cells, y: rows.length - 1 };
      if (unit.shown === "\n") {
        rows.push("");
        cells = 0;
        continue;
      }
      for (const character of unit.shown) {
        const wide = cellsOf(character);
        if (cells + wide > width) {
          rows.push("");
          cells = 0;
        }
        rows[rows.length - 1] += character;
        cells += wide;
      }
    }
    if (this.at === this.units.length) cursor = { x: cells, y: rows.length - 1 };
    return { rows, cursor };
  }

  private insert(units: Unit[]): void {
    this.units.splice(this.at, 0, ...units);
    this.at += units.length;
  }

  private cut(from: number, to: number): void {
    const start = Math.max(0, from);
    this.units.splice(start, Math.max(0, to - start));
    this.at = start;
  }

  private lineStart(): number {
    let at = this.at;
    while (at > 0 && this.units[at - 1]!.shown !== "\n") at--;
    return at;
  }

  private lineEnd(): number {
    let at = this.at;
    while (at < this.units.length && this.units[at]!.shown !== "\n") at++;
    return at;
  }

  private wordStart(): number {
    let at = this.at;
    while (at > 0 && this.units[at - 1]!.shown === " ") at--;
    while (at > 0 && !/\s/.test(this.units[at - 1]!.shown)) at--;
    return at;
  }
}
