/** Is there a tmux that drover can work with? Asked only where one is about to be needed: it starts a process. */
import { spawnSync } from "node:child_process";
import { Fault } from "#core/fault.js";

/** Control-mode flags that drover relies on (`no-output`, `refresh-client -B`) are whole from here on. */
export const OLDEST_TMUX = "3.2";

/** Throws TMUX_MISSING or TMUX_TOO_OLD; returns tmux's version, `3.3a`. */
export function checkTmux(env: NodeJS.ProcessEnv = process.env): string {
  const run = spawnSync("tmux", ["-V"], { env, encoding: "utf8", timeout: 5_000 });
  if (run.error || run.status !== 0) {
    throw new Fault("TMUX_MISSING", "tmux is not installed, or not on PATH", {
      hint: `install tmux ${OLDEST_TMUX} or newer (apt-get install tmux, brew install tmux)`,
    });
  }
  const version = tmuxVersion(run.stdout);
  if (tooOld(version)) {
    throw new Fault("TMUX_TOO_OLD", `tmux ${version} is too old: drover needs ${OLDEST_TMUX} or newer`, {
      hint: "install a newer tmux, and put it before the old one on PATH",
    });
  }
  return version;
}

/** `tmux 3.3a` gives `3.3a`; `tmux next-3.8` gives `next-3.8`. */
export function tmuxVersion(printed: string): string {
  return printed.trim().replace(/^tmux\s+/, "");
}

/** A version without a number (`master`, `openbsd-7.5` counts by the system) is somebody's own build, and taken as new. */
export function tooOld(version: string): boolean {
  if (version.startsWith("openbsd-")) return false;
  const found = /(\d+)\.(\d+)/.exec(version);
  if (!found) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major < 3 || (major === 3 && minor < 2);
}
