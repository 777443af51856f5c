/**
 * Bodies of what a face asks for. The daemon checks each with a schema of its own; a field not named here is refused.
 *
 *   POST   /v1/agents                     SpawnRequest     -> SpawnedJson
 *   GET    /v1/agents[?all=1]                              -> AgentsJson
 *   GET    /v1/agents/{ref}                                -> { agent }
 *   DELETE /v1/agents/{ref}[?force=1]                      -> { agent, removed: true }
 *   POST   /v1/agents/{ref}/send          SendRequest      -> { message: MessageJson }
 *   POST   /v1/agents/{ref}/answer        AnswerRequest    -> { answered: true, question }
 *   POST   /v1/agents/{ref}/interrupt     {}               -> { interrupted: true, agent }
 *   POST   /v1/agents/{ref}/stop          StopRequest      -> { agent }
 *   POST   /v1/agents/{ref}/seen          {}               -> { agent }
 *   GET    /v1/agents/{ref}/screen                         -> ScreenJson
 *   GET    /v1/agents/{ref}/output?screen=1|scrollback=N   -> ScreenJson | { rows: string[] }
 *   GET    /v1/agents/{ref}/why                            -> WhyJson
 *   GET    /v1/agents/{ref}/stream                         -> SSE, wire/screen.ts
 *   GET    /v1/events[?after=SEQ]                          -> SSE, wire/events.ts
 *   GET    /v1/journal?after=SEQ&limit=N                   -> { entries: EntryJson[] }
 *   GET    /v1/providers                                   -> { providers: ProviderJson[] }
 *   POST   /v1/hooks/{provider}/{event}   any JSON         -> {}    identity: header x-drover-id
 *   GET    /v1/health                                      -> HealthJson
 *   GET    /v1/supervise                                   -> SSE that stays open: one `linked` event {pid}; 409 where no
 *                                                             dashboard holds the daemon
 *   POST   /v1/shutdown                   {}               -> { stopping: true }
 */

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
  ifAbsent?: boolean;
  /** The size of a session made for this agent; default 200x50. */
  columns?: number;
  rows?: number;
}

export interface SendRequest {
  text: string;
  /** An agent's id or label, or absent for a person. */
  from?: string;
}

export interface AnswerRequest {
  /** A choice's key, its number (1 for the first), or its whole text. */
  choice: string;
  /** Refuse unless this is still the question. */
  if?: string;
  /** Who gave it, for the journal: `cli`, `dashboard`. */
  by?: string;
}

export interface StopRequest {
  /** Skip asking the program to end as a person would. */
  force?: boolean;
}

export interface ProviderJson {
  name: string;
  title: string;
  installed: boolean;
}
