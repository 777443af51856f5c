/** What the daemon takes in of an agent beside its screen, handed on to those who record it. Nothing is kept. */
import type { AgentId } from "#core/model.js";
import type { FactJson } from "#wire/record.js";

export class Facts {
  readonly #followers = new Map<AgentId, Set<(fact: FactJson) => void>>();

  tell(id: AgentId, fact: () => FactJson): void {
    for (const hear of this.#followers.get(id) ?? []) hear(fact());
  }

  /** Returns what ends it. */
  follow(id: AgentId, hear: (fact: FactJson) => void): () => void {
    const all = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, all.add(hear));
    return () => {
      all.delete(hear);
      if (all.size === 0) this.#followers.delete(id);
    };
  }
}
