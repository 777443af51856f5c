/**
 * Reads a still by signs. A provider cuts the still into regions (its footer, its status line, the last row of its
 * transcript …) and names signs in order of trust, from surest to vaguest. The first sign that matches decides; where
 * none does the screen is `unclear`. A sign looks only into its own region, and may ask for a colour or attribute, since
 * an answer can quote any spinner, footer or dialog word for word.
 */

import type { Question } from "../model.js";
import { errorKindOf } from "./error-kind.js";
import { hasInk, type Ink } from "./ink.js";
import type { Composer, Reading, Shown } from "./reading.js";
import type { Row, Still } from "./still.js";

export interface Sign<Region extends string> {
  /** The rule's name within the provider, for `why`. */
  readonly rule: string;
  readonly shows: Shown;
  /** `title` is the terminal title; all others are the provider's own regions. */
  readonly where: Region | "title";
  readonly looksLike: RegExp;
  /** Asked of the first character matched that is not blank (of the first group, where the pattern has one). */
  readonly ink?: readonly Ink[];
  /** The same of the second group. */
  readonly secondInk?: readonly Ink[];
  /** The matched text is worth showing as the reason. */
  readonly tells?: true;
  /** The program marks how its turns end, and no sign before this one found the mark (`Reading.unmarked`). */
  readonly unmarked?: true;
  /** The conversation that it shows is about to end (`Reading.leaves`). */
  readonly leaves?: true;
}

/** What a provider found in a still. What is not on the screen is left out. */
export interface Layout<Region extends string> {
  readonly regions: Readonly<Partial<Record<Region, readonly Row[]>>>;
  readonly composer?: Composer | null;
  /** A dialog that is open. It beats every sign but those that stand before it, see `readScreen`. */
  readonly question?: Question | null;
  /** What it says of waiting for another try at the model (retry-note.ts): the reason where any sign says that it works. */
  readonly retrying?: string | null;
}

/**
 * Runs the signs over the layout. `before` are tried ahead of the layout's dialog (the program ended, or is not yet
 * there), `signs` after it. The evidence names `provider/rule` and carries the row believed.
 */
export function readScreen<Region extends string>(
  provider: string,
  still: Still,
  layout: Layout<NoInfer<Region>>,
  before: readonly Sign<Region>[],
  signs: readonly Sign<Region>[],
): Reading {
  const { composer = null, question = null } = layout;
  const early = firstMatch(provider, still, layout, before);
  if (early !== null) return early;
  if (question !== null) {
    const source = "screen" as const;
    const evidence = { source, rule: `${provider}/dialog-${question.kind}`, excerpt: excerpt(describe(question)) };
    return { shown: "blocked", evidence, reason: null, errorKind: null, question, composer };
  }
  return firstMatch(provider, still, layout, signs) ?? unclear(provider, still, composer);
}

/** Reads a screen with nothing on it: the region is `gone` where its program let go of the terminal, else `blank`. */
export function readEmpty(provider: string, still: Still, signs: readonly Sign<string>[]): Reading {
  const first = still.rows.slice(0, 1);
  return readScreen(provider, still, { regions: isLetGo(still) ? { gone: first } : { blank: first } }, signs, []);
}

/** Its program put the terminal back: the title is emptied, the cursor shown, the alternate screen left. */
export function isLetGo({ title, cursor, alternate }: Still): boolean {
  return title === "" && cursor.visible && !alternate;
}

function firstMatch<Region extends string>(
  provider: string,
  still: Still,
  layout: Layout<Region>,
  signs: readonly Sign<Region>[],
): Reading | null {
  for (const sign of signs) {
    const found = sign.where === "title" ? inTitle(sign.looksLike, still.title) : inRows(sign, layout);
    if (found === null) continue;
    const source = sign.where === "title" ? ("title" as const) : ("screen" as const);
    return {
      shown: sign.shows,
      evidence: { source, rule: `${provider}/${sign.rule}`, excerpt: excerpt(found) },
      reason: reasonOf(sign, found, layout),
      errorKind: sign.shows === "error" ? errorKindOf(found) : null,
      question: sign.shows === "blocked" ? unreadableQuestion(found) : null,
      composer: layout.composer ?? null,
      ...(sign.unmarked ? { unmarked: true } : {}),
      ...(sign.leaves ? { leaves: true } : {}),
    };
  }
  return null;
}

function reasonOf<Region extends string>(
  sign: Sign<Region>,
  found: string,
  { retrying }: Layout<Region>,
): string | null {
  if (sign.shows === "working" && retrying) return excerpt(retrying, 200);
  return sign.tells ? excerpt(withoutMarks(found), 200) || null : null;
}

function inTitle(looksLike: RegExp, title: string): string | null {
  return looksLike.test(title) ? `title: ${title.trim() || "(empty)"}` : null;
}

function inRows<Region extends string>(sign: Sign<Region>, layout: Layout<Region>): string | null {
  const rows = layout.regions[sign.where as Region];
  for (const row of rows ?? []) {
    const match = sign.looksLike.exec(row.text);
    if (match === null) continue;
    const part = match[1] ?? match[0];
    const from = match.index + match[0].indexOf(part);
    if (!isWritten(row, from, part, sign.ink)) continue;
    const second = match[2] ?? "";
    if (sign.secondInk && !isWritten(row, match.index + match[0].lastIndexOf(second), second, sign.secondInk)) continue;
    return rows!.length > 1 && sign.tells ? joined(rows!) : row.text;
  }
  return null;
}

/** Asked of the first character of `part` that is not blank. */
function isWritten(row: Row, from: number, part: string, inks: readonly Ink[] = []): boolean {
  const index = from + (part.length - part.trimStart().length);
  return inks.every((ink) => hasInk(row, index, ink));
}

/** Without bars, and without the marker in front. */
function withoutMarks(text: string): string {
  return text.replace(/[│┃]/g, " ").replace(/^[^\p{L}\p{N}[{("'/]+/u, "");
}

function joined(rows: readonly Row[]): string {
  return rows
    .map((row) => row.text.trim())
    .filter((text) => text !== "")
    .join(" ");
}

function unclear(provider: string, still: Still, composer: Composer | null): Reading {
  const last = still.rows.findLast((row) => row.text !== "");
  const evidence = {
    source: "screen" as const,
    rule: `${provider}/no-sign`,
    excerpt: excerpt(last?.text ?? "(blank)"),
  };
  return { shown: "unclear", evidence, reason: null, errorKind: null, question: null, composer };
}

/** The program says that it waits for a person, and the dialog itself cannot be read: blocked, with nothing to pick. */
function unreadableQuestion(text: string): Question {
  return { kind: "other", text, choices: [], fingerprint: fingerprint("other", text, []) };
}

function describe(question: Question): string {
  return [question.text, ...question.choices.map(({ key, text }, n) => `[${key || n + 1}] ${text}`)].join(" | ");
}

/** In short, on one line, without control characters. */
export function excerpt(text: string, limit = 400): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** FNV-1a, twice with different seeds: enough that two dialogs on one screen never share it. */
export function fingerprint(kind: string, text: string, choices: readonly string[]): string {
  const whole = [kind, text.replace(/\s+/g, " "), ...choices.map((choice) => choice.replace(/\s+/g, " "))].join(
    "\u0000",
  );
  return hash(whole, 0x811c9dc5) + hash(whole, 0x1234567);
}

function hash(text: string, seed: number): string {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, "0");
}
