/**
 * `GET /v1/events` (server-sent events). `event: snapshot` first (or `reset` then `snapshot` where the cursor is older
 * than what is kept), then one `event: entry` a journal entry, with `id:` its sequence number. `: ping` every 15 s.
 * Whether the daemon sees tmux (`sight`, `sightSince`) is in the snapshot and in the entries of kind `daemon` that hold it:
 * the daemon's start, and every change.
 * `event: bye` comes last where the daemon was told to end (`drover down`, a signal): nobody need start it again. A stream
 * that breaks off without it belonged to a daemon that died.
 */
import type { AgentJson, SightJson } from "./agent.js";

/** All there is, as of the journal's entry `seq`. */
export interface SnapshotJson {
  seq: number;
  agents: AgentJson[];
  sight?: SightJson;
  sightSince?: string | null;
  /** Mail of agents that were taken off the list, by their ids, where there is any: dead letters, mostly. */
  removedMail?: Record<string, AgentJson["mail"]>;
}

/**
 * `set` holds the fields of AgentJson that changed (all of them where `kind` is `born` or `adopted`): apply them to the
 * agent and you hold what a new snapshot would say. `archived` takes the agent out of the list; of its mail alone it is
 * still told, by entries of kind `mail`.
 */
export interface EntryJson {
  seq: number;
  at: string;
  kind: string;
  agent: string | null;
  set?: Partial<AgentJson>;
  [more: string]: unknown;
}
