/**
 * The final response of an agent's last turn (SPEC §5), wherever it came from. Three kinds that must never be taken for
 * one another: the whole of it, its end with the beginning lost, and a turn that ended without a word.
 */

export type OutputSource = "hook" | "transcript" | "api" | "screen";

/** An agent's last response, or why there is none. */
export interface Output {
  readonly kind: "complete" | "partial" | "none";
  /** The response; of `partial` behind a line `[PARTIAL RESPONSE - …]`, of `none` only a line `[NO RESPONSE - …]`. */
  readonly text: string;
  readonly source: OutputSource;
  /** The turn it ended; 0 before the first. */
  readonly turn: number;
  /** Lines of `text`. */
  readonly lines: number;
}

/** A response that is known whole. */
export function complete(text: string, source: OutputSource, turn: number): Output {
  return { kind: "complete", text, source, turn, lines: countLines(text) };
}

/** Why a response is not whole: its beginning is kept nowhere, the program drew over it, or somebody scrolled away from it. */
const ABOVE = "it began above what is kept";
export const WRITTEN_OVER = "rows of it were written over";
export const SCROLLED_UP = "its screen is scrolled up";

/** `text` is what is left of the response: its end. */
export function partial(text: string, source: OutputSource, turn: number, why = ABOVE): Output {
  const kept = countLines(text);
  const part = kept === 0 ? "none of its" : kept === 1 ? "only the last of its" : `the last ${kept}`;
  const head = `[PARTIAL RESPONSE - ${why}: ${part} lines retrieved]`;
  const whole = text === "" ? head : `${head}\n${text}`;
  return { kind: "partial", text: whole, source, turn, lines: countLines(whole) };
}

/** Why there is no response to a turn that went well. */
export const NO_TEXT = "the turn ended without text";

/** `why` goes on after "NO RESPONSE - ". */
export function none(why: string, source: OutputSource, turn: number): Output {
  return { kind: "none", text: `[NO RESPONSE - ${why}]`, source, turn, lines: 1 };
}

/** How many lines, without making them: a last line need not end in a newline. */
function countLines(text: string): number {
  if (text === "") return 0;
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < text.length - 1; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}
