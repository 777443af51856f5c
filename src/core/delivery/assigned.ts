/**
 * Who is told how a turn of an agent ended: its parent, and the one that gave it what it did in that turn (`drover assign`,
 * `drover handoff`). Each is told once: who is both has one completion, and where somebody waits to hand the end over, the
 * completion is that one's until it says that it did.
 */
import type { AgentId, Assigned } from "../model.js";
import type { CompletionKind } from "./completion.js";

/** An agent's own, of which somebody may have to be told. */
export interface Child {
  readonly id: AgentId;
  readonly parent: AgentId | null;
  readonly assigned?: Assigned;
}

/** One that is told, as part of what a completion is made of. */
export interface Addressee {
  readonly parent: AgentId;
  /** Tells its completion from the parent's. */
  readonly part?: string;
  readonly answers?: string;
  readonly waits?: true;
}

/**
 * Nobody where nobody is to be told. All that comes of a turn whose end somebody waits for is that one's, a dialog too: when
 * it is over, nobody needs to hear any more that it once asked.
 */
export function whoIsTold({ id, parent, assigned }: Child, turn: number, kind: CompletionKind): Addressee[] {
  const told: Addressee[] = parent === null ? [] : [{ parent }];
  if (assigned?.turn !== turn || assigned.by === id) return told;
  const { by, message, waits } = assigned;
  const work = waits ? { answers: message, waits } : kind === "blocked" ? {} : { answers: message };
  if (by === parent) return [{ parent, ...work }];
  return [...told, { parent: by, part: `for-${by}`, ...work }];
}
