/** Looking at the dialog on an agent's screen, again and again, while keys are given to it. */
import { Fault } from "#core/fault.js";
import type { AgentId, Question } from "#core/model.js";
import type { Context } from "./context.js";
import { lookNow, theProvider } from "./ground.js";

/** What is on the screen: the dialog as it is believed, or none. */
export type Seen = { readonly question: Question | null; readonly gone: boolean; readonly answers: number };

/** After so long each, the last one on and on. */
export const LOOK_AGAIN_MS: readonly number[] = [8, 16, 33, 66, 120];

/** Looks until `isIt` holds of what is seen and believed; null where that takes longer than `limitMs`. */
export async function lookUntil(
  context: Context,
  id: AgentId,
  limitMs: number,
  isIt: (seen: Seen) => boolean,
): Promise<Seen | null> {
  const { clock, loop } = context;
  const giveUpAtMs = clock.now() + limitMs;
  for (let n = 0; clock.now() < giveUpAtMs; n++) {
    const seen = await look(context, id);
    if (seen !== null && isIt(seen)) return seen;
    await loop.pause(LOOK_AGAIN_MS[Math.min(n, LOOK_AGAIN_MS.length - 1)] ?? 120);
  }
  return null;
}

/** Whether another dialog than `meant` is there, or none. */
export function isOther(seen: Seen, meant: Question): boolean {
  return seen.question?.fingerprint !== meant.fingerprint;
}

/**
 * The dialog as it is believed, from a fresh look. Null where what is seen is not believed yet: a frame in which it is half
 * drawn, or in which another is. An answer may end the program ("No, exit"): the dialog goes with it.
 */
async function look(context: Context, id: AgentId): Promise<Seen | null> {
  const agent = context.loop.fleet.agents.get(id);
  if (agent === undefined || agent.pane === null) return { question: null, gone: true, answers: 0 };
  try {
    const { still, reading } = await lookNow(context, agent);
    const believed = context.loop.fleet.agents.get(id)?.believed;
    const words = believed?.question ? (believed.memory.dialogs.last?.words ?? null) : null;
    if ((reading.question?.fingerprint ?? null) !== words) return null;
    // What is believed names the dialog; the reading shows it as it is at this moment.
    const fingerprint = believed?.question?.fingerprint ?? "";
    const answers = theProvider(context, agent).answersOn?.(still) ?? 0;
    return { question: reading.question === null ? null : { ...reading.question, fingerprint }, gone: false, answers };
  } catch (error) {
    if (error instanceof Fault && (error.code === "TMUX_REFUSED" || error.code === "NOT_FOUND")) {
      return { question: null, gone: true, answers: 0 };
    }
    throw error;
  }
}
