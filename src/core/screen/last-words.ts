/** What an agent program says of its conversation when it ends: how to take it up again. */
import { lastInked } from "./dialog.js";
import type { Still } from "./still.js";

/** The hint stands among the last rows that are not blank, above what tmux or a shell writes; an answer may quote one. */
const ROWS = 4;

/**
 * The program's own name for its conversation: `claude --resume UUID`, `codex resume UUID`, at the end of one of the last
 * rows. Null where it says none. `program` is the command it would be resumed with. Only for a screen whose program ended.
 */
export function resumeHint(program: string, still: Still): string | null {
  let seen = 0;
  for (let y = lastInked(still.rows); y >= 0 && seen < ROWS; y--) {
    const text = still.rows[y]?.text.trimEnd() ?? "";
    if (text !== "") seen++;
    const found = /(?:^|\s)(\S+)(?: \S+)* (?:--resume|--session|resume) ([0-9A-Za-z_-]{8,128})$/.exec(text);
    if (found !== null && found[1] === program) return found[2] ?? null;
  }
  return null;
}
