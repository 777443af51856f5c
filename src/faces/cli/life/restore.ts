import { exitStatus, type FaultCode } from "#core/fault.js";
import type { RestoredJson, RestoreRequest } from "#wire/requests.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** One after the other, each a tab and a program. */
const RESTORE_LIMIT_MS = 600_000;

export async function run(context: Context, _invocation: Invocation): Promise<number> {
  const daemon = await context.daemon();
  const body: RestoreRequest = context.env.PATH ? { path: context.env.PATH } : {};
  const restored = await daemon.request<RestoredJson>("POST", "/v1/restore", body, { timeoutMs: RESTORE_LIMIT_MS });
  const { agents, errors } = restored;
  if (context.json) context.value(restored);
  else {
    for (const { label, provider, session } of agents)
      context.line(`${label} restored: ${provider} in session ${session}`);
    for (const { label, message } of errors) context.note(`drover: ${label} was not restored: ${message}`);
    if (agents.length + errors.length === 0) context.line("nothing to restore");
  }
  const [first] = errors;
  return first === undefined ? 0 : exitStatus(first.code as FaultCode);
}
