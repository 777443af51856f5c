/**
 * What the programs write down of a session, one JSON object a line, read for the turns in it: when each began and what
 * its response was, in the source's own Markdown. Lines that cannot be read (the last one while it is being written, or
 * one of a version to come) are left out. Seen with Claude Code 2.1.328, Codex 0.169 and Gemini CLI 0.61.
 */

/** A turn as the program wrote it down. */
export interface WrittenTurn {
  /** When its prompt was written down; null where the line has no time. */
  readonly beganAtMs: number | null;
  /** The text of the last answer in it, null where there is none. */
  readonly text: string | null;
  /** Why it has no response that stands, where the transcript says so: `the turn was interrupted`. */
  readonly why: string | null;
  /** The transcript says that it ended: otherwise what follows may not be written down yet. */
  readonly ended: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** What one line says. `answer` with the same `message` adds to the text of the answer before it. */
export type Said =
  | { readonly says: "turn"; readonly atMs: number | null }
  | { readonly says: "answer"; readonly text: string; readonly message: string | null }
  | { readonly says: "ill"; readonly why: string; readonly byHand: boolean }
  /** `sure`: the program closes its turn with it; otherwise a hook or a tool may make it go on. */
  | { readonly says: "end"; readonly sure: boolean; readonly helpers: number }
  /** All that was said before is said once more, in what follows. */
  | { readonly says: "anew" };

const READERS: Readonly<Record<string, (line: Json) => readonly Said[]>> = { claude, codex, gemini };

/** Whether the transcripts of this provider can be read. */
export function writesTranscript(provider: string): boolean {
  return Object.hasOwn(READERS, provider);
}

/** The turns that begin in `lines`, oldest first; what stands before the first of them is left out. */
export function writtenTurns(provider: string, lines: Iterable<string>): WrittenTurn[] {
  const read = READERS[provider];
  if (read === undefined) return [];
  const turns: { beganAtMs: number | null; text: string | null; why: string | null; ended: boolean }[] = [];
  let message: string | null = null;
  let again: SaidAgain = null;
  for (const line of lines) {
    const json = parse(line);
    if (json === null || isSaidAgain(again, json)) continue;
    const said = read(json);
    again = saidAgainAfter(provider, again, said, json);
    const before = turns.at(-1);
    for (const one of said) {
      const turn = turns.at(-1);
      if (one.says === "turn") {
        turns.push({ beganAtMs: one.atMs, text: null, why: null, ended: false });
        message = null;
      } else if (one.says === "anew") turns.length = 0;
      else if (turn === undefined) continue;
      else if (one.says === "end") turn.ended = true;
      else if (one.says === "ill") {
        turn.why = one.why;
        turn.ended = true;
      } else {
        const goesOn: boolean = one.message !== null && one.message === message && turn.text !== null;
        turn.text = goesOn ? `${turn.text}\n\n${one.text}` : one.text;
        turn.why = null;
        turn.ended = false;
        message = one.message;
      }
    }
    // A turn that was stopped is not among what is said again, and was the last all the same.
    if (said[0]?.says === "anew" && before?.why != null) turns.push(before);
  }
  return turns;
}

/**
 * When a turn was stopped, in ms: Gemini CLI (0.61) then writes all that was said before once more, as of that moment, line
 * by line and as a list. Nobody prompts as soon as that.
 */
type SaidAgain = number | null;
const SAID_AGAIN_MS = 100;

function isSaidAgain(again: SaidAgain, { timestamp }: Json): boolean {
  const atMs = again === null ? null : time(timestamp);
  return again !== null && atMs !== null && atMs >= again && atMs - again < SAID_AGAIN_MS;
}

function saidAgainAfter(provider: string, again: SaidAgain, said: readonly Said[], { timestamp }: Json): SaidAgain {
  const isStop = provider === "gemini" && said.length === 1 && said[0]?.says === "ill" && said[0].byHand;
  return isStop ? (time(timestamp) ?? again) : again;
}

/** Reads a transcript line by line, as it is written. */
export class TranscriptLines {
  readonly #provider: string;
  #again: SaidAgain = null;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** What the line says by itself, and when it was written; nothing where it cannot be read or tells of no turn. */
  read(line: string): { readonly said: readonly Said[]; readonly atMs: number | null } {
    const json = parse(line);
    const read = READERS[this.#provider];
    if (json === null || read === undefined || isSaidAgain(this.#again, json)) return { said: [], atMs: null };
    const said = read(json);
    this.#again = saidAgainAfter(this.#provider, this.#again, said, json);
    return { said, atMs: time(json.timestamp) };
  }
}

function parse(line: string): Json | null {
  if (!line.startsWith("{")) return null;
  try {
    return object(JSON.parse(line));
  } catch {
    return null;
  }
}

/** Words that stand where a person's would, and are not: notices, commands of the program's own, what a hook says. */
const NOT_A_PROMPT = /^(?:<(?:local-command|command-|task-notification|bash-)|Stop hook feedback:|Caveat: )/;

const INTERRUPTED: Said = { says: "ill", why: "the turn was interrupted", byHand: true };
const LIKELY_END: Said = { says: "end", sure: false, helpers: 0 };

function claude(line: Json): readonly Said[] {
  if (line.isSidechain === true) return [];
  const message = object(line.message);
  if (line.type === "user") {
    if (line.isMeta === true || line.isCompactSummary === true) return [];
    const content = message?.content;
    if (list(content).some((part) => object(part)?.type === "tool_result")) return [];
    const text = typeof content === "string" ? content : textOf(content, "text");
    if (text.startsWith("[Request interrupted by user")) return [INTERRUPTED];
    return text === "" || NOT_A_PROMPT.test(text) ? [] : [{ says: "turn", atMs: time(line.timestamp) }];
  }
  // Written behind the hooks of the turn's end.
  if (line.type === "system" && line.subtype === "turn_duration") {
    const { pendingBackgroundAgentCount: helpers } = line;
    return [{ says: "end", sure: true, helpers: typeof helpers === "number" ? helpers : 0 }];
  }
  if (line.type !== "assistant") return [];
  const text = textOf(message?.content, "text");
  if (line.isApiErrorMessage === true) return [{ says: "ill", why: failed(text), byHand: false }];
  const said: Said[] = [];
  if (text !== "") said.push({ says: "answer", text, message: typeof message?.id === "string" ? message.id : null });
  if (message?.stop_reason === "end_turn") said.push(LIKELY_END);
  return said;
}

function codex(line: Json): readonly Said[] {
  const payload = object(line.payload);
  if (line.type === "response_item") {
    const isAnswer = payload?.type === "message" && payload.role === "assistant";
    const text = isAnswer ? textOf(payload.content, "output_text") : "";
    return text === "" ? [] : [{ says: "answer", text, message: null }];
  }
  if (line.type !== "event_msg") return [];
  switch (payload?.type) {
    case "task_started":
      return [{ says: "turn", atMs: time(line.timestamp) }];
    case "task_complete": {
      const failure = object(payload.error);
      if (failure !== null) return [{ says: "ill", why: failed(String(failure.message ?? "")), byHand: false }];
      const text = payload.last_agent_message;
      const answer = typeof text === "string" && text !== "" ? [{ says: "answer", text, message: null } as const] : [];
      return [...answer, { says: "end", sure: true, helpers: 0 }];
    }
    case "turn_aborted":
      return [INTERRUPTED];
    case "error":
      return [{ says: "ill", why: failed(String(payload.message ?? "")), byHand: false }];
    default:
      return [];
  }
}

function gemini(line: Json): readonly Said[] {
  // The first messages come as one change to the whole list, and so does every later change of what was said.
  const messages = object(line.$set)?.messages;
  if (messages !== undefined)
    return [{ says: "anew" }, ...list(messages).flatMap((message) => geminiMessage(object(message) ?? {}))];
  return geminiMessage(line);
}

/** What Gemini CLI says to the model in its user's place. */
const GEMINI_OWN_WORDS = /^(?:<session_context>|\[System: )/;

function geminiMessage(message: Json): readonly Said[] {
  const { content } = message;
  const text = typeof content === "string" ? content : textOf(content, undefined);
  if (message.type === "gemini") {
    const answer = text === "" ? [] : [{ says: "answer", text, message: null } as const];
    // Written before the tools it asks for, and again with them.
    return list(message.toolCalls).length > 0 ? answer : [...answer, LIKELY_END];
  }
  if (message.type === "error") return [{ says: "ill", why: failed(text), byHand: false }];
  if (message.type === "info") return /\bcancell?ed\b/i.test(text) ? [INTERRUPTED] : [];
  if (message.type !== "user" || text === "" || GEMINI_OWN_WORDS.test(text)) return [];
  return [{ says: "turn", atMs: time(message.timestamp) }];
}

/** The texts of a message's parts of that type; of every part with a text where `type` is undefined. */
function textOf(content: unknown, type: string | undefined): string {
  const texts = list(content).flatMap((part) => {
    const { type: its, text } = object(part) ?? {};
    return its === type && typeof text === "string" && text !== "" ? [text] : [];
  });
  return texts.join("\n\n");
}

function failed(text: string): string {
  const line = text.replace(/\s+/g, " ").replace(/[[\]]/g, "").trim().slice(0, 200);
  return line === "" ? "the turn failed" : `the turn failed: ${line}`;
}

function time(value: unknown): number | null {
  const atMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

function object(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
