/**
 * The attribute numbers in blessed's cells. What blessed's own packing can say (256 colours, five flags) is packed its
 * way; everything richer is a number from 2^31 up that stands for an entry in this table. blessed only ever compares
 * them, so true colour, italic, dim and strike pass through it unharmed.
 */
import { ATTR, type Colour, DEFAULT_COLOUR } from "#core/screen/still.js";
import { colourCodes, type Depth, needsBold } from "./colours.js";

/** blessed's number for a blank cell: no flags, default on default. */
export const DEFAULT_STYLE = (0x1ff << 9) | 0x1ff;

const INTERNED = 2 ** 31;
/** Random colours reach any size; past this the table is swept (see `crowded`). */
const SWEEP_AT = 16_384;
const PACKABLE = ATTR.bold | ATTR.underline | ATTR.blink | ATTR.inverse | ATTR.invisible;
const SGR_CODES: readonly (readonly [number, string])[] = [
  [ATTR.bold, "1"],
  [ATTR.dim, "2"],
  [ATTR.italic, "3"],
  [ATTR.underline, "4"],
  [ATTR.blink, "5"],
  [ATTR.inverse, "7"],
  [ATTR.invisible, "8"],
  [ATTR.strike, "9"],
];

interface Entry {
  readonly fg: Colour;
  readonly bg: Colour;
  readonly attrs: number;
  readonly fgCodes: string;
  readonly bgCodes: string;
  /** What is really switched on: `attrs`, and bold where that makes a colour bright. */
  readonly shownAttrs: number;
}

export class StyleTable {
  readonly depth: Depth;
  private interned = new Map<number, Map<Colour, number>>();
  private entries: Entry[] = [];
  private packed = new Map<number, Entry>();

  constructor(depth: Depth) {
    this.depth = depth;
  }

  /** The cell attribute for a style; equal styles give equal numbers until the next sweep. */
  id(fg: Colour, bg: Colour, attrs: number): number {
    if (fg < 256 && bg < 256 && (attrs & ~PACKABLE) === 0) return pack(fg, bg, attrs);
    const key = (fg + 1) * 256 + attrs;
    let byBackground = this.interned.get(key);
    if (!byBackground) {
      byBackground = new Map();
      this.interned.set(key, byBackground);
    }
    let id = byBackground.get(bg);
    if (id === undefined) {
      id = INTERNED + this.entries.length;
      this.entries.push(this.entry(fg, bg, attrs));
      byBackground.set(bg, id);
    }
    return id;
  }

  /** The escape sequence that takes the terminal from one style to another; empty where they look the same. */
  change(from: number, to: number): string {
    if (from === to || this.depth === "none") return "";
    if (to === DEFAULT_STYLE) return "\x1b[m";
    const a = this.lookUp(from);
    const b = this.lookUp(to);
    let codes = "";
    let known = a;
    if ((a.shownAttrs & ~b.shownAttrs) !== 0) {
      codes = ";0";
      known = this.lookUp(DEFAULT_STYLE);
    }
    const added = b.shownAttrs & ~known.shownAttrs;
    if (added !== 0) for (const [bit, code] of SGR_CODES) if ((added & bit) !== 0) codes += `;${code}`;
    if (b.fgCodes !== known.fgCodes) codes += `;${b.fgCodes}`;
    if (b.bgCodes !== known.bgCodes) codes += `;${b.bgCodes}`;
    if (codes === "") return "";
    return codes === ";0" ? "\x1b[m" : `\x1b[${codes.slice(1)}m`;
  }

  /** Whether it is time to call `sweep`. */
  get crowded(): boolean {
    return this.entries.length > SWEEP_AT;
  }

  /** Forgets every entry but those that `lines` still hold, and renumbers these in place. */
  sweep(grids: readonly (readonly (readonly [number, string][])[])[]): void {
    const before = this.entries;
    this.entries = [];
    this.interned = new Map();
    for (const grid of grids) {
      for (const line of grid) {
        for (const cell of line as [number, string][]) {
          if (cell[0] < INTERNED) continue;
          const entry = before[cell[0] - INTERNED]!;
          cell[0] = this.id(entry.fg, entry.bg, entry.attrs);
        }
      }
    }
  }

  private lookUp(id: number): Entry {
    if (id >= INTERNED) return this.entries[id - INTERNED]!;
    const known = this.packed.get(id);
    if (known) return known;
    const entry = this.entry(...unpack(id));
    this.packed.set(id, entry);
    return entry;
  }

  private entry(fg: Colour, bg: Colour, attrs: number): Entry {
    return {
      fg,
      bg,
      attrs,
      fgCodes: colourCodes(fg, "fg", this.depth),
      bgCodes: colourCodes(bg, "bg", this.depth),
      shownAttrs: attrs | (needsBold(fg, this.depth) ? ATTR.bold : 0),
    };
  }
}

function pack(fg: Colour, bg: Colour, attrs: number): number {
  const flags =
    (attrs & ATTR.bold ? 1 : 0) |
    (attrs & ATTR.underline ? 2 : 0) |
    (attrs & ATTR.blink ? 4 : 0) |
    (attrs & ATTR.inverse ? 8 : 0) |
    (attrs & ATTR.invisible ? 16 : 0);
  return (flags << 18) | ((fg === DEFAULT_COLOUR ? 0x1ff : fg) << 9) | (bg === DEFAULT_COLOUR ? 0x1ff : bg);
}

function unpack(id: number): [Colour, Colour, number] {
  const flags = id >> 18;
  const fg = (id >> 9) & 0x1ff;
  const bg = id & 0x1ff;
  const attrs =
    (flags & 1 ? ATTR.bold : 0) |
    (flags & 2 ? ATTR.underline : 0) |
    (flags & 4 ? ATTR.blink : 0) |
    (flags & 8 ? ATTR.inverse : 0) |
    (flags & 16 ? ATTR.invisible : 0);
  return [fg > 255 ? DEFAULT_COLOUR : fg, bg > 255 ? DEFAULT_COLOUR : bg, attrs];
}
