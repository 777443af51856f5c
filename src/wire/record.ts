/**
 * `GET /v1/agents/{ref}/record` (server-sent events): what `drover record` writes down. The screen as on `/stream`
 * (wire/screen.ts), and between its events, in the order in which the daemon took them, `event: fact`. The first fact is
 * `begins`. A recording holds each as a marker of the text `drover ` and the fact's JSON. Where the pane could be tapped,
 * `event: raw` holds what its program wrote, as a JSON string, and follows a whole screen; with `?pictures` it is not tried.
 */
import type { HookMeaning } from "#core/belief/fact.js";
import type { AgentState, EvidenceSource, Exit } from "#core/model.js";

export interface BeliefJson {
  state: AgentState;
  turn: number;
  source: EvidenceSource | null;
  rule: string | null;
  excerpt: string | null;
}

export type FactJson =
  /** What was believed when the recording began. */
  | ({ fact: "begins"; provider: string; unread: boolean; drover: string } & BeliefJson)
  /** The daemon decided. */
  | ({ fact: "believed"; exit: Exit | null } & BeliefJson)
  /** A record of its transcript says something of the state; written `agoMs` before. */
  | {
      fact: "transcript";
      means: HookMeaning;
      source: EvidenceSource;
      rule: string;
      excerpt: string;
      agoMs: number;
    }
  /** The daemon read the screen as it was then. */
  | { fact: "looked" }
  /** From here on the program's own bytes follow (`event: raw`), or pictures again; after the next whole screen. */
  | { fact: "tap"; on: boolean; why: string }
  /** A hook of the agent's own was taken in; `provider` is the one in whose words it speaks. */
  | { fact: "hook"; provider: string; name: string; payload: Record<string, unknown> };
