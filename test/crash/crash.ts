/** Kills a daemon at one named step, or at any moment under load, and counts what became of the mail. */
import { type Counted, CrashFleet } from "./fleet.js";
import { sceneOf, stepOf } from "./points.js";

export interface Row extends Counted {
  readonly what: string;
  readonly kills: number;
}

/** It is passed, or the machine is slow; a second time it may never be. */
const DIES_WITHIN_MS = 30_000;
const DIES_AGAIN_WITHIN_MS = 4_000;
/** Of the agents in a random round so many are reached by their program's API. */
const DOORS = 2;

const open = new Set<CrashFleet>();

/** Ends every daemon and tmux server that is under way: for a run that is broken off. */
export async function endAll(): Promise<void> {
  await Promise.allSettled([...open].map((fleet) => fleet.end()));
}

async function within<T>(fleet: CrashFleet, work: () => Promise<T>): Promise<T> {
  open.add(fleet);
  try {
    return await fleet.run(work);
  } finally {
    open.delete(fleet);
  }
}

/**
 * Kills at one step, `kills` times: mostly where it is passed for the first time, with queues also for the second. `told`
 * is called for each kill. Throws TmuxCrashed.
 */
export function atStep(point: string, kills: number, told: () => void = () => {}): Promise<Row> {
  const scene = sceneOf(point);
  const fleet = new CrashFleet(scene.crew);
  const hasQueues = fleet.labels.length > 1;
  return within(fleet, async () => {
    let died = 0;
    await fleet.begin();
    await fleet.kill();
    for (let n = 0; died < kills && n < 2 * kills; n++) {
      const isSecond = hasQueues && n % 3 === 2;
      await fleet.start(`${stepOf(point)}:${isSecond ? 2 : 1}`);
      const played = scene.play(fleet);
      if (await fleet.dies(scene.limitMs ?? (isSecond ? DIES_AGAIN_WITHIN_MS : DIES_WITHIN_MS))) {
        died++;
        told();
      } else await fleet.kill();
      await played;
    }
    await fleet.start();
    await fleet.settle(120_000);
    return { what: point, kills: died, ...(await fleet.count()) };
  });
}

/**
 * Kills at any moment while the agents write to one another, and tasks of one of them end. `told` is called for each kill.
 * Throws TmuxCrashed.
 */
export function atRandom(kills: number, agents: number, told: () => void = () => {}): Promise<Row> {
  const doors = Math.min(DOORS, agents - 1);
  const fleet = new CrashFleet({ agents: agents - doors, doors, parent: "p" });
  let over = false;
  return within(fleet, async () => {
    await fleet.begin();
    const load = fleet.labels.map(async (from, n) => {
      while (!over) {
        const to = fleet.labels[(n + 1 + Math.floor(Math.random() * (agents - 1))) % agents] ?? from;
        await fleet.send(to, { from });
        await pause(500 + Math.random() * 1_500);
      }
    });
    const tasks = async (): Promise<void> => {
      while (!over) {
        await fleet.endTask("p");
        await pause(500 + Math.random() * 1_500);
      }
    };
    const loading = Promise.all([...load, tasks()]);
    // Where the round is broken off, nobody waits for it.
    loading.catch(() => {});
    for (let n = 0; n < kills; n++) {
      await pause(50 + Math.random() * 900);
      await fleet.kill();
      told();
      await fleet.start();
    }
    over = true;
    await loading;
    await fleet.settle(300_000);
    return { what: `any moment, ${agents} agents`, kills, ...(await fleet.count()) };
  }).finally(() => {
    over = true;
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const COLUMNS = ["kills", "sent", "lost", "doubled", "uncertain", "failed", "again"] as const;

export function line(row: Row): string {
  const { kills, sent, lost, doubled, uncertain, failed, again } = row;
  const cells = [kills, sent, lost.length, doubled.length, uncertain, failed, again];
  return row.what.padEnd(26) + cells.map((n) => String(n).padStart(10)).join("");
}

export const HEAD = "killed at".padEnd(26) + COLUMNS.map((word) => word.padStart(10)).join("");

/** Rounds of one kind, as one row. */
export function summed(what: string, rows: readonly Row[]): Row {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    what,
    kills: sum(({ kills }) => kills),
    sent: sum(({ sent }) => sent),
    lost: rows.flatMap(({ lost }) => lost),
    doubled: rows.flatMap(({ doubled }) => doubled),
    uncertain: sum(({ uncertain }) => uncertain),
    failed: sum(({ failed }) => failed),
    again: sum(({ again }) => again),
    why: rows.flatMap(({ why }) => why),
  };
}
