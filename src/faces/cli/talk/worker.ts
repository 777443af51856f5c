/** Work for another agent, `drover handoff` and `drover assign`: a worker is picked or started, and given what to do. */
import { Fault } from "#core/fault.js";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { ProviderJson } from "#wire/requests.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { nearest } from "../../kit/nearest.js";
import { agentPath, agentRef, noSuchAgent } from "../agent-ref.js";
import { spawn, spawnRequest } from "../agents/spawn.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import type { Options } from "../options.js";
import { deliver, sentLine } from "./deliver.js";

/** What is said of a worker that is still to be started. */
const FOR_NEW = ["cwd", "session", "group", "parent", "worktree"] as const;

export interface Given {
  readonly agent: AgentJson;
  /** Whether the worker was started for this. */
  readonly created: boolean;
  readonly message: MessageJson;
}

/** Whom the end of it is for; null for a person. */
export interface Giver {
  readonly id: string;
  readonly label: string;
  /** It is the agent in whose tab we are. */
  readonly isSelf: boolean;
}

/**
 * Gives `text` to the agent that `who` names or, where none lives under that name, to a new one of that provider; with
 * `--label` to a new one always, unless one lives under that label. Throws a Fault: NOT_FOUND, CONFLICT, USAGE, the daemon's.
 */
export async function give(
  context: Context,
  { arguments: [who = ""], options }: Invocation,
  how: "handoff" | "assign",
  text: string,
  giver: Giver | null,
): Promise<Given> {
  const daemon = await context.daemon();
  const { agent, created } =
    (await present(context, daemon, who, options)) ?? (await started(context, daemon, who, options, giver));
  if (created) context.note(`${agent.label} started: ${agent.provider}`);
  if (agent.id === giver?.id) {
    throw new Fault("CONFLICT", `${agent.label} cannot give itself something to do: it would wait for its own turn`);
  }
  const body = { text, ...(giver === null ? {} : { from: giver.id }) };
  const message = await deliver(daemon, agent.id, how, body);
  if (message.state === "queued" && !created && how === "handoff") context.note(sentLine(agent.label, message));
  return { agent, created, message };
}

/** Who gives it: the agent that is named, else the one in whose tab this is, if that is one of this fleet. */
export async function giverOf(context: Context, options: Options): Promise<Giver | null> {
  const named = options.text("from");
  const ref = named === undefined ? await self(context) : await agentRef(context, named);
  if (ref === null) return null;
  const daemon = await context.daemon();
  const agent = await find(daemon, ref);
  if (agent !== null) return { id: agent.id, label: agent.label, isSelf: named === undefined || named === "self" };
  if (named === undefined) return null;
  throw await noSuchAgent(daemon, named);
}

/** Null where this is nobody's tab. */
async function self(context: Context): Promise<string | null> {
  try {
    return await agentRef(context, "self");
  } catch (error) {
    if (error instanceof Fault && error.code === "USAGE") return null;
    throw error;
  }
}

async function find(daemon: DaemonClient, ref: string): Promise<AgentJson | null> {
  try {
    const { agent } = await daemon.request<{ agent: AgentJson }>("GET", agentPath(ref));
    return agent.archived ? null : agent;
  } catch (error) {
    if (error instanceof Fault && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

type Worker = Pick<Given, "agent" | "created">;

async function present(context: Context, daemon: DaemonClient, who: string, options: Options): Promise<Worker | null> {
  if (options.has("label")) return null;
  const agent = await find(daemon, await agentRef(context, who));
  if (agent === null) return null;
  const odd = FOR_NEW.find((name) => options.has(name));
  if (odd !== undefined) {
    throw new Fault("USAGE", `--${odd} is for a new worker, and ${agent.label} is there already`, {
      hint: "name a provider instead of it",
    });
  }
  if (agent.state !== "exited" && agent.state !== "lost") return { agent, created: false };
  throw new Fault("CONFLICT", `${agent.label} is ${agent.state}`, {
    hint: `"drover restart ${agent.label}" starts it again; a provider's name starts a new worker`,
  });
}

/** Its parent is who gives it the work, unless another is named. */
async function started(
  context: Context,
  daemon: DaemonClient,
  who: string,
  options: Options,
  giver: Giver | null,
): Promise<Worker> {
  const { providers } = await daemon.request<{ providers: ProviderJson[] }>("GET", "/v1/providers");
  if (!providers.some(({ name }) => name === who)) throw await noSuchWorker(daemon, who, options, providers);
  const asked = { command: null, options, arguments: [who], passedOn: [], words: [] };
  const body = await spawnRequest(context, asked);
  return spawn(daemon, {
    ...body,
    ...(body.parent === undefined && giver !== null ? { parent: giver.id } : {}),
    ...(options.has("label") ? { ifAbsent: true } : {}),
  });
}

async function noSuchWorker(
  daemon: DaemonClient,
  who: string,
  options: Options,
  providers: readonly ProviderJson[],
): Promise<Fault> {
  const names = providers.map(({ name }) => name);
  const meant = nearest(who, names);
  const hint = meant === null ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
  if (options.has("label")) return new Fault("NOT_FOUND", `there is no provider "${who}"`, { hint });
  const fault = await noSuchAgent(daemon, who);
  return new Fault("NOT_FOUND", `${fault.message}, and no provider`, { hint: meant === null ? fault.hint : hint });
}
