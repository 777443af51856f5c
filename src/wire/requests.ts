/**
 * Bodies of what a face asks for. The daemon checks each with a schema of its own; a field not named here is refused.
 *
 *   POST   /v1/agents                     SpawnRequest     -> SpawnedJson
 *   GET    /v1/agents[?all=1]                              -> AgentsJson
 *   GET    /v1/agents/{ref}                                -> { agent }
 *   PATCH  /v1/agents/{ref}               PatchRequest     -> { agent, created: false }
 *   DELETE /v1/agents/{ref}[?force=1]                      -> RemovedJson
 *   POST   /v1/agents/{ref}/send          SendRequest      -> { message: MessageJson }: delivered, or queued
 *                                                             with the reason why it waits; 409 where it failed
 *   POST   /v1/agents/{ref}/handoff       SendRequest      -> as `send`; the end of its turn is for who waits (below)
 *   POST   /v1/agents/{ref}/assign        SendRequest      -> as `send`; the end of its turn is a completion for `from`
 *   POST   /v1/agents/{ref}/answer        AnswerRequest    -> { answered: true, question, next }
 *   POST   /v1/agents/{ref}/interrupt     {}               -> { interrupted: true, agent }; 409 where it
 *                                                             asks something, or has no turn under way
 *   POST   /v1/agents/{ref}/stop          StopRequest      -> { agent }
 *   POST   /v1/agents/{ref}/restart       RestartRequest   -> RestartedJson
 *   POST   /v1/agents/{ref}/seen          {}               -> { agent }
 *   POST   /v1/tasks                      {}               -> TasksJson: looks for background tasks that have ended
 *   GET    /v1/agents/{ref}/screen                         -> ScreenJson
 *   GET    /v1/agents/{ref}/output                         -> OutputJson
 *   GET    /v1/agents/{ref}/output?screen=1|scrollback=N   -> ScreenJson | { rows: string[] }
 *   GET    /v1/agents/{ref}/output?follow=1[&screen=1]     -> SSE, wire/output.ts
 *   GET    /v1/agents/{ref}/why                            -> WhyJson
 *   GET    /v1/agents/{ref}/stream                         -> SSE, wire/screen.ts
 *   GET    /v1/agents/{ref}/record                         -> SSE, wire/record.ts
 *   GET    /v1/adoptable                                   -> AdoptableJson
 *   POST   /v1/adopt                      AdoptRequest     -> { agent, created: true }
 *   POST   /v1/restore                    RestoreRequest   -> RestoredJson
 *   GET    /v1/events[?after=SEQ]                          -> SSE, wire/events.ts
 *   GET    /v1/journal?after=SEQ&limit=N                   -> { entries: EntryJson[] }
 *   GET    /v1/providers                                   -> { providers: ProviderJson[] }
 *   POST   /v1/hooks/{provider}/{event}   any JSON         -> {}    identity: header x-drover-id
 *   GET    /v1/hooks                                       -> HooksJson
 *   GET    /v1/inbox/{ref}[?delivered=N][&words=1|&bodies=1] -> { messages: MessageJson[] }, in order
 *   POST   /v1/inbox/{ref}/drain          DrainRequest     -> DrainedJson: leased for 30 s, oldest first
 *   POST   /v1/inbox/{ref}/ack            AckRequest       -> AckedJson
 *   POST   /v1/inbox                      ReportRequest    -> { message: MessageJson, created: boolean }: a completion in the
 *                                                             inbox of the reporter's parent, or a dead letter with its reason
 *   GET    /v1/dead[?agent=REF][&words=1|&bodies=1]        -> { messages: MessageJson[] }
 *   POST   /v1/dead                       DeadRequest      -> { messages }, queued again
 *   DELETE /v1/dead                       DeadRequest      -> { messages }, forgotten
 *   GET    /v1/messages/{id}[?bodies=1]                    -> MessageWhyJson
 *   POST   /v1/messages/{id}/taken        {}               -> AckedJson: who waited for the end of a handoff has it. Until
 *                                                             then `from` is told 30 s after that end
 *   GET    /v1/mail[?agent=REF][&delivered=N][&limit=N]    -> MailJson: an agent's mail or everybody's, with first words
 *   GET    /v1/health                                      -> HealthJson
 *   GET    /v1/supervise                                   -> SSE that stays open: one `linked` event {pid}; 409 where no
 *                                                             dashboard holds the daemon
 *   POST   /v1/shutdown                   {}               -> { stopping: true }
 */

import type { AgentJson, MessageJson } from "./agent.js";

/** An agent to be started. */
export interface SpawnRequest {
  provider: string;
  label?: string;
  /** Name of the tmux session; made if missing. Default: the base name of `cwd`, cleaned. */
  session?: string;
  cwd: string;
  prompt?: string;
  /** Extra arguments for the program. */
  args?: string[];
  env?: Record<string, string>;
  /** The caller's PATH, so that a program is found as the caller would find it. Never logged. */
  path?: string;
  role?: "worker" | "conductor";
  parent?: string;
  group?: string;
  /** A conductor only: how often, while it rests, it is told what waits for it; at least 1000. */
  heartbeatMs?: number;
  ifAbsent?: boolean;
  /** A conductor only: the session's present one is stopped, and archived once the new one stands. */
  replace?: boolean;
  wake?: "type" | "nudge" | "pull" | "mute";
  /** A git worktree of its own: on this branch, or, where it is `true`, on a new one named by the label. */
  worktree?: true | string;
  /** The size of a session made for this agent, best what an attach will give it; default 200x50. */
  columns?: number;
  rows?: number;
}

/** A message for an agent. */
export interface SendRequest {
  text: string;
  /** An agent's id or label, or absent for a person. */
  from?: string;
  /** Deliver it now or refuse it (409, NOT_READY), rather than let it wait. */
  now?: boolean;
  /** A ULID of the sender's own: the same again, should the answer be lost, is the same message. */
  id?: string;
}

/** Which dead letters are meant: by their ids, those of one recipient (a label or id), or all. */
export interface DeadRequest {
  ids?: string[];
  to?: string;
  all?: boolean;
}

/** A message and its story. */
export interface MessageWhyJson {
  message: MessageJson;
  /** What became of it, by the journal; `from` null where it was queued. */
  history: { seq: number; at: string; from: string | null; to: string; reason: string | null; attempts: number }[];
}

/** What looking for ended tasks came to. */
export interface TasksJson {
  /** Background tasks that have ended, and the completion that each became. */
  told: { task: string; message: MessageJson }[];
  /** How many are under way, or not written yet. */
  running: number;
}

/** Mail to look at: what is not delivered, the newest `delivered` of each recipient, at most `limit` in all. */
export interface MailJson {
  /** What needs a person and what is under way before what waits before what was delivered. */
  messages: MessageJson[];
  /** How many more there are that are not delivered. */
  leftOut: number;
}

/** An answer to a dialog. */
export interface AnswerRequest {
  /**
   * A choice's key, its number (1 for the first), its text or an unambiguous beginning of it, `yes|no|always`; several
   * parted by commas where several may be ticked. A text of one's own, where the dialog takes one and it fits no choice.
   */
  choice?: string;
  /** A text of one's own, for the dialog's field. With neither of the two the answer is refused. */
  text?: string;
  /** Refuse unless this is still the question. */
  if?: string;
  /** Who gave it, for the journal: `cli`, `dashboard`. */
  by?: string;
}

export interface StopRequest {
  /** Skip asking the program to end as a person would. */
  force?: boolean;
}

/** An agent program, and what is known of it on this machine. */
export interface ProviderJson {
  name: string;
  title: string;
  installed: boolean;
  /** From the daemon's catalogue: null where it is not known, or not yet. */
  version?: string | null;
  loggedIn?: boolean | null;
  /** As far as its own files name them. */
  models?: string[];
  /** Whether drover's hooks stand in the user's own settings. */
  hooks?: boolean | null;
  /** The versions that drover's description of it was tried with. */
  seenVersions?: string[];
}

/** What is to change of an agent; what is not named stays. */
export interface PatchRequest {
  label?: string;
  /** How it is told of its children while it is idle: SPEC §6, wake. `mute`: not at all, they become dead letters. */
  wake?: "type" | "nudge" | "pull" | "mute";
  /** Of a conductor: so often it is told what waits for it; null for never. */
  heartbeatMs?: number | null;
}

export interface DrainRequest {
  /** At most so many; all that fit into one batch by default. */
  limit?: number;
}

/** What an inbox handed over. */
export interface DrainedJson {
  /** Completions, with their bodies; oldest first. */
  messages: MessageJson[];
  /** To be acknowledged once they are written out; absent where there are none. */
  batch?: string;
  /** So many wait still: a batch holds no more than can be read at once. Absent where there are none. */
  more?: number;
}

/** Says that what was handed over arrived. */
export interface AckRequest {
  batch: string;
  /** Give them back as dead letters (`rejected`) instead. */
  reject?: boolean;
}

/** What became of that. */
export interface AckedJson {
  /** How many. 0 where the batch is unknown, or acknowledged already. */
  acked: number;
}

/** What an agent (`from`: label or id) tells its parent of its own accord. */
export interface ReportRequest {
  from: string;
  text: string;
  /** The same token again is the same report. */
  token?: string;
}

/** How an agent is to be started again. */
export interface RestartRequest {
  /** Skip asking a program that still runs to end as a person would. */
  force?: boolean;
  /** Variables whose values are to be given (again): drover keeps values only while its daemon runs. */
  env?: Record<string, string>;
  path?: string;
}

/** How it was. */
export interface RestartedJson {
  agent: AgentJson;
  created: false;
  /** `session`: its conversation goes on; `prompt`: its first prompt was given again; `fresh`: neither was needed. */
  how: "session" | "prompt" | "fresh";
  /** Names of variables it had before and has no more. */
  missingEnv: string[];
}

/** Every agent whose tmux server or machine ended is to be started again. */
export interface RestoreRequest {
  path?: string;
}

/** Those that were, and what failed. */
export interface RestoredJson {
  agents: AgentJson[];
  errors: PartError[];
}

/** One of several things that was not done; the others were. */
export interface PartError {
  /** An agent's label, or the part of one: `worktree`, `tab`, `record`. */
  label: string;
  code: string;
  message: string;
}

/** The agent as it was last, and what of it could not be taken away. */
export interface RemovedJson {
  agent: AgentJson;
  removed: boolean;
  /** Parts that are still there. */
  errors: PartError[];
}

/** A pane to be taken in. */
export interface AdoptRequest {
  /** tmux's id of the pane: `%12`. */
  pane: string;
  label?: string;
  /** Whose program it is, where its name does not tell. */
  provider?: string;
  role?: "worker" | "conductor";
  parent?: string;
  group?: string;
}

/** The panes that could be taken in. */
export interface AdoptableJson {
  panes: AdoptablePane[];
}

/** A pane in which a known program runs that is no agent yet. */
export interface AdoptablePane {
  pane: string;
  window: string;
  session: string;
  windowName: string;
  provider: string;
  /** Of the agent program. */
  pid: number;
  cwd: string;
  title: string;
}

/** What became of the hooks that came since the daemon started, counted; `taken`, or why not. */
export interface HooksJson {
  outcomes: Partial<Record<string, number>>;
}
