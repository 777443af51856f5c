/** What a still says: the state it shows, the rule that decided, and the rows that rule believed. */
import type { Seat } from "../delivery/handing.js";
import type { ShellMode } from "../delivery/shell-mode.js";
import type { AgentState, Evidence, Question, WakePolicy } from "../model.js";

import type { TranscriptShape } from "../output/extract.js";
import type { DialogKeys, Replies } from "./dialog-keys.js";
import type { ErrorKind } from "./error-kind.js";
import type { HookDialect } from "./hook-events.js";

import type { Still } from "./still.js";

/**
 * What a screen can show by itself. `ready`: the prompt waits, nothing said of how the last turn ended; `finished`: the
 * prompt waits and the screen says that a turn ended well; `interrupted`: it says a person stopped it. Which of `idle`
 * and `done` that makes is for `derive` to say, which knows what came before.
 */
export type Shown =
  | "starting"
  | "ready"
  | "finished"
  | "interrupted"
  | "working"
  | "blocked"
  | "error"
  | "exited"
  | "unclear";

/** The input box as the screen shows it. */
export interface Composer {
  /** What a person or drover has typed and not sent; placeholders and dim suggestions are not text. */
  readonly text: string;
  readonly empty: boolean;
  /** A collapsed paste (`[Pasted text #1 +3 lines]`) stands in it. */
  readonly pasted: boolean;
}

/** What a screen shows, and by which rule that was decided. */
export interface Reading {
  readonly shown: Shown;
  readonly evidence: Evidence;
  /** The text of an error, a spinner's words: in short, for the list. Null when there is nothing to add. */
  readonly reason: string | null;
  /** `ready`, of a program that marks how its turns end, without a mark: it may be about to draw one. */
  readonly unmarked?: true;
  /** The conversation on it is about to end, and the next one begins: its composer is for neither. */
  readonly leaves?: true;
  readonly errorKind: ErrorKind | null;
  readonly question: Question | null;
  /** Null when no composer is on the screen. */
  readonly composer: Composer | null;
}

/** How one agent program is launched, read and addressed. Data, plus `read` where data does not suffice. */
export interface Provider {
  readonly name: string;
  /** For people: `Claude Code`. */
  readonly title: string;
  /** The program looked up on PATH and the arguments always given. */
  readonly command: readonly string[];
  /** Process names by which a pane started by hand is known. */
  readonly processNames: readonly string[];
  /** Whether the first prompt may be given as the last argument. */
  readonly promptArgument: boolean;
  /** Arguments that resume a native session, `{session}` standing for its id; null where there is no such thing. */
  readonly resume: readonly string[] | null;
  /** Arguments that give a new session the id `{session}` (a UUID), and those of a caller's that speak against it. */
  readonly newSession?: { readonly args: readonly string[]; readonly unless: readonly string[] };
  /** Of what its Stop hook answers, so many bytes reach the model; what is longer is cut. Absent: as many as there are. */
  readonly stopHookBytes?: number;
  /** How long after a paste the text may take to stand in the composer, and how long to wait before Enter, at least. */
  readonly pasteSettleMs: number;
  /** How what is typed is run in a shell, where it can be: mail from agents never is. */
  readonly shellMode?: ShellMode;
  /** How an agent of it is told of its children where nobody says; absent: `type`. */
  readonly wake?: WakePolicy;
  /** The keys (tmux names) that interrupt a turn, in order. */
  readonly interruptKeys: readonly string[];
  /** What a person would type to end the program: keys (tmux names) or text followed by Enter. */
  readonly quit: readonly { readonly keys?: readonly string[]; readonly text?: string }[];
  /** Environment names refused from `--env` (glob with a trailing `*`), and the exceptions that pass. */
  readonly refusedEnv: readonly string[];
  readonly allowedEnv: readonly string[];
  /** The versions it was written for and tried with; others may have renamed what is looked for. */
  readonly versions?: readonly string[];
  /** How it writes its transcript, where that is known of a provider that is a table. */
  readonly shape?: TranscriptShape;
  /** Whose way of hooks it has (hook-events.ts): what they are called, and how an agent is given some. False: it is given none. */
  readonly hooks?: HookDialect | false;
  /**
   * The variable that gives it a file for its debug log, in which it tells of a model that it does not reach
   * (debug-log.ts). False: it is given none.
   */
  readonly debugLog?: string | false;
  /** Whether its agents' panes are tapped where their pipe is free, for what only the bytes hold. */
  readonly tap?: boolean;
  /** Reads one still. Never throws; what fits nothing is `unclear`. */
  read(still: Still): Reading;
  /** Whether the screen shows the conversation that its API leads to, as it says. Absent where it has no such door. */
  shows?(still: Still, seat: Seat): boolean;
  /** How this dialog of its is worked by keys. */
  dialogKeys(question: Question): DialogKeys;
  /** What its choices call yes, no and always. */
  readonly replies: Replies;
  /** How many answers to its dialogs its transcript shows; where it tells of them the moment they are given. */
  readonly answersOn?: (still: Still) => number;
}

export type { AgentState };
