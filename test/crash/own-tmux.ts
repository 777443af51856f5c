/**
 * A tmux server in the foreground, as our own child: so that its end is heard of, and by which signal it came. tmux can
 * crash by itself where daemons come and go several times a second (src/tmux/client.ts says how); agents and panes go with
 * it, and what was under way says nothing of drover any more.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { DaemonWorld } from "../e2e/daemon-world.js";
import { until } from "../kit/t.js";

/** By which a program ends through a mistake of its own. Whatever else ends tmux is a failure of the run. */
const CRASHES: ReadonlySet<NodeJS.Signals> = new Set(["SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE"]);

/** tmux ended by itself. */
export class TmuxCrashed extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`tmux itself ended by ${signal}`);
  }
}

/** Does that with a tmux of its own, up to three times: where tmux itself crashed, nothing that was seen counts. */
export async function despiteCrashes<T>(work: () => Promise<T>): Promise<T> {
  for (let again = 0; ; again++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TmuxCrashed) || again === 2) throw error;
      console.error(`${error.message}: begun anew`);
    }
  }
}

export class OwnTmux {
  /** Never resolves; rejects once it ended and `ending` was not said. */
  readonly lost: Promise<never>;
  readonly #child: ChildProcess;
  #end: Error | null = null;
  #isEnding = false;

  /** Starts it and waits until it answers. */
  static async start(world: DaemonWorld): Promise<OwnTmux> {
    const tmux = new OwnTmux(world);
    await Promise.race([
      tmux.lost,
      // It has no session yet, so that there is nothing to be listed.
      until("tmux answers", () => world.tmux("show-options", "-s", "exit-empty") !== ""),
    ]);
    return tmux;
  }

  private constructor(world: DaemonWorld) {
    const { env, server } = world;
    this.#child = spawn("tmux", ["-D", "-L", server, "-f", "/dev/null"], { env, stdio: "ignore", cwd: "/" });
    this.lost = new Promise((_, reject) => {
      const over = (end: Error): void => {
        this.#end = end;
        if (!this.#isEnding) reject(end);
      };
      this.#child.once("error", over);
      this.#child.once("exit", (code, signal) => {
        const crashed = signal !== null && CRASHES.has(signal);
        over(crashed ? new TmuxCrashed(signal) : new Error(`somebody ended tmux: ${signal ?? `status ${code}`}`));
      });
    });
    this.lost.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It is ended by us from here on. */
  ending(): void {
    this.#isEnding = true;
  }

  /** Why it is gone, if it is or soon is: what failed may have failed for that. */
  async goneWithin(ms: number): Promise<Error | null> {
    if (this.#end !== null) return this.#end;
    const lost = this.lost.catch(() => {});
    await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, ms))]);
    return this.#end;
  }
}
