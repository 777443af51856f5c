/**
 * The values of variables given to agents, so that one that is started again has them again. In memory only: values are
 * never on disk, and are gone with the daemon.
 */
import type { AgentId } from "#core/model.js";

export class Environments {
  readonly #kept = new Map<AgentId, Readonly<Record<string, string>>>();

  keep(id: AgentId, env: Readonly<Record<string, string>>): void {
    this.#kept.set(id, env);
  }

  /** What is known for the agent, PATH included. */
  of(id: AgentId): Readonly<Record<string, string>> {
    return this.#kept.get(id) ?? {};
  }

  forget(id: AgentId): void {
    this.#kept.delete(id);
  }
}
