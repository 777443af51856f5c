/**
 * One daemon's life on the machine: the real daemon on a clock, a disk and a link to tmux that end with it. Between any
 * two effects it may die; then nothing that was on its way reaches it, and what it had sent may or may not happen.
 */
import { type Daemon, startDaemon } from "#daemon/daemon.js";
import type { Clock } from "#host/clock.js";
import { silentLog } from "#host/log.js";
import { practice } from "../daemon/practice.js";
import { Disk } from "./disk.js";
import { Link } from "./link.js";
import { HOME } from "./machine.js";
import type { World } from "./world.js";

const PROVIDERS = new Map([[practice.name, practice]]);

export class Life {
  readonly world: World;
  readonly clock: Clock;
  readonly link: Link;
  daemon: Daemon | null = null;
  alive = true;
  readonly #doneAtMs = { commit: 0, tmux: 0 };
  #lost = false;

  constructor(world: World) {
    this.world = world;
    this.clock = {
      now: () => world.clock.now(),
      wake: (atMs, call) => world.clock.wake(atMs, () => this.alive && call()),
    };
    this.link = new Link(this);
    const store = new Disk(world.kept, this, (commit) => {
      world.checker.written(commit);
      world.mail.written(commit);
      world.family.written(commit);
    });
    void startDaemon({
      store,
      mux: this.link,
      clock: this.clock,
      dice: world.chance,
      log: silentLog,
      providers: PROVIDERS,
      home: HOME,
      identity: { pid: 1, version: "0.0.0", owner: "persistent" },
      socket: "/simulated",
      path: "/bin",
      spool: world.hooks.spool(this),
      shutdown() {},
    }).then((daemon) => {
      if (this.alive) this.daemon = daemon;
    });
  }

  die(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.daemon = null;
    this.world.say(`daemon dies ${why}`);
    this.world.died();
  }

  /**
   * Carries an effect out: it travels, happens, and its answer travels back, each in the order of asking. `happen` is done
   * in one piece.
   */
  op<T>(channel: "commit" | "tmux", what: string, happen: () => T | Promise<T>): Promise<T> {
    const { world } = this;
    return new Promise((resolve, reject) => {
      if (!this.alive) return;
      this.#mayDie(`before "${what}"`);
      const atMs = this.#after(channel, world.faulty && world.chance.flip(0.05) ? 400 : 8);
      world.clock.wake(atMs, async () => {
        // The store's lock: nothing of a daemon that died is written once another has it open.
        if (!this.alive && (channel === "commit" ? this.#isLost() : world.chance.flip(0.5))) return;
        let answer: () => void;
        try {
          const value = await happen();
          world.say(`  ${what}${this.alive ? "" : " (sent by the dead)"}`);
          answer = () => resolve(value);
        } catch (error) {
          world.say(`  ${what} FAILS: ${(error as Error).message}`);
          answer = () => reject(error);
        }
        this.#mayDie(`after "${what}"`);
        world.clock.wake(this.#after(channel, 4), () => this.alive && answer());
      });
    });
  }

  /** A dead daemon's commit; one of them is lost with all behind it, for the store writes them in order. */
  #isLost(): boolean {
    this.#lost ||= this.world.life !== null || this.world.chance.flip(0.5);
    return this.#lost;
  }

  #mayDie(when: string): void {
    if (this.world.faulty && this.world.chance.flip(0.004)) this.die(when);
  }

  #after(channel: "commit" | "tmux", mostMs: number): number {
    const { clock, chance } = this.world;
    this.#doneAtMs[channel] = Math.max(this.#doneAtMs[channel], clock.now() + chance.below(mostMs));
    return this.#doneAtMs[channel];
  }
}
