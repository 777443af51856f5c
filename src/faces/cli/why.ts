import { Fault } from "#core/fault.js";
import type { WhyJson } from "#wire/agent.js";
import type { MessageWhyJson } from "#wire/requests.js";
import { age } from "../kit/age.js";
import { type Ink, printable, STATE_LOOK } from "../kit/ink.js";
import { table } from "../kit/table.js";
import { agentPath, askAgent } from "./agent-ref.js";
import type { Context } from "./context.js";
import type { Invocation } from "./parse.js";

/** Ids of messages are ULIDs, and so are those of agents; labels are never written in capitals. */
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

export async function run(context: Context, { arguments: [label = ""] }: Invocation): Promise<number> {
  const story = ID.test(label) ? await messageStory(context, label) : null;
  if (story !== null) {
    if (context.json) context.value(story);
    else context.lines(storyLines(story, context.ink, context.columns, context.nowMs()));
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
    `${ink.paint(tint, `${ink.sign(why.state)} ${why.label} is ${why.state}`)}, for ${age(why.since, nowMs)}`,
  ];
  for (const evidence of why.evidence) {
    lines.push("", `  ${evidence.source}, rule ${ink.paint("bold", evidence.rule)}, ${age(evidence.at, nowMs)} ago:`);
    for (const row of evidence.excerpt.split("\n")) lines.push(ink.paint("dim", `    ${printable(row)}`));
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

export function storyLines(
  { message, history }: MessageWhyJson,
  ink: Ink,
  columns: number | null,
  nowMs: number,
): string[] {
  const { id, state, reason, attempts, createdAt } = message;
  const because = reason === null ? "" : `: ${reason}`;
  const times = attempts === 1 ? "once" : `${attempts} times`;
  const lines = [
    `${ink.paint("bold", id)} is ${state}${because}`,
    `  ${age(createdAt, nowMs)} old, claimed ${times}`,
    "",
  ];
  const rows = history.map((one) => [
    { text: String(one.seq) },
    { text: age(one.at, nowMs) },
    { text: one.from ?? "" },
    { text: one.to },
    { text: one.reason ?? "", tint: "dim" as const },
  ]);
  const heads = [
    { title: "SEQ", align: "right" as const },
    { title: "AGO", align: "right" as const },
    ...["FROM", "TO", "WHY"].map((title) => ({ title })),
  ];
  return [...lines, ...table(heads, rows, ink, columns)];
}
