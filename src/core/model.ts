/**
 * Nouns that two or more rooms share. Ours (agent, record, label) and tmux's (pane, window, session) have different
 * types, so that a pane id can never be passed where an agent's identity is meant.
 */

/** A ULID given at birth; what records, mail and the journal refer to. Never reused. */
export type AgentId = string & { readonly brand: "AgentId" };
/** tmux's ids: where an agent is now. A cache, never identity; all restart at 0 with a new tmux server. */
export type PaneId = `%${number}`;

/** tmux's; gone for good once the window closes. */
export type WindowId = `@${number}`;

/** tmux's; names may change, this does not. */
export type SessionId = `$${number}`;

/** SPEC §2, States. */
export type AgentState = "starting" | "idle" | "working" | "blocked" | "done" | "error" | "exited" | "lost" | "unclear";

/** All of them, for who checks or lists them. */
export const AGENT_STATES: readonly AgentState[] = [
  "starting",
  "idle",
  "working",
  "blocked",
  "done",
  "error",
  "exited",
  "lost",
  "unclear",
];

export type Role = "worker" | "conductor";

/**
 * How a parent is told of its children while it is idle: their words are typed into its pane, only that there are some, or
 * nothing (it asks for them itself). `mute`: it wants none at all.
 */
export type WakePolicy = "type" | "nudge" | "pull" | "mute";

/** All of them, for who checks or lists them. */
export const WAKE_POLICIES: readonly WakePolicy[] = ["type", "nudge", "pull", "mute"];

/** Where evidence came from, most trusted first (SPEC §2). */
export type EvidenceSource = "hook" | "api" | "transcript" | "process" | "title" | "screen" | "request";

/** Why a state is believed: the rule that decided and the rows or payload it believed. */
export interface Evidence {
  readonly source: EvidenceSource;
  /** The name of the rule, `provider/rule` for screens and titles: `codex/title-busy`. */
  readonly rule: string;
  /** The rows, title or payload believed; at most 400 characters, control characters removed. */
  readonly excerpt: string;
}

export type QuestionKind = "permission" | "question" | "plan" | "trust" | "login" | "other";

/** One choice of a dialog: the key that picks it (`"1"`, `"y"`), or `""` where only the arrows reach it. */
export interface Choice {
  readonly key: string;
  readonly text: string;
  readonly selected: boolean;
  /** Whether it is ticked, in a dialog where several may be. */
  readonly checked?: boolean;
  /** It is a field for a text of one's own. */
  readonly field?: Field;
  /** It picks nothing by itself: it sends what is ticked (`Submit`, `Next`, `Done`). */
  readonly submits?: true;
}

/** Where a dialog takes a text. */
export interface Field {
  /** What stands in it; a placeholder is not text. */
  readonly text: string;
  /** What is typed goes into it now. */
  readonly open: boolean;
}

/** A dialog that waits for a person, lifted from the screen. */
export interface Question {
  readonly kind: QuestionKind;
  readonly text: string;
  readonly choices: readonly Choice[];
  /**
   * Stable while the same dialog is open, whatever is highlighted, ticked or typed in it; different for another dialog.
   * A reader gives one of the words alone; what is believed of an agent carries one that no later dialog shares.
   */
  readonly fingerprint: string;
  /** Several choices may be ticked before it is submitted. */
  readonly multiple?: true;
  /** Its list is longer than what is shown of it; further down there may be a field. */
  readonly scrolls?: true;
  /** It has no choices: all it asks for is a text. */
  readonly field?: Field;
  /** It only asks whether to send what was answered, to so many questions. */
  readonly reviews?: number;
  /** How many questions its form has, where it is one of several or is reviewed. */
  readonly questions?: number;
}

/** A dialog of an agent's, as it is told from others (belief/open-dialog.ts). */
export interface OpenDialog {
  /** The fingerprint of its words; null while a hook has told of it and the screen does not show it yet. */
  readonly words: string | null;
  readonly turn: number;
  /** Counts the dialogs of the turn from 1. */
  readonly nth: number;
  /** The hook that told of it: the same one tells of each dialog once. */
  readonly told: string | null;
  /** The program's own name for what it asks there. Absent where it told none. */
  readonly request?: string;
}

/** The last one that was open, and whether it still is. */
export interface Dialogs {
  readonly last: OpenDialog | null;
  readonly open: boolean;
  /** What the program asked and did not call answered yet, by its own names, oldest first. Absent for nothing. */
  readonly unanswered?: readonly string[];
}

/** How a program ended, as far as that is known: one of the two, or neither. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A nudge that was given to a launch of an agent; `order` is that of the newest entry in its inbox then. */
export interface Nudged {
  readonly incarnation: number;
  readonly order: number;
}

/** What an agent was given to do by another, and the turn that it began with it (delivery/assigned.ts). */
export interface Assigned {
  /** The message's id. */
  readonly message: string;
  readonly by: AgentId;
  readonly turn: number;
  /** Somebody waits for the end of that turn, and hands it to the one that it is for. */
  readonly waits?: true;
}

/** The durable record of an agent. Stored; everything else about it can be seen again. */
export interface AgentRecord {
  readonly id: AgentId;
  readonly label: string;
  readonly provider: string;
  readonly role: Role;
  readonly parent: AgentId | null;
  readonly group: string | null;
  /** A conductor that is told now and then what waits for it (delivery/heartbeat.ts). */
  readonly heartbeatMs?: number;
  readonly incarnation: number;
  /** Turns started in the agent's whole life, across incarnations. */
  readonly turn: number;
  readonly cwd: string;
  /** The program and its arguments, as launched. */
  readonly command: readonly string[];
  /** Names (never values) of the environment given by the caller. */
  readonly envNames: readonly string[];
  readonly prompt: string | null;
  /** The prompt was not given as an argument and is still to be typed, once, when the agent is ready. */
  readonly promptDue?: boolean;
  readonly worktree: Worktree | null;
  /** The program's own name for the conversation, as its hooks or its last words told it. */
  readonly nativeSession: string | null;
  /** Absent for `type`. */
  readonly wake?: WakePolicy;
  /** How often in a row its Stop hook kept that launch of it from ending its turn, and with which batch last. Absent for never. */
  readonly stopBlocks?: { readonly incarnation: number; readonly used: number; readonly batch?: string };
  /** The newest completion of which that launch was told, by a nudge, that it waits. Absent for none. */
  readonly nudged?: Nudged;
  /** When a heartbeat was last to be typed. Absent for never. */
  readonly beatAtMs?: number;
  /** The last that another agent gave it to do. Absent for nothing. */
  readonly assigned?: Assigned;
  /** What starts it again. Absent where it was not started by drover. */
  readonly launch?: Launch;
  /** The agent that goes to the archive once this one's tab stands. */
  readonly replaces?: AgentId;
  /** The last state decided, with its proof, so that a daemon that starts again need not guess. */
  readonly state: AgentState;
  readonly sinceMs: number;
  readonly evidence: Evidence | null;
  readonly reason: string | null;
  readonly unread: boolean;
  readonly exit: Exit | null;
  /** Its last dialog, by which the next one of the same words is told from it. Absent for none yet. */
  readonly dialogs?: Dialogs;
  /** Where it was last seen. */
  readonly place: Place | null;
  readonly createdAtMs: number;
  /** Set by `rm`: kept for `ls --all`, never deleted. */
  readonly archivedAtMs: number | null;
}

/** A git worktree that an agent has for itself. */
export interface Worktree {
  readonly path: string;
  readonly branch: string;
  /** The folder of the repository it belongs to. */
  readonly repo: string;
  /** The branch was named by drover, for this agent alone. */
  readonly ownBranch: boolean;
}

/** A program and its arguments, the prompt left out. */
export interface Launch {
  /** The program as it was found, and the arguments always given. */
  readonly program: readonly string[];
  /** What the caller added. */
  readonly args: readonly string[];
}

/** Where an agent is in tmux, as last seen. `epoch` names the tmux server: ids mean nothing in another one. */
export interface Place {
  readonly epoch: string;
  readonly session: SessionId;
  readonly sessionName: string;
  readonly window: WindowId;
  readonly windowName: string;
  readonly pane: PaneId;
  /** The process that tmux started in the pane: another one there is another launch. */
  readonly pid?: number;
  /** What bears these names under another tmux server is something else: the pane went before its own server did. */
  readonly closed?: boolean;
}

/** One pane as a listing names it. */
export interface LivePane {
  readonly pane: PaneId;
  readonly window: WindowId;
  readonly session: SessionId;
  readonly sessionName: string;
  readonly windowName: string;
  readonly windowIndex: number;
  /** tmux's own clock, whole seconds: the last output in the pane's window. */
  readonly activityS: number;
  readonly historyRows: number;
  readonly cursorX: number;
  readonly cursorY: number;
  readonly columns: number;
  readonly rows: number;
  readonly dead: boolean;
  readonly exit: Exit | null;
  readonly inMode: boolean;
  readonly inputOff: boolean;
  /** Keys for it go to the panes beside it as well: its user switched `synchronize-panes` on. */
  readonly inputShared?: boolean;
  readonly alternate: boolean;
  readonly pid: number;
  readonly title: string;
  /** `pane_current_command`; empty where the listing did not ask for it. */
  readonly command: string;
  readonly mark: PaneMark | null;
}

/** What drover wrote on the pane at birth: `@drover-id`, `@drover-label`, `@drover-incarnation`, `@drover-home`. */
export interface PaneMark {
  readonly id: AgentId;
  readonly label: string;
  readonly incarnation: number;
  /** Whose fleet it belongs to; several may live on one tmux server. Absent where an older drover wrote it. */
  readonly home?: string;
}

/** Whether the pane is another fleet's. A mark that names none is taken for one's own. */
export function isForeign({ mark }: Pick<LivePane, "mark">, home: string | null): boolean {
  return home !== null && mark?.home !== undefined && mark.home !== home;
}

/** Why nothing can be seen: there is no tmux server, it is gone, or it hangs. */
export type Blindness = "tmux-gone" | "tmux-slow" | "no-server";

/** Not knowing is not the same as nothing: a silent tmux is not an empty fleet. */
export type Sighting =
  | {
      readonly epoch: string;
      readonly panes: readonly LivePane[];
      /** Counts up in the order in which listings were taken, so that one that comes late is known as such. */
      readonly taken?: number;
    }
  | { readonly blind: Blindness };

/** A tab to be made. */
export interface NewTab {
  readonly sessionName: string;
  readonly windowName: string;
  readonly cwd: string;
  /** Program and arguments; started directly, never through a shell. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mark: PaneMark;
  /** For a session that has to be made. */
  readonly columns: number;
  readonly rows: number;
}
