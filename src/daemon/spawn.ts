/** Brings an agent into the world: checks what was asked, finds the program, and lets the core decide the rest. */
import { asPrompt } from "#core/delivery/shell-mode.js";
import { Fault } from "#core/fault.js";
import { checkEnvironment } from "#core/fleet/environment.js";
import { checkLabel, conductorOf, holderOf, sessionName } from "#core/fleet/labels.js";
import type { WorktreeAsk } from "#core/fleet/launch.js";
import type { AgentId } from "#core/model.js";
import { checkBranch, findRepository, worktreeFolder } from "#host/git.js";
import type { SpawnRequest } from "#wire/requests.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";
import { newSession, wireHooks } from "./hook-wiring.js";
import { checkArguments, checkFolder, DEFAULT_SIZE, findLaunch, usualWake, withPrompt } from "./launching.js";
import { checkText } from "./schemas.js";
import { stopAgent } from "./stop.js";

/** Returns the agent, and whether it is a new one. Throws a Fault: INVALID, TOO_LARGE, NOT_FOUND, CONFLICT, tmux's own. */
export async function spawnAgent(context: Context, asked: SpawnRequest): Promise<{ id: AgentId; created: boolean }> {
  const provider = context.providers.get(asked.provider);
  if (provider === undefined) {
    throw new Fault("INVALID", `there is no provider "${asked.provider}"`, {
      hint: `there are ${[...context.providers.keys()].join(", ")}`,
    });
  }
  if (asked.label !== undefined) checkLabel(asked.label);
  if (asked.replace === true && asked.role !== "conductor") {
    throw new Fault("INVALID", "only a conductor is replaced", { hint: "stop the agent, or choose another label" });
  }
  if (asked.heartbeatMs !== undefined && asked.role !== "conductor") {
    throw new Fault("INVALID", "only a conductor has a heartbeat", { hint: "it is told of its children" });
  }
  const said = asked.prompt === undefined || asked.prompt.trim() === "" ? null : asked.prompt;
  if (said !== null) checkText("the prompt", said);
  const env = asked.env ?? {};
  checkEnvironment(env, provider);
  await checkFolder(asked.cwd);
  const parent = asked.parent === undefined ? null : theAgent(context, asked.parent).record.id;
  // What a parent has its child do is no person's command line.
  const prompt = said === null || parent === null ? said : asPrompt(said, provider.shellMode);
  checkArguments(asked.args ?? []);
  const launch = await findLaunch(context, provider, { args: asked.args ?? [], cwd: asked.cwd, path: asked.path });
  const wake = asked.wake ?? usualWake(context, provider, launch);
  const worktree = asked.worktree === undefined ? null : await worktreeAsk(asked.cwd, asked.worktree);
  const session = sessionName(asked.session, asked.cwd);
  const id = context.dice.id() as AgentId;
  // The program runs as its caller would run it, also when tmux was started from elsewhere.
  const variables = asked.path === undefined ? env : { PATH: asked.path, ...env };
  const hooks = await wireHooks(context, provider, { id, incarnation: 1 }, variables);
  const own = newSession(provider, launch.args, context.dice);
  // Last, so that nothing that can be known beforehand refuses the new one once the old one has ended.
  const replaces = asked.replace === true ? await stopConductor(context, session, asked) : null;
  const { agent, created } = await context.loop.ask({
    ask: "spawn",
    id,
    ...(own.session === null ? {} : { nativeSession: own.session }),
    label: asked.label ?? null,
    ifAbsent: asked.ifAbsent ?? false,
    ...(replaces === null ? {} : { replaces }),
    provider: provider.name,
    role: asked.role ?? "worker",
    parent,
    group: asked.group ?? null,
    ...(asked.heartbeatMs === undefined ? {} : { heartbeatMs: asked.heartbeatMs }),
    cwd: asked.cwd,
    ...withPrompt(provider, launch, prompt, [...hooks.args, ...own.args]),
    launch,
    envNames: Object.keys(env),
    prompt,
    ...(wake === undefined ? {} : { wake }),
    ...(worktree === null ? {} : { worktree }),
    tab: {
      sessionName: session,
      env: { ...variables, ...hooks.env },
      columns: asked.columns ?? DEFAULT_SIZE.columns,
      rows: asked.rows ?? DEFAULT_SIZE.rows,
    },
    socket: context.socket,
  });
  if (created) context.environments.keep(id, variables);
  return { id: agent as AgentId, created };
}

async function worktreeAsk(cwd: string, asked: true | string): Promise<WorktreeAsk> {
  if (asked !== true) await checkBranch(asked);
  const { folder, below } = await findRepository(cwd);
  return { repo: folder, folder: worktreeFolder(folder), branch: asked === true ? null : asked, below };
}

/**
 * The conductor that makes room, ended but on the list until the new one stands: should that never come to be, the old
 * one can be started again. One that ended before makes room too. Null where the session has none, or where the label is
 * another live agent's and that one will do. Throws a Fault (CONFLICT) where it will not.
 */
async function stopConductor(context: Context, session: string, asked: SpawnRequest): Promise<AgentId | null> {
  const { fleet } = context.loop;
  const present = conductorOf(fleet, session);
  const holder = asked.label === undefined ? null : holderOf(fleet, asked.label);
  if (holder !== null && holder !== present) {
    if (asked.ifAbsent === true) return null;
    throw new Fault("CONFLICT", `${holder.record.label} is the label of a live agent`, {
      hint: "choose another label",
    });
  }
  if (present === null) {
    const ended = [...fleet.agents.values()].filter(
      ({ record }) => record.role === "conductor" && record.place?.sessionName === session,
    );
    return ended.at(-1)?.record.id ?? null;
  }
  if (present.making !== null) return null;
  const { id } = present.record;
  await context.lives.run(id, () => stopAgent(context, id, false));
  return id;
}
