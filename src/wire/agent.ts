/** What faces are told of an agent (SPEC §10). Field names are stable once released; additions are free. */

/** A dialog that waits for a person. */
export interface QuestionJson {
  kind: "permission" | "question" | "plan" | "trust" | "login" | "other";
  text: string;
  choices: {
    key: string;
    text: string;
    selected: boolean;
    /** Whether it is ticked, where several may be. */
    checked?: boolean;
    /** It takes a text of one's own. */
    takesText?: true;
    /** It sends what is ticked. */
    submits?: true;
  }[];
  fingerprint: string;
  /** Several choices may be ticked before they are sent. */
  multiple?: true;
  /** There are no choices: it takes a text. */
  takesText?: true;
  /** How many questions are asked together, this one among them. */
  questions?: number;
}

/** An agent, as every face is told of it. */
export interface AgentJson {
  id: string;
  label: string;
  provider: string;
  role: "worker" | "conductor";
  parent: string | null;
  group: string | null;
  /** How often a conductor at rest is told what waits for it; null for never. */
  heartbeatMs?: number | null;
  /** How it is told of its children while it is idle. */
  wake?: "type" | "nudge" | "pull" | "mute";
  /** The session's name; `window` and `pane` are tmux's ids (`@7`, `%12`), empty where the agent is nowhere. */
  session: string;
  window: string;
  pane: string;
  /** The window's name as its user sees it; empty where the agent is nowhere. */
  windowName?: string;
  state: "starting" | "idle" | "working" | "blocked" | "done" | "error" | "exited" | "lost" | "unclear";
  /** ISO 8601 UTC: when the state began. */
  since: string;
  reason: string | null;
  /** Of a turn that failed, where `state` is `error`: the model or its server, the login, a limit, the program itself. */
  errorKind?: "api" | "auth" | "quota" | "crash" | null;
  turn: number;
  incarnation: number;
  cwd: string;
  worktree: { path: string; branch: string } | null;
  nativeSession: string | null;
  unread: boolean;
  mail: { queued: number; inbox: number; dead: number; uncertain: number };
  question: QuestionJson | null;
  exit: { code: number | null; signal: string | null } | null;
  createdAt: string;
  archived: boolean;
}

/** Whether the daemon sees tmux: `no-server`, or one that is gone or hangs. Unless `ok`, states are as last seen. */
export type SightJson = "ok" | "no-server" | "tmux-gone" | "tmux-slow";

/** The list, and the place in the journal at which it is true. */
export interface AgentsJson {
  agents: AgentJson[];
  seq: number;
  sight?: SightJson;
  /** ISO 8601 UTC: since when tmux is seen, or since when not, for whatever reason. */
  sightSince?: string | null;
  /** Mail of agents that were taken off the list, by their ids, where there is any: dead letters, mostly. */
  removedMail?: Record<string, AgentJson["mail"]>;
}

export interface EvidenceJson {
  source: string;
  rule: string;
  excerpt: string;
  incarnation: number;
  at: string;
}

/** Why an agent is believed to be in its state. */
export interface WhyJson {
  label: string;
  state: AgentJson["state"];
  /** As in `AgentJson`. */
  reason?: string | null;
  errorKind?: AgentJson["errorKind"];
  since: string;
  evidence: EvidenceJson[];
  history: { seq: number; from: string; to: string; at: string; source: string; rule: string }[];
}

/** A pane's screen as text. */
export interface ScreenJson {
  rows: string[];
  cursor: { x: number; y: number };
  size: { columns: number; rows: number };
}

/** The final response of the last turn that ended; SPEC §5 says what the kinds mean. */
export interface OutputJson {
  kind: "complete" | "partial" | "none";
  text: string;
  source: "hook" | "transcript" | "api" | "screen";
  turn: number;
  lines: number;
}

/** A message, wherever it stands. */
export interface MessageJson {
  id: string;
  to: string;
  from: string | null;
  kind: "message" | "prompt" | "completion" | "handoff" | "task" | "system";
  state:
    | "queued"
    | "claimed"
    | "typed"
    | "submitted"
    | "delivered"
    | "failed"
    | "dead"
    | "uncertain"
    | "leased"
    | "acked";
  /** Of a completion: which child told it (an agent's id, or a task's; its label then), of which turn and what. */
  completion?: {
    child: string;
    label: string;
    turn: number;
    kind: "done" | "error" | "blocked" | "exited" | "task" | "report";
    /** The message that gave the child this to do: its id. */
    answers?: string;
  };
  /** Where a completion is leased: to whom. Of a message that was typed to wake an agent: what it carries. */
  batch?: string;
  taker?: "stop-hook" | "wake" | "drain" | "handoff";
  /** It was handed over before, and came back unacknowledged: it may have been read already. */
  redelivered?: boolean;
  body?: string;
  reason: string | null;
  attempts: number;
  createdAt: string;
  updatedAt: string;
  turn?: number;
  /** The first words of what it says, in one line, where asked for. */
  words?: string;
  /** How many characters it says, told with its words. */
  characters?: number;
}

/** How the daemon is. */
export interface HealthJson {
  status: "ok" | "degraded";
  pid: number;
  version: string;
  owner: "persistent" | "dashboard";
  backend: string;
  tmux: { version: string | null; socket: string; connected: boolean; sight?: SightJson; sightSince?: string | null };
  /**
   * `loss`: what was found damaged, and where the damaged files now lie; told until the daemon is started again.
   * `quarantined`: how many values were ever set aside because they could not be read.
   */
  store: { path: string; ok: boolean; loss?: string | null; quarantined?: number };
  components: Record<string, "ok" | "unavailable">;
  /** Counts by state, plus `total`. */
  agents: Record<string, number>;
  /** Panes that are tapped, and those that should be and are not: somebody else has their pipe, mostly. */
  taps?: { open: number; refused: number };
  seq: number;
}

/** The body of every answer that is none: `code` is a fault's, `message` a sentence for a person. */
export interface ErrorJson {
  error: { code: string; message: string; hint?: string };
}
