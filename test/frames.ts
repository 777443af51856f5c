/** A recording picture by picture: one for each time its program wrote, with what the reader makes of it. */
import type { Provider, Shown } from "#core/screen/reading.js";
import type { Cast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";

export interface Frame {
  readonly t: number;
  readonly shown: Shown;
}

const BATCH = 200;
const HISTORY_ROWS = 1_000;

export async function framesOf(cast: Cast, provider: Provider): Promise<Frame[]> {
  const stream = await Stream.open(cast.columns, cast.rows, "untitled", undefined, HISTORY_ROWS);
  const frames: Frame[] = [];
  try {
    for (let first = 0; first < cast.events.length; first += BATCH) {
      const taken = cast.events.slice(first, first + BATCH).flatMap((event) => {
        if (event.kind === "output") stream.feed(event.text);
        else if (event.kind === "resize") stream.resize(event.columns, event.rows);
        return event.kind === "marker" ? [] : [stream.snapshot().then((snapshot) => ({ t: event.at, ...snapshot }))];
      });
      for (const { t, still } of await Promise.all(taken)) frames.push({ t, shown: provider.read(still).shown });
    }
  } finally {
    stream.close();
  }
  return frames;
}
