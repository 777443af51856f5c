/** What a vendor may rename from one release to the next, applied to the rows of a still. */
import type { Row, Still } from "#core/screen/still.js";

/** Each is one release note away. The styles stay, the words go. */
export const RENAMES: Readonly<Record<string, readonly [RegExp, string]>> = {
  "the key": [/\besc\b/gi, "del"],
  "the hint's verb": [/interrupt|cancel/g, "quench"],
  "the whole hint": [/esc to interrupt|esc to cancel, \d+s|esc interrupt/g, "press nothing at all"],
  "the spinner's verb": [/\p{L}+ing(?=\.\.\.|…)/gu, "Zorking"],
  "the spinner's dots": [/…|\.\.\./g, "   "],
  "Codex's status": [/Working|Worked for/g, "Toiling"],
  "Qwen's confirmation": [/Waiting for user confirmation/g, "Your turn"],
  "the idle hint": [/\? for shortcuts/g, "h for some help"],
  "the dialog's hint": [/(?:esc|enter) to \p{L}+/giu, "Q to leave"],
  "the dialog's question": [/Do you want|Would you like|Allow execution|Permission required/g, "Shall we"],
  "the choices": [/\bYes\b|\bAllow\b/g, "Sure"],
};

export const renamed = (row: Row, [pattern, to]: readonly [RegExp, string]): Row => {
  const runs = row.runs.map((run) => {
    const text = run.text.replace(pattern, to);
    return { ...run, text, cells: text.length };
  });
  return {
    runs,
    text: runs
      .map((run) => run.text)
      .join("")
      .trimEnd(),
  };
};

/** The still with all of `renames`, the title's words too: its signs are replaced by one that nobody knows. */
export function renamedStill(still: Still, renames: readonly (readonly [RegExp, string])[], title: boolean): Still {
  const rows = still.rows.map((row) => renames.reduce(renamed, row));
  return { ...still, rows, title: title ? renamedTitle(still.title) : still.title };
}

export function renamedTitle(title: string): string {
  return `◆ ${title.replace(/^[^\p{L}]+/u, "").replace(/Action Required|Working/, "Foo")}`;
}
