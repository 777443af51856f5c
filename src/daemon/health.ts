/** How the daemon is, from memory alone. */
import { sightOf } from "#core/fleet/sight.js";
import type { AgentState } from "#core/model.js";
import type { HealthJson } from "#wire/agent.js";
import type { ProviderJson } from "#wire/requests.js";
import type { Context } from "./context.js";

export interface Identity {
  readonly pid: number;
  readonly version: string;
  readonly owner: "persistent" | "dashboard";
}

export async function health(context: Context, identity: Identity, behind: boolean): Promise<HealthJson> {
  const { loop, mux, store, feed, programs } = context;
  const info = mux.info();
  const stored = store.health();
  const { sight } = loop.fleet;
  // A machine without a tmux server is a healthy one: there is nothing to see yet.
  const sees = sight === null || "epoch" in sight || sight.blind === "no-server";
  const ok = stored.ok && !behind;
  // What was set aside once is told for good, but only a fresh loss calls for a person.
  const whole = stored.loss === null;
  return {
    status: ok && whole && sees ? "ok" : "degraded",
    ...identity,
    backend: info.kind,
    tmux: { version: info.version, socket: info.socket, connected: info.connected, ...sightOf(loop.fleet) },
    store: { path: stored.path, ok, loss: stored.loss, quarantined: stored.quarantined },
    components: {
      tmux: word(info.connected || (await programs.installed("tmux"))),
      herdr: word(info.kind === "herdr"),
      ...(await componentsOf(context)),
    },
    agents: counts(context),
    taps: context.tapping.counts,
    seq: feed.seq,
  };
}

/** Providers whose program is looked for on the daemon's PATH; the answer is at most half a minute old. */
export async function providerList(context: Context): Promise<ProviderJson[]> {
  const list: ProviderJson[] = [];
  for (const { name, title, command, versions } of context.providers.values()) {
    const [program] = command;
    const entry = context.catalogue?.entry(name) ?? null;
    list.push({
      name,
      title,
      installed: program === undefined || (await context.programs.installed(program)),
      version: entry?.version ?? null,
      loggedIn: entry?.loggedIn ?? null,
      models: [...(entry?.models ?? [])],
      hooks: entry?.hooks ?? null,
      seenVersions: [...(versions ?? [])],
    });
  }
  return list;
}

async function componentsOf(context: Context): Promise<Record<string, "ok" | "unavailable">> {
  const components: Record<string, "ok" | "unavailable"> = {};
  for (const { name, installed } of await providerList(context)) {
    if (name !== "shell" && name !== "generic" && name !== "rehearsal") components[name] = word(installed);
  }
  return components;
}

function counts(context: Context): Record<string, number> {
  const agents: Partial<Record<AgentState | "total", number>> = { total: 0 };
  for (const { record } of context.loop.fleet.agents.values()) {
    agents[record.state] = (agents[record.state] ?? 0) + 1;
    agents.total = (agents.total ?? 0) + 1;
  }
  return agents as Record<string, number>;
}

const word = (there: boolean): "ok" | "unavailable" => (there ? "ok" : "unavailable");
