/** A recording, played to a provider's reader at the daemon's own pace, without waiting for any of it. */
import { type HookPayload, type HookReport, hookReport } from "#core/screen/hook-meanings.js";
import type { Provider } from "#core/screen/reading.js";
import { REPLAY_TICK_MS, Replay, type ReplayLine } from "#core/screen/replay.js";
import type { Cast } from "./cast.js";
import { Stream } from "./emulator.js";

export interface ReplayOptions {
  /** Also take what only the bytes hold (OSC 7501). */
  readonly raw?: boolean;
  /** Also take these hook events; `t` in seconds of the recording, in order. */
  readonly hookEvents?: readonly { readonly t: number; readonly name: string; readonly payload: HookPayload }[];
  /** Go on to this second of the recording; by default two seconds past its last event. */
  readonly until?: number;
  /** Called after each tick. */
  readonly eachTick?: (t: number, replay: Replay) => void;
  /** Cut every output event into pieces of so many characters; for tests. */
  readonly pieces?: number;
}

/** What a terminal is called before its program names it. tmux shows the host's name, never nothing. */
const UNTITLED = "untitled";

/** Stills held at once: five seconds of a recording, a few MB. */
const BATCH_TICKS = 50;

/** The lines of `drover replay`, in order of time. */
export async function* replayCast(
  cast: Cast,
  provider: Provider,
  options: ReplayOptions = {},
): AsyncGenerator<ReplayLine> {
  const stream = await Stream.open(cast.columns, cast.rows, UNTITLED);
  const replay = new Replay(provider);
  const until = options.until ?? (cast.events.at(-1)?.at ?? 0) + 2;
  const pending = [...(options.hookEvents ?? [])];
  let next = 0;
  try {
    // Parsing is queued for many ticks at once: the emulator hands control back between writes that are waited for.
    const ticks = Math.floor((until * 1000) / REPLAY_TICK_MS + 1e-6);
    for (let first = 0; first <= ticks; first += BATCH_TICKS) {
      const moments = [];
      for (let tick = first; tick <= Math.min(ticks, first + BATCH_TICKS - 1); tick++) {
        const t = (tick * REPLAY_TICK_MS) / 1000;
        for (let event = cast.events[next]; event !== undefined && event.at <= t; event = cast.events[++next]) {
          if (event.kind === "output") for (const piece of cut(event.text, options.pieces)) stream.feed(piece);
          else if (event.kind === "resize") stream.resize(event.columns, event.rows);
        }
        moments.push(stream.snapshot().then(({ still, signals }) => ({ t, still, signals })));
      }
      for (const { t, still, signals } of await Promise.all(moments)) {
        const hooks: HookReport[] = [];
        while (pending[0] !== undefined && pending[0].t <= t) {
          const { name, payload } = pending.shift()!;
          const report = hookReport(provider.name, name, payload);
          if (report !== null) hooks.push(report);
        }
        yield* replay.step({ t, still, hooks, signals: options.raw ? signals : [] });
        options.eachTick?.(t, replay);
      }
    }
  } finally {
    stream.close();
  }
}

function cut(text: string, size: number | undefined): string[] {
  if (size === undefined) return [text];
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
