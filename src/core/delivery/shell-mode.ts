/**
 * What an agent writes to another is never run in a shell. Many programs take a prompt that begins with `!` for a command
 * line, a pasted one too; a person may mean that, an agent that writes `!important` never does.
 */
import { pasteable } from "../protocol/quote.js";

/** How a program is given a command line instead of a prompt; a part of its provider's data. */
export interface ShellMode {
  /** What such a prompt begins with. */
  readonly opens: readonly string[];
  /** What makes it a prompt where it is put before it; a blank, unless the program cuts blanks off first. */
  readonly guard: string;
}

/** Some programs leave out blanks, and characters that nobody sees, before they look how a prompt begins. */
const UNSEEN = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+/u;

/** The text so that it is a prompt, however it begins. `mode` undefined: a program that has no such thing. */
export function asPrompt(text: string, mode: ShellMode | undefined): string {
  const begins = pasteable(text).replace(UNSEEN, "");
  return mode?.opens.some((mark) => begins.startsWith(mark)) ? `${mode.guard}${text}` : text;
}
