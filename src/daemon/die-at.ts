/** A step at which a test wants the daemon to die. By itself in a file: main has no word for ending a process but its own end. */

/**
 * `DROVER_DIE_AT=pasted:3`: the daemon kills itself the third time that it passes that step of a delivery, of a handing
 * over or of a removal, for `npm run crash` (test/crash/points.ts lists them). No tidying up: as a crash would end it.
 */
export function dieAt(where: string | undefined): (point: string) => void {
  if (where === undefined) return () => {};
  const [point, times = "1"] = where.split(":");
  let left = Number(times);
  return (passed) => {
    if (passed === point && --left === 0) process.kill(process.pid, "SIGKILL");
  };
}
