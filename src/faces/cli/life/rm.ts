import type { RemovedJson } from "#wire/requests.js";
import { agentPath } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { eachAgent } from "./each-agent.js";

/** A worktree of many files takes its time to go. */
const REMOVE_LIMIT_MS = 120_000;

export async function run(context: Context, invocation: Invocation): Promise<number> {
  const query = invocation.options.has("force") ? "?force=1" : "";
  let left = 0;
  const status = await eachAgent(context, invocation.arguments, "removed", async (daemon, ref) => {
    const path = agentPath(ref, query);
    const removed = await daemon.request<RemovedJson>("DELETE", path, undefined, { timeoutMs: REMOVE_LIMIT_MS });
    for (const { label, message } of removed.errors ?? []) {
      left++;
      context.note(`drover: ${removed.agent.label}'s ${label} is still there: ${message}`);
    }
    return removed;
  });
  return status || (left > 0 ? 1 : 0);
}
