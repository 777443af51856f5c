/** The text of a message, as it was given on the command line. */
import { Fault } from "#core/fault.js";
import type { Context } from "../context.js";

/** Words are joined by blanks; `-` alone is standard input, without its last newline. Throws USAGE where that is nothing. */
export async function givenText(
  context: Pick<Context, "stdin">,
  words: readonly string[],
  to: string,
): Promise<string> {
  const text = words.length === 1 && words[0] === "-" ? (await context.stdin()).replace(/\n$/, "") : words.join(" ");
  if (text.trim() === "") throw new Fault("USAGE", `there is nothing to ${to}: the text is empty`);
  return text;
}
