import { shellWord } from "#core/screen/hook-events.js";

/** `words` as a line for a shell: the project, or the folder of a test, may lie in a path with spaces. */
export function shellLine(...words: string[]): string {
  return words.map(shellWord).join(" ");
}
