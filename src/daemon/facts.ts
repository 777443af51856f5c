/**
 * What the daemon takes in of an agent, and what its core weighed of that, handed on to those who record it. Nothing is
 * kept but the picture of a reading, for as long as the reading itself.
 */
import type { Weighed } from "#core/decide.js";
import type { AgentId } from "#core/model.js";
import type { Reading } from "#core/screen/reading.js";
import type { Still } from "#core/screen/still.js";
import type { FactJson } from "#wire/record.js";

/** `still`: what was seen, where the fact is a look. */
type Hear = (fact: FactJson, still: Still | null) => void;

export class Facts {
  readonly #followers = new Map<AgentId, Set<Hear>>();
  readonly #seen = new WeakMap<Reading, Still>();

  /** What came in, whatever is made of it. */
  tell(id: AgentId, fact: () => FactJson): void {
    for (const hear of this.#followers.get(id) ?? []) hear(fact(), null);
  }

  /** Which picture was read, where somebody records it. */
  read(id: AgentId, still: Still, reading: Reading): void {
    if (this.#followers.has(id)) this.#seen.set(reading, still);
  }

  /** What the core weighed, in its order: of a look the picture that was read. */
  weighed({ agent, fact }: Weighed, atMs: number): void {
    const still = fact.kind === "still" ? (this.#seen.get(fact.reading) ?? null) : null;
    for (const hear of this.#followers.get(agent) ?? []) {
      if (fact.kind !== "still") hear({ fact: "weighed", atMs, of: fact }, null);
      else if (still !== null) hear({ fact: "looked", atMs }, still);
    }
  }

  /** Returns what ends it. */
  follow(id: AgentId, hear: Hear): () => void {
    const all = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, all.add(hear));
    return () => {
      all.delete(hear);
      if (all.size === 0) this.#followers.delete(id);
    };
  }
}
