/** An answer to those who read along while it is written, until its turn ends. */
import type { ServerResponse } from "node:http";
import { isOpen } from "#core/belief/believed.js";
import type { Agent } from "#core/fleet/fleet.js";
import { answerRows, type TranscriptShape, transcriptRows } from "#core/output/extract.js";
import { ReadingAlong } from "#core/output/reading-along.js";
import { shapes } from "#core/output/shapes.js";
import type { Still } from "#core/screen/still.js";
import type { LinesJson } from "#wire/output.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { thePane, theProvider } from "./ground.js";
import { lastOutput } from "./output.js";
import { SseWriter } from "./sse.js";

/** `whole`: every row of the screen rather than the answer's. Serves one reader until the turn ends or the reader leaves. */
export async function followOutput(
  context: Context,
  agent: Agent,
  response: ServerResponse,
  whole: boolean,
): Promise<void> {
  const { id } = agent.record;
  const { loop, mux, streams, log } = context;
  const writer = new SseWriter(response, context.clock);
  const shape = theProvider(context, agent).shape ?? shapes.get(agent.record.provider);
  const along = new ReadingAlong();
  const show = (still: Still, last: boolean): void => {
    const rows = shape === undefined || whole ? allRows(shape, still) : answerRows(shape, still);
    const lines = along.next(rows, last);
    if (lines.length > 0) writer.send("lines", JSON.stringify({ lines } satisfies LinesJson));
  };
  try {
    if (isOpen(agent.believed)) {
      show(await mux.capture(thePane(agent)), false);
      const unfollow = streams.follow(id, (still) => {
        // A reader that is slow misses pictures, and with them lines: it is told so.
        if (writer.ready) show(still, false);
      });
      const turn = agent.believed.turn;
      await Promise.race([
        new Promise<void>((resolve) => {
          const over = (now: Agent | undefined): boolean =>
            now === undefined || !isOpen(now.believed) || now.believed.turn !== turn;
          const unwatch = loop.watch(id, (now) => {
            if (!over(now)) return;
            unwatch();
            resolve();
          });
          void writer.gone.then(unwatch);
          if (over(loop.fleet.agents.get(id))) {
            unwatch();
            resolve();
          }
        }),
        writer.gone,
      ]);
      unfollow();
      const pane = loop.fleet.agents.get(id)?.pane ?? null;
      if (writer.open && pane !== null) show(await mux.capture(pane), true);
    }
    const now = loop.fleet.agents.get(id);
    if (writer.open && now !== undefined) {
      writer.send("end", JSON.stringify(await lastOutput(context, now)));
      await loop.ask({ ask: "seen", id });
    }
  } catch (error) {
    log.info("an answer could not be followed to its end", { agent: id, code: asFault(error).code });
  }
  writer.end();
}

/** What the screen shows but for the composer and its footer, where those can be told apart. */
function allRows(shape: TranscriptShape | undefined, still: Still): string[] {
  const rows = shape === undefined ? still.rows : transcriptRows(shape, still);
  return rows.map((row) => row.text);
}
