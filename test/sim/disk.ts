/** A disk that outlives daemons: a store that takes a moment, may refuse, and no longer hears a daemon that died. */
import type { Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { JournalEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Told } from "#core/output/told.js";
import type { Commit, Store, StoreHealth } from "#store/store.js";
import type { MemoryStore } from "../twins/memory-store.js";
import type { Life } from "./life.js";

export class Disk implements Store {
  readonly #kept: MemoryStore;
  readonly #life: Life;
  readonly #written: (commit: Commit) => void;
  #refusesUntilMs = 0;

  constructor(kept: MemoryStore, life: Life, written: (commit: Commit) => void) {
    this.#kept = kept;
    this.#life = life;
    this.#written = written;
  }

  commit(commit: Commit): Promise<JournalEntry[]> {
    const { chance, clock } = this.#life.world;
    return this.#life.op("commit", `commit ${told(commit)}`, async () => {
      if (this.#life.world.faulty && chance.flip(0.004)) this.#refusesUntilMs = clock.now() + chance.between(1, 4_000);
      if (clock.now() < this.#refusesUntilMs && this.#life.world.faulty) {
        this.#life.world.refused = true;
        throw new Fault("STORE_FULL", "no space");
      }
      const entries = await this.#kept.commit(commit);
      this.#written(commit);
      return entries;
    });
  }

  agents(): Promise<AgentRecord[]> {
    return this.#kept.agents();
  }

  agent(id: AgentId): Promise<AgentRecord | null> {
    return this.#kept.agent(id);
  }

  told(id: AgentId): Promise<Told | null> {
    return this.#kept.told(id);
  }

  mail(): Promise<Message[]> {
    return this.#kept.mail();
  }

  delivered(to: AgentId, limit: number): Promise<Message[]> {
    return this.#kept.delivered(to, limit);
  }

  message(id: string): Promise<Message | null> {
    return this.#kept.message(id);
  }

  text(message: Message): Promise<string | null> {
    return this.#kept.text(message);
  }

  completion(key: string): Promise<Message | null> {
    return this.#kept.completion(key);
  }

  sweepMail(to: AgentId): Promise<void> {
    return this.#kept.sweepMail(to);
  }

  lastOrder(to: AgentId): Promise<number> {
    return this.#kept.lastOrder(to);
  }

  seq(): number {
    return this.#kept.seq();
  }

  oldestSeq(): number {
    return this.#kept.oldestSeq();
  }

  journal(after: number, limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    return this.#kept.journal(after, limit, agent);
  }

  latest(limit: number, agent?: AgentId, before?: number): Promise<JournalEntry[]> {
    return this.#kept.latest(limit, agent, before);
  }

  health(): StoreHealth {
    return this.#kept.health();
  }

  async close(): Promise<void> {}
}

function told({ entries = [] }: Commit): string {
  return entries.map(({ kind, agent, data }) => `${kind} ${agent?.slice(-3) ?? ""} ${data.to ?? ""}`.trim()).join(", ");
}
