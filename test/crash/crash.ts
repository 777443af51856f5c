/**
 * `npm run crash -- [KILLS [RANDOM [AGENTS]]]`: kills the daemon KILLS times (default 20) at every named step of a
 * delivery, then RANDOM times (default 100) at any moment while AGENTS agents (default 8) write to one another, and counts
 * by the agents' own transcripts what was lost and what was given twice. The exit status is 1 where anything was.
 */
import { type Counted, CrashFleet } from "./fleet.js";

/** The steps that `Parts.passing` of the daemon is told of. */
export const POINTS = [
  "queueing",
  "queued",
  "claimed-writing",
  "claimed-written",
  "pasting",
  "pasted",
  "typed-writing",
  "typed-written",
  "entering",
  "entered",
  "submitted-writing",
  "submitted-written",
  "delivered-writing",
  "delivered-written",
] as const;

export interface Row extends Counted {
  readonly what: string;
  readonly kills: number;
}

/** Kills at one step, `kills` times, with a queue of two for each of two agents. */
export async function atStep(point: string, kills: number): Promise<Row> {
  const fleet = new CrashFleet(2);
  let died = 0;
  try {
    await fleet.begin();
    await fleet.kill();
    for (let n = 0; n < kills; n++) {
      await fleet.start(`${point}:${1 + (n % 3)}`);
      const sends = fleet.labels.flatMap((label) => [fleet.send(label), fleet.send(label)]);
      if (await fleet.dies(4_000)) died++;
      else await fleet.kill();
      await Promise.all(sends);
    }
    await fleet.start();
    await fleet.settle(120_000);
    return { what: point, kills: died, ...(await fleet.count()) };
  } finally {
    await fleet.end();
  }
}

/** Kills at any moment while the agents write to one another. */
export async function atRandom(kills: number, agents: number): Promise<Row> {
  const fleet = new CrashFleet(agents);
  let over = false;
  try {
    await fleet.begin();
    const load = fleet.labels.map(async (from, n) => {
      while (!over) {
        const to = fleet.labels[(n + 1 + Math.floor(Math.random() * (agents - 1))) % agents] ?? from;
        await fleet.send(to, from);
        await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1_500));
      }
    });
    for (let n = 0; n < kills; n++) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 1_500));
      await fleet.kill();
      await fleet.start();
    }
    over = true;
    await Promise.all(load);
    await fleet.settle(300_000);
    return { what: `any moment, ${agents} agents`, kills, ...(await fleet.count()) };
  } finally {
    over = true;
    await fleet.end();
  }
}

export function line({ what, kills, sent, lost, doubled, uncertain, failed }: Row): string {
  const cells = [kills, sent, lost.length, doubled.length, uncertain, failed].map((n) => String(n).padStart(9));
  return what.padEnd(26) + cells.join("");
}

export const HEAD =
  "killed at".padEnd(26) +
  ["kills", "sent", "lost", "doubled", "uncertain", "failed"].map((word) => word.padStart(9)).join("");
