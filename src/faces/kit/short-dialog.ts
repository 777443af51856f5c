import { printable } from "./ink.js";

/**
 * A dialog in a few words: the line that asks, where it says something; where it only asks whether to go on, the line
 * that says with what (a command after `$`, what follows the question, or what stands under the heading).
 */
export function shortDialog(text: string): string {
  const lines = text
    .split("\n")
    .map(printable)
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "");
  const at = lines.findIndex((line) => line.endsWith("?"));
  const command = lines.find((line) => line.startsWith("$ "));
  if (at < 0) {
    // opencode 1.18 asks with a heading alone.
    if (HEADING.test(lines[0] ?? "")) return command ?? lines[1] ?? lines[0]!;
    // In the middle of a text the sentence that asks.
    return lines.map((line) => /[^.!?:]+\?(?= )/.exec(line)?.[0].trim()).find(Boolean) ?? lines[0] ?? "";
  }
  if (!GENERIC.test(lines[at]!)) return lines[at]!;
  return command ?? (at === 1 ? lines[0] : lines[1]) ?? lines[at]!;
}

const HEADING = /^(\S )?permission (required|needed)$/i;
/** What every permission asks, and so tells nothing. */
const GENERIC =
  /^(do|would) you (want|like) to (proceed|continue|(run|execute|allow) (this|the following)( command)?)\?$|^(allow|proceed|continue|run)( (this|command|execution))*\?$/i;
