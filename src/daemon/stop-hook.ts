/**
 * The Stop hook as a carrier: at the end of its agent's turn it is answered with what waits in the agent's inbox, which
 * becomes the agent's next input. Nobody is blocked without a claim on disk; a daemon that says nothing blocks nobody. That
 * the script printed the answer, or could not, it says itself.
 */
import { batchesIn, batchText } from "#core/delivery/completion.js";
import { resolve } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import type { ToldHook } from "./told-hook.js";

/** The event by which the script says that it printed the answer to another; its payload names that one's token. */
export const PRINTED = "DroverPrinted";

/** The script waits for 0.9 s: what comes later than this is better not said at all. */
const ANSWER_LIMIT_MS = 700;

export interface Block {
  readonly reply: { readonly decision: "block"; readonly reason: string };
  readonly excerpt: string;
}

/** What the agent is to go on with instead of ending its turn; null where it may end. */
export async function stopHook(context: Context, to: AgentId, told: ToldHook, live: boolean): Promise<Block | null> {
  const { inboxes } = context.mail;
  if (inboxes.of(to) === null) return null;
  if (!live) {
    // Nobody waits for our answer, and nobody printed what was answered when the event came first. What it tells of the
    // answer before holds all the same, where it can be told from its own.
    if (told.token === "") return null;
    await quietly(context, inboxes.tell(to, { kind: "unprinted", token: told.token }));
    if (told.payload.stop_hook_active === true) {
      await quietly(context, inboxes.tell(to, { kind: "arrived", atStop: true }));
    }
    return null;
  }
  // Who asks it to end interrupts its turn: nothing is given to a program that is about to go.
  if (context.loop.fleet.agents.get(to)?.ending) return null;
  const { stop_hook_active: active } = told.payload;
  const { clock } = context;
  const giveUpAtMs = clock.now() + ANSWER_LIMIT_MS;
  const mostBytes = context.providers.get(told.provider)?.stopHookBytes;
  const taken = await inboxes.take(to, {
    taker: "stop-hook",
    active: typeof active === "boolean" ? active : null,
    ...(told.token === "" ? {} : { token: told.token }),
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
  if (taken.entries.length === 0) return null;
  const reason = batchText(taken.batch, await inboxes.words(taken.entries));
  context.mail.pass("stop-hook-answering");
  if (clock.now() > giveUpAtMs) {
    await unprinted(context, told);
    return null;
  }
  const { length } = taken.entries;
  return {
    reply: { decision: "block", reason },
    excerpt: `goes on with ${length === 1 ? "1 completion" : `${length} completions`}`,
  };
}

/** A prompt that names a batch is proof that it arrived, however it came there. */
export async function proven(
  context: Context,
  to: AgentId,
  event: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (event !== "UserPromptSubmit" || typeof payload.prompt !== "string") return;
  if (context.mail.inboxes.of(to) === null) return;
  for (const batch of batchesIn(payload.prompt)) {
    await quietly(context, context.mail.arrived(to, batch));
  }
}

/** False where nothing is known of it. */
export async function printed(context: Context, told: ToldHook): Promise<boolean> {
  const token = tokenOf(told);
  const to = agentOf(context, told);
  if (token === null || to === null) return false;
  await quietly(context, context.mail.inboxes.tell(to, { kind: "arrived", token }));
  return true;
}

/** What was answered to this event was printed by nobody. How many completions come back. */
export async function unprinted(context: Context, told: ToldHook): Promise<number> {
  const to = agentOf(context, told);
  if (to === null || told.token === "") return 0;
  return quietly(context, context.mail.inboxes.tell(to, { kind: "unprinted", token: told.token }));
}

function tokenOf({ payload }: ToldHook): string | null {
  return typeof payload.printed === "string" && payload.printed !== "" ? payload.printed : null;
}

/** By its token alone where the agent started by hand has no name to give. */
function agentOf(context: Context, told: ToldHook): AgentId | null {
  const { loop, mail } = context;
  const named = told.id === "" ? null : (resolve(loop.fleet, told.id)?.record.id ?? null);
  if (named !== null && mail.inboxes.of(named) !== null) return named;
  const token = tokenOf(told) ?? told.token;
  return mail.inboxes.list().find(({ lease }) => lease?.token === token)?.to ?? null;
}

/** What cannot be written now is learned again, or comes back when its lease is over. */
async function quietly(context: Context, done: Promise<unknown>): Promise<number> {
  try {
    const count = await done;
    return typeof count === "number" ? count : 0;
  } catch (error) {
    context.log.warn("what became of completions could not be written", { code: asFault(error).code });
    return 0;
  }
}
