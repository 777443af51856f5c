/**
 * Where turns began, as seen: how much history the pane had then. Rows of a turn can only lie below that, and while the
 * history has not been full since, none of them can be missing (SPEC §5). Known only while this daemon runs.
 */
import type { AgentChange } from "#core/fleet/changes.js";
import type { AgentId } from "#core/model.js";
import type { Clock } from "#host/clock.js";
import type { Multiplexer } from "#tmux/multiplexer.js";

export interface TurnStart {
  readonly turn: number;
  readonly atMs: number;
  /** Null while it is being asked for, and where tmux did not say. */
  readonly historyRows: number | null;
}

export class TurnStarts {
  readonly #mux: Multiplexer;
  readonly #clock: Clock;
  /** The turn that runs or ran last, and the one before it. */
  readonly #starts = new Map<AgentId, readonly TurnStart[]>();

  constructor(mux: Multiplexer, clock: Clock) {
    this.#mux = mux;
    this.#clock = clock;
  }

  /** The start of that turn, null where it was not seen. */
  of(id: AgentId, turn: number): TurnStart | null {
    return this.#starts.get(id)?.find((start) => start.turn === turn) ?? null;
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    for (const { id, was, now } of changes) {
      if (now === null) this.#starts.delete(id);
      if (was === null || now === null || now.pane === null) continue;
      const { turn } = now.believed;
      // A turn that is over when it is first heard of began nobody knows where.
      if (turn <= was.believed.turn || (now.record.state !== "working" && now.record.state !== "blocked")) continue;
      this.#note(id, { turn, atMs: this.#clock.now(), historyRows: null });
      this.#mux.extent(now.pane).then(
        ({ size }) => {
          const start = this.of(id, turn);
          if (start !== null) this.#note(id, { ...start, historyRows: size });
        },
        () => {},
      );
    }
  }

  #note(id: AgentId, start: TurnStart): void {
    const others = (this.#starts.get(id) ?? []).filter(({ turn }) => turn !== start.turn);
    this.#starts.set(id, [...others.slice(-1), start]);
  }
}
