/** One at a time for each agent: two hands typing into one pane would mix their words. */
import type { AgentId } from "#core/model.js";

export class Exclusive {
  readonly #last = new Map<AgentId, Promise<unknown>>();

  /** Does `work` when everything asked for this agent before it has ended. */
  async run<T>(id: AgentId, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {});
    this.#last.set(id, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(id) === settled) this.#last.delete(id);
    }
  }
}
