/** Keeps what agents' hooks tell of their output: durable at once, and in memory only until it is on disk. */

import type { AgentId } from "#core/model.js";
import { hookResponse, responseSource } from "#core/output/from-hook.js";
import { NOTHING_TOLD, type Told } from "#core/output/told.js";
import type { Log } from "#host/log.js";
import type { Store } from "#store/store.js";

export class ToldOutput {
  readonly #store: Store;
  readonly #log: Log;
  /** Not on disk yet, or refused by it. */
  readonly #fresh = new Map<AgentId, Told>();
  /** The transcript last named, so that a hook that says nothing new costs no reading. */
  readonly #transcripts = new Map<AgentId, string>();

  /** Hooks that are being heard: what they tell comes a moment after what they mean. */
  readonly #hearing = new Map<AgentId, Set<Promise<unknown>>>();

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** What was told last. A store that cannot be read tells nothing. */
  async of(id: AgentId): Promise<Told> {
    const fresh = this.#fresh.get(id);
    if (fresh !== undefined) return fresh;
    try {
      return (await this.#store.told(id)) ?? NOTHING_TOLD;
    } catch (error) {
      this.#log.warn("what an agent told could not be read", { agent: id, error });
      return NOTHING_TOLD;
    }
  }

  /** Takes in one hook event of the agent in its turn `turn`; on disk when this resolves, unless the disk refuses. */
  async hear(
    id: AgentId,
    turn: number,
    hook: { readonly provider: string; readonly name: string; readonly payload: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    const text = hookResponse(hook.provider, hook.name, hook.payload);
    const path = hook.payload.transcript_path;
    const transcript = typeof path === "string" && path.startsWith("/") && path.length < 4_096 ? path : null;
    const isNew = transcript !== null && this.#transcripts.get(id) !== transcript;
    if (transcript !== null) this.#transcripts.set(id, transcript);
    if (text === null && !isNew) return;
    const before = await this.of(id);
    const told: Told = {
      response: text === null ? before.response : { turn, text, source: responseSource(hook.provider) },
      transcript: transcript ?? before.transcript,
    };
    if (text === null && told.transcript === before.transcript) return;
    this.#fresh.set(id, told);
    try {
      await this.#store.commit({ told: [{ agent: id, told }] });
      if (this.#fresh.get(id) === told) this.#fresh.delete(id);
    } catch (error) {
      this.#log.warn("what an agent told could not be kept on disk", { agent: id, error });
    }
  }

  /** A hook of the agent's is being heard, until `heard` settles. */
  hearing(id: AgentId, heard: Promise<unknown>): void {
    const all = this.#hearing.get(id) ?? new Set();
    this.#hearing.set(id, all.add(heard));
    const done = (): void => {
      all.delete(heard);
      if (all.size === 0 && this.#hearing.get(id) === all) this.#hearing.delete(id);
    };
    heard.then(done, done);
  }

  /** Resolves once what the agent's hooks told so far is known. */
  async quiet(id: AgentId): Promise<void> {
    await Promise.allSettled([...(this.#hearing.get(id) ?? [])]);
  }

  /** The agent is no more. */
  forget(id: AgentId): void {
    this.#fresh.delete(id);
    this.#transcripts.delete(id);
  }
}
