/** What came of hooks so far, and which of them tell of the same thing twice. */
import type { Stray } from "#core/fleet/whose-hook.js";
import type { AgentId } from "#core/model.js";

/** What became of a hook: taken in, or why not. */
export type HookOutcome = "taken" | "repeated" | "aside" | Stray;

/** So many hooks are remembered, to be known when they come again. */
const TOKENS = 1_000;

/** Counts what came, and remembers what tells of the same thing twice. */
export class HookCounts {
  readonly #outcomes: Partial<Record<HookOutcome, number>> = {};
  readonly #tokens = new Set<string>();
  readonly #ends = new Map<AgentId, { readonly turn: string; readonly event: string }>();

  get outcomes(): Readonly<Partial<Record<HookOutcome, number>>> {
    return this.#outcomes;
  }

  count(outcome: HookOutcome): HookOutcome {
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    return outcome;
  }

  /** Whether this token came before. */
  cameBefore(token: string): boolean {
    if (token === "") return false;
    if (this.#tokens.has(token)) return true;
    this.#tokens.add(token);
    const [oldest] = this.#tokens;
    if (this.#tokens.size > TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
    return false;
  }

  /** Whether another event told of the end of this turn already: Codex has a hook and a notification for it. */
  endToldBefore(id: AgentId, turn: string | null, event: string): boolean {
    if (turn === null) return false;
    const last = this.#ends.get(id);
    this.#ends.set(id, { turn, event });
    return last?.turn === turn && last.event !== event;
  }

  forget(id: AgentId): void {
    this.#ends.delete(id);
  }
}
