/** Every step at which the daemon is killed, by the scene that passes it. */
import type { CrashFleet, Crew } from "./fleet.js";

export interface Scene {
  readonly crew: Crew;
  /** Steps that others pass as well are named with this before them. */
  readonly of?: string;
  /** How long its first passing may take. */
  readonly limitMs?: number;
  readonly points: readonly string[];
  /** Sets off what passes them; resolves when nothing more is to be asked. */
  play(fleet: CrashFleet): Promise<unknown>;
}

/** What the daemon calls a step. */
export const stepOf = (point: string): string => point.slice(point.indexOf(":") + 1);

const each = (steps: readonly string[]): string[] => steps.flatMap((step) => [`${step}-writing`, `${step}-written`]);

const SCENES: readonly Scene[] = [
  {
    crew: { agents: 2 },
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
    // Prompts that are handed to a program's API.
    crew: { doors: 2 },
    of: "door",
    points: ["looking", ...each(["claimed"]), "handing", "handing-sent", "handed", ...each(["delivered"])],
    play: (fleet) => Promise.all(fleet.labels.flatMap((label) => [fleet.send(label), fleet.send(label)])),
  },
  {
    // A parent at work, whose tasks end meanwhile.
    crew: { parent: "p" },
    points: [...each(["completion", "stop-hook-claim"]), "stop-hook-answering"],
    async play(fleet) {
      await fleet.send("p", { text: "busy" });
      await Promise.all([fleet.endTask("p"), fleet.endTask("p")]);
    },
  },
  {
    // A parent at rest.
    crew: { parent: "p" },
    points: ["waking", ...each(["wake-claim"])],
    play: (fleet) => Promise.all([fleet.endTask("p"), fleet.endTask("p")]),
  },
  {
    crew: { parent: "q" },
    points: each(["drain-claim", "ack"]),
    async play(fleet) {
      await Promise.all([fleet.endTask("q"), fleet.endTask("q")]);
      await fleet.drain("q");
    },
  },
  {
    // Taken and never acknowledged: it comes back when its lease is over.
    crew: { parent: "q" },
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
    crew: { agents: 1 },
    points: ["removing", "removed", ...each(["dead"]), "sweeping", "swept"],
    play: (fleet) => fleet.removeOne(),
  },
];

const named = ({ of, points }: Scene): string[] => points.map((point) => (of === undefined ? point : `${of}:${point}`));

export const POINTS: readonly string[] = SCENES.flatMap(named);

/** Whose step it is. Throws for one that is none. */
export function sceneOf(point: string): Scene {
  const scene = SCENES.find((one) => named(one).includes(point));
  if (scene === undefined) throw new Error(`there is no step "${point}"`);
  return scene;
}
