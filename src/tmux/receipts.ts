/** Receipts of what was typed (core/protocol/commands.ts), read once nothing can change them behind our back. */
import type { AgentId } from "#core/model.js";
import { type Command, listOwnClients, listReceipts, parseReceipts } from "#core/protocol/commands.js";
import type { Clock } from "#host/clock.js";

/** A client that outlives its daemon is ended by its watchdog within a moment. */
const STALE_LIMIT_MS = 5_000;
const STALE_LOOK_MS = 20;

/**
 * What a daemon wrote to its control client before it was killed may still be on its way: first that client is waited
 * out. One that stays longer is a living drover's with another home.
 */
export async function readReceipts(
  request: (command: Command) => Promise<Buffer[]>,
  clock: Clock,
): Promise<Map<AgentId, string>> {
  const giveUpAtMs = clock.now() + STALE_LIMIT_MS;
  for (;;) {
    const [clients] = await request(listOwnClients);
    if (clients!.toString("utf8").split("\n").filter(Boolean).length <= 1 || clock.now() >= giveUpAtMs) break;
    await new Promise<void>((resolve) => clock.wake(clock.now() + STALE_LOOK_MS, resolve));
  }
  const [receipts] = await request(listReceipts);
  return parseReceipts(receipts!.toString("utf8"));
}
