/** Everything of one seed: the machine, the disk that outlives daemons, the daemon that lives just now, and the trace. */
import type { AgentId, Exit } from "#core/model.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { SimAgent } from "./agent.js";
import { Chance } from "./chance.js";
import { Checker } from "./checker.js";
import { FamilyChecker } from "./family-checker.js";
import { Hooks } from "./hooks.js";
import { Life } from "./life.js";
import { Machine, type Pane, type Program } from "./machine.js";
import { MailChecker } from "./mail-checker.js";
import type { Story } from "./story.js";

/** A Friday; the hour means nothing. */
const START_MS = 1_700_000_000_000;

export class World {
  readonly chance: Chance;
  readonly clock = new ManualClock(START_MS);
  readonly machine = new Machine(
    () => new SimAgent(() => this.clock.now()),
    (program) => this.#born(program),
  );
  readonly kept = new MemoryStore();
  readonly checker: Checker;
  readonly mail = new MailChecker(this);
  readonly family = new FamilyChecker(this);
  readonly hooks = new Hooks(this);
  readonly story: Story;
  readonly trace: string[] = [];
  /** While set, effects fail and daemons die. */
  faulty = true;
  life: Life | null = null;
  deaths = 0;
  /** The disk refused a write: what was decided with it is in the daemon's memory, and may come there later. */
  refused = false;
  #words = 0;
  readonly #marks = new Set<string>();

  constructor(seed: number, story: Story) {
    this.story = story;
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
    this.hooks.died();
    this.clock.wake(this.clock.now() + this.chance.between(1, 3_000), () => this.daemon());
  }

  /** What it is given is written down; in the mail story it works on it for a while and is done. */
  #born(program: Program): void {
    const { screen } = program;
    screen.taken = (prompt, byPerson) => {
      this.say(`${program.pid} takes ${JSON.stringify(prompt)}${byPerson ? " from its person" : ""}`);
      this.mail.taken(program, prompt, byPerson);
      this.family.taken(program, prompt, byPerson);
      this.story.works?.(this, program);
    };
  }

  /** A number that no text of this story holds yet. */
  word(): number {
    return ++this.#words;
  }

  /** What a text is known by, in whatever the program is given: `kind` and a number, in no other text. */
  mark(kind: "m" | "do-"): string {
    for (;;) {
      const mark = `${kind}${this.chance.below(1e9)}`;
      if (this.#marks.has(mark)) continue;
      this.#marks.add(mark);
      return mark;
    }
  }

  lives(program: Program): boolean {
    return this.machine.panes().some((pane) => pane.program === program && pane.dead === null);
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
