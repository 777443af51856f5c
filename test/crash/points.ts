/** Every step at which the daemon is killed, by the scene that passes it. */
import type { CrashFleet } from "./fleet.js";

export interface Scene {
  /** Agents a1, a2 …, and whether p is there, the parent with hooks, or q, the parent that pulls. */
  readonly agents: number;
  readonly parent?: "p" | "q";
  /** How long its first passing may take. */
  readonly limitMs?: number;
  readonly points: readonly string[];
  /** Sets off what passes them; resolves when nothing more is to be asked. */
  play(fleet: CrashFleet): Promise<unknown>;
}

const each = (steps: readonly string[]): string[] => steps.flatMap((step) => [`${step}-writing`, `${step}-written`]);

export const SCENES: readonly Scene[] = [
  {
    agents: 2,
    points: [
      "queueing",
      "queued",
      "looking",
      ...each(["claimed", "typed", "submitted", "delivered"]),
      "pasting",
      "pasted",
      "entering",
      "entered",
    ],
    play: (fleet) => Promise.all(fleet.labels.flatMap((label) => [fleet.send(label), fleet.send(label)])),
  },
  {
    // A parent at work, whose tasks end meanwhile.
    agents: 0,
    parent: "p",
    points: [...each(["completion", "stop-hook-claim"]), "stop-hook-answering"],
    async play(fleet) {
      await fleet.send("p", { text: "busy" });
      await Promise.all([fleet.endTask("p"), fleet.endTask("p")]);
    },
  },
  {
    // A parent at rest.
    agents: 0,
    parent: "p",
    points: ["waking", ...each(["wake-claim"])],
    play: (fleet) => Promise.all([fleet.endTask("p"), fleet.endTask("p")]),
  },
  {
    agents: 0,
    parent: "q",
    points: each(["drain-claim", "ack"]),
    async play(fleet) {
      await Promise.all([fleet.endTask("q"), fleet.endTask("q")]);
      await fleet.drain("q");
    },
  },
  {
    // Taken and never acknowledged: it comes back when its lease is over.
    agents: 0,
    parent: "q",
    limitMs: 40_000,
    points: each(["return"]),
    async play(fleet) {
      // What came back is taken for good: after five times in vain it would be given up.
      await fleet.drain("q");
      await fleet.endTask("q");
      await fleet.drain("q", false);
    },
  },
  {
    agents: 1,
    points: ["removing", "removed", ...each(["dead"]), "sweeping", "swept"],
    play: (fleet) => fleet.removeOne(),
  },
];

export const POINTS: readonly string[] = SCENES.flatMap(({ points }) => points);
