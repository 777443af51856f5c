/**
 * Codex, seen in 0.169. Its title is exact: a braille wheel while busy, `[ ! ] Action Required` (blinking) when it waits,
 * else plain. On the screen: a footer, the composer behind a bold `›`, a `• Working` line that is absent while an answer
 * streams, and the transcript, whose own markers stand in column 0. A dialog takes the place of composer and footer.
 */
import type { Choice, Question, QuestionKind } from "../../model.js";
import { readComposer, shownCaret } from "../composer.js";
import { behindNumber, type ChoiceList, type Form, lastInked, numberedChoices, question, rowAt } from "../dialog.js";
import { ARROWS, DIGITS, USUAL_REPLIES } from "../dialog-keys.js";
import { hasInk } from "../ink.js";
import { isLetGo, type Layout, readEmpty, readScreen, type Sign } from "../read-screen.js";
import type { Provider, Reading } from "../reading.js";
import { retryNote } from "../retry-note.js";
import type { Row, Still } from "../still.js";
import { firstRunChoices, keyPage } from "./codex/first-run.js";

/**
 * `blank`, `gone`: as for every program (nothing on the screen; the last rows once it let go of the terminal). `drawn`: the
 * last row, where there is no composer yet and nothing but the welcome and its picture. `loading`: the welcome's second row,
 * where nothing has been said yet. `fresh`: the composer's first row, likewise. `status`: the row above the
 * composer. `block`: the transcript's last block. `last`: its last row. `prompt`: the composer's first row.
 * `settled`: that row once more, only where the title is known to be Codex's own and therefore says that it rests.
 */
type Region = "blank" | "gone" | "drawn" | "loading" | "fresh" | "status" | "block" | "last" | "prompt" | "settled";

const BEFORE: readonly Sign<Region>[] = [
  { rule: "resume-hint", shows: "exited", where: "gone", looksLike: /^codex resume \S+$/ },
  { rule: "title-emptied", shows: "exited", where: "gone", looksLike: /^/ },
  { rule: "blank", shows: "starting", where: "blank", looksLike: /^/ },
  { rule: "drawing", shows: "starting", where: "drawn", looksLike: /^/ },
  { rule: "loading", shows: "starting", where: "loading", looksLike: /^\s+loading$/, ink: ["faded"] },
];

const SIGNS: readonly Sign<Region>[] = [
  { rule: "title-waiting", shows: "blocked", where: "title", looksLike: /^\[ ?[!.] ?\] / },
  // In a conversation's first second Codex shows itself busy for a moment, before anything was asked of it.
  { rule: "fresh", shows: "ready", where: "fresh", looksLike: /^[›!]/, ink: ["bold"] },
  // Likewise where it takes up a conversation: a prompt would stand below the end of the turn before.
  {
    rule: "turn-took",
    shows: "finished",
    where: "last",
    looksLike: /^ {2}\S+ for <?(?:\d+[hms] ?)+(?:• |$)/,
    ink: ["faded"],
  },
  { rule: "title-busy", shows: "working", where: "title", looksLike: /^[\u2800-\u28ff] / },
  {
    rule: "status-working",
    shows: "working",
    where: "status",
    looksLike: /^• (.*\((?:\d+[hms] ?)+ • .*)/,
    ink: ["faded"],
    tells: true,
  },
  { rule: "error", shows: "error", where: "block", looksLike: /^■ (.*)/, ink: ["red"], tells: true },
  { rule: "interrupted", shows: "interrupted", where: "block", looksLike: /^■ .*\binterrupted\b/i },
  // Without colours (`NO_COLOR`): in column 0 nothing but Codex itself writes.
  { rule: "error-plain", shows: "error", where: "block", looksLike: /^■ (.*)/, ink: ["plain"], tells: true },
  { rule: "prompt", shows: "ready", where: "settled", looksLike: /^[›!]/, ink: ["bold"] },
];

export const codex: Provider = {
  name: "codex",
  title: "Codex",
  command: ["codex"],
  processNames: ["codex"],
  promptArgument: true,
  resume: ["resume", "{session}"],
  pasteSettleMs: 150,
  shellMode: { opens: ["!"], guard: " " },
  interruptKeys: ["Escape"],
  quit: [{ text: "/quit" }],
  refusedEnv: ["CODEX_*"],
  allowedEnv: ["CODEX_HOME"],
  hooks: "codex",
  // 2 500 tokens, taken for four bytes each, are told to the model; of more the middle is cut out (seen with 0.169).
  stopHookBytes: 10_000,
  versions: ["0.169.0"],
  read,
  // In the pages before the first session Enter is what takes a choice; notes are opened by Tab.
  dialogKeys: (asked) => ({
    ...(asked.kind === "login" || asked.kind === "trust" ? ARROWS : DIGITS),
    openField: "Tab",
  }),
  replies: USUAL_REPLIES,
  answersOn,
};

function read(still: Still): Reading {
  const { rows } = still;
  const end = lastInked(rows);
  if (end < 0) return readEmpty("codex", still, BEFORE);
  const prompt = findPrompt(rows, end);
  if (isLetGo(still) && (prompt < 0 || still.cursor.y > prompt)) {
    return readScreen(
      "codex",
      still,
      { regions: { gone: rows.slice(Math.max(0, end - 1), end + 1).reverse() } },
      BEFORE,
      [],
    );
  }
  if (prompt >= 0) return readScreen("codex", still, layOut(still, prompt, end), BEFORE, SIGNS);
  const hint = rowAt(rows, end);
  // On the main screen the hint to resume is all that tells of the end, where the title was switched off.
  const gone = !still.alternate && /^codex resume [0-9a-f-]{36}$/.test(hint.text) ? { gone: [hint] } : {};
  const drawn = isWelcome(rows.slice(0, end + 1)) ? { drawn: [hint] } : {};
  return readScreen("codex", still, { regions: { ...gone, ...drawn }, question: findDialog(rows, end) }, BEFORE, SIGNS);
}

/** The welcome names the program and the folder, one below the other; on a high screen a picture in braille stands below. */
function isWelcome(rows: readonly Row[]): boolean {
  const name = rows.findIndex((row) => /^\s*>(?:_ |_?$)/.test(row.text));
  const gap = rows.findIndex((row, y) => y > name && row.text === "");
  const isOf = (y: number) => name >= 0 && y >= name && (gap < 0 || y < gap);
  return rows.every((row, y) => isOf(y) || /^[\s\u2800-\u28ff]*$/.test(row.text));
}

/** So many rows beside composer and footer have room for what was said. */
const SAID_ROWS = 4;

const FOOTER_LIMIT_ROWS = 4;

/** In shell mode a bold `!` stands in the place of the `›`, and what is sent is a command for the shell, no prompt. */
function isShell(row: Row): boolean {
  return /^!(?: |$)/.test(row.text) && hasInk(row, 0, "bold");
}

/**
 * The row where the composer begins: a bold `›` in the terminal's own colour (an earlier prompt is dim; a highlighted choice
 * inverse or, where the terminal is light, dark on blue), with nothing below it but its own further rows, a blank, and a footer.
 */
function findPrompt(rows: readonly Row[], end: number): number {
  for (let y = end, inked = 0; y >= 0; y--) {
    const row = rows[y]!;
    if (/^›/.test(row.text)) return hasInk(row, 0, "bold") && hasInk(row, 0, "plain") ? y : -1;
    if (isShell(row)) return y;
    if (/^\S/.test(row.text)) return -1;
    if (row.text !== "") inked++;
    // A draft of many lines stands between prompt and footer; the transcript's own rows end the search above.
    if (inked > FOOTER_LIMIT_ROWS + 30) return -1;
  }
  return -1;
}

function layOut(still: Still, prompt: number, end: number): Layout<Region> {
  const { rows } = still;
  const gap = rows.findIndex((row, y) => y > prompt && row.text === "");
  const draft = rows.slice(prompt, gap < 0 || gap > end ? Math.max(prompt + 1, end) : gap);
  const composer = readComposer(draft, 2, shownCaret(still, prompt, draft.length));
  const above = rows.slice(0, prompt);
  const last = above[lastInked(above)];
  const blockStart = above.findLastIndex((row) => /^[•■✔✗⚠›] ?/.test(row.text));
  const welcome = above.findIndex((row) => /^\s*>_ /.test(row.text));
  // What Codex itself has to say at its start (a notice, a warning) is no turn.
  const said = above.some((row, y) => y > welcome && /^[›■] ?/.test(row.text));
  // The composer may be drawn first.
  const hasRoom = rows.length - (end + 1 - prompt) >= SAID_ROWS;
  const isFresh = (welcome >= 0 && !said) || (hasRoom && isWelcome(above));
  const block = blockStart < 0 ? [] : above.slice(blockStart);
  const blockEnd = block.findIndex((row) => row.text === "");
  return {
    regions: {
      loading: welcome >= 0 && !said ? [rowAt(rows, welcome + 1)] : [],
      fresh: isFresh ? [rows[prompt]!] : [],
      status: last === undefined ? [] : [last],
      block: /^■/.test(rowAt(block, 0).text) ? block.slice(0, blockEnd < 0 ? undefined : blockEnd) : [],
      last: last === undefined ? [] : [last],
      prompt: [rows[prompt]!],
      settled: isOwnTitle(still.title, rows.slice(prompt, end + 1)) ? [rows[prompt]!] : [],
    },
    composer: isShell(rows[prompt]!) ? { ...composer, text: `!${composer.text}`, empty: false } : composer,
    question: null,
    retrying: retryingOn(block),
  };
}

/** `• Reconnecting... 1/1 (2s • esc to interrupt)`, grey, and below it what went wrong behind `└`. */
function retryingOn(block: readonly Row[]): string | null {
  const match = /^• (.*\breconnecting\b[ .…]*)(\d+\/\d+)?.*\((?:\d+[hms] ?)+ • /i.exec(block[0]?.text ?? "");
  if (match === null || !hasInk(block[0]!, 2, "faded")) return null;
  const cause = /^\s+└ (.+)/.exec(rowAt(block, 1).text)?.[1];
  return retryNote(cause ?? match[1]!.replace(/[\s.…]+$/, ""), match[2]);
}

/**
 * While an answer streams nothing but the title tells busy from ready. A title that is not Codex's (switched off, or set
 * by the shell) proves nothing: Codex's is the folder's name, alone or after ` | `, and the footer shows the folder.
 */
function isOwnTitle(title: string, footer: readonly Row[]): boolean {
  const folder = title.split(" | ").at(-1)!.trim();
  // A glyph in front would be a wheel that this reader does not know.
  if (folder === "" || !/^[\p{L}\p{N}~./_-]/u.test(title)) return false;
  return (
    title.includes(" | ") ||
    footer.some((row) => row.text.split(/[\s·]+/).some((word) => word === folder || word.endsWith(`/${folder}`)))
  );
}

/** The list at the bottom, its highlighted choice behind a bold `›`, and what stands above it up to two blank rows. */
function findDialog(rows: readonly Row[], end: number): Question | null {
  // Where the screen is too low for all of the list; nobody else writes in column 0.
  const more = rows.slice(0, end).findIndex((row) => /^[↑↓]$/.test(row.text));
  const scrolls = more >= 0;
  const list =
    numberedChoices(rows, end, {
      scrolls,
      isSelected: (row) => /^\s*› ?\d/.test(row.text) && hasInk(row, row.text.indexOf("›"), "bold"),
    }) ?? firstRunChoices(rows, end);
  if (list === null) return keyPage(rows, end);
  const first = scrolls ? Math.min(list.first, more) : list.first;
  let top = first - 1;
  while (top > 0 && !(rows[top]!.text === "" && rows[top - 1]!.text === "" && lastInked(rows.slice(top, first)) > 0)) {
    if (/^[•■✔✗⚠] /.test(rows[top - 1]!.text)) break;
    top--;
  }
  const body = rows.slice(Math.max(0, top), first);
  const [form, choices] = formOf(rows, end, body, list);
  return question(form === null ? kindOf(body, list.choices) : "question", body, choices, form ?? {}, scrolls);
}

const NOTES = /^\s+(?:tab to add notes|tab or esc to clear notes)\b/;

/** `Question 1/2 (2 unanswered)` heads a form. What none of its choices says goes into notes, opened below the list. */
function formOf(
  rows: readonly Row[],
  end: number,
  body: readonly Row[],
  list: ChoiceList,
): [Form | null, readonly Choice[]] {
  const questions = body.map((row) => /^\s*Question \d+\/(\d+)\b/.exec(row.text)?.[1]).find((of) => of !== undefined);
  if (questions === undefined || !NOTES.test(rows[end]!.text)) return [null, list.choices];
  const notes = rows.findLast((row, y) => y < end && /^\s+› (?!\d\.)/.test(row.text));
  const at = notes?.text.indexOf("›") ?? 0;
  const text = notes === undefined || hasInk(notes, at + 2, "faded") ? "" : notes.text.slice(at + 2).trim();
  const withField = list.choices.map((choice, n): Choice => {
    // The highlighted choice's description is written like the choice.
    const [name = "", ...more] = behindNumber(rows[list.at[n]!]!).split(/\s{2,}/);
    if (!/\badd details in notes\b/.test(more.join(" "))) return { ...choice, text: name };
    const field = choice.selected ? { text, open: notes !== undefined } : { text: "", open: false };
    return { ...choice, text: name, field };
  });
  return [{ questions: Number(questions) }, withField];
}

function kindOf(body: readonly Row[], choices: readonly Choice[]): QuestionKind {
  const text = body.map((row) => row.text).join("\n");
  if (choices.every((choice) => /^Sign in\b/.test(choice.text))) return "login";
  if (/\btrust\b|need review/i.test(text)) return "trust";
  if (/sign in|log ?in\b|API key/i.test(text)) return "login";
  if (/^\s*(?:Would you like|Do you want|Allow)\b[^?]*\?/im.test(text)) return "permission";
  if (/\bplan\b.*\?/i.test(text)) return "plan";
  if (/\?\s*$/m.test(text)) return "question";
  return "other";
}

/** `✔ You approved codex to run touch x this time`, written once a permission was answered, above the next dialog. */
function answersOn({ rows }: Still): number {
  return rows.filter((row) => /^[✔✗] You \S/.test(row.text) && hasInk(row, 0, "coloured")).length;
}

/** How many rows of the still, from the top, are transcript. */
export function transcriptEnd({ rows }: Still): number {
  const end = lastInked(rows);
  const prompt = findPrompt(rows, end);
  return prompt < 0 ? end + 1 : prompt;
}
