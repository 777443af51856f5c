/** What it costs to follow the transcripts of a hundred agents that are at rest, and how soon a record is heard. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followFile } from "#host/follow-file.js";
import { silentLog } from "#host/log.js";
import { childFaults, cpuShare } from "./process-cost.js";
import { figure, median, percentile, type Row } from "./row.js";

const FILES = 100;
const IDLE_MS = 20_000;
const ROUNDS = 200;
const BUDGET_PERCENT = 0.3;
const BUDGET_MS = 100;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function followedRow(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const line = `${JSON.stringify({ type: "user", message: { content: "x".repeat(2_000) } })}\n`;
  let hear = (): void => {};
  const files = Array.from({ length: FILES }, (_, n) => join(folder, `${n}.jsonl`));
  for (const file of files) writeFileSync(file, line.repeat(100));
  const following = files.map((file) => followFile(file, silentLog, () => hear()));
  // The watches by themselves keep no process alive.
  const alive = setInterval(() => {}, 60_000);
  try {
    await pause(1_000);
    const faults = childFaults(process.pid);
    const [idle = Number.NaN] = await cpuShare([process.pid], () => pause(IDLE_MS));
    const isAlone = childFaults(process.pid) === faults;
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const beganMs = performance.now();
      await new Promise<void>((resolve) => {
        hear = resolve;
        appendFileSync(files[round % FILES]!, line);
      });
      took.push(performance.now() - beganMs);
    }
    const p99 = percentile(took, 99);
    return {
      name: "followed",
      what: "100 transcripts followed, nothing written; a record heard of",
      budget: `<= ${BUDGET_PERCENT} % of a core, no process; <= ${BUDGET_MS} ms`,
      measured: `${figure(idle)} %, ${isAlone ? "none" : "some"}; p50 ${figure(median(took))}, p99 ${figure(p99)} ms`,
      baseline: "",
      within: idle <= BUDGET_PERCENT && isAlone && p99 <= BUDGET_MS,
      values: { idlePercent: idle, p50Ms: median(took), p99Ms: p99 },
    };
  } finally {
    clearInterval(alive);
    for (const file of following) file.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
