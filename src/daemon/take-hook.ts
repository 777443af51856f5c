/** The socket's way in for hooks; what became of the event is said in hooks.ts. */
import { Fault } from "#core/fault.js";
import { hookSession } from "#core/screen/hook-meanings.js";
import type { Context } from "./context.js";
import { hear } from "./hooks.js";
import type { Asked } from "./http.js";
import { emptySpool } from "./spool.js";
import { isHookName, type ToldHook } from "./told-hook.js";

/**
 * `POST /v1/hooks/{provider}/{event}`: who sends it stands in the headers, or in the body as the environment names it. One
 * that is nobody's is counted and refused with 404, which its script takes in silence.
 */
export async function takeHook(context: Context, asked: Asked): Promise<Record<string, unknown>> {
  const provider = asked.param("provider");
  const event = asked.param("event");
  if (!isHookName(provider) || !isHookName(event)) {
    throw new Fault("INVALID", "that is no name for a provider or an event");
  }
  const body = await asked.body();
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Fault("INVALID", "a hook's payload is a JSON object");
  }
  const payload = body as Record<string, unknown>;
  const told: ToldHook = {
    provider,
    event,
    id: asked.header("x-drover-id") ?? text(payload.DROVER_ID),
    incarnation: asked.header("x-drover-incarnation") ?? text(payload.DROVER_INCARNATION),
    pane: asked.header("x-drover-pane") ?? "",
    tmux: asked.header("x-drover-tmux") ?? "",
    token: asked.header("x-drover-token") ?? "",
    payload,
  };
  if (told.id === "" && told.pane === "" && hookSession(provider, event, payload).session === null) {
    throw new Fault("INVALID", "the hook does not say whose it is", { hint: "send the header x-drover-id" });
  }
  // What could not be told before happened before.
  if (asked.header("x-drover-spooled")) await emptySpool(context);
  const { outcome, reply } = await hear(context, told, true);
  if (outcome === "nobody") throw new Fault("NOT_FOUND", "there is no agent whose hook that is");
  return reply;
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
