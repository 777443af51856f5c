/** Takes in what an agent's own hook tells. Decided before anything else happens: the hook waits for our answer. */
import { Fault } from "#core/fault.js";
import { isSessionName } from "#core/fleet/resume.js";
import { hookReport, hookSession } from "#core/screen/hook-meanings.js";
import { type Context, theAgent } from "./context.js";
import type { Asked } from "./http.js";

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** `POST /v1/hooks/{provider}/{event}`: who sends it stands in the headers, or in the body as the environment names it. */
export async function takeHook(context: Context, asked: Asked): Promise<Record<string, never>> {
  const provider = asked.param("provider");
  const event = asked.param("event");
  if (!NAME.test(provider) || !NAME.test(event) || provider in {} || event in {}) {
    throw new Fault("INVALID", "that is no name for a provider or an event");
  }
  const body = await asked.body();
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Fault("INVALID", "a hook's payload is a JSON object");
  }
  const payload = body as Record<string, unknown>;
  const id = asked.header("x-drover-id") ?? text(payload.DROVER_ID);
  if (id === null || id === "") {
    throw new Fault("INVALID", "the hook does not say whose it is", { hint: "send the header x-drover-id" });
  }
  const agent = theAgent(context, id);
  const launch = asked.header("x-drover-incarnation") ?? text(payload.DROVER_INCARNATION);
  // The practice agent speaks as Claude Code does.
  const speaks = provider === "rehearsal" ? "claude" : provider;
  const report = hookReport(speaks, event, payload);
  const { session, begins } = hookSession(speaks, event, payload);
  context.loop.post({
    kind: "hook",
    agent: agent.record.id,
    incarnation: launch !== null && /^\d{1,9}$/.test(launch) ? Number(launch) : null,
    means: report?.means ?? null,
    session: isSessionName(session) ? session : null,
    beginsSession: begins,
    name: event,
    evidence: report?.evidence ?? { source: "hook", rule: `${provider}/${event}`, excerpt: event },
  });
  // What ends a turn names its response; which turn that was has just been decided.
  const now = context.loop.fleet.agents.get(agent.record.id);
  const isOurs = now !== undefined && (launch === null || Number(launch) === now.record.incarnation);
  if (isOurs) await context.told.hear(agent.record.id, now.believed.turn, { provider: speaks, name: event, payload });
  return {};
}

function text(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
