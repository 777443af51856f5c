/** An agent's response on standard output. */
import { printable } from "../../kit/ink.js";
import type { Context } from "../context.js";

/** A terminal is not handed an agent's control characters; a file or a pipe gets the text as it is. */
export function printText(context: Context, text: string): void {
  if (context.columns === null) context.line(text);
  else context.lines(text.split("\n").map((line) => printable(line.replaceAll("\t", "    "))));
}
