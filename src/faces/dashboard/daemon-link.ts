/**
 * The dashboard's line to the daemon: finds it, follows its events from where they were left, streams the screen of one
 * agent at a time, and brings the daemon back when it is gone. Everything it hears becomes an event for update.ts.
 */
import { Fault } from "#core/fault.js";
import type { Clock } from "#host/clock.js";
import type { HealthJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import type { ChangedRowsJson, WholeScreenJson } from "#wire/screen.js";
import type { DaemonClient } from "../kit/daemon-client.js";
import type { Subscription } from "../kit/subscription.js";
import { SuperviseLink } from "../kit/supervise-link.js";
import type { Event } from "./state/event.js";

/** Passing over agents quickly does not open a stream for each. */
const WATCH_AFTER_MS = 80;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;
/** Trying again would change nothing: a person has to. */
const HOPELESS: ReadonlySet<string> = new Set(["BACKEND_MISSING", "TMUX_MISSING", "TMUX_TOO_OLD", "INVALID", "USAGE"]);

export interface LinkOptions {
  /** Finds the daemon, starting it if need be. */
  connect(): Promise<DaemonClient>;
  readonly clock: Clock;
  /** `now`: what the person waits for; it is painted at once. */
  post(event: Event, now?: boolean): void;
}

export class DaemonLink {
  readonly #options: LinkOptions;
  daemon: DaemonClient | null = null;
  #events: Subscription | null = null;
  #held: SuperviseLink | null = null;
  #screen: Subscription | null = null;
  #cancelScreen: (() => void) | null = null;
  #watched: string | null = null;
  #watchedAtMs = 0;
  #bringing = false;
  #tmuxGone = false;
  #stopped = false;
  /** The daemon said that it was told to end: it is left alone until a person wants it again, or somebody else did. */
  #saidBye = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Resolves when the events have been asked for; throws the Fault for which no daemon can run here at all. */
  async start(): Promise<void> {
    const { clock, post, connect } = this.#options;
    let waitMs = RETRY_MIN_MS;
    while (!this.#stopped && this.daemon === null) {
      try {
        this.daemon = await connect();
      } catch (error) {
        if (error instanceof Fault && HOPELESS.has(error.code)) throw error;
        post({ on: "link", link: { at: "gone", why: saying(error) } });
        await new Promise<void>((resolve) => clock.wake(clock.now() + waitMs, resolve));
        waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
      }
    }
    if (this.#stopped) return this.daemon?.close();
    this.#follow(this.daemon!);
    this.watch(this.#watched);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelScreen?.();
    this.#events?.stop();
    this.#held?.stop();
    this.#screen?.stop();
    this.daemon?.close();
  }

  #follow(daemon: DaemonClient): void {
    const { post } = this.#options;
    const held = new SuperviseLink(daemon);
    this.#held = held;
    this.#events = daemon.events("/v1/events", {
      onOpen: () => {
        this.#saidBye = false;
        held.look();
        post({ on: "link", link: { at: "live" } });
        void this.askHealth();
      },
      onEvent: (event, data) => {
        if (event === "bye") this.#saidBye = true;
        if (event === "snapshot") post({ on: "snapshot", snapshot: data as SnapshotJson }, true);
        if (event !== "entry") return;
        post({ on: "entry", entry: data as EntryJson });
        // Something happens again: so may tmux answer again.
        if (this.#tmuxGone) void this.askHealth();
      },
      onLost: () => {
        if (this.#saidBye) {
          post({ on: "link", link: { at: "stopped" } });
          return;
        }
        post({ on: "link", link: { at: "gone", why: "" } });
        void this.#bringBack(daemon);
      },
      onEnd: (why) => post({ on: "link", link: { at: "gone", why: why ? saying(why) : "it ended the stream" } }),
    });
  }

  /** Starts the daemon that was told to end. */
  startAgain(): void {
    this.#saidBye = false;
    if (this.daemon !== null) void this.#bringBack(this.daemon);
  }

  /** The stream comes back by itself once a daemon answers; this sees to it that one does. */
  async #bringBack(daemon: DaemonClient): Promise<void> {
    if (this.#bringing) return;
    this.#bringing = true;
    try {
      await daemon.ensure(this.#held?.daemonArgs);
      this.#events?.retry();
      this.#screen?.retry();
    } catch (error) {
      if (!this.#stopped) this.#options.post({ on: "link", link: { at: "gone", why: saying(error) } });
    } finally {
      this.#bringing = false;
    }
  }

  async askHealth(): Promise<void> {
    try {
      const health = await this.daemon!.request<HealthJson>("GET", "/v1/health");
      this.#tmuxGone = !health.tmux.connected;
      this.#options.post({ on: "health", health });
    } catch {
      // The header then names the host alone; that the daemon is gone is told by the event stream.
    }
  }

  /** Streams the screen of this agent from now on, and no other's; null: nobody's. */
  watch(agent: string | null): void {
    const { clock } = this.#options;
    this.#cancelScreen?.();
    this.#cancelScreen = null;
    this.#screen?.stop();
    this.#screen = null;
    this.#watched = agent;
    if (agent === null || this.daemon === null) return;
    const now = clock.now();
    const quick = now - this.#watchedAtMs < WATCH_AFTER_MS;
    this.#watchedAtMs = now;
    if (quick) this.#cancelScreen = clock.wake(now + WATCH_AFTER_MS, () => this.#stream(agent));
    else this.#stream(agent);
  }

  #stream(agent: string): void {
    const { post } = this.#options;
    this.#screen = this.daemon!.events(`/v1/agents/${encodeURIComponent(agent)}/stream`, {
      onEvent: (event, data) => {
        if (event === "screen") post({ on: "screen", agent, screen: data as WholeScreenJson }, true);
        else if (event === "rows") post({ on: "rows", agent, changed: data as ChangedRowsJson });
      },
      onEnd: (why) => {
        const missing = why?.code === "NOT_FOUND" ? "it has no screen" : why ? saying(why) : "its screen has ended";
        post({ on: "screen-missing", agent, why: missing });
      },
    });
  }
}

function saying(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
