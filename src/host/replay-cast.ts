/**
 * A recording, played to a provider's reader without waiting for any of it: at the daemon's own pace, or where the daemon
 * recorded what it weighed by that alone (replay-taken.ts).
 */
import { isOpen } from "#core/belief/believed.js";
import { hookResponse } from "#core/output/from-hook.js";
import { screenOutput } from "#core/output/from-screen.js";
import { complete, NO_TEXT, none, type Output } from "#core/output/output.js";
import { shapes } from "#core/output/shapes.js";
import { REPLAY_TICK_MS, Replay, type ReplayEnd, type ReplayLine } from "#core/replay.js";
import { type HookReport, hookReport } from "#core/screen/hook-meanings.js";
import type { Provider } from "#core/screen/reading.js";
import { SignalScanner } from "#core/screen/signals.js";
import type { Still } from "#core/screen/still.js";
import type { Cast } from "./cast.js";
import { Stream, UNTITLED } from "./emulator.js";
import { isLook, type RecordedHook, recordedFacts, takenIn } from "./recorded-facts.js";
import { type Playing, replayTaken, type ToldResponse } from "./replay-taken.js";

/** What is taken of a recording, and how. */
export interface ReplayOptions {
  /** Also take what only the bytes hold (OSC 7501, notices); by default where drover recorded them, and so took them itself. */
  readonly raw?: boolean;
  /** Also take these hook events rather than those that a recording of drover's own holds; `t` in seconds of the recording, in order. */
  readonly hookEvents?: readonly RecordedHook[];
  /** Go on to this second of the recording; by default two seconds past its last event. */
  readonly until?: number;
  /** Called after each tick. */
  readonly eachTick?: (t: number, replay: Replay) => void;
  /** Cut the output into pieces of these sizes in bytes, one after the other and again from the first; for tests. */
  readonly pieces?: readonly number[];
}

interface Looked {
  readonly t: number;
  readonly still: Still;
  readonly signals: Awaited<ReturnType<Stream["snapshot"]>>["signals"];
}

/** Stills held at once: five seconds of a recording, a few MB. */
const BATCH_TICKS = 50;

/** What drover gives the sessions it makes: a recording's terminal keeps as much. */
const HISTORY_ROWS = 10_000;

/** The lines of `drover replay`, in order of time; the last one is the final response. */
export async function* replayCast(
  cast: Cast,
  provider: Provider,
  options: ReplayOptions = {},
): AsyncGenerator<ReplayLine | ReplayEnd> {
  const stream = await Stream.open(cast.columns, cast.rows, UNTITLED, undefined, HISTORY_ROWS);
  // Other hook events than those that were heard would have led elsewhere.
  const weighed = options.hookEvents === undefined ? takenIn(cast) : null;
  const replay = new Replay(provider, weighed?.begins ?? recordedFacts(cast).begins);
  const playing: Playing = {
    cast,
    provider,
    replay,
    stream,
    cut: cutter(options.pieces ?? []),
    until: options.until ?? (cast.events.at(-1)?.at ?? 0) + 2,
    eachTick: options.eachTick ?? (() => {}),
  };
  try {
    const told = yield* weighed === null ? replayAtPace(playing, options) : replayTaken(playing, weighed);
    const { kind, text, source } = await lastOutput(stream, provider, replay, told);
    yield { last: { kind, text, source } };
  } finally {
    stream.close();
  }
}

/** Looks as often as the daemon would; gives the response of the last hook that told one. */
async function* replayAtPace(
  { cast, provider, replay, stream, cut, until, eachTick }: Playing,
  options: ReplayOptions,
): AsyncGenerator<ReplayLine, ToldResponse | null> {
  const recorded = recordedFacts(cast);
  const takesSignals = options.raw || (recorded.begins !== null && cast.raw);
  const pictures = recorded.begins !== null && !cast.raw;
  const scanner = new SignalScanner();
  const pending = [...(options.hookEvents ?? recorded.hookEvents)];
  const others = [...recorded.others];
  let next = 0;
  let told: ToldResponse | null = null;
  // Parsing is queued for many ticks at once: the emulator hands control back between writes that are waited for.
  const ticks = Math.floor((until * 1000) / REPLAY_TICK_MS + 1e-6);
  for (let first = 0; first <= ticks; first += BATCH_TICKS) {
    const moments: Promise<Looked>[] = [];
    const look = (t: number) => {
      moments.push(stream.snapshot().then(({ still, signals }) => ({ t, still, signals })));
    };
    for (let tick = first; tick <= Math.min(ticks, first + BATCH_TICKS - 1); tick++) {
      const t = (tick * REPLAY_TICK_MS) / 1000;
      for (let event = cast.events[next]; event !== undefined && event.at <= t; event = cast.events[++next]) {
        if (event.kind === "output") {
          for (const piece of cut(event.text)) stream.feed(piece);
          // Each picture of drover's own is one that the daemon looked at; a signal was taken when it came.
          if (pictures || (takesSignals && recorded.begins !== null && scanner.push(event.text).length > 0))
            look(event.at);
        } else if (event.kind === "marker") {
          if (isLook(event.text)) look(event.at);
        } else if (event.kind === "resize") stream.resize(event.columns, event.rows);
      }
      look(t);
    }
    for (const { t, still, signals } of await Promise.all(moments)) {
      const hooks: HookReport[] = [];
      let response: string | null = null;
      while (pending[0] !== undefined && pending[0].t <= t) {
        const { name, payload, provider: speaks = provider.name } = pending.shift()!;
        const report = hookReport(speaks, name, payload);
        response = hookResponse(speaks, name, payload) ?? response;
        if (report !== null) hooks.push(report);
      }
      const facts = [];
      while (others[0] !== undefined && others[0].t <= t) facts.push(others.shift()!.fact);
      yield* replay.step({ t, still, hooks, signals: takesSignals ? signals : [], facts });
      if (response !== null) told = { text: response, turn: replay.believed!.turn };
      eachTick(t, replay);
    }
  }
  return told;
}

/** From the hook that told of the turn's end, else from the screen and what scrolled off it. */
async function lastOutput(
  stream: Stream,
  provider: Provider,
  replay: Replay,
  told: ToldResponse | null,
): Promise<Output> {
  const believed = replay.believed!;
  const underWay = isOpen(believed);
  const turn = underWay ? believed.turn - 1 : believed.turn;
  if (told !== null && told.turn === turn) {
    return told.text === "" ? none(NO_TEXT, "hook", turn) : complete(told.text, "hook", turn);
  }
  const shape = provider.shape ?? shapes.get(provider.name);
  if (shape === undefined) return none(`${provider.title} has no answers to tell from the rest`, "screen", turn);
  const { still } = await stream.snapshot();
  const rows = await stream.history(HISTORY_ROWS);
  const past = { rows, size: rows.length, limit: HISTORY_ROWS, sizeAtStart: null };
  return screenOutput(shape, still, past, { turn, underWay })!;
}

/** Cuts what follows one another as one stream of bytes, so that a cut may fall into a character or a sequence. */
function cutter(sizes: readonly number[]): (text: string) => readonly (Uint8Array | string)[] {
  let turn = 0;
  let rest = sizes[0] ?? 0;
  return (text) => {
    if (rest === 0) return [text];
    const bytes = Buffer.from(text);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + rest);
      pieces.push(piece);
      at += piece.length;
      rest -= piece.length;
      if (rest === 0) rest = sizes[++turn % sizes.length]!;
    }
    return pieces;
  };
}
