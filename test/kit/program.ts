import { spawnSync } from "node:child_process";

/** Whether a program that tests need, and some machines have not, is there; for `skipIf`. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}
