/**
 * Claude Code where colours are off (`NO_COLOR`, `FORCE_COLOR=0`; seen with 2.1.328): neither colours nor dim text, on all
 * of the screen. What its signs ask of the ink follows then from the place: below the box and at column 0 only Claude
 * writes, and a screen without a box is a dialog. An error is told by Claude's own words at the head of a block.
 */
import { lastInked } from "../../dialog.js";
import { ATTR, type Colour, DEFAULT_COLOUR, type Row, type Still } from "../../still.js";
import { HINT } from "./hint.js";

/** Of the palette: a grey, and a colour. */
const GREY: Colour = 246;
const TINT: Colour = 174;

/** The line of a turn that ended: `✻ Baked for 4s`. What is still under way has its dots. */
export const ENDED = /^[✻✳✽✶✢*·] \S+ for .*\d+[hms]\b/;
const SPINNER = /^[·✢*✶✻✽✳] \S.*…/;
const FAILED = /^[●⏺] API Error: /;

/** The still with the ink that its rows would have in colour; the still itself where it has any. */
export function tinted(still: Still, box: { readonly top: number; readonly bottom: number } | null): Still {
  if (!isMonochrome(still.rows)) return still;
  const end = lastInked(still.rows);
  const pointer = still.rows.findLastIndex(({ text }) => /^\s{0,4}❯ /.test(text));
  const inkOf = ({ text }: Row, y: number): Colour | null => {
    if (box !== null) {
      if (y > box.bottom) return GREY;
      if (y >= box.top) return null;
      return SPINNER.test(text) || FAILED.test(text) ? TINT : ENDED.test(text) ? GREY : null;
    }
    if (y === pointer || /^ ↑ \d+ \S/.test(text)) return TINT;
    return y > pointer && y > end - 2 && isHint(still.rows, y, end) ? GREY : null;
  };
  const rows = still.rows.map((row, y) => {
    return inColour(row, inkOf(row, y));
  });
  return { ...still, rows };
}

/** Likewise rows of the transcript that `still` shows, or from above it: what of them is grey or coloured tells no answer. */
export function tintedTranscript(rows: readonly Row[], still: Still): readonly Row[] {
  if (!isMonochrome(still.rows)) return rows;
  return rows.map((row) => {
    const { text } = row;
    if (FAILED.test(text)) return inColour(row, TINT);
    return inColour(row, /^[❯>!#] |^ {2}⎿ /.test(text) || ENDED.test(text) ? GREY : null);
  });
}

function inColour(row: Row, ink: Colour | null): Row {
  return ink === null ? row : { ...row, runs: row.runs.map((run) => ({ ...run, fg: ink })) };
}

/** The last row, or the last two where the screen is narrow. */
function isHint(rows: readonly Row[], y: number, end: number): boolean {
  return HINT.test(rows[y]!.text) || HINT.test(`${rows[end - 1]?.text.trim()} ${rows[end]!.text.trim()}`);
}

function isMonochrome(rows: readonly Row[]): boolean {
  return rows.every(({ runs }) =>
    runs.every(({ text, fg, attrs }) => text.trim() === "" || (fg === DEFAULT_COLOUR && (attrs & ATTR.dim) === 0)),
  );
}
