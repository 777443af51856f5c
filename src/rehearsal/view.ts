/**
 * What the program looks like in each phase. Foreign text (answers, prompts, tool results) is always indented by two;
 * column 0 is for the program's own marks, and the last row is its own footer. That is what its reader goes by.
 */
import type { Composer } from "./composer.js";
import { type Dialog, fieldRow, sendRow } from "./dialog.js";
import { rule, type Said, saidRows, styled } from "./paint.js";
import { clip, wrap } from "./text.js";

export interface Looks {
  readonly phase: "starting" | "ready" | "working";
  readonly dialog: Dialog | null;
  readonly composer: Composer;
  readonly suggestion: string;
  /** What is still being said or run. */
  readonly open: Said | null;
  readonly spinner: { readonly frame: number; readonly doing: string; readonly seconds: number };
  readonly queued: readonly string[];
  readonly quitArmed: boolean;
}

const GREY = "90";
/** Lines of an answer that are indented by four and marked as a diff's are painted as one. */
const DIFF: Readonly<Record<string, string>> = { "+": "32", "-": "31" };
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const COMPOSER_ROWS = 8;
const HEADINGS = { permission: "Permission needed", question: "Question", trust: "Trust this folder?" };

const spinnerGlyph = (frame: number): string => SPINNER[frame % SPINNER.length]!;

export const says = {
  banner: (topic: string, cwd: string): Said => mark("◇", "36", `${topic} · ${cwd}`, GREY, false),
  prompt: (text: string): Said => mark(">", "34;1", text, "1", true),
  answer: (line: string, first: boolean): Said =>
    first
      ? mark("●", "97", line, "", true)
      : mark("", "", line, DIFF[/^ {4}([+-]) /.exec(line)?.[1] ?? ""] ?? "", false),
  running: (name: string): Said => mark("▸", GREY, name, GREY, true),
  ran: (name: string): Said => mark("▸", "32", name, "", true),
  result: (text: string): Said => mark("", "", `└ ${text}`, GREY, false),
  finished: (seconds: number): Said => mark("✓", "32", `Finished in ${seconds}s`, GREY, true),
  failed: (text: string): Said => mark("✗", "31", text, "31", true),
  interrupted: (how: string): Said => mark("■", "33", `${how} · what should happen instead?`, GREY, true),
};

function mark(glyph: string, markSgr: string, text: string, textSgr: string, apart: boolean): Said {
  return { mark: glyph, markSgr, text, textSgr, apart };
}

/** The title of a program whose titles are exact: it changes with the state, and once a second while it works. */
export function titleOf(
  { phase, dialog, spinner }: Pick<Looks, "phase" | "dialog" | "spinner">,
  topic: string,
): string {
  if (dialog !== null) return `[ ? ] ${topic}`;
  if (phase === "starting") return topic;
  return phase === "working" ? `${spinnerGlyph(Math.floor(spinner.frame / 10))} ${topic}` : `○ ${topic}`;
}

/** Its status as OSC 7501 says it; `rest`: what it is while nothing is under way. */
export function statusOf({ phase, dialog }: Pick<Looks, "phase" | "dialog">, rest: string): string {
  const kind = dialog?.kind === "question" ? "question" : "permission";
  const state = dialog !== null ? "blocked" : phase === "working" ? "working" : rest;
  return `state=${state}:app=rehearsal${state === "blocked" ? `:kind=${kind}` : ""}`;
}

/** The live rows and the cursor in them. */
export function liveRows(looks: Looks, columns: number): { rows: string[]; cursor: { x: number; y: number } | null } {
  const open = looks.open === null ? [] : saidRows(looks.open, columns);
  if (looks.dialog !== null) return { rows: [...open, "", ...dialogRows(looks.dialog, columns)], cursor: null };
  const above = [...open];
  if (looks.phase === "working") {
    const { frame, doing, seconds } = looks.spinner;
    above.push("", styled("35", clip(`${spinnerGlyph(frame)} ${doing}… (${seconds}s)`, columns)));
  } else {
    above.push("");
  }
  for (const text of looks.queued) above.push(styled(GREY, clip(`  queued: ${text.replace(/\n/g, " ")}`, columns)));
  const { rows, cursor } = composerRows(looks.composer, looks.suggestion, columns);
  const footer = looks.quitArmed ? "press ctrl+c again to quit" : FOOTERS[looks.phase];
  return {
    rows: [...above, rule(GREY, columns), ...rows, rule(GREY, columns), styled(GREY, clip(`  ${footer}`, columns))],
    cursor: looks.phase === "starting" ? null : { x: cursor.x, y: cursor.y + above.length + 1 },
  };
}

const FOOTERS = {
  starting: "starting",
  ready: "ready · enter to send · /quit to leave",
  working: "working · esc to interrupt",
};

function composerRows(composer: Composer, suggestion: string, columns: number) {
  const width = Math.max(4, columns - 3);
  const lead = styled("36;1", "❯");
  if (composer.empty) return { rows: [`${lead} ${styled("2", clip(suggestion, width))}`], cursor: { x: 2, y: 0 } };
  const { rows, cursor } = composer.rows(width);
  const first = Math.max(0, Math.min(cursor.y - COMPOSER_ROWS + 1, rows.length - COMPOSER_ROWS));
  const shown = rows.slice(first, first + COMPOSER_ROWS);
  return {
    rows: shown.map((row, index) => (index === 0 ? `${lead} ${row}` : `  ${row}`)),
    cursor: { x: cursor.x + 2, y: cursor.y - first },
  };
}

function dialogRows(dialog: Dialog, columns: number): string[] {
  const width = Math.max(4, columns - 2);
  const body = [dialog.text, dialog.detail].filter((text) => text !== "");
  const choices = choiceRows(dialog, columns);
  const keys = keyHint(dialog);
  return [
    rule("33", columns),
    styled("33;1", clip(HEADINGS[dialog.kind], columns)),
    ...body.flatMap((text) => text.split("\n").flatMap((line) => wrap(line, width))).map((row) => `  ${row}`),
    "",
    ...choices,
    "",
    styled(GREY, clip(`  ${keys} · esc to cancel`, columns)),
  ];
}

const OWN = "your own words";

function choiceRows(dialog: Dialog, columns: number): string[] {
  const { choices, own, selected, ticked, digits } = dialog;
  const field = fieldRow(dialog);
  const head = (index: number) => {
    const number = digits && choices.length > 0 ? `${index + 1}. ` : "";
    return ticked === null ? number : `${number}[${ticked[index] ? "x" : " "}] `;
  };
  const row = (index: number, text: string) =>
    index === selected ? styled("36;1", clip(`❯ ${text}`, columns)) : clip(`  ${text}`, columns);
  const rows = choices.map((choice, index) => row(index, head(index) + choice));
  if (own !== null) {
    const lead = row(field, `${head(field)}✎ `);
    rows.push(lead + (own === "" ? styled("2", OWN) : clip(own, Math.max(4, columns - 12))));
  }
  if (ticked !== null) rows.push(row(sendRow(dialog), "Submit"));
  return rows;
}

function keyHint({ choices, own, ticked, digits }: Dialog): string {
  if (choices.length === 0) return "enter to send";
  const last = choices.length + (own === null ? 0 : 1);
  if (!digits) return "enter to choose";
  return ticked === null ? `1-${last} or enter to choose` : `1-${last} or enter to tick`;
}
