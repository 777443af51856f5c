/**
 * The rehearsal agent (src/rehearsal). Read from the bottom up: its last row is its footer, in grey, and says in which
 * phase it is; above it stands a composer between two grey rules, or a dialog under a yellow one. What it quotes is
 * always indented by two, so a mark in its own colour at column 0 is its own word.
 */
import type { Choice, Evidence, QuestionKind } from "../../model.js";
import { lastInked, question } from "../dialog.js";
import { DIGITS, USUAL_REPLIES } from "../dialog-keys.js";
import { errorKindOf } from "../error-kind.js";
import { excerpt } from "../read-screen.js";
import type { Composer, Provider, Reading } from "../reading.js";
import { ATTR, type Row, runAt, type Still } from "../still.js";

const RED = 1;
const GREEN = 2;
const YELLOW = 3;
const MAGENTA = 5;
const CYAN = 6;
const GREY = 8;

export const rehearsal: Provider = {
  name: "rehearsal",
  title: "Rehearsal agent",
  command: ["drover-rehearsal"],
  // tmux names a process by its first 15 characters on Linux, by its whole title elsewhere.
  processNames: ["drover-rehearsal", "drover-rehearsa"],
  promptArgument: true,
  resume: null,
  pasteSettleMs: 20,
  interruptKeys: ["Escape"],
  quit: [{ keys: ["C-c", "C-c"] }],
  refusedEnv: [],
  allowedEnv: [],
  read,
  dialogKeys: () => DIGITS,
  replies: USUAL_REPLIES,
};

type Read = Pick<Reading, "shown"> & { evidence: Evidence } & Partial<Reading>;
const plainReading = { reason: null, errorKind: null, question: null, composer: null } as const;

function read(still: Still): Reading {
  return { ...plainReading, ...(readLive(still) ?? readEnd(still) ?? unclear(still)) };
}

function readLive(still: Still): Read | null {
  const bottom = lastInked(still.rows);
  const footer = still.rows[bottom];
  if (footer === undefined || !footer.text.startsWith("  ") || runAt(footer, 2)?.fg !== GREY) return null;
  const words = footer.text.trim();
  if (/^(?:1-\d or )?enter to (?:choose|tick|send) · esc to cancel$/.test(words)) {
    // A pane too small for the whole dialog still shows that one waits.
    const evidence = screen("footer-dialog", footer.text);
    return readDialog(still, bottom) ?? { shown: "blocked", evidence, question: question("other", [footer], []) };
  }
  const lower = bottom - 1;
  if (!isRule(still, lower, GREY)) return null;
  const upper = upperRule(still, lower, GREY);
  const composer = upper === null ? null : readComposer(still, upper + 1, lower);
  if (words === "starting") return { shown: "starting", evidence: screen("starting", footer.text), composer };
  if (words.startsWith("working · ")) return { ...readWorking(still, upper, footer), composer };
  if (/^ready · |^press ctrl\+c again/.test(words)) return { ...readRest(still, upper, footer), composer };
  return null;
}

function readWorking(still: Still, upper: number | null, footer: Row): Read {
  const above = rowAbove(still, upper ?? 0, (row) => !/^ {2}queued: /.test(row.text));
  const spins = above !== null && /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /.test(above.text) && runAt(above, 0)?.fg === MAGENTA;
  // Without the seconds, which would be news every second.
  const words = spins ? above.text.slice(2).replace(/ \(\d+s\)$/, "") : null;
  const busyTitle = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /.test(still.title);
  const evidence = busyTitle
    ? ({ source: "title", rule: "rehearsal/title-busy", excerpt: `title: ${excerpt(still.title)}` } as const)
    : screen("footer-working", words === null ? footer.text : `${above!.text} | ${footer.text.trim()}`);
  return { shown: "working", evidence, reason: words };
}

/** At rest the last thing said tells how the turn ended: its mark stands right above the composer. */
function readRest(still: Still, upper: number | null, footer: Row): Read {
  const above = upper === null ? null : rowAbove(still, upper, () => true);
  const colour = above === null ? undefined : runAt(above, 0)?.fg;
  if (above !== null && /^✓ Finished in \d+s$/.test(above.text) && colour === GREEN) {
    return { shown: "finished", evidence: screen("finished", above.text) };
  }
  if (above !== null && /^■ (?:Interrupted|Denied) · /.test(above.text) && colour === YELLOW) {
    return { shown: "interrupted", evidence: screen("interrupted", above.text) };
  }
  const error = upper === null ? null : readError(still, upper);
  if (error !== null) return error;
  return { shown: "ready", evidence: screen("footer-ready", footer.text) };
}

/** An error may take several rows: all red, the first with its mark. */
function readError(still: Still, upper: number): Read | null {
  let at = upper - 1;
  while (at >= 0 && still.rows[at]!.text === "") at--;
  const last = at;
  while (at >= 0 && still.rows[at]!.text.startsWith("  ") && runAt(still.rows[at]!, 2)?.fg === RED) at--;
  const first = still.rows[at];
  if (first === undefined || !first.text.startsWith("✗ ") || runAt(first, 0)?.fg !== RED) return null;
  const rows = still.rows.slice(at, last + 1).map((row) => row.text.slice(2));
  const reason = excerpt(rows.join(" "), 200);
  return { shown: "error", evidence: screen("error", reason), reason, errorKind: errorKindOf(reason) };
}

const KINDS: Readonly<Record<string, QuestionKind>> = {
  "Permission needed": "permission",
  Question: "question",
  "Trust this folder?": "trust",
};

function readDialog(still: Still, bottom: number): Read | null {
  const top = upperRule(still, bottom, YELLOW);
  const heading = top === null ? undefined : still.rows[top + 1];
  const kind = heading === undefined ? undefined : KINDS[heading.text];
  if (top === null || heading === undefined || kind === undefined || runAt(heading, 0)?.fg !== YELLOW) return null;
  const body = still.rows.slice(top + 2, bottom);
  // The choices are the last block; the one that is chosen has its mark at column 0.
  let end = body.length;
  while (end > 0 && body[end - 1]!.text === "") end--;
  let begin = end;
  while (begin > 0 && body[begin - 1]!.text !== "") begin--;
  const read = body.slice(begin, end).map(readChoice);
  if (!read.some((choice) => choice.selected)) return null;
  const multiple = read.some(({ checked }) => checked !== undefined) ? ({ multiple: true } as const) : {};
  const alone = read.length === 1 ? read[0]!.field : undefined;
  const choices = alone === undefined ? read : [];
  const asked = question(kind, body.slice(0, begin), choices, { ...multiple, ...(alone && { field: alone }) });
  const seen = [heading, ...body].map((row) => row.text.trim()).filter((line) => line !== "");
  return { shown: "blocked", evidence: screen(`dialog-${kind}`, seen.join(" | ")), question: asked };
}

function readChoice(row: Row): Choice {
  const selected = row.text.startsWith("❯ ") && runAt(row, 0)?.fg === CYAN;
  const [, digit, tick, pen, text] = /^(?:(\d)\. )?(?:\[([ x])\] )?(✎ ?)?(.*)$/.exec(row.text.slice(2))!;
  const choice: Choice = { key: digit ?? "", text: text!, selected };
  if (tick === undefined && pen === undefined) {
    return digit === undefined && text === "Submit" ? { ...choice, submits: true } : choice;
  }
  const ticks = tick === undefined ? {} : { checked: tick === "x" };
  if (pen === undefined) return { ...choice, ...ticks };
  const placeholder = ((runAt(row, row.text.length - 1)?.attrs ?? 0) & ATTR.dim) !== 0;
  return { ...choice, text: OWN, ...ticks, field: { text: placeholder ? "" : text!, open: selected } };
}

/** The field's name, which is dim where nothing is typed. */
const OWN = "your own words";

function readComposer(still: Still, from: number, to: number): Composer | null {
  const rows = still.rows.slice(from, to);
  const first = rows[0];
  if (first === undefined || !first.text.startsWith("❯") || runAt(first, 0)?.fg !== CYAN) return null;
  const suggests = ((runAt(first, 2)?.attrs ?? 0) & ATTR.dim) !== 0;
  const text = suggests ? "" : rows.map((row) => row.text.slice(2)).join("\n");
  return { text, empty: text === "" && rows.length === 1, pasted: /\[Pasted text #\d+ /.test(text) };
}

/** The program has left: its last words stand where no footer is, with nothing of it below. */
function readEnd(still: Still): Read | null {
  const bottom = lastInked(still.rows);
  for (let y = bottom, seen = 0; y >= 0 && seen < 3; y--) {
    const row = still.rows[y]!;
    if (row.text !== "") seen++;
    if (row.text === "drover-rehearsal ended" && runAt(row, 0)?.fg === GREY) {
      return { shown: "exited", evidence: screen("ended", row.text) };
    }
  }
  return null;
}

function unclear(still: Still): Read {
  const last = still.rows[lastInked(still.rows)]?.text ?? "(blank)";
  return { shown: "unclear", evidence: screen("no-sign", last) };
}

function screen(rule: string, seen: string): Evidence {
  return { source: "screen", rule: `rehearsal/${rule}`, excerpt: excerpt(seen) };
}

function isRule(still: Still, y: number, colour: number): boolean {
  const row = still.rows[y];
  return row !== undefined && row.text === "─".repeat(still.columns) && runAt(row, 0)?.fg === colour;
}

function upperRule(still: Still, below: number, colour: number): number | null {
  for (let y = below - 1; y >= 0; y--) if (isRule(still, y, colour)) return y;
  return null;
}

/** The nearest row above `y` that is not blank and that `counts`. */
function rowAbove(still: Still, y: number, counts: (row: Row) => boolean): Row | null {
  for (let at = y - 1; at >= 0; at--) {
    const row = still.rows[at]!;
    if (row.text !== "" && counts(row)) return row;
  }
  return null;
}

/** How many rows of the still, from the top, are transcript: what stands above the composer. */
export function transcriptEnd(still: Still): number {
  const bottom = lastInked(still.rows);
  const upper = isRule(still, bottom - 1, GREY) ? upperRule(still, bottom - 1, GREY) : upperRule(still, bottom, YELLOW);
  return upper ?? bottom + 1;
}
