/** `drover inbox`: what waits for agents, and what could not be delivered to them. */
import { Fault } from "#core/fault.js";
import { WAKE_POLICIES } from "#core/model.js";
import type { AgentsJson, MessageJson } from "#wire/agent.js";
import type { AckedJson, AckRequest, DeadRequest, DrainedJson, PatchRequest } from "#wire/requests.js";
import { age } from "../../kit/age.js";
import { type Ink, printable } from "../../kit/ink.js";
import {
  isCarrier,
  isDead,
  kindWords,
  MAIL_PLACES,
  MAIL_TINTS,
  placeOf,
  reasonWords,
  senderWords,
} from "../../kit/mail-words.js";
import { type Cell, type Column, table } from "../../kit/table.js";
import { cut, width } from "../../kit/width.js";
import { agentPath, agentRef, allLabels, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { duration } from "../duration.js";

interface Messages {
  readonly messages: readonly MessageJson[];
}

interface Listed extends Messages {
  /** So many dead letters of agents off the list are not among them. */
  readonly leftOut: number;
}

/** So many delivered messages `list --all` shows. */
const DELIVERED = 100;

export async function run(
  context: Context,
  { arguments: [action = "", ...what], options }: Invocation,
): Promise<number> {
  const says = options.has("body") ? "bodies=1" : context.json ? "" : "words=1";
  const all = options.has("all");
  if (action === "list") {
    const { leftOut, ...found } = await list(context, one(what), all, says);
    return show(context, found, leftOut);
  }
  if (action === "dead") return show(context, await dead(context, one(what), says));
  if (action === "drain") return drain(context, one(what) ?? "self", options.has("no-ack"));
  if (action === "ack") return ack(context, what, options.has("reject"));
  if (action === "policy") return policy(context, what, options.text("heartbeat"));
  if (action !== "retry" && action !== "purge") {
    throw new Fault("USAGE", `drover inbox takes list, drain, ack, policy, dead, retry or purge, not "${action}"`);
  }
  if (all === what.length > 0) throw new Fault("USAGE", `drover inbox ${action} takes ids of messages, or --all`);
  const body: DeadRequest = all ? { all: true } : { ids: what };
  const daemon = await context.daemon();
  const done = await daemon.request<Messages>(action === "retry" ? "POST" : "DELETE", "/v1/dead", body);
  if (context.json) context.value(done);
  else context.line(`${done.messages.length} ${action === "retry" ? "queued again" : "forgotten"}`);
  return 0;
}

/** Prints what waits, and acknowledges it once that is written out: what nobody read must come back. */
async function drain(context: Context, label: string, noAck: boolean): Promise<number> {
  const ref = await agentRef(context, label);
  const path = `/v1/inbox/${encodeURIComponent(ref)}`;
  const drained = await askAgent(context, label, (daemon) => daemon.request<DrainedJson>("POST", `${path}/drain`, {}));
  if (context.json) context.value(drained);
  else if (drained.messages.length === 0) context.line("nothing waits");
  else context.lines(drained.messages.flatMap((message, n) => [...(n === 0 ? [] : [""]), ...drainedLines(message)]));
  if (drained.batch === undefined) return 0;
  if (drained.more !== undefined && !context.json) context.note(`${drained.more} more wait: drain again`);
  if (noAck) {
    if (!context.json) context.note(`acknowledge it within 30 s: drover inbox ack ${drained.batch} ${label}`);
    return 0;
  }
  // A write to a terminal, a pipe or a file is done when it returns (Node, on POSIX): the words are out.
  const body: AckRequest = { batch: drained.batch };
  await (await context.daemon()).request<AckedJson>("POST", `${path}/ack`, body);
  return 0;
}

async function ack(context: Context, [batch = "", label = "self", ...more]: readonly string[], reject: boolean) {
  if (batch === "" || more.length > 0) throw new Fault("USAGE", "drover inbox ack takes a batch, and whose it is");
  const body: AckRequest = { batch, ...(reject ? { reject } : {}) };
  const { acked } = await askAgent(context, label, (daemon, ref) =>
    daemon.request<AckedJson>("POST", `/v1/inbox/${encodeURIComponent(ref)}/ack`, body),
  );
  if (context.json) context.value({ acked });
  else context.line(`${acked} ${reject ? "given back" : "acknowledged"}`);
  return 0;
}

async function policy(
  context: Context,
  [label = "", wanted = "", ...more]: readonly string[],
  beat: string | undefined,
): Promise<number> {
  const wake = WAKE_POLICIES.find((one) => one === wanted);
  const isOdd = wake === undefined && (wanted !== "" || beat === undefined);
  if (label === "" || isOdd || more.length > 0) {
    throw new Fault("USAGE", `drover inbox policy takes an agent, and ${WAKE_POLICIES.join(", ")} or --heartbeat`);
  }
  const heartbeatMs = beat === undefined ? undefined : beat === "off" ? null : duration("heartbeat", beat);
  const body: PatchRequest = {
    ...(wake === undefined ? {} : { wake }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  };
  const answer = await askAgent(context, label, (daemon, ref) => daemon.request("PATCH", agentPath(ref), body));
  const said = [
    wake ?? "",
    heartbeatMs === undefined ? "" : heartbeatMs === null ? "no heartbeat" : `heartbeat ${beat}`,
  ];
  if (context.json) context.value(answer);
  else context.line(`${label}: ${said.filter((part) => part !== "").join(", ")}`);
  return 0;
}

function drainedLines({ completion, body, redelivered, from }: MessageJson): string[] {
  const { label, turn, kind } = completion ?? { label: from ?? "", turn: 0, kind: "" };
  const head = `${label}${turn > 0 ? ` (turn ${turn})` : ""}: ${kind}${redelivered ? " [redelivered]" : ""}`;
  const rows = body === undefined ? ["(what it said cannot be read any more)"] : body.trimEnd().split("\n");
  return [head, ...rows.map((row) => `  ${printable(row)}`)];
}

function one(what: readonly string[]): string | null {
  if (what.length > 1) throw new Fault("USAGE", "one agent at a time");
  return what[0] ?? null;
}

async function list(context: Context, label: string | null, all: boolean, says: string): Promise<Listed> {
  const query = `?delivered=${all ? DELIVERED : 0}${says === "" ? "" : `&${says}`}`;
  if (label !== null) {
    const found = await askAgent(context, label, (daemon, ref) =>
      daemon.request<Messages>("GET", `/v1/inbox/${encodeURIComponent(ref)}${query}`),
    );
    return { ...found, leftOut: 0 };
  }
  const daemon = await context.daemon();
  const { agents, removedMail = {} } = await daemon.request<AgentsJson>("GET", "/v1/agents");
  const some = all ? agents : agents.filter(({ mail }) => mail.queued + mail.dead + mail.uncertain + mail.inbox > 0);
  const each = await Promise.all(some.map(({ id }) => daemon.request<Messages>("GET", `/v1/inbox/${id}${query}`)));
  const leftOut = Object.values(removedMail).reduce((sum, { dead, uncertain }) => sum + dead + uncertain, 0);
  return { messages: each.flatMap(({ messages }) => messages), leftOut };
}

async function dead(context: Context, label: string | null, says: string): Promise<Messages> {
  const path = (...query: string[]) => `/v1/dead?${query.filter((part) => part !== "").join("&")}`.replace(/\?$/, "");
  if (label === null) return (await context.daemon()).request("GET", path(says));
  return askAgent(context, label, (daemon, ref) =>
    daemon.request("GET", path(says, `agent=${encodeURIComponent(ref)}`)),
  );
}

async function show(context: Context, found: Messages, leftOut = 0): Promise<number> {
  if (context.json) {
    context.value(found);
    return 0;
  }
  const messages = found.messages.filter((message) => !isCarrier(message));
  const lines =
    messages.length === 0
      ? leftOut === 0
        ? ["no mail"]
        : []
      : messageLines(messages, await allLabels(context), context.ink, context.columns, context.nowMs());
  if (leftOut > 0) lines.push(context.ink.paint("dim", elsewhere(leftOut)));
  context.lines(lines);
  return 0;
}

/** From so many columns on the table has room for why and for what they say; else those stand on a line of their own. */
const WIDE = 130;

/** A table of messages and, in a line, what can be done about them; where they hold what they say, that below each id. */
function messageLines(
  messages: readonly MessageJson[],
  labels: ReadonlyMap<string, string>,
  ink: Ink,
  columns: number | null,
  nowMs: number,
): string[] {
  const heads = [
    { title: "ID" },
    { title: "AGE", align: "right" as const },
    { title: "STATE" },
    { title: "FROM", limit: 24 },
    { title: "TO", limit: 24 },
    { title: "KIND" },
    { title: "WHY", ...(columns === null || columns < WIDE ? {} : { limit: Math.max(24, columns - 110) }) },
    { title: "SAYS" },
  ];
  const label = (id: string) => labels.get(id) ?? id;
  const rows = messages.map(
    (message) =>
      [
        { text: message.id },
        { text: age(message.createdAt, nowMs), tint: "dim" as const },
        { text: message.state, tint: MAIL_TINTS[placeOf(message)] },
        { text: senderWords(message, label) },
        { text: label(message.to) },
        { text: kindWords(message), tint: "dim" as const },
        { text: printable(reasonWords(message.reason)), tint: isDead(message) ? MAIL_TINTS[placeOf(message)] : "dim" },
        { text: printable(message.words ?? "") },
      ] satisfies Cell[],
  );
  const bodies = messages.flatMap(({ id, body }) =>
    body === undefined ? [] : ["", ink.paint("bold", id), ...body.split("\n").map((row) => `  ${printable(row)}`)],
  );
  const lines =
    columns === null || columns >= WIDE ? table(heads, rows, ink, columns) : narrow(heads, rows, ink, columns);
  return [...lines, ...bodies, "", ink.paint("dim", summary(messages))];
}

function narrow(heads: readonly Column[], rows: readonly (readonly Cell[])[], ink: Ink, columns: number): string[] {
  const short = heads.length - 2;
  const [title = "", ...lines] = table(
    heads.slice(0, short),
    rows.map((row) => row.slice(0, short)),
    ink,
    columns,
  );
  const told = lines.flatMap((line, n) => {
    const [why, says] = rows[n]!.slice(short) as [Cell, Cell];
    const rest = columns - 4 - width(why.text) - (why.text === "" ? 0 : 2);
    const words = [ink.paint(why.tint ?? "plain", cut(why.text, columns - 4)), rest < 12 ? "" : cut(says.text, rest)];
    const below = words.filter((part) => part !== "").join("  ");
    return below === "" ? [line] : [line, `    ${below}`];
  });
  return [title, ...told];
}

function elsewhere(count: number): string {
  const what = count === 1 ? "1 dead letter of an agent" : `${count} dead letters of agents`;
  return `${what} off the list: "drover inbox dead" shows ${count === 1 ? "it" : "them"}`;
}

/** `2 queued, 1 dead: drover inbox retry ID …`. */
function summary(messages: readonly MessageJson[]): string {
  const counts = MAIL_PLACES.map((place) => {
    const count = messages.filter((message) => placeOf(message) === place).length;
    return count === 0 ? "" : `${count} ${place}`;
  });
  const what = messages.some(isDead)
    ? '"drover inbox retry ID" queues one again, "drover inbox purge ID" forgets it'
    : '"drover why ID" tells what became of one';
  return `${counts.filter((part) => part !== "").join(", ")}: ${what}`;
}
