/** What an agent waits for its hook: the script as its program runs it, beside an empty shell and a bare curl. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installRoot } from "#faces/kit/install-root.js";
import type { AgentJson } from "#wire/agent.js";
import type { BenchFleet } from "./fleet.js";
import { figure, median, percentile, type Row } from "./row.js";

const ROUNDS = 60;

export async function hookScriptRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(20);
  const [agent] = (await fleet.agents()) as [AgentJson];
  const { socket } = fleet.client;
  const script = join(installRoot(), "bin/drover-hook");
  const payload = JSON.stringify({ session_id: "bench", last_assistant_message: "x".repeat(2_000) });
  const env = { ...process.env, DROVER_ID: agent.id, DROVER_SOCKET: socket, DROVER_SPOOL: "" };
  const timed = (program: string, args: readonly string[]): number => {
    const beganMs = performance.now();
    const { status } = spawnSync(program, args, { env, input: payload });
    if (status !== 0) throw new Error(`${program} ended with ${status}`);
    return performance.now() - beganMs;
  };
  const took = { shell: [] as number[], curl: [] as number[], hook: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    took.shell.push(timed("sh", ["-c", ":"]));
    const url = "http://drover/v1/hooks/claude/PreToolUse";
    const asked = [
      "-q",
      "-s",
      "-f",
      "--unix-socket",
      socket,
      "-H",
      `x-drover-id: ${agent.id}`,
      "--data-binary",
      "@-",
      url,
    ];
    took.curl.push(timed("curl", asked));
    took.hook.push(timed(script, ["claude", "PreToolUse"]));
  }
  const [shell, curl, hook] = [median(took.shell), median(took.curl), median(took.hook)];
  const limit = 3 * shell + curl;
  return {
    name: "hook-script",
    what: "an agent's hook, as a process of its own",
    budget: "<= 3x sh -c : and one curl",
    measured: `p50 ${figure(hook)}, p99 ${figure(percentile(took.hook, 99))} ms`,
    baseline: `${figure(limit)} ms (sh ${figure(shell)}, curl ${figure(curl)})`,
    within: hook <= limit,
    values: { hookMs: hook, p99Ms: percentile(took.hook, 99), shellMs: shell, curlMs: curl },
  };
}
