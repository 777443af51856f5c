/** Which tmux is installed, and whether it will do. */
import { execa } from "execa";
import { Fault } from "#core/fault.js";

/** The oldest that has what drover lives on: flags of control clients and `new-session -e`. */
const OLDEST = [3, 2] as const;

/**
 * The version of the tmux on `env.PATH`, as it names itself: `3.3a`, `next-3.8`. Throws TMUX_MISSING or TMUX_TOO_OLD with
 * the remedy as hint. Starts one short process.
 */
export async function checkTmux(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const hint = "Install tmux 3.2 or later: apt install tmux, dnf install tmux, or brew install tmux.";
  const told = await execa("tmux", ["-V"], { env, extendEnv: false, reject: false, timeout: 5_000 });
  if (told.exitCode !== 0)
    throw new Fault("TMUX_MISSING", "tmux is not installed, and drover lives in tmux.", { hint });
  const version = told.stdout.trim().replace(/^tmux /, "");
  if (isTooOld(version))
    throw new Fault("TMUX_TOO_OLD", `tmux ${version} is too old: drover needs 3.2 or later.`, { hint });
  return version;
}

/** Versions without a number (`master`, `openbsd-7.4`) count as new. */
export function isTooOld(version: string): boolean {
  const [, major, minor] = /^(?:next-)?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
}
