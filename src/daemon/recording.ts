/**
 * Serves `drover record`: what an agent shows, what is taken in of it, what the core weighed of that, and what is decided.
 * What it shows are its own bytes where its pane could be tapped (recording-bytes.ts), and in any case each picture that was
 * read, in its place among the rest: none may be left out, since each may be what a decision stands on.
 */
import type { ServerResponse } from "node:http";
import type { Believed } from "#core/belief/believed.js";
import type { Agent } from "#core/fleet/fleet.js";
import type { Still } from "#core/screen/still.js";
import type { BeliefJson } from "#wire/record.js";
import type { Context } from "./context.js";
import { theAgent, thePane } from "./ground.js";
import { Recorder } from "./recorder.js";
import { RecordedBytes } from "./recording-bytes.js";

/**
 * Serves one recorder until it leaves or the agent is archived. `wantsBytes`: the pane may be tapped. Throws NOT_FOUND where
 * there is no such agent or tab.
 */
export async function recordAgent(
  context: Context,
  ref: string,
  drover: string,
  wantsBytes: boolean,
  response: ServerResponse,
): Promise<void> {
  const { id } = theAgent(context, ref).record;
  const bytes = wantsBytes ? await RecordedBytes.open(context, id) : null;
  let first: Still;
  let agent: Agent;
  try {
    first = await (bytes?.begin() ?? context.mux.capture(thePane(theAgent(context, id))));
    // It may be off the list by now.
    agent = theAgent(context, id);
  } catch (error) {
    bytes?.end();
    throw error;
  }
  void context.streams.watch(id, response, null, (writer) => {
    const recorder = new Recorder(context, agent, drover, writer);
    bytes?.sendTo(recorder);
    recorder.show(first);
    const ends = [
      context.facts.follow(id, (fact, still) => recorder.take(fact, still)),
      context.loop.watch(id, (now) => {
        if (now !== undefined) recorder.check(now.believed);
      }),
      context.feed.follow({
        entry(entry) {
          // What was decided before the recording began may get onto the disk only now.
          const isOurs = entry.agent === id && entry.atMs >= recorder.beganMs;
          if (!isOurs || (entry.kind !== "state" && entry.kind !== "seen")) return;
          const { to, turn, source, rule, excerpt } = entry.data as { to?: Believed["state"] } & Omit<
            BeliefJson,
            "state"
          >;
          if (to === undefined) return;
          const exit = (entry.set?.exit ?? null) as null;
          recorder.send({ fact: "believed", state: to, turn: turn ?? 0, source, rule, excerpt, exit });
        },
        bye() {
          writer.send("bye", "{}");
          writer.end();
        },
      }),
    ];
    return () => {
      for (const end of ends) end();
      bytes?.end();
    };
  });
}
