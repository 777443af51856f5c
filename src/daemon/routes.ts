/** What can be asked of the daemon (src/wire/requests.ts says it for callers). Everything works with curl. */
import { Fault } from "#core/fault.js";
import { type Agent, isGone } from "#core/fleet/fleet.js";
import { checkLabel } from "#core/fleet/labels.js";
import { sightOf } from "#core/fleet/sight.js";
import { iso, view } from "#core/fleet/view.js";
import type { AgentId } from "#core/model.js";
import type { AgentJson, AgentsJson, OutputJson, ScreenJson, WhyJson } from "#wire/agent.js";
import type { SnapshotJson } from "#wire/events.js";
import type { HooksJson, RestartedJson, RestoredJson, TasksJson } from "#wire/requests.js";
import { adoptablePanes, adoptPane } from "./adopt.js";
import { agentJson, archivedJson, questionJson } from "./agent-json.js";
import { answerAgent } from "./answer.js";
import type { Context } from "./context.js";
import { acknowledge, drain, report } from "./drain.js";
import { entryJson } from "./feed.js";
import { followOutput } from "./follow-output.js";
import { theAgent, thePane } from "./ground.js";
import { health, type Identity, providerList } from "./health.js";
import { type Asked, type Route, TAKEN } from "./http.js";
import {
  deadLetters,
  inboxOf,
  mailOfRemoved,
  mailToLookAt,
  messageWhy,
  purgeDead,
  retryDead,
  type Says,
} from "./inbox.js";
import type { Looking } from "./looking.js";
import { lastOutput } from "./output.js";
import { recordAgent } from "./recording.js";
import { removeAgent } from "./remove.js";
import { restartAgent, restoreAgents } from "./restart.js";
import {
  ackSchema,
  adoptSchema,
  answerSchema,
  check,
  deadSchema,
  drainSchema,
  emptySchema,
  patchSchema,
  reportSchema,
  restartSchema,
  restoreSchema,
  sendSchema,
  spawnSchema,
  stopSchema,
} from "./schemas.js";
import { sendToAgent } from "./send.js";
import { spawnAgent } from "./spawn.js";
import { SseWriter, sendEvents } from "./sse.js";
import { interruptAgent, stopAgent } from "./stop.js";
import type { Supervision } from "./supervision.js";
import { takeHook } from "./take-hook.js";
import type { Tasks } from "./tasks.js";

const HISTORY_ROWS = 100_000;
const JOURNAL_PAGE = 1_000;
const WHY_ENTRIES = 200;
const MAIL_PAGE = 500;
const MAIL_DELIVERED = 50;

export interface Serving {
  readonly context: Context;
  readonly looking: Looking;
  readonly tasks: Tasks;
  readonly identity: Identity;
  /** Whether something decided is not on disk. */
  behind(): boolean;
  /** Begins the daemon's own end; the answer is sent first. */
  shutdown(): void;
  /** Null where no dashboard holds this daemon. */
  readonly supervision: Supervision | null;
}

export function routes(serving: Serving): Route[] {
  const { context } = serving;
  const one = (asked: Asked): Agent => theAgent(context, asked.param("ref"));
  const now = (id: AgentId): { agent: AgentJson } => ({ agent: agentJson(theAgent(context, id).told) });
  return [
    {
      method: "GET",
      path: "/v1/health",
      handle: () => health(context, serving.identity, serving.behind()),
    },
    { method: "GET", path: "/v1/agents", handle: (asked) => list(context, flag(asked, "all")) },
    {
      method: "POST",
      path: "/v1/agents",
      async handle(asked) {
        const { id, created } = await spawnAgent(context, check(spawnSchema, await asked.body()));
        return { ...now(id), created };
      },
    },
    { method: "GET", path: "/v1/agents/:ref", handle: (asked) => oneAgent(context, asked.param("ref")) },
    {
      method: "DELETE",
      path: "/v1/agents/:ref",
      async handle(asked) {
        const { id } = one(asked).record;
        const errors = await removeAgent(context, id, flag(asked, "force"));
        return { ...(await oneAgent(context, id)), removed: true, errors };
      },
    },
    {
      method: "PATCH",
      path: "/v1/agents/:ref",
      async handle(asked) {
        const { label, wake } = check(patchSchema, await asked.body());
        if (label === undefined && wake === undefined)
          throw new Fault("INVALID", "say what is to change: label or wake");
        if (label !== undefined) checkLabel(label);
        const { id } = one(asked).record;
        if (wake !== undefined) await context.loop.ask({ ask: "wake", id, wake });
        if (label !== undefined) await context.loop.ask({ ask: "rename", id, label });
        return { ...now(id), created: false };
      },
    },
    {
      method: "POST",
      path: "/v1/agents/:ref/restart",
      async handle(asked): Promise<RestartedJson> {
        const request = check(restartSchema, await asked.body());
        const { id } = one(asked).record;
        const { how, missingEnv } = await restartAgent(context, id, request);
        return { ...now(id), created: false, how, missingEnv: [...missingEnv] };
      },
    },
    {
      method: "POST",
      path: "/v1/restore",
      async handle(asked): Promise<RestoredJson> {
        const { restored, errors } = await restoreAgents(context, check(restoreSchema, await asked.body()));
        return { agents: restored.map((id) => now(id).agent), errors: [...errors] };
      },
    },
    { method: "GET", path: "/v1/adoptable", handle: async () => ({ panes: await adoptablePanes(context) }) },
    {
      method: "POST",
      path: "/v1/adopt",
      async handle(asked) {
        const { id, created } = await adoptPane(context, check(adoptSchema, await asked.body()));
        return { ...now(id), created };
      },
    },
    {
      method: "POST",
      path: "/v1/agents/:ref/send",
      async handle(asked) {
        const request = check(sendSchema, await asked.body());
        return { message: await sendToAgent(context, one(asked).record.id, request) };
      },
    },
    {
      method: "POST",
      path: "/v1/tasks",
      async handle(asked): Promise<TasksJson> {
        check(emptySchema, await asked.body());
        return serving.tasks.look();
      },
    },
    {
      method: "GET",
      path: "/v1/inbox/:ref",
      async handle(asked) {
        const delivered = Math.min(number(asked.query("delivered"), "delivered") ?? 0, JOURNAL_PAGE);
        return { messages: await inboxOf(context, one(asked).record.id, delivered, says(asked)) };
      },
    },
    {
      method: "POST",
      path: "/v1/inbox/:ref/drain",
      handle: async (asked) => drain(context, one(asked).record.id, check(drainSchema, await asked.body())),
    },
    {
      method: "POST",
      path: "/v1/inbox/:ref/ack",
      handle: async (asked) => acknowledge(context, one(asked).record.id, check(ackSchema, await asked.body())),
    },
    {
      method: "POST",
      path: "/v1/inbox",
      handle: async (asked) => report(context, check(reportSchema, await asked.body())),
    },
    {
      method: "GET",
      path: "/v1/dead",
      handle: async (asked) => ({ messages: await deadLetters(context, asked.query("agent"), says(asked)) }),
    },
    {
      method: "POST",
      path: "/v1/dead",
      handle: async (asked) => ({ messages: await retryDead(context, check(deadSchema, await asked.body())) }),
    },
    {
      method: "DELETE",
      path: "/v1/dead",
      handle: async (asked) => ({ messages: await purgeDead(context, check(deadSchema, await asked.body())) }),
    },
    {
      method: "GET",
      path: "/v1/messages/:id",
      handle: (asked) => messageWhy(context, asked.param("id"), flag(asked, "bodies") ? "body" : "words"),
    },
    {
      method: "GET",
      path: "/v1/mail",
      handle(asked) {
        const delivered = Math.min(number(asked.query("delivered"), "delivered") ?? 0, MAIL_DELIVERED);
        const limit = Math.min(number(asked.query("limit"), "limit") ?? MAIL_PAGE, MAIL_PAGE);
        return mailToLookAt(context, asked.query("agent"), delivered, limit);
      },
    },
    {
      method: "POST",
      path: "/v1/agents/:ref/answer",
      async handle(asked) {
        const request = check(answerSchema, await asked.body());
        const { question, next } = await answerAgent(context, one(asked).record.id, request);
        return { answered: true, question: questionJson(question), next: next === null ? null : questionJson(next) };
      },
    },
    {
      method: "POST",
      path: "/v1/agents/:ref/interrupt",
      async handle(asked) {
        check(emptySchema, await asked.body());
        const { id } = one(asked).record;
        await interruptAgent(context, id);
        return { interrupted: true, ...now(id) };
      },
    },
    {
      method: "POST",
      path: "/v1/agents/:ref/stop",
      async handle(asked) {
        const { force } = check(stopSchema, await asked.body());
        const { id } = one(asked).record;
        await context.lives.run(id, () => stopAgent(context, id, force ?? false));
        return now(id);
      },
    },
    {
      method: "POST",
      path: "/v1/agents/:ref/seen",
      async handle(asked) {
        check(emptySchema, await asked.body());
        const { id } = one(asked).record;
        await context.loop.ask({ ask: "seen", id });
        return now(id);
      },
    },
    { method: "GET", path: "/v1/agents/:ref/screen", handle: (asked) => screen(context, one(asked)) },
    { method: "GET", path: "/v1/agents/:ref/output", handle: (asked) => output(context, one(asked), asked) },
    { method: "GET", path: "/v1/agents/:ref/why", handle: (asked) => why(context, one(asked)) },
    {
      method: "GET",
      path: "/v1/agents/:ref/stream",
      async handle(asked) {
        const agent = one(asked);
        const first = await context.mux.capture(thePane(agent));
        void context.streams.watch(agent.record.id, asked.response, first);
        return TAKEN;
      },
    },
    {
      method: "GET",
      path: "/v1/agents/:ref/record",
      async handle(asked) {
        const wantsBytes = asked.query("pictures") === null;
        await recordAgent(context, asked.param("ref"), serving.identity.version, wantsBytes, asked.response);
        return TAKEN;
      },
    },
    {
      method: "GET",
      path: "/v1/events",
      handle(asked) {
        const ref = asked.query("agent");
        const agent = ref === null ? null : theAgent(context, ref).record.id;
        const after = number(asked.query("after") ?? asked.header("last-event-id"), "after");
        const left = serving.looking.follower();
        const { store, feed, clock, log } = context;
        const snapshot = (only: AgentId | null) => snapshotOf(context, only);
        void sendEvents({ store, feed, clock, log, snapshot }, asked.response, after, agent).finally(left);
        return TAKEN;
      },
    },
    { method: "GET", path: "/v1/journal", handle: (asked) => journal(context, asked) },
    { method: "GET", path: "/v1/providers", handle: async () => ({ providers: await providerList(context) }) },
    { method: "GET", path: "/v1/hooks", handle: (): HooksJson => ({ outcomes: context.hooks.outcomes }) },
    { method: "POST", path: "/v1/hooks/:provider/:event", handle: (asked) => takeHook(context, asked) },
    {
      method: "GET",
      path: "/v1/supervise",
      handle(asked) {
        if (serving.supervision === null) {
          throw new Fault("CONFLICT", "this daemon belongs to no dashboard: it runs until it is told to stop");
        }
        const writer = new SseWriter(asked.response, context.clock);
        writer.send("linked", JSON.stringify({ pid: serving.identity.pid }));
        serving.supervision.hold(writer);
        return TAKEN;
      },
    },
    {
      method: "POST",
      path: "/v1/shutdown",
      async handle(asked) {
        check(emptySchema, await asked.body());
        asked.response.on("finish", () => serving.shutdown());
        return { stopping: true };
      },
    },
  ];
}

function snapshotOf(context: Context, only: AgentId | null): SnapshotJson {
  const agents: AgentJson[] = [];
  for (const agent of context.loop.fleet.agents.values()) {
    if (only === null || agent.record.id === only) agents.push(agentJson(agent.told));
  }
  const removedMail = only === null ? mailOfRemoved(context) : {};
  const removed = Object.keys(removedMail).length === 0 ? {} : { removedMail };
  return { seq: context.feed.seq, agents, ...sightOf(context.loop.fleet), ...removed };
}

async function list(context: Context, all: boolean): Promise<AgentsJson> {
  const live = snapshotOf(context, null);
  if (!all) return live;
  const records = await context.store.agents();
  return { ...live, agents: [...live.agents, ...records.filter((r) => r.archivedAtMs !== null).map(archivedJson)] };
}

/** Archived agents are found by id only: their labels may be another's by now. */
async function oneAgent(context: Context, ref: string): Promise<{ agent: AgentJson }> {
  if (context.loop.fleet.archived.has(ref as AgentId)) {
    const record = await context.store.agent(ref as AgentId);
    if (record !== null) return { agent: archivedJson(record) };
  }
  return { agent: agentJson(theAgent(context, ref).told) };
}

async function screen(context: Context, agent: Agent): Promise<ScreenJson> {
  const { rows, cursor, columns } = await context.mux.capture(thePane(agent));
  return {
    rows: rows.map((row) => row.text),
    cursor: { x: cursor.x, y: cursor.y },
    size: { columns, rows: rows.length },
  };
}

async function output(
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

async function why(context: Context, agent: Agent): Promise<WhyJson> {
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

async function journal(context: Context, asked: Asked): Promise<{ entries: unknown[] }> {
  const limit = Math.min(number(asked.query("limit"), "limit") ?? 200, JOURNAL_PAGE);
  const after = number(asked.query("after"), "after");
  const ref = asked.query("agent");
  const agent = ref === null ? undefined : theAgent(context, ref).record.id;
  const { store } = context;
  const entries = after === null ? await store.latest(limit, agent) : await store.journal(after, limit, agent);
  return { entries: entries.map(entryJson) };
}

/** What of their texts is wanted with messages. */
function says(asked: Asked): Says {
  return flag(asked, "bodies") ? "body" : flag(asked, "words") ? "words" : "nothing";
}

/** Given, and neither `0` nor `false`. */
function flag(asked: Asked, name: string): boolean {
  const value = asked.query(name);
  return value !== null && value !== "0" && value !== "false";
}

function number(value: string | null, name: string): number | null {
  if (value === null || value === "") return null;
  if (!/^\d{1,15}$/.test(value))
    throw new Fault("INVALID", `${name} must be a whole number, not "${value.slice(0, 40)}"`);
  return Number(value);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
