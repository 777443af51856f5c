/**
 * The final response of an agent's last turn (SPEC §5), from the best source that has it: what its hook handed over, its
 * transcript, its screen with as much history as it takes.
 */

import { isOpen } from "#core/belief/believed.js";
import { Fault } from "#core/fault.js";
import type { Agent } from "#core/fleet/fleet.js";
import type { PaneId } from "#core/model.js";
import type { TranscriptShape } from "#core/output/extract.js";
import { type Asked, FETCH_STEPS, type Past, screenOutput } from "#core/output/from-screen.js";
import { complete, NO_TEXT, none, type Output } from "#core/output/output.js";
import { shapes } from "#core/output/shapes.js";
import type { WrittenTurn } from "#core/output/transcript.js";
import type { Row } from "#core/screen/still.js";
import { lastWrittenTurns } from "#host/transcripts.js";
import type { Multiplexer } from "#tmux/multiplexer.js";
import type { Context } from "./context.js";
import { theProvider } from "./ground.js";
import { transcriptOf } from "./transcripts.js";

/** A history that moves while it is read is read again, but not for ever. */
const TRIES = 4;
/** A transcript's clock is the program's own; its first line may be written a little before the turn is seen. */
const CLOCK_SLACK_MS = 10_000;

/** Never throws for what a source lacks: the next one is asked, and the last one says `none` and why. */
export async function lastOutput(context: Context, agent: Agent): Promise<Output> {
  const { record, believed } = agent;
  const underWay = isOpen(believed);
  const turn = underWay ? believed.turn - 1 : believed.turn;
  const { response } = await context.told.of(record.id);
  if (response !== null && response.turn === turn && turn > 0) {
    const { text, source = "hook" } = response;
    return text === "" ? none(NO_TEXT, source, turn) : complete(text, source, turn);
  }
  const written = await writtenTurn(context, agent, underWay);
  if (written?.ended) return fromTranscript(written, turn);
  const shown = await fromScreen(context, agent, turn, underWay);
  if (shown.kind === "complete" || written === null || written.text === null) return shown;
  return fromTranscript(written, turn);
}

function fromTranscript({ text, why }: WrittenTurn, turn: number): Output {
  if (why !== null) return none(why, "transcript", turn);
  return text === null ? none(NO_TEXT, "transcript", turn) : complete(text, "transcript", turn);
}

/** The turn as its program wrote it down; null where that cannot be known to be the one that is meant. */
async function writtenTurn(context: Context, agent: Agent, underWay: boolean): Promise<WrittenTurn | null> {
  const { id, provider } = agent.record;
  const path = await transcriptOf(context, agent);
  if (path === null) return null;
  const turns = await lastWrittenTurns(provider, path, underWay ? 2 : 1);
  const began = context.turnStarts.of(id, agent.believed.turn)?.atMs ?? null;
  const newest = turns.at(-1);
  // Its newest turn began before the one that is meant: that one is not written down yet.
  const stale = newest?.beganAtMs != null && began !== null && newest.beganAtMs < began - CLOCK_SLACK_MS;
  if (!underWay) return stale ? null : (newest ?? null);
  return (stale ? newest : turns.at(-2)) ?? null;
}

async function fromScreen(context: Context, agent: Agent, turn: number, underWay: boolean): Promise<Output> {
  const { label, state, provider } = agent.record;
  if (agent.pane === null) return none(`${label} is ${state}: its screen is gone`, "screen", turn);
  const shape = theProvider(context, agent).shape ?? shapes.get(provider);
  if (shape === undefined) {
    return none(`answers of ${theProvider(context, agent).title} cannot be told from the rest`, "screen", turn);
  }
  const sizeAtStart = context.turnStarts.of(agent.record.id, turn)?.historyRows ?? null;
  return screenResponse(context.mux, agent.pane, shape, { turn, underWay }, sizeAtStart);
}

/** From the pane's screen and as much of its history as it takes. `sizeAtStart`: the history's size when the turn began. */
export async function screenResponse(
  mux: Multiplexer,
  pane: PaneId,
  shape: TranscriptShape,
  asked: Asked,
  sizeAtStart: number | null,
): Promise<Output> {
  for (let tries = 1; ; tries++) {
    const output = await attempt(mux, pane, shape, asked, sizeAtStart, tries >= TRIES);
    if (output !== null) return output;
  }
}

/** Null where the history moved while it was read. */
async function attempt(
  mux: Multiplexer,
  pane: PaneId,
  shape: TranscriptShape,
  asked: Asked,
  sizeAtStart: number | null,
  lenient: boolean,
): Promise<Output | null> {
  const { size, limit } = await mux.extent(pane);
  const still = await mux.capture(pane);
  let rows: Row[] = [];
  // Where the turn's first row is known, all of it is fetched at once; a few rows more hold its prompt.
  const known = sizeAtStart === null || sizeAtStart > size ? [] : [size - sizeAtStart + still.rows.length];
  for (const step of [0, ...known, ...FETCH_STEPS]) {
    const wanted = Math.min(step, size);
    if (wanted > rows.length) {
      const older = await mux.pastRows(pane, rows.length, wanted - rows.length, (text, above) => {
        return shape.needsStyle?.(text, above) ?? true;
      });
      if (older.size !== size && !lenient) return null;
      rows = older.rows.concat(rows);
    } else if (step > 0 && rows.length < size) continue;
    const past: Past = { rows, size, limit, sizeAtStart };
    const output = screenOutput(shape, still, past, asked);
    if (output !== null) return output;
    if (rows.length >= size || still.alternate) break;
  }
  // Lenient, and rows were lost between two looks: what is there, as far as it goes.
  const output = screenOutput(shape, still, { rows, size: rows.length, limit, sizeAtStart: null }, asked);
  if (output === null) throw new Fault("INTERNAL", "the history could not be read");
  return output;
}
