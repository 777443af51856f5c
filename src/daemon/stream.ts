/**
 * The painted screen of one agent to those who watch it: the whole first, then the rows that changed. A reader that is
 * slow misses pictures, never the newest one. The last still of a pane is kept only while somebody watches.
 */
import type { ServerResponse } from "node:http";
import type { AgentId } from "#core/model.js";
import { BLANK_ROW, type Row, type Still } from "#core/screen/still.js";
import type { Clock } from "#host/clock.js";
import { type ChangedRowsJson, rowToJson, screenToJson } from "#wire/screen.js";
import { SseWriter } from "./sse.js";

interface Watcher {
  readonly writer: SseWriter;
  sent: Still | null;
  /** False where somebody else sends the pictures. */
  readonly paints: boolean;
}

interface Watched {
  readonly watchers: Set<Watcher>;
  /** Parts of the daemon itself that want every picture. */
  readonly followers: Set<(still: Still) => void>;
  still: Still | null;
}

export class Streams {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #watched = new Map<AgentId, Watched>();

  /** `changed` is called when the set of agents watched changes. */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** The agents that somebody watches. */
  agents(): IterableIterator<AgentId> {
    return this.#watched.keys();
  }

  get size(): number {
    return this.#watched.size;
  }

  /**
   * Serves one watcher until it leaves. `first` is a fresh still, or null where `beside` sends the pictures itself; `beside`
   * may send more on the same stream, before and after it, and gives what ends that.
   */
  async watch(
    id: AgentId,
    response: ServerResponse,
    first: Still | null,
    beside: (writer: SseWriter) => () => void = () => () => {},
  ): Promise<void> {
    const writer = new SseWriter(response, this.#clock);
    const watcher: Watcher = { writer, sent: null, paints: first !== null };
    const mine = this.#watch(id);
    mine.watchers.add(watcher);
    if (first !== null) mine.still = first;
    const leave = beside(writer);
    if (first !== null) paint(watcher, first);
    writer.onReady = () => {
      if (watcher.paints && mine.still !== null) paint(watcher, mine.still);
    };
    await writer.gone;
    leave();
    mine.watchers.delete(watcher);
    this.#leave(id, mine);
  }

  /** Shows every new picture of the agent's pane, until what is returned is called. */
  follow(id: AgentId, see: (still: Still) => void): () => void {
    const watched = this.#watch(id);
    watched.followers.add(see);
    return () => {
      watched.followers.delete(see);
      this.#leave(id, watched);
    };
  }

  #watch(id: AgentId): Watched {
    const found = this.#watched.get(id);
    if (found !== undefined) return found;
    const watched: Watched = { watchers: new Set(), followers: new Set(), still: null };
    this.#watched.set(id, watched);
    this.#changed();
    return watched;
  }

  #leave(id: AgentId, watched: Watched): void {
    if (watched.watchers.size > 0 || watched.followers.size > 0 || this.#watched.get(id) !== watched) return;
    this.#watched.delete(id);
    this.#changed();
  }

  /** A new picture of the agent's pane. */
  still(id: AgentId, still: Still): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    watched.still = still;
    for (const see of watched.followers) see(still);
    for (const watcher of watched.watchers) if (watcher.paints && watcher.writer.ready) paint(watcher, still);
  }

  /** The agent is no more: its watchers' streams end. */
  gone(id: AgentId): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    for (const { writer } of watched.watchers) writer.end();
  }
}

function paint(watcher: Watcher, still: Still): void {
  const { writer, sent } = watcher;
  watcher.sent = still;
  const change = pictureChange(sent, still);
  if (change !== null) writer.send(change.event, change.data);
}

/** The event that turns the picture `sent` into `still`: a whole screen where there is none or its size is another; null for none. */
export function pictureChange(sent: Still | null, still: Still): { event: "screen" | "rows"; data: string } | null {
  if (sent === null || !sameShape(sent, still)) return { event: "screen", data: JSON.stringify(screenToJson(still)) };
  const rows: ChangedRowsJson["rows"] = [];
  for (const [y, row] of still.rows.entries()) {
    if (!sameRow(row, sent.rows[y] ?? BLANK_ROW)) rows.push([y, rowToJson(row)]);
  }
  const { cursor, title } = still;
  const moved = cursor.x !== sent.cursor.x || cursor.y !== sent.cursor.y || cursor.visible !== sent.cursor.visible;
  if (rows.length === 0 && !moved && title === sent.title) return null;
  return { event: "rows", data: JSON.stringify({ rows, cursor, title } satisfies ChangedRowsJson) };
}

function sameShape(a: Still, b: Still): boolean {
  return a.columns === b.columns && a.rows.length === b.rows.length && a.alternate === b.alternate;
}

function sameRow(a: Row, b: Row): boolean {
  if (a === b) return true;
  if (a.text !== b.text || a.runs.length !== b.runs.length) return false;
  return a.runs.every((run, n) => {
    const other = b.runs[n];
    return (
      other !== undefined &&
      run.text === other.text &&
      run.fg === other.fg &&
      run.bg === other.bg &&
      run.attrs === other.attrs &&
      run.cells === other.cells
    );
  });
}
