/**
 * What a child tells its parent: that a turn ended, that it waits for a person, that its program ended, and what it has to
 * say of that. One identity, whoever sees it and how often; and the words in which a batch of them is handed over.
 */
import type { AgentId } from "../model.js";
import { firstBytes } from "../utf8.js";

/** `task`: a process that was run for somebody ended. `report`: the child's own words, in the middle of a turn or not. */
export type CompletionKind = "done" | "error" | "blocked" | "exited" | "task" | "report";

/** What a message of the kind `completion` tells of, beside its text. */
export interface Completion {
  /** Whose: an agent's id, or that of a task. */
  readonly child: string;
  /** What it was called then. */
  readonly label: string;
  /** The child's turn that it is about; 0 where it has none. */
  readonly turn: number;
  readonly kind: CompletionKind;
  /** Its identity: the same key is the same completion, and is handed over once. */
  readonly key: string;
  /** The message that gave the child this to do: its id. */
  readonly answers?: string;
}

/** What a producer has to say. */
export interface NewCompletion {
  readonly child: string;
  readonly label: string;
  /** Null for a child that has none. */
  readonly parent: AgentId | null;
  readonly turn: number;
  readonly kind: CompletionKind;
  readonly summary: string;
  /**
   * Tells apart what happens more than once in a turn: each dialog, each report, each who is told. The same again is the
   * same completion.
   */
  readonly part?: string;
  /** The end of what this message gave the child to do: its id. */
  readonly answers?: string;
  /** Somebody waits for it, and hands it to its parent: for so long it is leased to that one. */
  readonly waits?: boolean;
}

/** SPEC §6: a summary is cut here, and says so. In bytes of UTF-8. */
export const SUMMARY_LIMIT_BYTES = 32_768;
const CUT_MARK = "\n[cut: the rest is left out]";

/** The identity under which a completion is told once: the same child, turn, kind and part give the same key. */
export function completionKey({
  child,
  turn,
  kind,
  part,
}: Pick<NewCompletion, "child" | "turn" | "kind" | "part">): string {
  return `${child}:${turn}:${kind}${part === undefined ? "" : `:${part}`}`;
}

/**
 * The last one wins among those of one child and one kind that nobody has taken yet. What somebody gave the child to do has
 * an end of its own, and nothing takes the place of that.
 */
export function sameSubject(a: Completion, b: Completion): boolean {
  return a.child === b.child && a.kind === b.kind && a.answers === b.answers;
}

/** At most SUMMARY_LIMIT_BYTES of UTF-8, cut between two characters; what is cut says so. */
export function cutSummary(text: string, limitBytes = SUMMARY_LIMIT_BYTES): string {
  // Most are far below: three bytes are the most that one unit of a string takes.
  if (text.length * 3 <= limitBytes) return text;
  const whole = firstBytes(text, limitBytes);
  return whole.length === text.length ? text : firstBytes(whole, limitBytes - CUT_MARK.length) + CUT_MARK;
}

/** One completion as it is handed over. */
export interface Carried {
  readonly completion: Completion;
  /** Null where it cannot be read any more. */
  readonly summary: string | null;
  /** It may have been handed over before. */
  readonly redelivered: boolean;
}

const HAPPENED: Readonly<Record<CompletionKind, string>> = {
  done: "finished its turn",
  error: "failed",
  blocked: "waits for a person",
  exited: "ended",
  task: "ended",
  report: "reports",
};

/** The words in which a batch is typed, or put before an agent by its Stop hook. They name the batch, which is its proof. */
export function batchText(batch: string, carried: readonly Carried[]): string {
  const what = carried.length === 1 ? "1 completion" : `${carried.length} completions`;
  const each = carried.map(({ completion, summary, redelivered }, n) => {
    const { label, turn, kind, answers } = completion;
    const whose = answers === undefined ? "" : `, your message ${answers}`;
    const of = turn > 0 ? ` (turn ${turn}${whose})` : "";
    const again = redelivered ? " [redelivered: you may have been told before]" : "";
    const number = carried.length === 1 ? "" : `${n + 1}. `;
    const words = summary === null ? "(its summary cannot be read any more)" : summary.trimEnd();
    return `${number}${label}${of} ${HAPPENED[kind]}${again}${words === "" ? "." : `:\n${words}`}`;
  });
  return [`[drover ${batchMark(batch)}] ${what} from your agents:`, ...each].join("\n\n");
}

/** What a parent is told that is to fetch them itself. */
export function nudgeText(count: number): string {
  return `[drover] ${count === 1 ? "1 completion waits" : `${count} completions wait`}: run "drover inbox drain"`;
}

const batchMark = (batch: string): string => `batch ${batch}`;

/** The batches that a prompt carries, by their marks. */
export function batchesIn(prompt: string): string[] {
  return [...prompt.matchAll(/\[drover batch ([0-9A-Z]{1,64})\]/g)].flatMap(([, batch]) => batch ?? []);
}
