import { spawn } from "node:child_process";
import { join } from "node:path";
import type { HealthJson } from "#wire/agent.js";
import { installRoot } from "../../kit/install-root.js";
import { checkTmux } from "../../kit/tmux-check.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

export async function run(context: Context, { options }: Invocation): Promise<number> {
  const running = await context.runningDaemon();
  if (!running && options.has("foreground")) return foreground(context);
  const daemon = await context.daemon();
  const health = await daemon.request<HealthJson>("GET", "/v1/health");
  if (context.json) context.value(health);
  else context.line(`the daemon ${running ? "already runs" : "runs"}: pid ${health.pid}, ${daemon.socket}`);
  return 0;
}

/** Signals that reach us reach it too: the terminal sends them to the whole group, the rest is passed on here. */
function foreground(context: Context): Promise<number> {
  checkTmux(context.env);
  const script = join(installRoot(), "bin/drover-daemon.cjs");
  const args = [script, "-S", context.paths.tmuxSocket, "--foreground", ...context.daemonArgs];
  const child = spawn(process.execPath, args, { stdio: "inherit", env: context.env });
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
