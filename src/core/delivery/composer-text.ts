/** Texts as an input box shows them. */
import { pasteable } from "../protocol/quote.js";
import type { Composer } from "../screen/reading.js";

/** Fewer characters than this, seen of a longer text, could be anybody's. */
const PART_AT_LEAST = 16;

/**
 * The text as it is pasted. While a file or a skill is being named (`@src`, `$skill`) some programs list what could be
 * meant, and Enter takes one of these instead of sending the text (Codex 0.169): a blank behind it closes the list.
 */
export function typeable(text: string): string {
  const clean = pasteable(text);
  return /(?:^|\s)[@$]\S*$/.test(clean) ? `${clean} ` : clean;
}

/** All that stands in a box whose program shows a long paste by its name alone. */
const PLACEHOLDER = /^\[Pasted[^\]]+\]$/i;

/**
 * Whether the box holds this text and nothing else: whole, or as a placeholder for a long paste, or the part of it that
 * the box has room for. White space does not count, since a box wraps lines where it likes; nor need characters outside
 * ASCII be there where the rest is enough to tell, since tmux drops those that its C library does not know.
 */
export function composerHolds(composer: Composer, text: string): boolean {
  const [shown, wanted] = [solid(composer.text), solid(text)];
  if (composer.pasted && (shown === "" || PLACEHOLDER.test(shown))) return true;
  // Its cursor tells that something stands there of which nothing is shown; the box was empty before.
  if (shown === "" && !composer.empty) return wanted !== "" && ascii(wanted) === "";
  return holds(shown, wanted) || holdsAscii(shown, wanted);
}

function holds(shown: string, text: string): boolean {
  if (shown === text) return true;
  const part = shown.replace(/^(…|\.\.\.)|(…|\.\.\.)$/g, "");
  return part.length >= PART_AT_LEAST && text.includes(part);
}

function holdsAscii(shown: string, text: string): boolean {
  if (ascii(text) === "" || !holds(ascii(shown), ascii(text))) return false;
  // What is there besides is of the text, in its order: anything else somebody typed. Marks are left to the terminal.
  const others = (s: string) => s.replace(/[\x21-\x7e\p{M}\p{Cf}\ufffd]|^…|…$/gu, "");
  const rest = others(text);
  let at = 0;
  for (const character of others(shown)) {
    const found = rest.indexOf(character, at);
    if (found < 0) return false;
    at = found + character.length;
  }
  return true;
}

function ascii(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "");
}

/** Without white space and characters that nobody sees. */
function solid(text: string): string {
  return text.normalize("NFC").replace(/[\s\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
}
