/** A recording picture by picture: one for each time its program wrote, with what the reader makes of it. */
import type { Provider, Shown } from "#core/screen/reading.js";
import type { Cast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";

export interface Frame {
  readonly t: number;
  readonly shown: Shown;
  /** Text, title and all that the program has said of its state so far. Equal where nothing tells two moments apart. */
  readonly key: string;
}

const BATCH = 200;
const HISTORY_ROWS = 1_000;

export async function framesOf(cast: Cast, provider: Provider): Promise<Frame[]> {
  const stream = await Stream.open(cast.columns, cast.rows, "untitled", undefined, HISTORY_ROWS);
  const frames: Frame[] = [];
  let said = "";
  try {
    for (let first = 0; first < cast.events.length; first += BATCH) {
      const taken = cast.events.slice(first, first + BATCH).flatMap((event) => {
        if (event.kind === "output") stream.feed(event.text);
        else if (event.kind === "resize") stream.resize(event.columns, event.rows);
        return event.kind === "marker" ? [] : [stream.snapshot().then((snapshot) => ({ t: event.at, ...snapshot }))];
      });
      for (const { t, still, signals } of await Promise.all(taken)) {
        for (const { kind, text } of signals) if (kind !== "title") said += `${kind} ${text}\n`;
        // Codex's welcome moves: the same picture all the time.
        const rows = still.rows.map(({ text }) => text.replace(/[\u2800-\u28ff ]+/g, " ").trim());
        const key = [said, still.title, `${still.cursor.x},${still.cursor.y}`, ...rows].join("\n");
        frames.push({ t, shown: provider.read(still).shown, key });
      }
    }
  } finally {
    stream.close();
  }
  return frames;
}

/** What stood on the screen at `t`. */
export function frameAt(frames: readonly Frame[], t: number): Frame | undefined {
  return frames.findLast((frame) => frame.t <= t);
}
