/**
 * What was decided and the store refused, until it can be written. Commits are on their way to the disk several at a
 * time and may be refused one by one, so what is kept is in the order in which it was decided, not refused.
 */
import type { NewEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";

/** Counts up with every decision. */
export type Order = number;

interface Decided {
  readonly agents: readonly AgentRecord[];
  readonly entries: readonly NewEntry[];
}

/** Entries kept in memory while the store refuses; past it the oldest go, since the records alone say what is true. */
const LIMIT_ENTRIES = 10_000;

export class Backlog {
  #agents = new Map<AgentId, { readonly order: Order; readonly record: AgentRecord }>();
  #entries: { readonly order: Order; readonly entry: NewEntry }[] = [];

  get isEmpty(): boolean {
    return this.#agents.size === 0 && this.#entries.length === 0;
  }

  /** Keeps what was refused; of each record only the version that was decided last. */
  keep(order: Order, { agents, entries }: Decided): void {
    for (const record of agents) {
      const kept = this.#agents.get(record.id);
      if (kept === undefined || kept.order < order) this.#agents.set(record.id, { order, record });
    }
    this.#entries.push(...entries.map((entry) => ({ order, entry })));
    this.#entries.sort((a, b) => a.order - b.order);
    this.#entries.splice(0, this.#entries.length - LIMIT_ENTRIES);
  }

  /** Something decided at `order` reached the disk: what is kept of an earlier version of these is out of date. */
  passedBy(order: Order, agents: readonly AgentRecord[]): void {
    for (const { id } of agents) {
      const kept = this.#agents.get(id);
      if (kept !== undefined && kept.order < order) this.#agents.delete(id);
    }
  }

  /** Hands everything out to be written; `giveBack` where that failed. */
  take(): Decided & { giveBack(): void } {
    const [agents, entries] = [this.#agents, this.#entries];
    this.#agents = new Map();
    this.#entries = [];
    return {
      agents: [...agents.values()].map(({ record }) => record),
      entries: entries.map(({ entry }) => entry),
      giveBack: () => {
        this.#agents = new Map([...agents, ...this.#agents]);
        this.#entries = [...entries, ...this.#entries];
      },
    };
  }
}
