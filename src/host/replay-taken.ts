/**
 * A recording of drover's own, played by what the daemon weighed, one thing after the other and at the times it did so.
 * Where there are bytes they say nothing here: they came before the look that saw them or after it, by as much as the machine
 * was busy. So each look brings the screen that was read, and a signal in the bytes stands among the things weighed.
 */
import { hookResponse } from "#core/output/from-hook.js";
import { REPLAY_TICK_MS, type Replay, type ReplayLine } from "#core/replay.js";
import type { Provider } from "#core/screen/reading.js";
import type { Still } from "#core/screen/still.js";
import { type Cast, sizeOf } from "./cast.js";
import { Stream, UNTITLED } from "./emulator.js";
import type { Taken, TakenIn } from "./recorded-facts.js";

export interface Playing {
  readonly cast: Cast;
  readonly provider: Provider;
  readonly replay: Replay;
  /** Shows what the recording shows. */
  readonly stream: Stream;
  readonly until: number;
  cut(text: string): readonly (Uint8Array | string)[];
  eachTick(t: number, replay: Replay): void;
}

/** A response that a hook told, and of which turn. */
export interface ToldResponse {
  readonly text: string;
  readonly turn: number;
}

interface Moment {
  readonly taken: Taken;
  readonly still: Still | null;
}

/** Stills held at once: a few MB. */
const BATCH_LOOKS = 50;
/** The emulator wants some where rows become fewer; nothing of it is read. */
const HISTORY_ROWS = 100;

/** Gives the response of the last hook that told one. */
export async function* replayTaken(
  { cast, provider, replay, stream, until, cut, eachTick }: Playing,
  { beganMs, at }: TakenIn,
): AsyncGenerator<ReplayLine, ToldResponse | null> {
  const seen = await Stream.open(cast.columns, cast.rows, UNTITLED, undefined, HISTORY_ROWS);
  let t = 0;
  let ticks = 0;
  const tickTo = (end: number): void => {
    for (; (ticks * REPLAY_TICK_MS) / 1000 < end; ticks++) eachTick((ticks * REPLAY_TICK_MS) / 1000, replay);
  };
  let told: ToldResponse | null = null;
  /** The hook that told it, until it was weighed. */
  let unweighed = "";

  function* play({ taken, still }: Moment): Generator<ReplayLine> {
    if (taken.what === "hook") {
      const { name, payload, provider: speaks = provider.name } = taken.hook;
      const text = hookResponse(speaks, name, payload);
      if (text === null) return;
      told = { text, turn: replay.believed?.turn ?? 0 };
      unweighed = `/${name}`;
      return;
    }
    const { atMs: nowMs } = taken;
    // The clock may have been set back meanwhile.
    const now = Math.max(t, (nowMs - beganMs) / 1000);
    if (replay.believed !== null) tickTo(now);
    t = now;
    if (taken.what === "begins" && replay.believed !== null) yield* replay.goOn(taken.believed, t);
    else yield* replay.step({ t, nowMs, still, facts: taken.what === "weighed" ? [taken.fact] : [] });
    if (taken.what === "weighed" && taken.fact.kind === "hook" && told !== null && unweighed !== "") {
      // Some say only what was known: they count no turn, and are not weighed.
      if (taken.fact.evidence.rule.endsWith(unweighed)) told = { text: told.text, turn: replay.believed!.turn };
      unweighed = "";
    }
    eachTick(t, replay);
  }

  try {
    let moments: Promise<Moment>[] = [];
    for (const [index, event] of cast.events.entries()) {
      if (event.at > until) break;
      if (event.kind === "output") for (const piece of cut(event.text)) stream.feed(piece);
      else if (event.kind === "resize") stream.resize(event.columns, event.rows);
      const taken = at.get(index);
      if (taken !== undefined) moments.push(look(taken, stream, seen));
      if (moments.length < BATCH_LOOKS) continue;
      for (const moment of await Promise.all(moments)) yield* play(moment);
      moments = [];
    }
    for (const moment of await Promise.all(moments)) yield* play(moment);
    tickTo(until);
    return told;
  } finally {
    seen.close();
  }
}

/** `stream` shows the recording, `seen` what was read beside its bytes. */
async function look(taken: Taken, stream: Stream, seen: Stream): Promise<Moment> {
  if (taken.what !== "looked") return { taken, still: null };
  for (const [kind, text] of taken.paint ?? []) {
    const size = kind === "r" ? sizeOf(text) : null;
    if (size !== null) seen.resize(size.columns, size.rows);
    else seen.feed(text);
  }
  const { still } = await (taken.paint === null ? stream : seen).snapshot();
  return { taken, still };
}
