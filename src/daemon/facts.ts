/** What the daemon takes in of an agent beside its screen, handed on to those who record it. Nothing is kept. */
import type { ServerResponse } from "node:http";
import type { AgentId } from "#core/model.js";
import type { FactJson } from "#wire/record.js";
import { type Context, theAgent, thePane } from "./context.js";

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

/** Serves one recorder until it leaves or the agent is archived. Throws NOT_FOUND where there is no such agent or tab. */
export async function recordAgent(
  context: Context,
  ref: string,
  drover: string,
  response: ServerResponse,
): Promise<void> {
  const { record } = theAgent(context, ref);
  const first = await context.mux.capture(thePane(theAgent(context, ref)));
  const { believed } = theAgent(context, ref);
  const { state, turn, unread, evidence } = believed;
  const proof = { source: evidence?.source ?? null, rule: evidence?.rule ?? null, excerpt: evidence?.excerpt ?? null };
  void context.streams.watch(record.id, response, first, (writer) => {
    const send = (fact: FactJson) => writer.send("fact", JSON.stringify(fact));
    send({ fact: "begins", provider: record.provider, drover, unread, state, turn, ...proof });
    const ends = [
      context.facts.follow(record.id, send),
      context.feed.follow({
        entry(entry) {
          if (entry.agent !== record.id || (entry.kind !== "state" && entry.kind !== "seen")) return;
          const { to, turn, source, rule, excerpt } = entry.data as { to?: typeof state; turn?: number } & typeof proof;
          if (to === undefined) return;
          const exit = (entry.set?.exit ?? null) as null;
          send({ fact: "believed", state: to, turn: turn ?? 0, source, rule, excerpt, exit });
        },
        bye() {
          writer.send("bye", "{}");
          writer.end();
        },
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
}
