/** Starts agents again: one that a person names, or all that lived when their tmux server went. */
import { Fault } from "#core/fault.js";
import { checkEnvironment } from "#core/fleet/environment.js";
import { type Agent, type Fleet, isReadable } from "#core/fleet/fleet.js";
import { sessionName } from "#core/fleet/labels.js";
import { isThere, mayRestart } from "#core/fleet/may-restart.js";
import { type Resumption, resumption } from "#core/fleet/resume.js";
import type { AgentId, AgentRecord, Launch } from "#core/model.js";
import { OWN_SESSION } from "#core/protocol/listing.js";
import type { Provider } from "#core/screen/reading.js";
import type { PartError, RestartRequest } from "#wire/requests.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";
import { newSession, wireHooks } from "./hook-wiring.js";
import { DEFAULT_SIZE, findLaunch, withPrompt } from "./launching.js";
import { stopAgent } from "./stop.js";

export interface Restarted {
  readonly how: Resumption["how"];
  /** Names of variables whose values are not known any more. */
  readonly missingEnv: readonly string[];
}

/**
 * The same agent, next incarnation. A program that still runs is ended first: no two may hold one conversation. Throws a
 * Fault: NOT_RESUMABLE (and nothing was ended), CONFLICT, NOT_FOUND, INVALID, tmux's own.
 */
export function restartAgent(context: Context, id: AgentId, asked: RestartRequest): Promise<Restarted> {
  return context.lives.run(id, async () => {
    const agent = theAgent(context, id);
    const provider = providerOf(context, agent);
    checkEnvironment(asked.env ?? {}, provider);
    const runs = isThere(context.loop.fleet, agent);
    mustBeResumable(agent, provider, runs);
    if (runs || isReadable(agent)) await stopAgent(context, id, asked.force ?? false);
    return launchAgain(context, theAgent(context, id), provider, asked);
  });
}

/** Throws a Fault (NOT_RESUMABLE); of one that still runs it says what may make it resumable. */
function mustBeResumable({ record }: Agent, provider: Provider, runs: boolean): void {
  try {
    resumption(record, provider);
  } catch (error) {
    if (!(error instanceof Fault) || !runs || provider.resume === null) throw error;
    throw new Fault(error.code, error.message, {
      cause: error,
      hint: `"drover stop ${record.label}" first: as it ends it may say how its session is resumed`,
    });
  }
}

/** Without a provider nobody knows how to read or resume it. */
function providerOf(context: Context, { record }: Agent): Provider {
  const provider = context.providers.get(record.provider);
  if (provider !== undefined) return provider;
  throw new Fault("NOT_RESUMABLE", `${record.label}: there is no provider "${record.provider}" any more`);
}

async function launchAgain(
  context: Context,
  agent: Agent,
  provider: Provider,
  asked: RestartRequest,
): Promise<Restarted> {
  const { record } = agent;
  const { id, label, cwd, prompt } = record;
  const refusal = mayRestart(context.loop.fleet, agent);
  if (refusal !== null) throw new Fault(refusal.code, refusal.message, { ...refusal });
  const resumed = resumption(record, provider);
  const kept = context.environments.of(id);
  const env: Record<string, string> = {
    ...kept,
    ...(asked.path === undefined ? {} : { PATH: asked.path }),
    ...asked.env,
  };
  const launch = await launchOf(context, record, provider, asked.path);
  const hooks = await wireHooks(context, provider, { id, incarnation: record.incarnation + 1 }, env);
  const session = resumed.how === "session";
  const own = session ? { args: [], session: null } : newSession(provider, launch.args, context.dice);
  const told = session
    ? {
        command: [...launch.program, ...hooks.args, ...resumed.args, ...launch.args],
        promptDue: record.promptDue ?? false,
      }
    : withPrompt(provider, launch, resumed.how === "prompt" ? prompt : null, [...hooks.args, ...own.args]);
  const envNames = [...new Set([...record.envNames, ...Object.keys(asked.env ?? {})])];
  await context.loop.ask({
    ask: "restart",
    id,
    ...told,
    launch,
    envNames,
    resumes: session,
    ...(own.session === null ? {} : { nativeSession: own.session }),
    tab: {
      sessionName: sessionOf(record) || sessionName(undefined, cwd),
      env: { ...env, ...hooks.env },
      ...DEFAULT_SIZE,
    },
    socket: context.socket,
  });
  context.environments.keep(id, env);
  const missingEnv = envNames.filter((name) => env[name] === undefined);
  if (missingEnv.length > 0) context.log.warn("an agent was started without some variables", { label, missingEnv });
  return { how: resumed.how, missingEnv };
}

/** Empty where it was nowhere, or in drover's own session, where somebody had moved it. */
function sessionOf({ place }: AgentRecord): string {
  return place === null || place.sessionName === OWN_SESSION ? "" : place.sessionName;
}

/** As it was launched before; where its program has moved since, or is not known, as it is found now. */
async function launchOf(
  context: Context,
  { launch, cwd }: AgentRecord,
  provider: Provider,
  path: string | undefined,
): Promise<Launch> {
  const [program] = launch?.program ?? [];
  if (launch !== undefined && program !== undefined && (await context.programs.find(program, "/", path)) !== null) {
    return launch;
  }
  return findLaunch(context, provider, { args: launch?.args ?? [], cwd: cwd || "/", path });
}

/**
 * The agents that lived when the last tmux server before this one went: those it leaves behind without an end that was
 * seen. One that was lost in the present server was closed by its user, and is not brought back.
 */
function restorable(fleet: Fleet): AgentRecord[] {
  const left: AgentRecord[] = [];
  for (const agent of fleet.agents.values()) {
    const { record, making } = agent;
    if (record.state === "exited" || making !== null || record.place === null || isThere(fleet, agent)) continue;
    if (record.place.closed === true) continue;
    if (fleet.sight !== null && "epoch" in fleet.sight && fleet.sight.epoch === record.place.epoch) continue;
    left.push(record);
  }
  const last = Math.max(...left.map((record) => startOf(record.place?.epoch ?? "")));
  return left
    .filter(({ place }) => startOf(place?.epoch ?? "") === last)
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
}

/** An epoch ends with the second in which its tmux server started. */
const startOf = (epoch: string): number => Number(epoch.split(":").at(-1)) || 0;

/** Brings them back one after the other; one that cannot be does not keep the others. */
export async function restoreAgents(
  context: Context,
  asked: { readonly path?: string | undefined },
): Promise<{ restored: readonly AgentId[]; errors: readonly PartError[] }> {
  const { fleet } = context.loop;
  if (fleet.sight === null || ("blind" in fleet.sight && fleet.sight.blind !== "no-server")) {
    throw new Fault("TMUX_UNREACHABLE", "tmux does not answer, and which agents live is not known");
  }
  const restored: AgentId[] = [];
  const errors: PartError[] = [];
  for (const { id, label } of restorable(fleet)) {
    try {
      await context.lives.run(id, async () => {
        const agent = theAgent(context, id);
        await launchAgain(
          context,
          agent,
          providerOf(context, agent),
          asked.path === undefined ? {} : { path: asked.path },
        );
      });
      restored.push(id);
    } catch (error) {
      const { code, message } = asFault(error);
      context.log.warn("an agent was not brought back", { label, code });
      errors.push({ label, code, message });
    }
  }
  return { restored, errors };
}
