/**
 * Gemini CLI, seen in 0.61. Its title is exact but for the trust dialog: `✋` waits, `✦` busy, `◇` rest. The screen, from
 * the bottom: two rows of footer, the composer in a box of half blocks, a line of hints, a status line with the spinner at
 * its left, and the transcript, whose markers stand in column 0. A dialog is a frame with nothing below it.
 */
import type { Choice, Question, QuestionKind } from "../../model.js";
import { keptCaret, readComposer } from "../composer.js";
import { behindNumber, lastInked, numberedChoices, question, rowAt } from "../dialog.js";
import { DIGITS, USUAL_REPLIES } from "../dialog-keys.js";
import { hasInk } from "../ink.js";
import { type Layout, readScreen, type Sign } from "../read-screen.js";
import type { Provider, Reading } from "../reading.js";
import { DEFAULT_COLOUR, type Row, type Still, unframed } from "../still.js";

/**
 * `blank`: the whole screen, where nothing is on it. `gone`: the frame at the bottom, once Gemini let go of the terminal.
 * `first`: the composer's row in the very first frame, with its cursor and with nothing at all above it. `spin`: the left half of the status line.
 * `status`: the same, where the title does not say that Gemini rests (it names hooks that run at rest, too).
 * `notice`: the transcript's last notice or error. `prompt`: the composer's first row.
 */
type Region = "blank" | "gone" | "first" | "spin" | "status" | "notice" | "prompt";

const BEFORE: readonly Sign<Region>[] = [
  { rule: "goodbye", shows: "exited", where: "gone", looksLike: /\bGoodbye\b|\bSession ID:/i },
];

const TITLE_SIGNS: readonly Sign<Region>[] = [
  { rule: "title-waiting", shows: "blocked", where: "title", looksLike: /^✋/ },
  { rule: "title-busy", shows: "working", where: "title", looksLike: /^✦/ },
];

/** Gemini clears the screen before it draws all of it anew: for a frame the title is all there is. */
const BLANK_SIGNS: readonly Sign<Region>[] = [
  ...TITLE_SIGNS,
  { rule: "blank", shows: "starting", where: "blank", looksLike: /^/ },
];

const FAILED = /^ℹ (This request failed\b.*)/;

const SIGNS: readonly Sign<Region>[] = [
  ...TITLE_SIGNS,
  { rule: "spinner", shows: "working", where: "spin", looksLike: /^\s*[\u2800-\u28ff] (.*)/, tells: true },
  { rule: "first-frame", shows: "starting", where: "first", looksLike: /^/ },
  // Whatever is written there speaks of a turn under way, or is new to us.
  { rule: "status", shows: "unclear", where: "status", looksLike: /\S/ },
  { rule: "error", shows: "error", where: "notice", looksLike: /^✕ (.*)/, ink: ["red"], tells: true },
  { rule: "cancelled", shows: "interrupted", where: "notice", looksLike: /^ℹ .*\bcancell?ed\b/i, ink: ["coloured"] },
  // Below an error that a low screen has no room for.
  { rule: "failed", shows: "error", where: "notice", looksLike: FAILED, tells: true },
  // Without colours (`NO_COLOR`): in column 0 nothing but Gemini itself writes.
  { rule: "error-plain", shows: "error", where: "notice", looksLike: /^✕ (.*)/, ink: ["plain"], tells: true },
  {
    rule: "cancelled-plain",
    shows: "interrupted",
    where: "notice",
    looksLike: /^ℹ .*\bcancell?ed\b/i,
    ink: ["plain"],
  },
  { rule: "prompt", shows: "ready", where: "prompt", looksLike: /^\s?[>!*]/ },
];

export const gemini: Provider = {
  name: "gemini",
  title: "Gemini CLI",
  command: ["gemini"],
  processNames: ["gemini"],
  promptArgument: false,
  resume: ["--resume", "{session}"],
  // Its hooks would tell the id, but most users cannot be given any.
  newSession: {
    args: ["--session-id", "{session}"],
    unless: ["--session-id", "--session-file", "--resume", "-r", "--prompt", "-p"],
  },
  pasteSettleMs: 150,
  // Only where it is typed: what is pasted stays a prompt.
  shellMode: { opens: ["!"], guard: " " },
  interruptKeys: ["Escape"],
  // `/quit` is swallowed now and then (4 of 6 tries without a network); this ended it in 5 of 5.
  quit: [{ keys: ["C-c"] }, { keys: ["C-c"] }],
  refusedEnv: ["GEMINI_CLI"],
  allowedEnv: [],
  hooks: "gemini",
  debugLog: "GEMINI_DEBUG_LOG_FILE",
  versions: ["0.61.0"],
  read,
  dialogKeys: () => DIGITS,
  replies: USUAL_REPLIES,
};

function read(still: Still): Reading {
  const { rows } = still;
  const end = lastInked(rows);
  if (end < 0) return readScreen("gemini", still, { regions: { blank: rows.slice(0, 1) } }, [], BLANK_SIGNS);
  if (still.title === "" && still.cursor.visible) {
    // It ends with its figures in a frame; a shell may have written below it since.
    const edge = rows.findLastIndex((_, y) => y <= end && frameAt(rows, y) !== null);
    const farewell = edge < 0 ? [] : rows.slice(frameAt(rows, edge)!, edge);
    return readScreen("gemini", still, { regions: { gone: farewell } }, BEFORE, []);
  }
  const frame = frameAt(rows, end);
  const box = findBox(still, end);
  if (box !== null) return readScreen("gemini", still, layOut(still, box), BEFORE, SIGNS);
  return readScreen(
    "gemini",
    still,
    { regions: {}, question: frame === null ? null : findDialog(rows, frame, end) },
    BEFORE,
    SIGNS,
  );
}

interface Box {
  readonly top: number;
  readonly bottom: number;
}

/** The box nearest to the bottom, as wide as the screen, with at most a short footer below. Prompts sent have boxes too. */
function findBox(still: Still, end: number): Box | null {
  const { rows, columns } = still;
  const bottom = rows.findLastIndex((row, y) => y <= end && isEdge(row, "▀", columns));
  if (bottom < 0 || end - bottom > 14) return null;
  // An empty line of a draft is as blank as an edge: the upper one stands right above the prompt's own row.
  const top = rows.findLastIndex(
    (row, y) => y < bottom - 1 && isEdge(row, "▄", columns) && /^\s?[>!*]/.test(rows[y + 1]!.text),
  );
  if (top < 0 || rows.slice(top + 1, bottom).some((row) => /^[✦✕ℹ✓╭⚠─]/.test(row.text))) return null;
  // A prompt that was sent is followed by the transcript; the composer by what fits into a menu and a footer.
  return rows.slice(bottom + 1, end + 1).some((row) => /^[✦✕ℹ✓╭⚠]/.test(row.text)) ? null : { top, bottom };
}

function layOut(still: Still, box: Box): Layout<Region> {
  const { rows, columns } = still;
  const prompt = rows.slice(box.top + 1, box.bottom);
  // The rule that parts the transcript's side from the composer's; the status line is right above it.
  const rule = rows.findLastIndex((row, y) => y < box.top && /^[─]{20,}$/.test(row.text));
  const status = rule < 1 ? "" : rows[rule - 1]!.text.slice(0, Math.floor(columns / 2)).trimEnd();
  const left = status === "" ? [] : [{ text: status, runs: rows[rule - 1]!.runs }];
  const above = rows.slice(0, Math.max(0, rule - 1));
  const start = above.findLastIndex(
    (row, y) => /^[✦✕]|^ℹ .*cancell?ed/i.test(row.text) || isSentPrompt(above, y, columns),
  );
  const below = start < 0 ? above.findLastIndex((row) => FAILED.test(row.text)) : start;
  const notice = below < 0 ? [] : above.slice(below);
  const noticeEnd = notice.findIndex((row, index) => index > 0 && !/^ {2}\S/.test(row.text));
  const shell = !/^\s?[>*]/.test(prompt[0]!.text);
  const composer = isPlaceholder(prompt)
    ? NOTHING_TYPED
    : readComposer(prompt, 3, keptCaret(still, box.top + 1, prompt.length));
  return {
    regions: {
      first:
        lastInked(above) < 0 && box.top < 8 && rows.length >= 16 && hasInk(prompt[0]!, 3, "inverse")
          ? prompt.slice(0, 1)
          : [],
      spin: left,
      status: still.title.startsWith("◇") ? [] : left,
      notice: notice.slice(0, noticeEnd < 0 ? undefined : noticeEnd),
      prompt: prompt.slice(0, 1),
    },
    composer: shell ? { ...composer, text: `!${composer.text}`, empty: false } : composer,
  };
}

const NOTHING_TYPED = { text: "", empty: true, pasted: false } as const;

/** The cursor stands before it. Where colours are off nothing else tells it from what somebody typed. */
function isPlaceholder([row, ...more]: readonly Row[]): boolean {
  const isEmpty = /^\s?>\s+Type your message or @path\/to\/file$/.test(row?.text ?? "");
  return isEmpty && more.every(({ text }) => text === "") && hasInk(row!, 3, "inverse");
}

/**
 * An edge of a box. In true colour it is half blocks in the colour of the box; where the terminal has fewer colours it is
 * a whole blank row on the box's background; without any (`NO_COLOR`) it is a rule, not dim as the one above the hints is.
 * Seen in fixtures/screens/captures/gemini-256-colours-*.txt and gemini-plain-*.txt.
 */
function isEdge(row: Row, glyph: "▄" | "▀", columns: number): boolean {
  if (row.text.length >= columns - 1 && /^─+$/.test(row.text) && hasInk(row, 0, "plain")) return true;
  if (row.text !== "") return row.text.length >= columns - 1 && row.text === glyph.repeat(row.text.length);
  const tinted = row.runs.reduce((cells, run) => cells + (run.bg === DEFAULT_COLOUR ? 0 : run.cells), 0);
  return tinted >= columns - 1;
}

/** Whether a sent prompt may begin here: at the upper edge of its box, or at the prompt itself where it has none (`NO_COLOR`). */
export function isSentPrompt(rows: readonly Row[], y: number, columns: number): boolean {
  const row = rows[y]!;
  if (isEdge(row, "▄", columns)) return true;
  return /^[>!*] /.test(row.text) && hasInk(row, 0, "plain") && !(y > 0 && isEdge(rows[y - 1]!, "▄", columns));
}

/** Row of the upper edge of the frame whose lower edge is row `end`, or null. */
function frameAt(rows: readonly Row[], end: number): number | null {
  if (!/^ ?╰─+╯$/.test(rowAt(rows, end).text)) return null;
  const top = rows.findLastIndex((row, y) => y < end && /^ ?╭─+╮$/.test(row.text));
  // A frame taller than the screen begins above it.
  return Math.max(top, 0);
}

function findDialog(rows: readonly Row[], frame: number, end: number): Question | null {
  const asks = rows.slice(frame, end).some((row) => unframed(row.text) === "Answer Questions");
  const scrolls = asks && rows.slice(frame, end).some((row) => unframed(row.text) === "▲");
  const list = numberedChoices(rows, end - 1, { ...LIST, scrolls });
  if (list === null || list.first < frame)
    return asks ? textDialog(rows.slice(frame, end)) : keyDialog(rows.slice(frame, end));
  const top = scrolls ? rows.findLastIndex((row, y) => y <= list.first && unframed(row.text) === "▲") : list.first;
  const body = rows.slice(frame, top);
  if (!asks) return question(kindOf(body), body, list.choices);
  const hint = rows.slice(list.first, end).findLast((row) => /\bEnter to (?:select|submit)\b/.test(row.text));
  const last = list.choices.findLastIndex(({ submits }) => !submits);
  // The field is always the last of them; once something is typed into it nothing but the hint and its place say so.
  const choices = list.choices.map((choice, n): Choice => {
    const row = rows[list.at[n]!]!;
    const named = behindNumber(row) === FIELD;
    const open = choice.selected && /Enter to submit/.test(hint?.text ?? "");
    // Right above `Done` it stands in any case.
    const lowest = n === last && (open || list.choices[n + 1]?.submits === true);
    return named || lowest
      ? { ...choice, text: FIELD, field: { text: named ? "" : choice.text, open: choice.selected } }
      : choice;
  });
  const multiple = choices.some(({ checked }) => checked !== undefined) ? ({ multiple: true } as const) : {};
  return question("question", body, choices, { ...multiple, questions: tabsOf(body) }, scrolls);
}

const FIELD = "Enter a custom value";
const LIST = {
  submit: /^[\s│]*(?:●\s+)?(Done)[\s│]*$/,
  isSubmitSelected: (row: Row) => /^[\s│]*●/.test(row.text),
};

/** `← □ Database │ □ Name │ ≡ Review →` */
function tabsOf(body: readonly Row[]): number {
  return body.find((row) => /←.*≡ Review/.test(row.text))?.text.match(/ [□■✓✔☐☑☒] /g)?.length ?? 1;
}

/** All that is asked for is a text: its field is a row behind `>`, above the hint. Or the answers are shown once more. */
function textDialog(framed: readonly Row[]): Question | null {
  const hint = framed.findLastIndex((row) => /^[\s│]*Enter to submit\b/.test(row.text));
  if (hint < 0) return null;
  const at = framed.findLastIndex((row, y) => y < hint && /^[\s│]*> /.test(row.text));
  if (at < 0) {
    if (!framed.some((row) => /^Review your answers/.test(unframed(row.text)))) return null;
    const body = framed.slice(0, hint);
    const send: Choice = { key: "", text: "Submit", selected: true, submits: true };
    return question("question", body, [send], { reviews: tabsOf(body), questions: tabsOf(body) });
  }
  const row = framed[at]!;
  const from = row.text.indexOf("> ") + 2;
  const edge = row.runs.findLastIndex((run) => run.text.trim() !== "");
  const unedged = { text: row.text, runs: row.runs.slice(0, edge) };
  const text = unframed(readComposer([unedged], from).text);
  const body = framed.slice(0, at);
  return question("question", body, [], { field: { text, open: true }, questions: tabsOf(body) });
}

/** A key to sign in with, into a frame within the frame. */
function keyDialog(framed: readonly Row[]): Question | null {
  const hint = framed.findLastIndex((row) => /^[\s│]*\(Press Enter to submit\b/.test(row.text));
  const edge = framed.findLastIndex((row, y) => y < hint && /^ ?│ ╭─+╮ │$/.test(row.text));
  if (hint < 0 || edge < 0) return null;
  const shown = unframed(framed[edge + 1]!.text);
  const text = shown === "Paste your API key here" ? "" : shown;
  return question("login", framed.slice(0, edge), [], { field: { text, open: true } });
}

function kindOf(body: readonly Row[]): QuestionKind {
  const text = body.map((row) => row.text).join("\n");
  if (/\btrust the files\b|trust this folder/i.test(text)) return "trust";
  if (/how would you like to authenticate|sign in|API key/i.test(text)) return "login";
  if (/\bAllow execution\b|\bApply this change\b|\bDo you want to\b|\ballow\b/i.test(text)) return "permission";
  if (/\bplan\b.*\?/i.test(text)) return "plan";
  if (/\?[\s│]*$/m.test(text)) return "question";
  return "other";
}

/** How many rows of the still, from the top, are transcript: the status line and the rule below it are not. */
export function transcriptEnd(still: Still): number {
  const end = lastInked(still.rows);
  const box = findBox(still, end);
  if (box === null) return end + 1;
  const rule = still.rows.findLastIndex((row, y) => y < box.top && /^[─]{20,}$/.test(row.text));
  return Math.max(0, (rule < 0 ? box.top : rule) - 1);
}
