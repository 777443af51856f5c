/** Texts as an input box shows them. */
import type { Composer } from "../screen/reading.js";

/** Fewer characters than this, seen of a longer text, could be anybody's. */
const PART_AT_LEAST = 16;

/**
 * Whether the box holds this text and nothing else: whole, or as a placeholder for a long paste, or the part of it that
 * the box has room for. White space does not count, since a box wraps lines where it likes; nor do characters outside
 * ASCII where the rest is enough to tell, since tmux drops those that its C library does not know.
 */
export function composerHolds(composer: Composer, text: string): boolean {
  if (composer.pasted) return true;
  return holds(solid(composer.text), solid(text)) || holdsAscii(solid(composer.text), solid(text));
}

function holds(shown: string, text: string): boolean {
  if (shown === text) return true;
  const part = shown.replace(/^(…|\.\.\.)|(…|\.\.\.)$/g, "");
  return part.length >= PART_AT_LEAST && text.includes(part);
}

function holdsAscii(shown: string, text: string): boolean {
  const ascii = (s: string) => s.replace(/[^\x21-\x7e]/g, "");
  return ascii(text).length >= PART_AT_LEAST && holds(ascii(shown), ascii(text));
}

/** Without white space and characters of no width. */
function solid(text: string): string {
  return text.normalize("NFC").replace(/\s|[\u200b-\u200f\u2060\ufeff]|\ufe0e|\ufe0f/g, "");
}
