/** What can be asked of the mail: queues, inboxes, dead letters, a message's story. */
import type { Agent } from "#core/fleet/fleet.js";
import type { TasksJson } from "#wire/requests.js";
import { JOURNAL_PAGE } from "./agent-views.js";
import type { Context } from "./context.js";
import { acknowledge, drain, report, taken } from "./drain.js";
import { theAgent } from "./ground.js";
import type { Asked, Route } from "./http.js";
import { deadLetters, inboxOf, mailToLookAt, messageWhy, purgeDead, retryDead } from "./inbox.js";
import type { Producer } from "./producer.js";
import { flag, number, says } from "./query.js";
import { ackSchema, check, deadSchema, drainSchema, emptySchema, reportSchema, sendSchema } from "./schemas.js";
import { sendToAgent } from "./send.js";
import type { Tasks } from "./tasks.js";

const MAIL_PAGE = 500;
const MAIL_DELIVERED = 50;

/** `tasks`: whose ends are completions for an inbox. `producer`: by whom the ends of turns become that. */
export function mailRoutes(context: Context, tasks: Tasks, producer: Producer): Route[] {
  const one = (asked: Asked): Agent => theAgent(context, asked.param("ref"));
  const sending = (path: string, kind: "message" | "handoff" | "task"): Route => ({
    method: "POST",
    path,
    async handle(asked) {
      const request = check(sendSchema, await asked.body());
      return { message: await sendToAgent(context, one(asked).record.id, request, kind) };
    },
  });
  return [
    sending("/v1/agents/:ref/send", "message"),
    sending("/v1/agents/:ref/handoff", "handoff"),
    sending("/v1/agents/:ref/assign", "task"),
    {
      method: "POST",
      path: "/v1/messages/:id/taken",
      async handle(asked) {
        check(emptySchema, await asked.body());
        return taken(context, producer, asked.param("id"));
      },
    },
    {
      method: "POST",
      path: "/v1/tasks",
      async handle(asked): Promise<TasksJson> {
        check(emptySchema, await asked.body());
        return tasks.look();
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
  ];
}
