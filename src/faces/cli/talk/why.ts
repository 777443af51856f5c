import { Fault } from "#core/fault.js";
import type { MessageJson, WhyJson } from "#wire/agent.js";
import type { MessageWhyJson } from "#wire/requests.js";
import { age } from "../../kit/age.js";
import { clockTime } from "../../kit/clock-time.js";
import { excerptRows } from "../../kit/excerpt-rows.js";
import { type Ink, printable, STATE_LOOK } from "../../kit/ink.js";
import { kindWords, lapse, MAIL_TINTS, placeOf, reasonWords, senderWords, sizeWords } from "../../kit/mail-words.js";
import { table } from "../../kit/table.js";
import { cut } from "../../kit/width.js";
import { agentPath, allLabels, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** Ids of messages are ULIDs, and so are those of agents; labels are never written in capitals. */
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

export async function run(context: Context, { arguments: [label = ""] }: Invocation): Promise<number> {
  const story = ID.test(label) ? await messageStory(context, label) : null;
  if (story !== null) {
    if (context.json) context.value(story);
    else context.lines(storyLines(story, await allLabels(context), context.ink, context.columns, context.nowMs()));
    return 0;
  }
  const why = await askAgent(context, label, (daemon, ref) => daemon.request<WhyJson>("GET", agentPath(ref, "/why")));
  if (context.json) context.value(why);
  else context.lines(whyLines(why, context.ink, context.columns, context.nowMs()));
  return 0;
}

export function whyLines(why: WhyJson, ink: Ink, columns: number | null, nowMs: number): string[] {
  const { tint } = STATE_LOOK[why.state];
  const lines = [
    `${ink.paint(tint, `${ink.sign(why.state)} ${why.label} is ${why.state}`)}${why.errorKind ? ` (${why.errorKind})` : ""}, for ${age(why.since, nowMs)}`,
    ...(why.reason ? [`  ${printable(why.reason)}`] : []),
  ];
  for (const evidence of why.evidence) {
    lines.push("", `  ${evidence.source}, rule ${ink.paint("bold", evidence.rule)}, ${age(evidence.at, nowMs)} ago:`);
    for (const row of excerptRows(evidence.excerpt)) lines.push(ink.paint("dim", `    ${printable(row)}`));
  }
  if (why.evidence.length === 0) lines.push("  nothing has been seen of it yet");
  if (why.history.length > 0) {
    const heads = [
      { title: "SEQ", align: "right" as const },
      { title: "AGO", align: "right" as const },
    ];
    const rows = why.history.map((h) => [
      { text: String(h.seq) },
      { text: age(h.at, nowMs) },
      { text: h.from },
      { text: h.to, tint: STATE_LOOK[h.to as WhyJson["state"]]?.tint ?? ("plain" as const) },
      { text: h.source },
      { text: h.rule, tint: "dim" as const },
    ]);
    const more = ["FROM", "TO", "BY", "RULE"].map((title) => ({ title }));
    lines.push("", ...table([...heads, ...more], rows, ink, columns));
  }
  return lines;
}

/** Null where it is no message's id. */
async function messageStory(context: Context, id: string): Promise<MessageWhyJson | null> {
  try {
    return await (await context.daemon()).request<MessageWhyJson>("GET", `/v1/messages/${id}`);
  } catch (error) {
    if (error instanceof Fault && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

/** Where a message stands, what it is, and every step of its way with the time it took. */
function storyLines(
  { message, history }: MessageWhyJson,
  labels: ReadonlyMap<string, string>,
  ink: Ink,
  columns: number | null,
  nowMs: number,
): string[] {
  const { id, state, attempts, createdAt, characters, words, turn } = message;
  const label = (agent: string) => labels.get(agent) ?? agent;
  const reason = printable(reasonWords(message.reason));
  const facts = [
    `${senderWords(message, label)} to ${label(message.to)}`,
    kindWords(message),
    ...(characters === undefined ? [] : [sizeWords(characters)]),
    `${age(createdAt, nowMs)} old`,
    attempts === 0 ? "never claimed" : `claimed ${attempts === 1 ? "once" : `${attempts} times`}`,
    ...(turn === undefined ? [] : [`it began turn ${turn}`]),
  ];
  const says = words === undefined || words === "" ? [] : ["", `  ${cut(printable(words), (columns ?? 100) - 2)}`];
  const place = ink.paint(MAIL_TINTS[placeOf(message)], state);
  const lines = [
    `${ink.paint("bold", id)} is ${place}${reason === "" ? "" : `: ${reason}`}`,
    `  ${facts.join(", ")}`,
    ...says,
    "",
  ];
  const rows = history.map((step, n) => [
    { text: String(step.seq), tint: "dim" as const },
    { text: clockTime(step.at), tint: "dim" as const },
    { text: n === 0 ? "" : `+${lapse(Date.parse(step.at) - Date.parse(history[n - 1]!.at))}`, tint: "dim" as const },
    { text: step.to, tint: MAIL_TINTS[placeOf({ state: step.to as MessageJson["state"] })] },
    { text: printable(reasonWords(step.reason)), tint: "dim" as const },
  ]);
  const right = (title: string) => ({ title, align: "right" as const });
  return [
    ...lines,
    ...table([right("SEQ"), right("AT"), right("AFTER"), { title: "STATE" }, { title: "WHY" }], rows, ink, columns),
  ];
}
