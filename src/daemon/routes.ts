/** What can be asked of the daemon (src/wire/requests.ts says it for callers). Everything works with curl. */
import { Fault } from "#core/fault.js";
import type { Agent } from "#core/fleet/fleet.js";
import { checkLabel } from "#core/fleet/labels.js";
import type { AgentId } from "#core/model.js";
import type { AgentJson } from "#wire/agent.js";
import type { HooksJson, RestartedJson, RestoredJson } from "#wire/requests.js";
import { adoptablePanes, adoptPane } from "./adopt.js";
import { agentJson, questionJson } from "./agent-json.js";
import { journal, list, oneAgent, output, screen, snapshotOf, why } from "./agent-views.js";
import { answerAgent } from "./answer.js";
import type { Context } from "./context.js";
import { theAgent, thePane } from "./ground.js";
import { health, type Identity, providerList } from "./health.js";
import { type Asked, type Route, TAKEN } from "./http.js";
import type { Looking } from "./looking.js";
import { mailRoutes } from "./mail-routes.js";
import type { Producer } from "./producer.js";
import { flag, number } from "./query.js";
import { recordAgent } from "./recording.js";
import { removeAgent } from "./remove.js";
import { restartAgent, restoreAgents } from "./restart.js";
import {
  adoptSchema,
  answerSchema,
  check,
  emptySchema,
  patchSchema,
  restartSchema,
  restoreSchema,
  spawnSchema,
  stopSchema,
} from "./schemas.js";
import { spawnAgent } from "./spawn.js";
import { SseWriter, sendEvents } from "./sse.js";
import { interruptAgent, stopAgent } from "./stop.js";
import type { Supervision } from "./supervision.js";
import { takeHook } from "./take-hook.js";
import type { Tasks } from "./tasks.js";

export interface Serving {
  readonly context: Context;
  readonly looking: Looking;
  readonly tasks: Tasks;
  readonly producer: Producer;
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
    ...mailRoutes(context, serving.tasks, serving.producer),
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
        const { label, wake, heartbeatMs } = check(patchSchema, await asked.body());
        if (label === undefined && wake === undefined && heartbeatMs === undefined)
          throw new Fault("INVALID", "say what is to change: label, wake or heartbeatMs");
        if (label !== undefined) checkLabel(label);
        const { id } = one(asked).record;
        if (heartbeatMs !== undefined) await context.loop.ask({ ask: "heartbeat", id, heartbeatMs });
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
