/**
 * opencode, seen in 1.18. Its title says nothing of its state. A session shows, from the bottom: one row of footer (busy
 * cells at its left, or the folder when at rest), the composer between a bar `┃` and a floor `╹▀▀▀`, and the transcript,
 * whose turns end with `▣  Agent · model · 6.1s`. A dialog has bars in a colour of its own down to the last rows.
 */
import type { Seat } from "../../delivery/handing.js";
import { readComposer, shownCaret } from "../composer.js";
import { lastInked } from "../dialog.js";
import { ARROWS, USUAL_REPLIES } from "../dialog-keys.js";
import { hasInk } from "../ink.js";
import { type Layout, readEmpty, readScreen, type Sign } from "../read-screen.js";
import type { Provider, Reading } from "../reading.js";
import { retryNote } from "../retry-note.js";
import { cutRow, type Row, type Still } from "../still.js";
import { barTop, findDialog } from "./opencode/dialog.js";

/**
 * `blank`, `gone`: an empty screen, before and after. `foot`: the footer's left part. `turn`: the transcript's last `▣`
 * row, where the footer is at rest. `failure`: the block right above it, likewise. `resting`: the footer, where it is at
 * rest. `home`: the composer's first row, where no transcript is shown.
 */
type Region = "blank" | "gone" | "foot" | "turn" | "failure" | "resting" | "home";

const BEFORE: readonly Sign<Region>[] = [
  { rule: "title-emptied", shows: "exited", where: "gone", looksLike: /^/ },
  { rule: "blank", shows: "starting", where: "blank", looksLike: /^/ },
];

const SIGNS: readonly Sign<Region>[] = [
  { rule: "footer-retry", shows: "working", where: "foot", looksLike: /^\s*[■⬝]{4,}\s+(?!esc\b)(\S.*)/, tells: true },
  { rule: "footer-busy", shows: "working", where: "foot", looksLike: /^\s*[■⬝]{4,}/ },
  {
    rule: "footer-interrupt",
    shows: "working",
    where: "foot",
    looksLike: /^\s*(?:\S+\s+)?esc (?:again to )?interrupt/,
  },
  { rule: "error", shows: "error", where: "failure", looksLike: /^\s*┃/, ink: ["red"], tells: true },
  { rule: "interrupted", shows: "interrupted", where: "turn", looksLike: /· interrupted$/ },
  { rule: "turn-took", shows: "finished", where: "turn", looksLike: /· (?:\d+(?:\.\d+)?(?:ms|s|m|h) ?)+$/ },
  // At rest, and the turn's line never got its duration: it was stopped before there was anything to show.
  { rule: "turn-cut", shows: "interrupted", where: "turn", looksLike: /^\s*▣ / },
  { rule: "home", shows: "ready", where: "home", looksLike: /┃/ },
  { rule: "footer-rest", shows: "ready", where: "resting", looksLike: /\S/, unmarked: true },
];

export const opencode: Provider = {
  name: "opencode",
  title: "opencode",
  command: ["opencode"],
  processNames: ["opencode"],
  promptArgument: false,
  resume: ["--session", "{session}"],
  pasteSettleMs: 150,
  // Only where it is typed: what is pasted stays a prompt.
  shellMode: { opens: ["!"], guard: " " },
  // The first Escape asks for a second.
  interruptKeys: ["Escape", "Escape"],
  quit: [{ text: "/exit" }],
  refusedEnv: ["OPENCODE", "OPENCODE_PID", "OPENCODE_RUN_ID"],
  allowedEnv: [],
  hooks: "opencode",
  versions: ["1.18.33"],
  read,
  shows,
  dialogKeys: (asked) =>
    asked.choices.every((choice) => choice.key === "")
      ? { ...ARROWS, back: "Left", forth: "Right" }
      : { ...ARROWS, openField: "Enter", enterKeeps: true, leave: "Tab" },
  replies: USUAL_REPLIES,
};

function read(still: Still): Reading {
  const { rows } = still;
  const end = lastInked(rows);
  if (end < 0) return readEmpty("opencode", still, BEFORE);
  const floor = floorOf(rows);
  const asked = findDialog(rows, end, floor);
  if (asked !== null || floor < 0)
    return readScreen("opencode", still, { regions: {}, question: asked }, BEFORE, SIGNS);
  return readScreen("opencode", still, layOut(still, floor, end), BEFORE, SIGNS);
}

/**
 * The title is the session's (`OC | Title`, cut at 40 characters), and the last row of the box names the agent and the model
 * that a prompt entered there would have: a person may have turned to another one since, or to a session that we know
 * nothing of yet.
 */
function shows(still: Still, { title, agent, model }: Seat): boolean {
  const { rows } = still;
  const floor = floorOf(rows);
  const shown = /^OC \| (.+)$/.exec(still.title)?.[1];
  if (floor < 0 || shown === undefined) return false;
  const isTitle = shown === title || (shown.endsWith("...") && title.startsWith(shown.slice(0, -3)));
  const column = rows[floor]!.text.indexOf("╹");
  const settings = rows.slice(0, floor).findLast((row) => /[^\s┃]/.test(row.text))?.text ?? "";
  const words = settings.slice(column + 1).trim();
  const wanted = `${agent} · ${model}`;
  // What may follow: the model's variant, and the facts beside the session on a wide screen.
  const isSeat = words.startsWith(wanted) && /^(?:$|\s+·\s|\s{2,})/.test(words.slice(wanted.length));
  return isTitle && isSeat && settings[column] === "┃";
}

function layOut(still: Still, floor: number, end: number): Layout<Region> {
  const { rows, columns } = still;
  const column = rows[floor]!.text.indexOf("╹");
  const top = barTop(rows, floor, column);
  const box = rows.slice(top, floor);
  // The last row of the box that holds anything names agent and model; what is typed stands above it.
  const holds = box.map((row) => /[^\s┃]/.test(row.text));
  const draft = box.slice(Math.max(0, holds.indexOf(true)), Math.max(0, holds.lastIndexOf(true)));
  const home = isHome(rows, floor);
  const foot = home ? [] : rows.slice(floor + 1, end + 1).slice(0, 1);
  const left = foot.map((row) => cutRow(row, Math.floor(columns * 0.6)));
  const atRest = left.filter(
    (row) => /^\s*(?:~|\/|[A-Za-z]:\\)/.test(row.text) && hasInk(row, row.text.search(/\S/), "faded"),
  );
  // A palette or a list laid over the session takes the cursor; the session behind it looks as ever, and takes no text.
  const covered = still.cursor.visible && (still.cursor.y < top || still.cursor.y >= floor);
  // An empty box may be of several rows, and the cursor in any of them.
  const caret = shownCaret(still, top, floor - top);
  const above = rows.slice(0, top);
  const turn = above.findLastIndex(isTurnLine);
  const resting = covered ? [] : atRest;
  const failure = turn < 0 ? [] : blockAbove(above, turn);
  return {
    regions: {
      foot: left,
      resting,
      turn: resting.length > 0 && turn >= 0 && lastInked(above) === turn ? [above[turn]!] : [],
      failure: resting.length > 0 ? failure : [],
      home: home && !covered ? box.slice(0, 1) : [],
    },
    composer: covered ? null : readComposer(draft, column + 3, caret && { ...caret, row: 0 }),
    question: null,
    retrying: retryingOn(left),
  };
}

/** `■■■■■■⬝⬝ Internal server error [retrying in 3s attempt #2]`. */
function retryingOn(foot: readonly Row[]): string | null {
  const match = /^\s*[■⬝]{4,}\s+(.*?)\s*\[retrying\b(?:.*?\battempt #(\d+))?/.exec(foot[0]?.text ?? "");
  return match === null ? null : retryNote(match[1]!, match[2]);
}

/** The marker has the agent's colour, or is grey once the turn was stopped; an answer's text is neither. */
export function isTurnLine(row: Row): boolean {
  if (!/^ {3,6}▣ /.test(row.text)) return false;
  const glyph = row.text.indexOf("▣");
  return hasInk(row, glyph, "coloured") || hasInk(row, glyph, "faded");
}

/** The composer's floor, or -1. */
function floorOf(rows: readonly Row[]): number {
  return rows.findLastIndex((row) => /^\s*╹▀{10,}/.test(row.text));
}

/**
 * On the first page the composer stands in the middle, and there is no transcript. Where the screen leaves no room at its
 * sides (up to 84 columns) the page is told by what it has besides: above it nothing but the name, drawn in blocks, and
 * below it, grey and at the right edge, the version, which a session's footer does not show.
 */
function isHome(rows: readonly Row[], floor: number): boolean {
  if (rows[floor]!.text.indexOf("╹") > 4) return true;
  if (rows.slice(0, barTop(rows, floor, rows[floor]!.text.indexOf("╹"))).some((row) => /[^\s▀▄█]/.test(row.text)))
    return false;
  return rows.slice(floor + 1).some((row) => {
    const version = row.text.search(/\d+\.\d+\.\d+\S*$/);
    return version > 0 && hasInk(row, version, "faded");
  });
}

/** The rows with a bar that end right above row `y` (blank rows between). */
function blockAbove(rows: readonly Row[], y: number): Row[] {
  let last = y - 1;
  while (last >= 0 && rows[last]!.text === "") last--;
  let first = last;
  while (first >= 0 && /^ {1,4}┃/.test(rows[first]!.text)) first--;
  return rows.slice(first + 1, last + 1);
}

/** How many rows of the still, from the top, are transcript; the first page has none. */
export function transcriptEnd({ rows }: Still): number {
  const floor = floorOf(rows);
  if (floor < 0) return lastInked(rows) + 1;
  return isHome(rows, floor) ? 0 : barTop(rows, floor, rows[floor]!.text.indexOf("╹"));
}
