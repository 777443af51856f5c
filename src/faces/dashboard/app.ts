/**
 * The dashboard at work: events in from the terminal, the daemon and the one timer; update.ts decides; what it wishes
 * for is done here, and what came of it goes back in as an event. Between two events nothing runs.
 */
import { exitStatus, Fault } from "#core/fault.js";
import type { Clock } from "#host/clock.js";
import { type WayToTab, wayToTab } from "../kit/backend.js";
import type { DaemonClient } from "../kit/daemon-client.js";
import { tabSize } from "../kit/tab-size.js";
import { width } from "../kit/width.js";
import { completeFolder } from "./complete-path.js";
import { DaemonLink } from "./daemon-link.js";
import type { Driver, DriverEvents, Panel } from "./driver/driver.js";
import { type Request, request } from "./requests.js";
import { initial, type Saved, toSave } from "./state/begin.js";
import type { Event } from "./state/event.js";
import { layout } from "./state/layout.js";
import type { State } from "./state/state.js";
import { tilde, untilde } from "./state/tilde.js";
import type { Wish } from "./state/wish.js";
import { keepDraft } from "./steps/send.js";
import { update, wakeAtMs } from "./update.js";
import type { Look } from "./views/look.js";
import { asciiFrames, panels } from "./views/panels.js";

export interface AppOptions {
  openDriver(events: DriverEvents): Driver;
  /** The terminal's size before the driver has it. */
  readonly size: { readonly columns: number; readonly rows: number };
  /** Finds the daemon, starting it if need be. */
  connect(): Promise<DaemonClient>;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly host: string;
  readonly home: string;
  readonly folder: string;
  /** What one types for drover here; default `drover`. */
  readonly command?: string;
  readonly unicode: boolean;
  /** The socket of the tmux server, until the daemon has said so itself. */
  readonly tmuxSocket: string;
  readSaved(): Saved | null;
  writeSaved(saved: Saved): void;
}

/** The terminal waits this long for a daemon that runs to be reached. */
const HEAD_START_MS = 10;
/**
 * Runs until the person quits (0), the terminal goes away (129) or asks us to end (143). Throws the Fault for which no
 * daemon can run here at all.
 */
export function runDashboard(options: AppOptions): Promise<number> {
  return new App(options).run();
}

class App {
  readonly #options: AppOptions;
  readonly #clock: Clock;
  #state: State;
  readonly #look: Look;
  #driver: Driver | null = null;
  #panels: Panel[] = [];
  #shown: (readonly unknown[])[] = [];
  readonly #link: DaemonLink;
  #cancelWake: (() => void) | null = null;
  #wakeAtMs: number | null = null;
  /** Another program has the terminal. */
  #away = false;
  #finish: (status: number) => void = () => {};
  #fail: (why: unknown) => void = () => {};
  #finished = false;
  #keepAlive: NodeJS.Timeout;

  constructor(options: AppOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#look = { unicode: options.unicode, width };
    const { host, home, folder, size, command } = options;
    this.#state = initial({
      size,
      nowMs: this.#clock.now(),
      host,
      home,
      folder,
      ...(command === undefined ? {} : { command }),
      saved: options.readSaved(),
    });
    const { connect, clock } = options;
    this.#link = new DaemonLink({ connect, clock, post: (event, now) => this.#post(event, now) });
    // A terminal that is suspended is not read, and then nothing else need hold the process.
    this.#keepAlive = setInterval(() => {}, 2 ** 30);
  }

  run(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
      this.#begin().catch((error) => this.#break(error));
    });
  }

  /** Asks the daemon first: it answers while the terminal is being taken, and the first frame may be a full one. */
  async #begin(): Promise<void> {
    const connected = this.#link.start().catch((error) => this.#break(error));
    await Promise.race([connected, new Promise((resolve) => setTimeout(resolve, HEAD_START_MS))]);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#finished) return;
    const driver = this.#options.openDriver({
      key: (key) => this.#post({ on: "key", key }, true),
      mouse: (mouse) => this.#post({ on: "mouse", mouse }, true),
      paste: (text) => this.#post({ on: "paste", text }, true),
      resize: (size) => this.#post({ on: "resize", size }),
      end: (why) => this.#end(why === "hangup" ? 129 : 143),
    });
    this.#driver = driver;
    this.#panels = panels.map((plan) =>
      driver.panel(plan.name, (canvas) =>
        plan.paint(this.#look.unicode ? canvas : asciiFrames(canvas), this.#state, this.#look),
      ),
    );
    // What the daemon has said meanwhile is read first.
    await new Promise((resolve) => setImmediate(resolve));
    this.#post({ on: "resize", size: driver.size() }, true);
  }

  #post(event: Event, now = false): void {
    if (this.#finished) return;
    const [state, wishes] = update(this.#state, event, this.#clock.now(), this.#look);
    this.#state = state;
    for (const wish of wishes) this.#carryOut(wish);
    if (this.#finished) return;
    this.#show(now);
    this.#setWake();
  }

  /** Says which panels are stale, and where they stand. */
  #show(now: boolean): void {
    if (this.#driver === null) return;
    const at = layout(this.#state);
    let changed = false;
    panels.forEach((plan, index) => {
      const sees = [...plan.sees(this.#state), ...Object.values(plan.rect(at))];
      const before = this.#shown[index];
      if (before && sees.every((part, i) => Object.is(part, before[i]))) return;
      this.#shown[index] = sees;
      this.#panels[index]!.place(plan.rect(at));
      this.#panels[index]!.stale();
      changed = true;
    });
    if (changed && !this.#away) this.#driver.render(now);
  }

  #setWake(): void {
    const atMs = wakeAtMs(this.#state);
    if (atMs === this.#wakeAtMs) return;
    this.#cancelWake?.();
    this.#wakeAtMs = atMs;
    this.#cancelWake =
      atMs === null
        ? null
        : this.#clock.wake(atMs, () => {
            this.#wakeAtMs = null;
            this.#post({ on: "clock" });
          });
  }

  #carryOut(wish: Wish): void {
    switch (wish.do) {
      case "watch":
        this.#link.watch(wish.agent);
        break;
      case "attach":
        void this.#attach(wish.agent);
        break;
      case "complete": {
        const typed = untilde(this.#state, wish.text);
        const completed = completeFolder(typed);
        const after = completed === typed ? wish.text : tilde(this.#state, completed);
        this.#post({ on: "completed", before: wish.text, after });
        break;
      }
      case "save":
        this.#save();
        break;
      case "start-daemon":
        this.#link.startAgain();
        break;
      case "repaint":
        this.#driver?.suspend();
        this.#driver?.resume();
        break;
      case "quit":
        this.#end(0);
        break;
      default:
        void this.#ask(wish);
    }
  }

  async #ask(wish: Request): Promise<void> {
    const { env } = this.#options;
    const place = { path: env.PATH ?? "", size: tabSize(this.#state.size, env) };
    const event = await request(this.#link.daemon, wish, place);
    if (event === null) return;
    this.#post(event);
    if ("refused" in event && event.refused?.code.startsWith("TMUX_")) void this.#link.askHealth();
  }

  async #attach(id: string): Promise<void> {
    const agent = this.#state.agents.get(id);
    if (!agent) return;
    const { session, window, pane } = agent;
    const { health } = this.#state;
    const to = { socket: health?.tmux.socket || this.#options.tmuxSocket, session, window, pane };
    const { env } = this.#options;
    let way: WayToTab;
    try {
      way = wayToTab(health?.backend ?? "tmux");
    } catch (error) {
      this.#post({ on: "attached", agent: id, problem: (error as Error).message });
      return;
    }
    this.#save();
    if (way.isInside(env, to.socket)) {
      const { problem, popup } = way.switchClient(env, to);
      this.#post({ on: "attached", agent: id, problem });
      if (problem === null) void this.#ask({ do: "seen", agent: id });
      // A popup would stay in front of what was asked for.
      if (problem === null && popup) this.#end(0);
      return;
    }
    this.#away = true;
    this.#driver?.suspend();
    void this.#ask({ do: "seen", agent: id });
    const problem = await way.attachHere(env, to);
    this.#away = false;
    if (this.#finished) return;
    this.#driver?.resume();
    // What it did meanwhile was seen as well.
    if (problem === null) void this.#ask({ do: "seen", agent: id });
    this.#post({ on: "attached", agent: id, problem }, true);
  }

  #save(): void {
    try {
      this.#options.writeSaved(toSave(keepDraft(this.#state)));
    } catch {
      // A full or read-only disk must not keep anyone from working; the next run just opens afresh.
    }
  }

  /** No going on: the terminal is given back, and whoever runs us says why. */
  #break(error: unknown): void {
    this.#fail(error);
    this.#end(exitStatus(error instanceof Fault ? error.code : "INTERNAL"));
  }

  #end(status: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#save();
    clearInterval(this.#keepAlive);
    this.#cancelWake?.();
    this.#link.stop();
    this.#driver?.close();
    this.#finish(status);
  }
}
