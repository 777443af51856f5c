/** The journal, as far as it is asked for, and on with `--follow` as things happen. */
import { Fault } from "#core/fault.js";
import type { AgentJson, AgentsJson, HealthJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { type Ink, printable, STATE_LOOK, type Tint } from "../../kit/ink.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

const DEFAULT_ENTRIES = 50;
const PAGE = 1_000;

export async function run(context: Context, { options }: Invocation): Promise<number> {
  const after = options.count("after");
  const only = options.text("agent");
  const agent =
    only === undefined
      ? null
      : (await askAgent(context, only, (d, ref) => d.request<{ agent: AgentJson }>("GET", agentPath(ref)))).agent;
  const daemon = await context.daemon();
  const labels = await labelsById(daemon);
  const print = (entry: EntryJson) => {
    if (typeof entry.set?.label === "string" && entry.agent) labels.set(entry.agent, entry.set.label);
    if (context.json) context.value(entry);
    else context.line(entryLine(entry, labels, context.ink));
  };
  // Taken before the entries are read, so that nothing which happens meanwhile falls between reading and following.
  const { seq } = await daemon.request<HealthJson>("GET", "/v1/health");
  const last = after === undefined ? await latest(daemon, agent, print) : await since(daemon, after, agent, print);
  return options.has("follow") ? follow(context, daemon, Math.max(last, after ?? seq), agent, print) : 0;
}

type Print = (entry: EntryJson) => void;

async function latest(daemon: DaemonClient, agent: AgentJson | null, print: Print): Promise<number> {
  const { entries } = await journal(daemon, `limit=${DEFAULT_ENTRIES}`, agent);
  for (const entry of entries) print(entry);
  return entries.at(-1)?.seq ?? 0;
}

async function since(daemon: DaemonClient, after: number, agent: AgentJson | null, print: Print): Promise<number> {
  let last = after;
  for (;;) {
    const { entries } = await journal(daemon, `after=${last}&limit=${PAGE}`, agent);
    for (const entry of entries) print(entry);
    last = entries.at(-1)?.seq ?? last;
    if (entries.length < PAGE) return last;
  }
}

function journal(daemon: DaemonClient, query: string, agent: AgentJson | null) {
  return daemon.request<{ entries: EntryJson[] }>("GET", `/v1/journal?${query}${ofAgent(agent, "&")}`);
}

function ofAgent(agent: AgentJson | null, joint: string): string {
  return agent ? `${joint}agent=${encodeURIComponent(agent.id)}` : "";
}

async function labelsById(daemon: DaemonClient): Promise<Map<string, string>> {
  const { agents } = await daemon.request<AgentsJson>("GET", "/v1/agents?all=1");
  return new Map(agents.map((agent) => [agent.id, agent.label]));
}

/**
 * Goes on until the reader leaves or the daemon is told to end. A daemon that died and is started again is followed on,
 * from where the old one was.
 */
function follow(
  context: Context,
  daemon: DaemonClient,
  after: number,
  agent: AgentJson | null,
  print: Print,
): Promise<number> {
  let last = after;
  return new Promise((resolve, reject) => {
    const subscription = daemon.events(
      `/v1/events${ofAgent(agent, "?")}`,
      {
        onEvent(event, data) {
          if (event === "snapshot") last = Math.max(last, (data as SnapshotJson).seq);
          if (event === "bye") {
            context.note("the daemon was stopped");
            subscription.stop();
            resolve(0);
          }
          if (event !== "entry") return;
          const entry = data as EntryJson;
          if (entry.seq <= last) return;
          last = entry.seq;
          print(entry);
        },
        onEnd: (why) => reject(why ?? new Fault("DAEMON_UNREACHABLE", "the daemon ended the log")),
      },
      { after },
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        subscription.stop();
        resolve(0);
      });
    }
  });
}

const TINTS: Readonly<Record<string, Tint>> = {
  fault: "red",
  answered: "yellow",
  sent: "cyan",
  mail: "cyan",
  born: "green",
};

/** `11:02:33  1042  api  state  working -> blocked by codex/dialog` */
function entryLine(entry: EntryJson, labels: ReadonlyMap<string, string>, ink: Ink): string {
  const { seq, at, kind, agent, set: _set, ...story } = entry;
  const who = agent ? (labels.get(agent) ?? agent) : "drover";
  const time = new Date(at).toTimeString().slice(0, 8);
  const tint = kind === "state" ? stateTint(story.to) : (TINTS[kind] ?? "plain");
  const words = printable(tell(kind, story));
  return `${ink.paint("dim", `${time} ${String(seq).padStart(6)}`)}  ${ink.paint("bold", who)}  ${ink.paint(tint, kind)}  ${words}`.trimEnd();
}

function stateTint(to: unknown): Tint {
  return STATE_LOOK[to as AgentJson["state"]]?.tint ?? "plain";
}

function tell(kind: string, story: Readonly<Record<string, unknown>>): string {
  if (kind === "state" && story.to !== undefined) {
    const by = story.rule ? ` by ${String(story.rule)}` : "";
    return `${String(story.from ?? "")} -> ${String(story.to)}${by}`;
  }
  return Object.entries(story)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ");
}
