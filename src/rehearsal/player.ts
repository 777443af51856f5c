/** Plays the steps of one turn: what is said and when, until the steps run out, one of them fails, or a person stops it. */
import { type Chosen, type Dialog, dialogOf } from "./dialog.js";
import type { Said } from "./paint.js";
import type { Step } from "./script.js";
import { plain } from "./text.js";
import { says } from "./view.js";

/** Where a turn is played. */
export interface Stage {
  /** Something finished, for good. */
  say(said: Said): void;
  /** Something still being said or run; null when nothing is. */
  open(said: Said | null): void;
  /** What the spinner says. */
  doing(words: string): void;
  /** Opens a dialog; gives what was answered. */
  choose(dialog: Dialog): Promise<Chosen>;
  crash(code: number): void;
}

export interface Outcome {
  readonly how: "finished" | "interrupted" | "denied" | "error";
  readonly error: string;
  /** Everything said in the turn. */
  readonly answer: string;
}

class TurnOver {
  constructor(
    readonly how: Outcome["how"],
    readonly error = "",
  ) {}
}

/** At most this often a streamed answer grows. */
const STREAM_MS = 33;

export class Player {
  private answer: string[] = [];
  private opened: Said | null = null;
  private chosen = "";
  private stop: ((over: TurnOver) => void) | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly speed: number,
  ) {}

  async play(steps: readonly Step[]): Promise<Outcome> {
    this.answer = [];
    this.chosen = "";
    let over = new TurnOver("finished");
    try {
      for (const step of steps) await this.step(step);
    } catch (thrown) {
      if (!(thrown instanceof TurnOver)) throw thrown;
      over = thrown;
      // What was half said when the turn ended stays as it is.
      if (this.opened !== null) this.stage.say(this.opened);
      this.open(null);
    }
    return { how: over.how, error: over.error, answer: this.answer.join("\n") };
  }

  interrupt(): void {
    this.stop?.(new TurnOver("interrupted"));
  }

  private async step(step: Step): Promise<void> {
    if ("say" in step) await this.stream(step.say.replaceAll("{answer}", this.chosen), step.rate ?? 400);
    else if ("lines" in step) await this.pour(step.lines, step.perSecond ?? 10, step.text);
    else if ("tool" in step) await this.tool(step.tool, step.ms ?? 800, step.result ?? "");
    else if ("permission" in step) await this.askLeave(step);
    else if ("ask" in step) await this.askThis(step);
    else if ("error" in step) throw new TurnOver("error", step.error);
    else if ("crash" in step) this.stage.crash(step.crash);
    else {
      this.stage.doing(step.doing ?? "Thinking");
      await this.pause(step.wait);
      this.stage.doing("Working");
    }
  }

  private async stream(text: string, rate: number): Promise<void> {
    for (const [index, line] of plain(text).split("\n").entries()) {
      const beganMs = Date.now();
      for (let shown = 0; shown < line.length; ) {
        await this.pause(STREAM_MS * this.speed);
        shown = Math.max(shown + 1, Math.ceil(((Date.now() - beganMs) / 1000) * rate * this.speed));
        this.open(says.answer(line.slice(0, shown), index === 0));
      }
      this.finish(says.answer(line, index === 0), line);
    }
  }

  private async pour(count: number, perSecond: number, text = "row {n}: the quick brown fox jumps over the lazy dog") {
    const beganMs = Date.now();
    const rate = perSecond * this.speed;
    for (let n = 0; n < count; ) {
      await this.pause(Math.max(STREAM_MS, 1000 / rate) * this.speed);
      const due = Math.min(count, Math.max(n + 1, Math.floor(((Date.now() - beganMs) / 1000) * rate)));
      for (; n < due; n++) {
        const line = plain(text.replaceAll("{n}", String(n + 1)));
        this.finish(says.answer(line, n === 0), line);
      }
    }
  }

  private async tool(name: string, ms: number, result: string): Promise<void> {
    this.open(says.running(plain(name)));
    await this.pause(ms);
    this.open(null);
    this.stage.say(says.ran(plain(name)));
    if (result !== "") this.stage.say(says.result(plain(result)));
  }

  private async askLeave(step: Extract<Step, { permission: string }>): Promise<void> {
    const choices = step.choices ?? ["Yes", "Yes, and do not ask again", "No, and say what to do instead"];
    const dialog = { kind: "permission" as const, text: plain(step.permission), detail: plain(step.detail ?? "") };
    const choice = await this.ask(dialogOf({ ...dialog, choices: choices.map(plain) }));
    if (choice === choices.length - 1) throw new TurnOver("denied");
  }

  private async askThis({ ask, options = [], several, own }: Extract<Step, { ask: string }>): Promise<void> {
    const choices = options.map(plain);
    const ticked = several ? [...choices, ...(own ? [""] : [])].map(() => false) : null;
    await this.ask(dialogOf({ kind: "question", text: plain(ask), choices, ticked, own: own ? "" : null }));
  }

  private async ask(dialog: Dialog): Promise<number> {
    const { choice, answer } = await this.stage.choose(dialog);
    if (answer === null) throw new TurnOver("interrupted");
    this.chosen = answer;
    return choice;
  }

  private open(said: Said | null): void {
    this.opened = said;
    this.stage.open(said);
  }

  private finish(said: Said, line: string): void {
    this.open(null);
    this.stage.say(said);
    this.answer.push(line);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.stop = null;
        resolve();
      }, ms / this.speed);
      this.stop = (over) => {
        clearTimeout(timer);
        this.stop = null;
        reject(over);
      };
    });
  }
}
