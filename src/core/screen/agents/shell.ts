/**
 * A plain shell, or any program drover has no signs for: at a prompt, or running something. A question asked on the
 * cursor's own row (a password, `[y/N]`) waits for a person.
 */
import { askedOn, lastInked, rowAt } from "../dialog.js";
import { USUAL_REPLIES, WORDS } from "../dialog-keys.js";
import { type Layout, readScreen, type Sign } from "../read-screen.js";
import type { Provider, Reading } from "../reading.js";
import type { Row, Still } from "../still.js";

/** `blank`: nothing on the screen. `full`: the first row of a full-screen program. `line`: the cursor's row, up to the cursor. */
type Region = "blank" | "full" | "line";

const SIGNS: readonly Sign<Region>[] = [
  { rule: "blank", shows: "starting", where: "blank", looksLike: /^/ },
  { rule: "full-screen", shows: "working", where: "full", looksLike: /^/ },
  { rule: "prompt", shows: "ready", where: "line", looksLike: /[$#%❯>»λ➜]\s*$/ },
  // A program that writes such a line and stays on it is rare, and what is typed for it would be seen to stand there.
  {
    rule: "draft",
    shows: "ready",
    where: "line",
    looksLike: /^(?:[\w.@:~/()[\]+ -]{0,80}(?:[$#]|(?<!\d)%)|\S{0,40} ?[❯»λ➜]|[\w.@:~/ -]{1,80}[~\w]>) +\S/,
  },
  { rule: "no-prompt", shows: "working", where: "line", looksLike: /^/ },
];

/** A prompt and what stands behind it; a number before `%` is how far something got. */
const TYPED = /^.*?(?:[$#❯>»λ➜]|(?<!\d)%)\s+(\S.*)$/;

export const shell: Provider = {
  name: "shell",
  title: "Shell",
  command: ["sh"],
  processNames: ["sh", "bash", "zsh", "fish", "dash", "ksh"],
  promptArgument: false,
  resume: null,
  pasteSettleMs: 50,
  // What its children have to say would be a command line there.
  wake: "pull",
  interruptKeys: ["C-c"],
  quit: [{ text: "exit" }],
  refusedEnv: [],
  allowedEnv: [],
  read,
  dialogKeys: () => WORDS,
  replies: USUAL_REPLIES,
};

function read(still: Still): Reading {
  const { rows, cursor } = still;
  const row = rowAt(rows, cursor.y);
  const line: Row = { text: row.text.slice(0, cursor.x), runs: row.runs };
  const regions: Layout<Region>["regions"] =
    lastInked(rows) < 0 ? { blank: [row] } : still.alternate ? { full: rows.slice(0, 1) } : { line: [line] };
  const asked = still.alternate ? null : askedOn(line);
  const reading = readScreen<Region>("shell", still, { regions, composer: null, question: asked }, [], SIGNS);
  const isDraft = reading.evidence.rule === "shell/draft";
  if ((reading.shown === "working" || isDraft) && !still.alternate) {
    const behind = TYPED.exec(line.text)?.[1];
    return behind === undefined ? reading : { ...reading, composer: { text: behind, empty: false, pasted: false } };
  }
  if (reading.shown !== "ready") return reading;
  const typed = row.text.slice(cursor.x).trim();
  return { ...reading, composer: { text: typed, empty: typed === "", pasted: false } };
}
