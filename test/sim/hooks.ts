/**
 * The hooks of simulated agents: a script as bin/drover-hook is, that may be slow, killed, or left without an answer, and
 * the spool in which it leaves what no daemon took.
 */
import { hear } from "#daemon/hooks.js";
import { emptySpool } from "#daemon/spool.js";
import type { Spool, ToldHook } from "#daemon/told-hook.js";
import type { Life } from "./life.js";
import type { Program } from "./machine.js";
import type { World } from "./world.js";

export type Reply = Readonly<Record<string, unknown>>;

/** So long the script waits for its answer. */
const ANSWER_LIMIT_MS = 900;
/** So long a machine may keep it from asking at all. */
const HELD_UP_MS = 9_000;

export class Hooks {
  readonly #world: World;
  #left: ToldHook[] = [];
  /** What waits for an answer of the daemon that lives: called when it dies. */
  readonly #asking = new Set<() => void>();
  /** Which launch of its agent sent an event, by its token. */
  readonly launches = new Map<string, number | null>();
  /** Programs that told of a failure when that was over: to drover they have failed until somebody has them try again. */
  readonly failedLate = new Set<Program>();
  #tokens = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** As one daemon reads it: what it had taken in when it died lies there still. */
  spool(life: Life): Spool {
    return {
      empty: async (take) => {
        const some = [...this.#left];
        for (const told of some) {
          this.#world.say(`spool: ${told.event} of ${told.id.slice(-3)}`);
          await take(told).catch(() => {});
          if (!life.alive) return new Promise(() => {});
          this.#left = this.#left.filter((one) => one !== told);
        }
        return some.length;
      },
    };
  }

  died(): void {
    for (const lost of [...this.#asking]) lost();
  }

  /** An agent's program runs its script for an event; `done` is told what that printed, or null. */
  run(program: Program, event: string, payload: Reply, done: (printed: Reply | null) => void): void {
    const { chance, clock, faulty } = this.#world;
    const { agent, incarnation } = program;
    const isHeldUp = faulty && chance.flip(0.02);
    if (isHeldUp) this.#world.story.heldUp?.(this.#world, program);
    const slowMs = isHeldUp
      ? chance.below(HELD_UP_MS)
      : faulty && chance.flip(0.1)
        ? chance.below(700)
        : chance.below(20);
    const told: ToldHook = {
      ...{ provider: "rehearsal", event, id: agent ?? "", incarnation: String(incarnation ?? "") },
      ...{ pane: "", tmux: "", token: `t${++this.#tokens}`, payload },
    };
    this.launches.set(told.token, incarnation);
    clock.wake(clock.now() + slowMs, () => {
      if (event === "StopFailure" && program.screen.shown !== "error") this.failedLate.add(program);
      this.#tell(told, (reply) => {
        if (reply === null) this.#leave(told);
        if (reply === null || Object.keys(reply).length === 0) done(null);
        else this.#print(program, told, reply, done);
      });
    });
  }

  #print(program: Program, told: ToldHook, reply: Reply, done: (printed: Reply | null) => void): void {
    const world = this.#world;
    const { chance, clock } = world;
    // Whoever interrupts the turn ends its hooks as well, and nobody reads what is printed for a program that is gone.
    const isKilled = world.faulty && chance.flip(0.06);
    if (isKilled || !world.lives(program) || program.screen.shown !== "working") {
      world.say(`${program.pid}'s hook is killed before it prints`);
      done(null);
      return;
    }
    world.family.printed(program, String(reply.reason ?? ""));
    world.story.prints?.(world, program);
    if (world.faulty && chance.flip(0.08)) {
      world.say(`${program.pid}'s hook is killed after it printed`);
      done(reply);
      return;
    }
    const slowMs = world.faulty && chance.flip(0.1) ? chance.below(3_000) : chance.below(20);
    clock.wake(clock.now() + slowMs, () => {
      const token = `${told.token}.p`;
      const said: ToldHook = { ...told, event: "DroverPrinted", token, payload: { printed: told.token } };
      this.#tell(said, (heard) => {
        if (heard === null) this.#leave(said);
        done(reply);
      });
    });
  }

  /** Null where no daemon answered. */
  #tell(told: ToldHook, answered: (reply: Reply | null) => void): void {
    const { life, faulty, chance, clock } = this.#world;
    const context = life?.daemon?.context;
    if (life === null || context === undefined) {
      answered(null);
      return;
    }
    const end = (reply: Reply | null): void => {
      if (!this.#asking.delete(lost)) return;
      answered(reply);
    };
    const lost = (): void => end(null);
    this.#asking.add(lost);
    clock.wake(clock.now() + ANSWER_LIMIT_MS, lost);
    const isLost = faulty && chance.flip(0.05);
    const asking = async (): Promise<Reply> => {
      if (this.#left.length > 0) await emptySpool(context);
      return (await hear(context, told, true)).reply;
    };
    asking().then(
      (reply) => life.alive && !isLost && end(reply),
      () => life.alive && end({}),
    );
    if (told.event === "Stop") this.#world.story.asks?.(this.#world, told);
  }

  #leave(told: ToldHook): void {
    this.#world.say(`${told.event} of ${told.id.slice(-3)} is left in the spool`);
    this.#left.push({ ...told, leftAtMs: this.#world.clock.now() });
  }
}
