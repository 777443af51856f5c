/** What every part of the daemon stands on, made before any of them; and looking at one agent with it. */
import { Fault } from "#core/fault.js";
import { type Agent, resolve } from "#core/fleet/fleet.js";
import type { PaneId } from "#core/model.js";
import type { Provider, Reading } from "#core/screen/reading.js";
import type { Still } from "#core/screen/still.js";
import type { Clock } from "#host/clock.js";
import type { Dice } from "#host/dice.js";
import type { Log } from "#host/log.js";
import type { Store } from "#store/store.js";
import type { Multiplexer } from "#tmux/multiplexer.js";
import type { Catalogue } from "./catalogue.js";
import type { Environments } from "./environments.js";
import type { Exclusive } from "./exclusive.js";
import type { Facts } from "./facts.js";
import type { Feed } from "./feed.js";
import type { HookCounts } from "./hook-counts.js";
import type { Loop } from "./loop.js";
import type { Programs } from "./programs.js";
import type { Streams } from "./stream.js";
import type { ToldOutput } from "./told.js";
import type { Spool } from "./told-hook.js";
import type { TurnStarts } from "./turn-starts.js";

export interface Ground {
  readonly loop: Loop;
  /** Resolves when all that was decided until now is on disk, or the store has refused it. */
  readonly written: () => Promise<void>;
  readonly mux: Multiplexer;
  readonly store: Store;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly feed: Feed;
  readonly streams: Streams;
  readonly facts: Facts;
  /** One hand at a time in an agent's pane. */
  readonly exclusive: Exclusive;
  /** One at a time of what ends an agent, starts it again or removes it. */
  readonly lives: Exclusive;
  readonly environments: Environments;
  readonly programs: Programs;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Null where nothing is kept of the programs' versions and logins. */
  readonly catalogue: Catalogue | null;
  readonly told: ToldOutput;
  readonly turnStarts: TurnStarts;
  readonly hooks: HookCounts;
  /** Where hooks that found no daemon leave what they had to tell; null for none. */
  readonly spoolDir: string | null;
  /** The same, as it is read; null for none. */
  readonly spool: Spool | null;
  /** This process's own: says where programs of this user keep their files. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where this daemon listens; agents are told. */
  readonly socket: string;
}

/** The agent that `ref` names among those not archived. Throws NOT_FOUND. */
export function theAgent(ground: Ground, ref: string): Agent {
  const agent = resolve(ground.loop.fleet, ref);
  if (agent !== null) return agent;
  throw new Fault("NOT_FOUND", `there is no agent "${ref.slice(0, 100)}"`, {
    hint: "drover ls shows the agents there are",
  });
}

/** Where the agent is. Throws NOT_FOUND where its tab is gone. */
export function thePane(agent: Agent): PaneId {
  if (agent.pane !== null) return agent.pane;
  const { label, state } = agent.record;
  throw new Fault("NOT_FOUND", `${label} is ${state}: it has no tab`);
}

export function theProvider(ground: Ground, agent: Agent): Provider {
  const { provider } = agent.record;
  const found = ground.providers.get(provider) ?? ground.providers.get("shell");
  if (found === undefined) throw new Fault("NOT_FOUND", `there is no provider "${provider}" any more`);
  return found;
}

/** Reads a still as the agent's provider does. A reader that fails says so, and hides no other agent. */
export function read(ground: Ground, agent: Agent, still: Still): Reading {
  const reading = readBy(ground, theProvider(ground, agent), still);
  ground.facts.read(agent.record.id, still, reading);
  return reading;
}

function readBy(ground: Ground, provider: Provider, still: Still): Reading {
  try {
    return provider.read(still);
  } catch (error) {
    ground.log.error("a provider could not read a screen", { provider: provider.name, error });
    const excerpt = error instanceof Error ? error.message.slice(0, 400) : "";
    return {
      shown: "unclear",
      evidence: { source: "screen", rule: `${provider.name}/reader-failed`, excerpt },
      reason: "its screen could not be read",
      errorKind: null,
      question: null,
      composer: null,
    };
  }
}

/** Looks at the agent's pane now, past every cache; what is read there is a fact for the core as well. */
export async function lookNow(ground: Ground, agent: Agent): Promise<{ still: Still; reading: Reading }> {
  const pane = thePane(agent);
  const still = await ground.mux.capture(pane);
  const reading = read(ground, agent, still);
  ground.loop.post({ kind: "reading", pane, reading });
  return { still, reading };
}
