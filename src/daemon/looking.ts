/** What deserves looking at, told to the multiplexer whenever it changes; and what comes back, told to the core. */
import { type AgentChange, isOnRecord } from "#core/fleet/changes.js";
import { inPane, isLively, isReadable } from "#core/fleet/fleet.js";
import type { PaneId } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import type { Interest } from "#tmux/multiplexer.js";
import type { Context } from "./context.js";
import { read } from "./ground.js";

export class Looking {
  readonly #context: Context;
  #told: Interest = { panes: new Set(), focused: new Set(), lively: false };
  /** Who follows the events: a dashboard looks. */
  #followers = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Counts a follower of the events in, until what it returns is called. */
  follower(): () => void {
    this.#followers++;
    this.update();
    return () => {
      this.#followers--;
      this.update();
    };
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    if (changes.some(isOnRecord)) this.update();
  }

  /** To be called after every change of the followers or the watchers, and once at the start. */
  update(): void {
    const { loop, streams, mux } = this.#context;
    const { fleet } = loop;
    const panes = new Set<PaneId>();
    for (const agent of fleet.agents.values()) if (agent.pane !== null && isReadable(agent)) panes.add(agent.pane);
    const focused = new Set<PaneId>();
    for (const id of streams.agents()) {
      const pane = fleet.agents.get(id)?.pane ?? null;
      if (pane !== null) focused.add(pane);
    }
    const lively = this.#followers > 0 || streams.size > 0 || isLively(fleet);
    const told = this.#told;
    if (lively === told.lively && same(panes, told.panes) && same(focused, told.focused)) return;
    this.#told = { panes, focused, lively };
    mux.interest(this.#told);
  }

  /** A pane was captured: read it, show it to who watches, and forget it. */
  still(pane: PaneId, still: Still): void {
    const { loop, streams } = this.#context;
    const agent = inPane(loop.fleet, pane);
    if (agent === null) return;
    streams.still(agent.record.id, still);
    if (!isReadable(agent)) return;
    loop.post({ kind: "reading", pane, reading: read(this.#context, agent, still) });
  }
}

function same<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  if (a.size !== b.size) return false;
  for (const one of a) if (!b.has(one)) return false;
  return true;
}
