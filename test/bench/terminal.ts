/** A program on a pseudo-terminal, without a native addon: util-linux's `script` holds the terminal. Linux only. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let opened = 0;
const GO = "<go>";

export class TestTerminal {
  private readonly child: ChildProcess;
  private readonly pidFile = join(tmpdir(), `bench-terminal-${process.pid}-${++opened}`);
  private readonly listeners = new Set<(chunk: string) => void>();
  /** The shell that sets the terminal up is about to become the program. */
  readonly started: Promise<void>;
  readonly ended: Promise<void>;

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, columns = 120, rows = 40) {
    const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const inside = `stty cols ${columns} rows ${rows} -echo; echo $$ > '${this.pidFile}'; printf '${GO}'; exec ${words}`;
    const stdio = ["pipe", "pipe", "ignore"] as const;
    this.child = spawn("script", ["-qfec", inside, "/dev/null"], { env, stdio: [...stdio] });
    this.child.stdout!.setEncoding("latin1");
    this.child.stdout!.on("data", (chunk: string) => {
      for (const listener of this.listeners) listener(chunk);
    });
    this.started = new Promise((resolve) => {
      const stop = this.listen((chunk) => {
        if (!chunk.includes(GO)) return;
        stop();
        resolve();
      });
    });
    this.ended = new Promise((resolve) => {
      this.child.on("close", () => {
        rmSync(this.pidFile, { force: true });
        resolve();
      });
    });
  }

  /** The program's own pid: the shell wrote it down before it became the program. */
  get pid(): number {
    return Number(readFileSync(this.pidFile, "utf8"));
  }

  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Hears what the program writes, byte for byte (latin1), until the returned function is called. */
  listen(listener: (chunk: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves once everything written since this call holds `text`; gives the ms it took. */
  async shows(text: string, limitMs = 10_000): Promise<number> {
    const wanted = Buffer.from(text).toString("latin1");
    const beganMs = performance.now();
    let seen = "";
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        stop();
      };
      const timer = setTimeout(() => {
        done();
        reject(
          new Error(
            `"${text}" was not painted within ${limitMs} ms; the last of it: ${JSON.stringify(seen.slice(-300))}`,
          ),
        );
      }, limitMs);
      const stop = this.listen((chunk) => {
        seen = (seen + chunk).slice(-200_000);
        if (!seen.includes(wanted)) return;
        done();
        resolve(performance.now() - beganMs);
      });
    });
  }

  async close(): Promise<void> {
    try {
      process.kill(this.pid, "SIGTERM");
    } catch {
      // it ended by itself
    }
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 3_000);
    await this.ended;
    clearTimeout(timer);
  }
}
