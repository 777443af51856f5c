import { resolve } from "node:path";
import { Fault } from "#core/fault.js";
import { WAKE_POLICIES } from "#core/model.js";
import type { AgentJson } from "#wire/agent.js";
import type { SpawnRequest } from "#wire/requests.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { installRoot } from "../../kit/install-root.js";
import { ownWords } from "../../kit/own-words.js";
import { tabSize } from "../../kit/tab-size.js";
import { agentRef } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { duration } from "../duration.js";

/** A tab has to be made and a program started; tmux may be slow under load. */
const SPAWN_LIMIT_MS = 30_000;
/** And the files of a large repository checked out. */
const WORKTREE_LIMIT_MS = 150_000;

export async function run(context: Context, invocation: Invocation): Promise<number> {
  const body = await spawnRequest(context, invocation);
  const spawned = await spawn(await context.daemon(), body);
  if (context.json) context.value(spawned);
  else context.line(spawnedLine(spawned, wordsFor(context, invocation)));
  return 0;
}

/** The agent, and whether it is a new one. Throws the daemon's Fault. */
export function spawn(daemon: DaemonClient, body: SpawnRequest): Promise<{ agent: AgentJson; created: boolean }> {
  const timeoutMs = body.worktree === undefined ? SPAWN_LIMIT_MS : WORKTREE_LIMIT_MS;
  return daemon.request("POST", "/v1/agents", body, { timeoutMs });
}

/** Reads standard input where the prompt is `-`. */
export async function spawnRequest(
  context: Pick<Context, "env" | "cwd" | "stdin" | "size">,
  { options, arguments: [named, given], passedOn }: Invocation,
): Promise<SpawnRequest> {
  if (named === undefined && passedOn.length === 0) {
    throw new Fault("USAGE", "drover spawn needs a PROVIDER, or a command behind --", {
      hint: 'see "drover spawn --help"',
    });
  }
  const provider = named ?? "generic";
  const role = options.text("role");
  if (role !== undefined && role !== "worker" && role !== "conductor") {
    throw new Fault("USAGE", `--role is worker or conductor, not "${role}"`);
  }
  if (given !== undefined && options.has("prompt")) {
    throw new Fault("USAGE", "a prompt was given twice", { hint: "give it as an argument or with --prompt" });
  }
  if (options.has("if-absent") && !options.has("label") && role !== "conductor") {
    throw new Fault("USAGE", "--if-absent needs --label: which agent should it be?");
  }
  if (options.has("replace") && role !== "conductor") {
    throw new Fault("USAGE", "--replace is for --role conductor");
  }
  const heartbeat = options.text("heartbeat");
  if (heartbeat !== undefined && role !== "conductor") throw new Fault("USAGE", "--heartbeat is for --role conductor");
  const worktree = options.text("worktree");
  const wake = WAKE_POLICIES.find((one) => one === options.text("wake"));
  if (options.has("wake") && wake === undefined) throw new Fault("USAGE", `--wake is ${WAKE_POLICIES.join(", ")}`);
  const said = given ?? options.text("prompt");
  const prompt = said === "-" ? (await context.stdin()).replace(/\n$/, "") : said;
  const parent = options.text("parent");
  const env = environment(options.texts("env"));
  const texts = (["label", "session", "group"] as const).flatMap((name) => {
    const value = options.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    provider,
    cwd: resolve(context.cwd, options.text("cwd") ?? "."),
    ...Object.fromEntries(texts),
    ...(prompt ? { prompt } : {}),
    ...(passedOn.length > 0 ? { args: [...passedOn] } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(context.env.PATH ? { path: context.env.PATH } : {}),
    ...(context.size === null ? {} : tabSize(context.size, context.env)),
    ...(role === undefined ? {} : { role }),
    ...(wake === undefined ? {} : { wake }),
    ...(parent === undefined ? {} : { parent: await agentRef(context, parent) }),
    ...(heartbeat === undefined ? {} : { heartbeatMs: duration("heartbeat", heartbeat) }),
    ...(options.has("if-absent") ? { ifAbsent: true } : {}),
    ...(options.has("replace") ? { replace: true } : {}),
    ...(worktree === undefined ? {} : { worktree: worktree === "" ? true : worktree }),
  };
}

/** `K=V` each; which names are refused is for the daemon to say, which knows the provider. The value is never shown. */
export function environment(pairs: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at <= 0) throw new Fault("USAGE", "--env takes NAME=VALUE", { hint: "for example --env RUST_LOG=debug" });
    env[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return env;
}

/** What is typed for the drover that knows this agent: a fresh clone is on nobody's PATH, and servers have names. */
function wordsFor({ env, cwd }: Context, { options }: Invocation): string {
  const server = { serverName: options.text("server-name"), serverPath: options.text("server-path") };
  return ownWords({ env, cwd, root: installRoot(), ...server });
}

function spawnedLine({ agent, created }: { agent: AgentJson; created: boolean }, drover: string): string {
  const where = agent.session === "" ? "" : ` in session ${agent.session}`;
  const line = `${agent.label} ${created ? "started" : "already runs"}: ${agent.provider}${where}`;
  return `${line}; "${drover} attach ${agent.label}" goes there`;
}
