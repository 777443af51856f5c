/**
 * One agent at its rehearsal: takes keys, has the script's turns played, and paints. Everything it shows and does
 * follows from its script and its keys; time only spaces it out.
 */
import { Composer } from "./composer.js";
import { afterKey, type Chosen, type Dialog, dialogOf } from "./dialog.js";
import { Hooks } from "./hooks.js";
import type { Key } from "./keys.js";
import type { Painter, Said } from "./paint.js";
import { type Outcome, Player } from "./player.js";
import { type Script, type Turn, turnFor } from "./script.js";
import { plain } from "./text.js";
import { liveRows, says, statusOf, titleOf } from "./view.js";

export interface SessionOptions {
  readonly script: Script;
  readonly cwd: string;
  /** Waits are divided by it, rates multiplied. */
  readonly speed: number;
  /** Until then keys are lost, as a real program that still starts loses them. */
  readonly startMs: number;
  /** Enter sooner than this after a paste becomes a newline, as one of the real programs has it. */
  readonly pasteSettleMs: number;
  readonly exactTitle: boolean;
  readonly osc7501: boolean;
  readonly trust: boolean;
  readonly prompt: string | null;
  /** What is run at a turn's beginning and end; null for nothing. */
  readonly hook: string | null;
}

/** The way out of the session: bytes, records and the end. */
export interface Outlet {
  readonly painter: Painter;
  columns(): number;
  write(bytes: string): void;
  record(event: Readonly<Record<string, unknown>>): void;
  /** Ends the program; `last` is left on the screen. */
  exit(code: number, last: string): void;
}

const FRAME_MS = 33;
const SPIN_MS = 100;
const QUIT_ARMED_MS = 2000;

export class Session {
  private readonly composer = new Composer();
  private readonly player: Player;
  private readonly hooks: Hooks;
  private readonly queue: string[] = [];
  private readonly played = new Map<Turn, number>();
  private phase: "starting" | "ready" | "working" = "starting";
  private rest: "idle" | "done" | "error" = "idle";
  private dialog: Dialog | null = null;
  private resolveDialog: ((chosen: Chosen) => void) | null = null;
  private said: Said[] = [];
  private open: Said | null = null;
  private doing = "Thinking";
  private turn = 0;
  private turnBeganMs = 0;
  private pastedAtMs = 0;
  private quitArmedUntilMs = 0;
  private spinTimer: NodeJS.Timeout | undefined;
  private loopTimer: NodeJS.Timeout | undefined;
  private frameTimer: NodeJS.Timeout | undefined;
  private paintedAtMs = 0;
  private loopsBegun = 0;
  private told = "";

  constructor(
    private readonly options: SessionOptions,
    private readonly outlet: Outlet,
  ) {
    this.hooks = new Hooks(options.hook);
    const say = (said: Said) => this.say(said);
    const open = (said: Said | null) => {
      this.open = said;
      this.schedule();
    };
    const doing = (words: string) => {
      this.doing = words;
    };
    const choose = (dialog: Dialog) => this.choose(dialog);
    const crash = (code: number) => this.quit(code, "Error: a rehearsed crash\r\n    at rehearse (the script)");
    this.player = new Player({ say, open, doing, choose, crash }, options.speed);
  }

  async start(): Promise<void> {
    this.say(says.banner(this.options.script.topic, this.options.cwd));
    this.paint();
    await new Promise((resolve) => setTimeout(resolve, this.options.startMs));
    if (this.options.trust && (await this.askTrust()).choice !== 1) return this.quit(1);
    this.phase = "ready";
    this.outlet.record({ event: "ready" });
    if (this.options.prompt === null) this.becomeReady();
    else this.submit(this.options.prompt);
  }

  key(key: Key): void {
    if ("focus" in key) this.outlet.record({ event: "focus", in: key.focus });
    else if (this.dialog !== null) this.dialogKey(key, this.dialog);
    else if (this.phase === "starting") return;
    else if ("text" in key) this.composer.type(key.text);
    else if ("paste" in key) {
      this.composer.paste(plain(key.paste));
      this.pastedAtMs = Date.now();
    } else this.namedKey(key.key);
    this.schedule();
  }

  resized(): void {
    this.outlet.painter.resized();
    this.paint();
  }

  quit(code: number, last = "drover-rehearsal ended"): void {
    for (const timer of [this.spinTimer, this.loopTimer, this.frameTimer]) clearTimeout(timer);
    this.outlet.record({ event: "exit", code });
    if (this.options.osc7501) this.outlet.write("\x1b]7501;state=clear:app=rehearsal\x1b\\");
    this.outlet.exit(code, last);
  }

  private namedKey(key: string): void {
    if (key === "enter") this.enter();
    else if (key === "escape") this.player.interrupt();
    else if (key === "ctrl-c") {
      if (this.quitsNow()) return;
      if (this.phase === "working") this.player.interrupt();
      else this.composer.clear();
    } else if (key === "ctrl-d" && this.composer.empty) this.quit(0);
    else this.composer.key(key);
  }

  /** The first C-c arms, whatever else it does; a second one within two seconds quits. */
  private quitsNow(): boolean {
    if (Date.now() < this.quitArmedUntilMs) {
      this.quit(0);
      return true;
    }
    this.quitArmedUntilMs = Date.now() + QUIT_ARMED_MS;
    setTimeout(() => this.schedule(), QUIT_ARMED_MS + 10).unref();
    return false;
  }

  private enter(): void {
    const text = this.composer.text;
    if (Date.now() - this.pastedAtMs < this.options.pasteSettleMs) this.composer.type("\n");
    else if (text.trim() === "/quit") this.quit(0);
    else if (text.trim() !== "") {
      this.composer.clear();
      this.submit(text);
    }
  }

  private submit(text: string): void {
    const queued = this.phase === "working";
    this.outlet.record({ event: "prompt", text, queued, byItself: false });
    if (queued) this.queue.push(text);
    else void this.play(text, turnFor(this.options.script, text, this.played));
  }

  private dialogKey(key: Key, dialog: Dialog): void {
    if ("key" in key && key.key === "ctrl-c" && this.quitsNow()) return;
    const after = afterKey(dialog, key);
    if ("by" in after) this.resolveDialog?.(after);
    else this.dialog = after;
  }

  private async play(prompt: string, turn: Turn | null): Promise<void> {
    clearTimeout(this.loopTimer);
    if (turn !== null) this.played.set(turn, (this.played.get(turn) ?? 0) + 1);
    this.turn++;
    this.phase = "working";
    this.turnBeganMs = Date.now();
    this.doing = "Thinking";
    this.outlet.record({ event: "turn", turn: this.turn, text: prompt });
    this.say(says.prompt(plain(prompt)));
    this.spinTimer = setInterval(() => this.dialog === null && this.schedule(), SPIN_MS);
    await this.hooks.run("UserPromptSubmit", { prompt });
    const outcome = await this.playOut(turn);
    clearInterval(this.spinTimer);
    this.endTurn(outcome);
    if (outcome.how === "error") void this.hooks.run("StopFailure", { error: outcome.error });
    const next = this.queue.shift();
    if (next === undefined) this.becomeReady();
    else void this.play(next, turnFor(this.options.script, next, this.played));
  }

  /** Plays the turn, and whatever the Stop hook has it go on with, to its end. */
  private async playOut(turn: Turn | null): Promise<Outcome> {
    let outcome = await this.player.play(turn?.steps ?? []);
    for (let active = false; outcome.how === "finished"; active = true) {
      this.doing = "Running the Stop hook";
      const reason = await this.hooks.stop(outcome.answer, active);
      if (reason === null) break;
      this.doing = "Thinking";
      this.outlet.record({ event: "prompt", text: reason, queued: false, byItself: false, byHook: true });
      this.say(says.prompt(plain(reason)));
      const next = turnFor(this.options.script, reason, this.played);
      if (next !== null) this.played.set(next, (this.played.get(next) ?? 0) + 1);
      outcome = await this.player.play(next?.steps ?? []);
    }
    return outcome;
  }

  private endTurn({ how, error, answer }: Outcome): void {
    if (how === "finished") this.say(says.finished(this.seconds()));
    else if (how === "error") this.say(says.failed(plain(error)));
    else this.say(says.interrupted(how === "denied" ? "Denied" : "Interrupted"));
    this.rest = how === "finished" ? "done" : how === "error" ? "error" : "idle";
    this.phase = "ready";
    this.outlet.record({ event: "end", turn: this.turn, how, answer });
  }

  /** Paints at once, so that nothing can show the old turn, and lets the next turn that starts by itself wait its time. */
  private becomeReady(): void {
    this.paint();
    const loops = this.options.script.turns.filter(
      (turn) => turn.every !== undefined && (this.played.get(turn) ?? 0) < (turn.times ?? Infinity),
    );
    const turn = loops[this.loopsBegun % Math.max(1, loops.length)];
    if (turn === undefined) return;
    this.loopTimer = setTimeout(() => {
      if (!this.composer.empty) return this.becomeReady();
      this.loopsBegun++;
      const text = turn.prompt ?? "go on";
      this.outlet.record({ event: "prompt", text, queued: false, byItself: true });
      void this.play(text, turn);
    }, turn.every! / this.options.speed);
  }

  private askTrust(): Promise<Chosen> {
    const choices = ["No, leave", "Yes, work here"];
    return this.choose(dialogOf({ kind: "trust", text: this.options.cwd, choices, digits: false }));
  }

  private choose(dialog: Dialog): Promise<Chosen> {
    this.outlet.record({ event: "dialog", kind: dialog.kind, text: dialog.text, detail: dialog.detail });
    if (dialog.kind !== "trust") void this.hooks.run("PermissionRequest", { tool_name: dialog.text });
    this.dialog = dialog;
    this.paint();
    return new Promise((resolve) => {
      this.resolveDialog = (chosen) => {
        this.dialog = null;
        this.resolveDialog = null;
        this.outlet.record({ event: "answered", choice: chosen.answer, by: chosen.by });
        this.schedule();
        resolve(chosen);
      };
    });
  }

  private say(said: Said): void {
    this.said.push(said);
    this.schedule();
  }

  private seconds(): number {
    return Math.round((Date.now() - this.turnBeganMs) / 1000);
  }

  /** Frames are at least 33 ms apart, so a burst of changes is one write. */
  private schedule(): void {
    if (this.frameTimer !== undefined) return;
    const waitMs = Math.max(0, this.paintedAtMs + FRAME_MS - Date.now());
    this.frameTimer = setTimeout(() => this.paint(), waitMs);
  }

  private paint(): void {
    clearTimeout(this.frameTimer);
    this.frameTimer = undefined;
    this.paintedAtMs = Date.now();
    const beat = Math.floor((this.paintedAtMs - this.turnBeganMs) / SPIN_MS);
    const { phase, dialog, composer, open, queue: queued } = this;
    const looks = {
      ...{ phase, dialog, composer, open, queued },
      suggestion: this.options.script.suggestion,
      spinner: { frame: beat, doing: this.doing, seconds: this.seconds() },
      quitArmed: this.paintedAtMs < this.quitArmedUntilMs,
    };
    const { rows, cursor } = liveRows(looks, this.outlet.columns());
    this.tell();
    const { exactTitle, script } = this.options;
    const title = exactTitle ? titleOf(looks, script.topic) : script.topic;
    this.outlet.painter.frame({ said: this.said, live: rows, cursor, title });
    this.said = [];
  }

  private tell(): void {
    if (!this.options.osc7501 || this.phase === "starting") return;
    const { phase, dialog, rest } = this;
    const told = statusOf({ phase, dialog }, rest);
    if (told === this.told) return;
    this.told = told;
    this.outlet.write(`\x1b]7501;${told}\x1b\\`);
  }
}
