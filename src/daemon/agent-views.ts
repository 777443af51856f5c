/** What can be read of agents without changing them: the list, one of them, its screen, output, reasons and journal. */
import { Fault } from "#core/fault.js";
import { type Agent, isGone } from "#core/fleet/fleet.js";
import { sightOf } from "#core/fleet/sight.js";
import { iso, view } from "#core/fleet/view.js";
import type { AgentId } from "#core/model.js";
import type { AgentJson, AgentsJson, OutputJson, ScreenJson, WhyJson } from "#wire/agent.js";
import type { SnapshotJson } from "#wire/events.js";
import { agentJson, archivedJson } from "./agent-json.js";
import type { Context } from "./context.js";
import { entryJson } from "./feed.js";
import { followOutput } from "./follow-output.js";
import { theAgent, thePane } from "./ground.js";
import { type Asked, TAKEN } from "./http.js";
import { mailOfRemoved } from "./inbox.js";
import { lastOutput } from "./output.js";
import { flag, number } from "./query.js";

const HISTORY_ROWS = 100_000;
export const JOURNAL_PAGE = 1_000;
const WHY_ENTRIES = 200;

export function snapshotOf(context: Context, only: AgentId | null): SnapshotJson {
  const agents: AgentJson[] = [];
  for (const agent of context.loop.fleet.agents.values()) {
    if (only === null || agent.record.id === only) agents.push(agentJson(agent.told));
  }
  const removedMail = only === null ? mailOfRemoved(context) : {};
  const removed = Object.keys(removedMail).length === 0 ? {} : { removedMail };
  return { seq: context.feed.seq, agents, ...sightOf(context.loop.fleet), ...removed };
}

export async function list(context: Context, all: boolean): Promise<AgentsJson> {
  const live = snapshotOf(context, null);
  if (!all) return live;
  const records = await context.store.agents();
  return { ...live, agents: [...live.agents, ...records.filter((r) => r.archivedAtMs !== null).map(archivedJson)] };
}

/** Archived agents are found by id only: their labels may be another's by now. */
export async function oneAgent(context: Context, ref: string): Promise<{ agent: AgentJson }> {
  if (context.loop.fleet.archived.has(ref as AgentId)) {
    const record = await context.store.agent(ref as AgentId);
    if (record !== null) return { agent: archivedJson(record) };
  }
  return { agent: agentJson(theAgent(context, ref).told) };
}

export async function screen(context: Context, agent: Agent): Promise<ScreenJson> {
  const { rows, cursor, columns } = await context.mux.capture(thePane(agent));
  return {
    rows: rows.map((row) => row.text),
    cursor: { x: cursor.x, y: cursor.y },
    size: { columns, rows: rows.length },
  };
}

export async function output(
  context: Context,
  agent: Agent,
  asked: Asked,
): Promise<OutputJson | ScreenJson | { rows: string[] } | typeof TAKEN> {
  const scrollback = number(asked.query("scrollback"), "scrollback");
  if (flag(asked, "follow")) {
    const whole = scrollback !== null || flag(asked, "screen");
    void followOutput(context, agent, asked.response, whole);
    return TAKEN;
  }
  if (scrollback !== null && scrollback > HISTORY_ROWS) {
    throw new Fault("TOO_LARGE", `scrollback=${scrollback} is more than the limit of ${HISTORY_ROWS} rows`);
  }
  const shown =
    scrollback !== null
      ? { rows: await context.mux.history(thePane(agent), scrollback) }
      : flag(asked, "screen")
        ? await screen(context, agent)
        : await lastOutput(context, agent);
  // Its output was read: a turn that ended is seen now.
  if (agent.record.unread || agent.record.state === "done") {
    await context.loop.ask({ ask: "seen", id: agent.record.id });
  }
  return shown;
}

export async function why(context: Context, agent: Agent): Promise<WhyJson> {
  const { label, state, sinceMs, incarnation, id } = agent.record;
  const entries = await context.store.latest(WHY_ENTRIES, id);
  const history = entries.flatMap(({ seq, atMs, kind, data }) => {
    if (kind !== "state" && kind !== "seen") return [];
    const { from, to, source, rule } = data;
    return [{ seq, from: String(from), to: String(to), at: iso(atMs), source: text(source), rule: text(rule) }];
  });
  const proofs = isGone(state) ? [agent.record.evidence] : [agent.believed.evidence, agent.record.evidence];
  const evidence = proofs.flatMap((proof, n) => {
    if (proof === null || (n > 0 && proof.rule === proofs[0]?.rule)) return [];
    return [{ ...proof, incarnation, at: iso(sinceMs) }];
  });
  const { reason, errorKind } = view(agent.record, null, null);
  return { label, state, since: iso(sinceMs), reason, errorKind, evidence, history };
}

export async function journal(context: Context, asked: Asked): Promise<{ entries: unknown[] }> {
  const limit = Math.min(number(asked.query("limit"), "limit") ?? 200, JOURNAL_PAGE);
  const after = number(asked.query("after"), "after");
  const ref = asked.query("agent");
  const agent = ref === null ? undefined : theAgent(context, ref).record.id;
  const { store } = context;
  const entries = after === null ? await store.latest(limit, agent) : await store.journal(after, limit, agent);
  return { entries: entries.map(entryJson) };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
