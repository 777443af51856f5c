/**
 * Runs a program in a private tmux and keeps the bytes it writes, so that its screen can be looked at: what `capture-pane`
 * says leaves out colours drawn by erasing, and popups. Presses keys and waits for texts on the way.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Still } from "#core/screen/still.js";
import { Stream } from "#host/emulator.js";
import { until } from "../kit/t.js";

/** `see`: until this shows (at most 20 s); `press`: tmux key names; `type`: text as it is; `rest`: until nothing was written for so many ms. */
export type Step = { see: RegExp } | { press: readonly string[] } | { type: string } | { rest: number };

export interface Scene {
  readonly columns: number;
  readonly rows: number;
  /** For `sh -c`. */
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /** Looked at once the picture is taken: how the program is asked to end. */
  readonly leave?: readonly string[];
}

let scenes = 0;

/** Plays the scene and returns the screen as it is at its end. Leaves no process and no file behind. */
export async function film(scene: Scene): Promise<Still> {
  const folder = mkdtempSync(join(tmpdir(), "drover-film-"));
  const bytes = join(folder, "bytes");
  const name = `drover-film-${process.pid}-${scenes++}`;
  const env: NodeJS.ProcessEnv = { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...scene.env };
  for (const key of ["TMUX", "TMUX_PANE", "NO_COLOR", "NODE_EXTRA_CA_CERTS"]) delete env[key];
  const tmux = (...args: string[]): string => {
    const run = spawnSync("tmux", ["-L", name, "-f", "/dev/null", ...args], { env, encoding: "utf8" });
    if (run.status !== 0) throw new Error(`tmux ${args[0]}: ${run.stderr}`);
    return run.stdout;
  };
  const screen = (): string => tmux("capture-pane", "-p", "-t", "=s:");
  writeFileSync(bytes, "");
  writeFileSync(join(folder, "command"), scene.command);
  try {
    // The program waits for a line, so that nothing is written before the pipe is laid. It is not to know of this tmux.
    const wait = `stty -echo; printf ready; read go; stty echo; unset TMUX TMUX_PANE; COLORTERM=truecolor exec sh ${join(folder, "command")}`;
    const size = ["-x", String(scene.columns), "-y", String(scene.rows)];
    tmux("new-session", "-d", "-s", "s", ...size, "-e", "LANG=C.UTF-8", wait, ";", "set", "-g", "remain-on-exit", "on");
    await until("the pane is there", () => screen().includes("ready"));
    tmux("pipe-pane", "-O", "-t", "=s:", `cat >> ${bytes}`);
    tmux("send-keys", "-t", "=s:", "Enter");
    for (const step of scene.steps) {
      if ("press" in step) for (const key of step.press) tmux("send-keys", "-t", "=s:", key);
      else if ("type" in step) tmux("send-keys", "-t", "=s:", "-l", step.type);
      else if ("see" in step) {
        await until(`${step.see} shows`, () => step.see.test(screen()), { limitMs: 20_000, show: screen });
      } else await resting(bytes, step.rest);
    }
    await resting(bytes, 60);
    const stream = await Stream.open(scene.columns, scene.rows);
    stream.feed(readFileSync(bytes));
    const { still } = await stream.snapshot();
    stream.close();
    if (scene.leave) {
      for (const key of scene.leave) tmux("send-keys", "-t", "=s:", key);
      await until("the program ended", () => tmux("display-message", "-p", "-t", "=s:", "#{pane_dead}").trim() === "1");
    }
    return still;
  } finally {
    spawnSync("tmux", ["-L", name, "kill-server"], { env });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until the file has not grown for a while, or two seconds: something may be spinning. */
async function resting(file: string, quietMs: number): Promise<void> {
  let size = -1;
  let since = Date.now();
  const began = since;
  await until("the program rests", () => {
    const now = readFileSync(file).length;
    if (now !== size) {
      size = now;
      since = Date.now();
    }
    return Date.now() - since >= quietMs || Date.now() - began > 2_000;
  });
}
