/** What an agent's program wrote down of itself, fenced by launch and conversation. */
import type { AgentId, Evidence } from "../model.js";
import type { HookMeaning } from "../screen/hook-meanings.js";
import { believe } from "./believe.js";
import type { Draft } from "./draft.js";
import { isReadable } from "./fleet.js";

export interface TranscriptEvent {
  readonly kind: "transcript";
  readonly agent: AgentId;
  /** The launch as it was when the file was opened. */
  readonly incarnation: number;
  /** The conversation as it was then; null where the file is the launch's, whatever is talked of there. */
  readonly session: string | null;
  readonly means: HookMeaning;
  readonly evidence: Evidence;
  /** When the program wrote it, in ms by this machine's clock. */
  readonly writtenAtMs: number;
}

/** A record of another launch or conversation is dropped in silence: its file is being closed just now. */
export function decideTranscript(draft: Draft, written: TranscriptEvent): void {
  const { means, evidence, writtenAtMs } = written;
  const agent = draft.fleet.agents.get(written.agent);
  if (agent === undefined || !isReadable(agent)) return;
  const { incarnation, nativeSession } = agent.record;
  if (incarnation !== written.incarnation) return;
  if (written.session !== null && nativeSession !== written.session) return;
  const before = agent.believed;
  believe(draft, agent, { kind: "transcript", means, evidence, writtenAtMs });
  const changed = draft.fleet.agents.get(written.agent)?.believed !== before;
  if (changed && agent.pane !== null) draft.after({ do: "look", pane: agent.pane });
}
