/**
 * Claude Code, seen in 2.1.197 and 2.1.328, in both of its renderers. From the bottom up its screen is: a footer of hints,
 * a box between two rules as wide as the screen whose prompt is dimmed while a turn runs, a line with the spinner, and the
 * transcript. A dialog takes the place of box and footer. Answers and tool output are indented, so column 0 is Claude's own.
 */
import { drawnCaret, readComposer } from "../composer.js";
import { lastInked, rowAt } from "../dialog.js";
import { ARROWS, DIGITS, USUAL_REPLIES } from "../dialog-keys.js";
import { hasInk } from "../ink.js";
import { isLetGo, type Layout, readEmpty, readScreen, type Sign } from "../read-screen.js";
import type { Provider, Reading } from "../reading.js";
import { retryNote } from "../retry-note.js";
import type { Row, Still } from "../still.js";
import { findDialog, isRule } from "./claude/dialog.js";
import { ENDED, tinted } from "./claude/tint.js";

/**
 * `blank`: the whole screen, only where nothing is on it. `gone`: the last rows, only where the program has let go of the
 * terminal. `left`: the cursor's row, where it is shown below the box. `foot`: below the box. `prompt`: the box's first row. `spin`: what stands at column 0 between the last block
 * of the transcript and the box. `block`: the last block of the transcript. `last`: its last row; none of these three
 * where the transcript is scrolled up. `behind`: then, without a box, the row that says what is below.
 */
type Region = "blank" | "gone" | "left" | "foot" | "prompt" | "spin" | "block" | "last" | "behind";

const BEFORE: readonly Sign<Region>[] = [
  { rule: "title-emptied", shows: "exited", where: "gone", looksLike: /^/ },
  { rule: "resume-hint", shows: "exited", where: "gone", looksLike: /^claude (?:\S+ )*--resume [0-9a-f-]{36}$/ },
  { rule: "cursor-below-box", shows: "exited", where: "left", looksLike: /^/ },
  { rule: "blank", shows: "starting", where: "blank", looksLike: /^/ },
];

const SIGNS: readonly Sign<Region>[] = [
  // `/clear` and its like: it shows the hooks that it runs then as it shows a turn. The next conversation follows.
  {
    rule: "leaves-conversation",
    shows: "starting",
    where: "spin",
    looksLike: /^[·✢*✶✻✽✳] (\S+ \(running SessionEnd hook.*)/,
    ink: ["coloured"],
    leaves: true,
  },
  // 2.1.197 and earlier turn a braille wheel in the title while busy; 2.1.328 leaves it alone, so rest proves nothing.
  { rule: "title-busy", shows: "working", where: "title", looksLike: /^[\u2800-\u28ff] / },
  {
    rule: "footer-interrupt",
    shows: "working",
    where: "foot",
    looksLike: /\b(?:esc|escape|ctrl\+\w)\b[^·]{0,12}\b(?:interrupt|stop|cancel|abort|halt)/i,
    ink: ["faded"],
  },
  // `✻ Puttering… (1s · ↓ 61 tokens)`, `✻ 500 Internal server error · retrying in 2s`: coloured; grey once it is over.
  { rule: "spinner", shows: "working", where: "spin", looksLike: /^[·✢*✶✻✽✳] (\S.*)/, ink: ["coloured"], tells: true },
  { rule: "prompt-dimmed", shows: "working", where: "prompt", looksLike: /^❯/, ink: ["faded"] },
  { rule: "error", shows: "error", where: "block", looksLike: /^[●⏺] (.*)/, ink: ["coloured"], tells: true },
  {
    rule: "error-row",
    shows: "error",
    where: "last",
    looksLike: /^\s+⎿\s+(\S.*)/,
    ink: ["red"],
    tells: true,
  },
  {
    rule: "interrupted",
    shows: "interrupted",
    where: "last",
    looksLike: /^\s+⎿\s+(Interrupted\b.*)/,
    ink: ["faded"],
  },
  // Its helpers work on in the background and will wake it. The row stays in the transcript, but not as the last one.
  {
    rule: "waits-for-helpers",
    shows: "working",
    where: "last",
    looksLike: /^[✻✳✽✶✢*·] (Waiting for \d+ background .*)/,
    tells: true,
  },
  { rule: "turn-took", shows: "finished", where: "last", looksLike: ENDED, ink: ["faded"] },
  { rule: "prompt", shows: "ready", where: "prompt", looksLike: /^[❯!#]/, unmarked: true },
  { rule: "dialog-below", shows: "blocked", where: "behind", looksLike: /\bwaiting for your \w+/i },
];

export const claude: Provider = {
  name: "claude",
  title: "Claude Code",
  command: ["claude"],
  processNames: ["claude"],
  promptArgument: true,
  resume: ["--resume", "{session}"],
  newSession: {
    args: ["--session-id", "{session}"],
    unless: ["--session-id", "--resume", "-r", "--continue", "-c", "--from-pr", "--print", "-p"],
  },
  pasteSettleMs: 150,
  shellMode: { opens: ["!"], guard: " " },
  interruptKeys: ["Escape"],
  quit: [{ text: "/exit" }],
  refusedEnv: ["CLAUDE*"],
  allowedEnv: ["CLAUDE_CODE_USE_*"],
  hooks: "claude",
  versions: ["2.1.197", "2.1.328"],
  read,
  dialogKeys: (asked) => (asked.kind === "trust" ? ARROWS : DIGITS),
  // A plan is approved by the choice that stands first; which of them asks before each edit is named by no fixed word.
  // Notes that are only read (claude/welcome.ts) offer to go on.
  replies: {
    ...USUAL_REPLIES,
    yes: [...USUAL_REPLIES.yes, "^yes, (?:and )?(?:manually|switch to default)\\b", "^continue$"],
  },
};

function read(drawn: Still): Reading {
  const end = lastInked(drawn.rows);
  if (end < 0) return readEmpty("claude", drawn, BEFORE);
  const box = findBox(drawn, end);
  const still = tinted(drawn, box);
  const { rows } = still;
  // The cursor is hidden all along.
  if (isLetGo(still)) return readScreen("claude", still, { regions: { gone: [rows[end]!] } }, BEFORE, []);
  if (box === null) {
    const resume = !still.alternate && still.cursor.visible ? { gone: rows.slice(Math.max(0, end - 2), end + 1) } : {};
    const behind = isScrolled(rows[end]!) ? { behind: [rows[end]!] } : {};
    const regions = { ...resume, ...behind };
    return readScreen("claude", still, { regions, question: findDialog(still, end) }, BEFORE.slice(1), SIGNS);
  }
  // On the main screen the box stays behind when Claude is gone, and a shell writes below it.
  const left = !still.alternate && still.cursor.visible && still.cursor.y > box.bottom;
  if (left) return readScreen("claude", still, { regions: { left: [rowAt(rows, still.cursor.y)] } }, BEFORE, []);
  return readScreen("claude", still, layOut(still, box, end), [], SIGNS);
}

/** `✻ API error · retrying in 1s · attempt 1/10`, in colour, as in 2.1.328; 2.1.197 has a capital. */
function retryingOn(spin: readonly Row[]): string | null {
  for (const row of spin) {
    const match = /^[·✢*✶✻✽✳] (.+?) · retrying\b(?:.*\battempt (\d+(?:\/\d+)?))?/i.exec(row.text);
    if (match !== null && hasInk(row, 0, "coloured")) return retryNote(match[1]!, match[2]);
  }
  return null;
}

/** ` Jump to bottom (ctrl+End) ↓ `, on a ground of its own, over the last row that is shown of what is scrolled up. */
function isScrolled(row: Row): boolean {
  const at = row.text.search(/\(ctrl\+end\) ↓/i);
  return at > 0 && hasInk(row, at, "on");
}

/** Whether that stands right above row `y`, where at most a tip and the mode are between. */
function isScrolledAbove(rows: readonly Row[], y: number): boolean {
  return rows.slice(Math.max(0, y - TIPS_LIMIT_ROWS), y).some(isScrolled);
}

/** Whether what is shown of the transcript is not its end, since somebody scrolled up. */
export function isScrolledUp(still: Still): boolean {
  const end = lastInked(still.rows);
  return isScrolledAbove(still.rows, findBox(still, end)?.top ?? end + 1);
}

interface Box {
  readonly top: number;
  readonly bottom: number;
}

/** The lowest pair of rules with a prompt below the upper one. A rule in an answer is indented or shorter. */
function findBox(still: Still, end: number): Box | null {
  const { rows, columns } = still;
  let bottom = -1;
  for (let y = end; y >= 0; y--) {
    if (!isRule(rows[y]!, columns)) continue;
    if (bottom < 0) bottom = y;
    else return /^[❯!#]/.test(rowAt(rows, y + 1).text) && y + 1 < bottom ? { top: y, bottom } : null;
  }
  return null;
}

const TIPS_LIMIT_ROWS = 4;

function layOut(still: Still, box: Box, end: number): Layout<Region> {
  const { rows, columns } = still;
  const prompt = rows.slice(box.top + 1, box.bottom);
  const above = rows
    .slice(0, box.top)
    .map((row, y) => ({ row, y }))
    .filter(({ row }) => !isChrome(row, columns));
  const last = above.findLast(({ row }) => row.text !== "")?.row;
  const scrolled = isScrolledAbove(rows, box.top);
  const blockStart = above.findLast(({ row }) => /^[●⏺❯] /.test(row.text))?.y ?? -1;
  const rowsOf = (from: number, to: number) => above.filter(({ y }) => y >= from && y < to).map(({ row }) => row);
  const blockRows = blockStart < 0 ? [] : rowsOf(blockStart, box.top);
  const gap = blockRows.findIndex((row, index) => index > 0 && (row.text === "" || /^\S/.test(row.text)));
  const bash = prompt[0]?.text.startsWith("❯") === false;
  const composer = readComposer(prompt, 2, drawnCaret(prompt, 2));
  const spin = scrolled ? [] : rowsOf(blockStart + 1, box.top).filter((row) => /^\S/.test(row.text));
  return {
    regions: {
      foot: rows.slice(box.bottom + 1, end + 1),
      prompt: prompt.slice(0, 1),
      spin,
      block: !scrolled && isErrorBlock(blockRows[0]) ? blockRows.slice(0, gap < 0 ? undefined : gap) : [],
      last: scrolled || last === undefined ? [] : [last],
    },
    // In shell mode (`!`) and memory mode (`#`) what is sent is not a prompt: not a box to type into.
    composer: bash ? { ...composer, text: `${prompt[0]!.text[0]}${composer.text}`, empty: false } : composer,
    question: null,
    retrying: retryingOn(spin),
  };
}

/** Mode, effort and tips, written in grey up to the right edge above the box; no part of the transcript. */
function isChrome(row: Row, columns: number): boolean {
  if (row.text === "") return false;
  const indent = row.text.search(/\S/);
  return indent > columns / 2 || (indent > 4 && row.text.length >= columns - 3 && hasInk(row, indent, "faded"));
}

/** In an error the marker and the text share a colour that neither an answer nor a tool has. */
function isErrorBlock(row: Row | undefined): boolean {
  return (
    row !== undefined &&
    /^[●⏺] \S/.test(row.text) &&
    hasInk(row, 0, "coloured") &&
    hasInk(row, 2, "coloured") &&
    row.runs[0]!.fg === row.runs.findLast((run) => run.text.trim() !== "")!.fg
  );
}

/** How many rows of the still, from the top, are transcript; tips and modes above the box are not. */
export function transcriptEnd(still: Still): number {
  const { rows, columns } = still;
  const end = lastInked(rows);
  let y = findBox(still, end)?.top ?? end + 1;
  while (y > 0 && (rows[y - 1]!.text === "" || isChrome(rows[y - 1]!, columns))) y--;
  return y;
}
