/** Everything of one seed: the machine, the disk that outlives daemons, the daemon that lives just now, and the trace. */
import type { AgentId, Exit } from "#core/model.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { Chance } from "./chance.js";
import { Checker } from "./checker.js";
import { Life } from "./life.js";
import { Machine, type Pane } from "./machine.js";

/** A Friday; the hour means nothing. */
const START_MS = 1_700_000_000_000;

export class World {
  readonly chance: Chance;
  readonly clock = new ManualClock(START_MS);
  readonly machine = new Machine();
  readonly kept = new MemoryStore();
  readonly checker: Checker;
  readonly trace: string[] = [];
  /** While set, effects fail and daemons die. */
  faulty = true;
  life: Life | null = null;
  deaths = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
    this.checker = new Checker(this);
  }

  say(line: string): void {
    this.trace.push(`${String(this.clock.now() - START_MS).padStart(6)} ${line}`);
  }

  daemon(): void {
    if (this.life !== null) return;
    this.say("daemon starts");
    this.life = new Life(this);
  }

  /** Another daemon comes, as every face starts one where none answers. */
  died(): void {
    this.life = null;
    this.deaths++;
    this.clock.wake(this.clock.now() + this.chance.between(1, 3_000), () => this.daemon());
  }

  /** A program was started in the pane: it heeds `/quit`. */
  begun(pane: Pane): void {
    const { program } = pane;
    program.screen.quit = () => {
      if (pane.program === program) this.end(pane, { code: 0, signal: null });
    };
  }

  /** The pane's program ends; tmux may take a moment to know with what. */
  end(pane: Pane, exit: Exit): void {
    this.say(`${pane.id} ends ${exit.code ?? exit.signal}`);
    this.machine.end(pane, exit, this.clock.now() + (this.chance.flip(0.3) ? this.chance.below(300) : 0));
    this.life?.link.nudge();
  }

  /** What the store holds of an agent, read at once. */
  async record(id: AgentId) {
    return this.kept.agent(id);
  }
}
