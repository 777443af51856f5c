/** Takes in agents that were started by hand, and finds those that could be. Asked for by a person, never by a tick. */
import { Fault } from "#core/fault.js";
import { adoptable, agentIn, treeOf } from "#core/fleet/adoptable.js";
import { checkLabel } from "#core/fleet/labels.js";
import type { AgentId, LivePane } from "#core/model.js";
import { readProcesses, workingFolderOf } from "#host/process-tree.js";
import type { AdoptablePane, AdoptRequest } from "#wire/requests.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";

/** Throws a Fault (TMUX_UNREACHABLE) where tmux cannot be seen: that is not the same as nothing to adopt. */
export async function adoptablePanes(context: Context): Promise<AdoptablePane[]> {
  const sighting = await see(context);
  const found = adoptable(context.loop.fleet, sighting, await readProcesses());
  return Promise.all(
    found.map(async ({ pane, provider, pid }) => ({
      pane: pane.pane,
      window: pane.window,
      session: pane.sessionName,
      windowName: pane.windowName,
      provider,
      pid,
      cwd: await workingFolderOf(pid),
      title: pane.title,
    })),
  );
}

/** Throws a Fault: NOT_FOUND for a pane that is not there, CONFLICT where it is ours, INVALID where no agent is known. */
export async function adoptPane(context: Context, asked: AdoptRequest): Promise<{ id: AgentId; created: boolean }> {
  if (asked.label !== undefined) checkLabel(asked.label);
  if (asked.provider !== undefined && !context.providers.has(asked.provider)) {
    throw new Fault("INVALID", `there is no provider "${asked.provider}"`, {
      hint: `there are ${[...context.providers.keys()].join(", ")}`,
    });
  }
  const parent = asked.parent === undefined ? null : theAgent(context, asked.parent).record.id;
  const { epoch, panes } = await see(context);
  const pane = panes.find((one) => one.pane === asked.pane);
  if (pane === undefined) throw new Fault("NOT_FOUND", `there is no pane ${asked.pane}`);
  const found = agentIn(context.loop.fleet.programs, pane, treeOf(await readProcesses()));
  const owner = pane.mark === null ? undefined : context.loop.fleet.agents.get(pane.mark.id);
  const named = asked.provider ?? found?.provider;
  if (named === undefined && owner === undefined) throw noAgentIn(pane);
  const provider = named ?? "shell";
  const wake = context.providers.get(provider)?.wake;
  const { agent, created } = await context.loop.ask({
    ask: "adopt",
    id: context.dice.id() as AgentId,
    label: asked.label ?? null,
    provider,
    ...(wake === undefined ? {} : { wake }),
    role: asked.role ?? "worker",
    parent,
    group: asked.group ?? null,
    cwd: await workingFolderOf(found?.pid ?? pane.pid),
    pane,
    epoch,
    alone: panes.every((one) => one.window !== pane.window || one.pane === pane.pane),
  });
  return { id: agent as AgentId, created };
}

function noAgentIn({ pane, command }: LivePane): Fault {
  const runs = command === "" ? "" : `, only ${command}`;
  return new Fault("INVALID", `no agent program that drover knows runs in ${pane}${runs}`, {
    hint: "start the agent there first, or say whose program it is with --provider",
  });
}

async function see(context: Context) {
  const sighting = await context.mux.sight();
  if ("epoch" in sighting) return sighting;
  if (sighting.blind === "no-server")
    throw new Fault("TMUX_UNREACHABLE", "no tmux server runs, so no agent runs in one");
  throw new Fault("TMUX_UNREACHABLE", "tmux does not answer, and what runs there is not known", {
    detail: { blind: sighting.blind },
  });
}
