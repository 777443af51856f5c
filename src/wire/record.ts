/**
 * `GET /v1/agents/{ref}/record` (server-sent events): what `drover record` writes down. The screen as on `/stream`
 * (wire/screen.ts), but every picture that was read; and between its events, in the order in which the daemon weighed them,
 * `event: fact`. The first fact is `begins`. A recording holds each as a marker of the text `drover ` and the fact's JSON.
 * Where the pane could be tapped, `event: raw` holds what its program wrote, as a JSON string, and follows a whole screen;
 * with `?pictures` it is not tried.
 */
import type { Believed } from "#core/belief/believed.js";
import type { Fact } from "#core/belief/fact.js";
import type { AgentState, EvidenceSource, Exit } from "#core/model.js";
import type { HookMeaning } from "#core/screen/hook-meanings.js";

/** What is believed of an agent, and by which proof. */
export interface BeliefJson {
  state: AgentState;
  turn: number;
  source: EvidenceSource | null;
  rule: string | null;
  excerpt: string | null;
}

/** What a terminal would have to be sent: `o` text, `r` a size `COLSxROWS`. */
export type LookPaint = readonly (readonly ["o" | "r", string])[];

/** One thing that the daemon saw, was told or decided, in its order. */
export type FactJson =
  /** What is believed where the recording begins, or goes on after a gap; `atMs` by the daemon's clock, as all of these. */
  | ({
      fact: "begins";
      provider: string;
      unread: boolean;
      drover: string;
      atMs: number;
      believed: Believed;
    } & BeliefJson)
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
  /**
   * The daemon weighed what it read on the screen as it was sent last. A recording of bytes holds with it, as `paint`, what
   * changed on that screen since the look before: the bytes are ahead of it or behind it, by as much as the machine was busy.
   */
  | { fact: "looked"; atMs: number; paint?: LookPaint }
  /** The daemon weighed this, as it stands: a hook, a signal in the bytes, a transcript, an end, a prompt of its own. */
  | { fact: "weighed"; atMs: number; of: Exclude<Fact, { kind: "still" }> }
  /** From here on the program's own bytes follow (`event: raw`), or pictures again; after the next whole screen. */
  | { fact: "tap"; on: boolean; why: string }
  /** A hook of the agent's own was taken in; `provider` is the one in whose words it speaks. */
  | { fact: "hook"; provider: string; name: string; payload: Record<string, unknown> };
