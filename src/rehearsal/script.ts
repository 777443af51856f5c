/**
 * Scripts: what a rehearsal agent does with a prompt. A script is JSON, either a list of turns or an object that holds
 * one under `turns`. The first turn whose `on` (a regular expression) fits the prompt is played; turns with `every`
 * start by themselves after that many idle milliseconds, one after the other, round and round.
 */

export type Step =
  /** An answer, streamed at `rate` characters a second (default 400). `{answer}` is the choice made last. */
  | { readonly say: string; readonly rate?: number }
  /** `lines` rows of output, `perSecond` of them a second (default 10); `{n}` in `text` is the row's number. */
  | { readonly lines: number; readonly perSecond?: number; readonly text?: string }
  /** A tool call that runs for `ms` and leaves `result` under its name. */
  | { readonly tool: string; readonly ms?: number; readonly result?: string }
  /** A dialog that asks leave for `detail`; the last choice, and Escape, deny it and end the turn. */
  | { readonly permission: string; readonly detail?: string; readonly choices?: readonly string[] }
  /**
   * A dialog with a question; Escape ends the turn. `several` of its options may be ticked, and with `own` a text of
   * one's own may be given: of options and `own` one at least is there.
   */
  | { readonly ask: string; readonly options?: readonly string[]; readonly several?: boolean; readonly own?: boolean }
  /** The turn fails. */
  | { readonly error: string }
  /** The program ends with this exit status, leaving a stack trace. */
  | { readonly crash: number }
  /** Spins for this many milliseconds; `doing` is what it says meanwhile. */
  | { readonly wait: number; readonly doing?: string };

export interface Turn {
  readonly on?: RegExp;
  /** Starts by itself after this many idle milliseconds. */
  readonly every?: number;
  /** What stands as the prompt of a turn that starts by itself. */
  readonly prompt?: string;
  /** How often it may be played; no limit where absent. */
  readonly times?: number;
  readonly steps: readonly Step[];
}

export interface Script {
  /** Stands in the title and the banner. */
  readonly topic: string;
  /** Dim words in the empty composer: what the program suggests, not what anyone typed. */
  readonly suggestion: string;
  readonly turns: readonly Turn[];
}

/** Turns the text of a script file into a script, or says in one sentence what is wrong with it. */
export function parseScript(json: string): Script | { readonly wrong: string } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { wrong: `it is not JSON (${(error as Error).message})` };
  }
  const whole = Array.isArray(value) ? { turns: value } : value;
  if (!isObject(whole) || !Array.isArray(whole.turns)) return { wrong: "it is neither a list of turns nor holds one" };
  const odd = Object.keys(whole).find((key) => !["topic", "suggestion", "turns"].includes(key));
  if (odd !== undefined) return { wrong: `it has an unknown field "${odd}"` };
  const turns: Turn[] = [];
  for (const [index, raw] of whole.turns.entries()) {
    const turn = parseTurn(raw);
    if ("wrong" in turn) return { wrong: `turn ${index + 1} ${turn.wrong}` };
    turns.push(turn);
  }
  return {
    topic: typeof whole.topic === "string" ? whole.topic : "rehearsal",
    suggestion: typeof whole.suggestion === "string" ? whole.suggestion : "Ask for anything",
    turns,
  };
}

/** The turn that answers `prompt`; `played` counts how often each turn ran. */
export function turnFor(script: Script, prompt: string, played: ReadonlyMap<Turn, number>): Turn | null {
  const open = (turn: Turn) => turn.every === undefined && (played.get(turn) ?? 0) < (turn.times ?? Infinity);
  return script.turns.find((turn) => open(turn) && (turn.on === undefined || turn.on.test(prompt))) ?? null;
}

function parseTurn(raw: unknown): Turn | { wrong: string } {
  if (!isObject(raw)) return { wrong: "is not an object" };
  const odd = Object.keys(raw).find((key) => !["on", "every", "prompt", "times", "steps"].includes(key));
  if (odd !== undefined) return { wrong: `has an unknown field "${odd}"` };
  if (raw.every !== undefined && !isCount(raw.every)) return { wrong: 'has an "every" that is not a number of ms' };
  if (raw.times !== undefined && !isCount(raw.times)) return { wrong: 'has a "times" that is not a number' };
  if (raw.prompt !== undefined && typeof raw.prompt !== "string") return { wrong: 'has a "prompt" that is not text' };
  if (!Array.isArray(raw.steps)) return { wrong: 'has no list of "steps"' };
  for (const [index, step] of raw.steps.entries()) {
    const wrong = wrongStep(step);
    if (wrong !== null) return { wrong: `step ${index + 1} ${wrong}` };
  }
  let on: RegExp | undefined;
  if (raw.on !== undefined) {
    try {
      on = new RegExp(String(raw.on), "i");
    } catch {
      return { wrong: 'has an "on" that is not a regular expression' };
    }
  }
  return {
    ...(on && { on }),
    ...(raw.every !== undefined && { every: raw.every as number }),
    ...(raw.prompt !== undefined && { prompt: raw.prompt as string }),
    ...(raw.times !== undefined && { times: raw.times as number }),
    steps: raw.steps as Step[],
  };
}

const isText = (value: unknown) => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";
const isTexts = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.length < 10 && value.every(isText);
/** Each kind of step: its first field, and what its fields must be; `?` marks those that may be left out. */
const STEPS: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  say: { say: isText, "rate?": isCount },
  lines: { lines: isCount, "perSecond?": isCount, "text?": isText },
  tool: { tool: isText, "ms?": isCount, "result?": isText },
  permission: { permission: isText, "detail?": isText, "choices?": isTexts },
  ask: { ask: isText, "options?": isTexts, "several?": isFlag, "own?": isFlag },
  error: { error: isText },
  crash: { crash: isCount },
  wait: { wait: isCount, "doing?": isText },
};

function wrongStep(step: unknown): string | null {
  if (!isObject(step)) return "is not an object";
  const kind = Object.keys(STEPS).find((name) => name in step);
  if (kind === undefined) return `is none of ${Object.keys(STEPS).join(", ")}`;
  const fields = STEPS[kind]!;
  for (const [name, fits] of Object.entries(fields)) {
    const field = name.replace("?", "");
    if (step[field] === undefined ? !name.endsWith("?") : !fits(step[field])) return `has no proper "${field}"`;
  }
  if (kind === "ask" && step.options === undefined && step.own !== true) return 'has no proper "options"';
  const odd = Object.keys(step).find((key) => !(key in fields) && !(`${key}?` in fields));
  return odd === undefined ? null : `has an unknown field "${odd}"`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Played where no script is given: each word below, in a prompt, shows one thing that agents do. */
export const DEFAULT_SCRIPT: Script = {
  topic: "rehearsal",
  suggestion: "Try: permission, question, several, name it, tool, error, long, quote, crash",
  turns: [
    {
      on: /permission/i,
      steps: [
        { say: "I would like to run the tests first." },
        { permission: "Run this command?", detail: "npm test" },
        { tool: "Run npm test", ms: 1200, result: "42 passed" },
        { say: "All 42 tests pass." },
      ],
    },
    {
      on: /question/i,
      steps: [
        { ask: "Which database should the example use?", options: ["SQLite", "PostgreSQL", "None at all"] },
        { say: "Good: {answer} it is." },
      ],
    },
    {
      on: /several/i,
      steps: [
        { ask: "Which checks should run?", options: ["Lint", "Types", "Unit tests"], several: true, own: true },
        { say: "Then it is {answer}." },
      ],
    },
    {
      on: /name it/i,
      steps: [{ ask: "What should it be called?", own: true }, { say: "{answer} it is called." }],
    },
    { on: /tool/i, steps: [{ tool: "Read README.md", ms: 900, result: "120 lines" }] },
    { on: /error/i, steps: [{ wait: 600 }, { error: "API error: 529 overloaded, try again later" }] },
    { on: /long/i, steps: [{ lines: 200, perSecond: 40 }] },
    {
      on: /quote/i,
      steps: [
        {
          say: 'It prints\n────────────────\n❯ 1. Yes\n  2. No\n  enter to choose · esc to cancel\nand "working · esc to interrupt" below.',
        },
      ],
    },
    { on: /crash/i, steps: [{ wait: 300 }, { crash: 7 }] },
    {
      steps: [
        { wait: 500 },
        { say: "I heard you. A rehearsal agent has nothing to add, but it says so at the speed of a real one." },
      ],
    },
  ],
};
