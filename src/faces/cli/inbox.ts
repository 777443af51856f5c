/** `drover inbox`: what waits for agents, and what could not be delivered to them. */
import { Fault } from "#core/fault.js";
import type { AgentsJson, MessageJson } from "#wire/agent.js";
import type { DeadRequest } from "#wire/requests.js";
import { age } from "../kit/age.js";
import { type Ink, printable, type Tint } from "../kit/ink.js";
import { table } from "../kit/table.js";
import { askAgent } from "./agent-ref.js";
import type { Context } from "./context.js";
import type { Invocation } from "./parse.js";

interface Messages {
  readonly messages: readonly MessageJson[];
}

/** So many delivered messages `list --all` shows. */
const DELIVERED = 100;

export async function run(
  context: Context,
  { arguments: [action = "", ...what], options }: Invocation,
): Promise<number> {
  const bodies = options.has("body");
  const all = options.has("all");
  if (action === "list") return show(context, await list(context, one(what), all, bodies));
  if (action === "dead") return show(context, await dead(context, one(what), bodies));
  if (action !== "retry" && action !== "purge") {
    throw new Fault("USAGE", `drover inbox takes list, dead, retry or purge, not "${action}"`);
  }
  if (all === what.length > 0) throw new Fault("USAGE", `drover inbox ${action} takes ids of messages, or --all`);
  const body: DeadRequest = all ? { all: true } : { ids: what };
  const daemon = await context.daemon();
  const done = await daemon.request<Messages>(action === "retry" ? "POST" : "DELETE", "/v1/dead", body);
  if (context.json) context.value(done);
  else context.line(`${done.messages.length} ${action === "retry" ? "queued again" : "forgotten"}`);
  return 0;
}

function one(what: readonly string[]): string | null {
  if (what.length > 1) throw new Fault("USAGE", "one agent at a time");
  return what[0] ?? null;
}

async function list(context: Context, label: string | null, all: boolean, bodies: boolean): Promise<Messages> {
  const query = `?delivered=${all ? DELIVERED : 0}${bodies ? "&bodies=1" : ""}`;
  if (label !== null) {
    return askAgent(context, label, (daemon, ref) =>
      daemon.request("GET", `/v1/inbox/${encodeURIComponent(ref)}${query}`),
    );
  }
  const daemon = await context.daemon();
  const { agents } = await daemon.request<AgentsJson>("GET", "/v1/agents");
  const some = all ? agents : agents.filter(({ mail }) => mail.queued + mail.dead + mail.uncertain + mail.inbox > 0);
  const each = await Promise.all(some.map(({ id }) => daemon.request<Messages>("GET", `/v1/inbox/${id}${query}`)));
  return { messages: each.flatMap(({ messages }) => messages) };
}

async function dead(context: Context, label: string | null, bodies: boolean): Promise<Messages> {
  const path = bodies ? "/v1/dead?bodies=1" : "/v1/dead";
  if (label === null) return (await context.daemon()).request("GET", path);
  return askAgent(context, label, (daemon, ref) =>
    daemon.request("GET", `${path}${bodies ? "&" : "?"}agent=${encodeURIComponent(ref)}`),
  );
}

async function show(context: Context, found: Messages): Promise<number> {
  if (context.json) {
    context.value(found);
    return 0;
  }
  if (found.messages.length === 0) {
    context.line("no mail");
    return 0;
  }
  const { agents } = await (await context.daemon()).request<AgentsJson>("GET", "/v1/agents?all=1");
  const labels = new Map(agents.map(({ id, label }) => [id, label]));
  context.lines(messageLines(found.messages, labels, context.ink, context.columns, context.nowMs()));
  return 0;
}

const TINTS: Readonly<Record<string, Tint>> = { dead: "red", failed: "red", uncertain: "yellow", delivered: "green" };

/** A table of messages; where they hold what they say, that below it, each under its id. */
export function messageLines(
  messages: readonly MessageJson[],
  labels: ReadonlyMap<string, string>,
  ink: Ink,
  columns: number | null,
  nowMs: number,
): string[] {
  const heads = [
    { title: "ID" },
    { title: "TO" },
    { title: "FROM" },
    { title: "STATE" },
    { title: "AGE" },
    { title: "WHY" },
  ];
  const rows = messages.map((message) => [
    { text: message.id },
    { text: labels.get(message.to) ?? message.to },
    { text: message.from === null ? "-" : (labels.get(message.from) ?? message.from) },
    { text: message.state, tint: TINTS[message.state] ?? ("plain" as const) },
    { text: age(message.createdAt, nowMs) },
    { text: message.reason ?? "", tint: "dim" as const },
  ]);
  const bodies = messages.flatMap(({ id, body }) =>
    body === undefined ? [] : ["", ink.paint("bold", id), ...body.split("\n").map((row) => `  ${printable(row)}`)],
  );
  return [...table(heads, rows, ink, columns), ...bodies];
}
