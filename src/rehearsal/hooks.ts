/**
 * The hooks of a rehearsal agent: at each turn's beginning and end it runs one command, as Claude Code runs its own, with
 * the event's name as an argument and the payload on standard input. What the Stop hook answers may keep the turn going.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The script that drover's hooks run, in the same installation. */
export const DROVER_HOOK = fileURLToPath(new URL("../../bin/drover-hook", import.meta.url));

const LIMIT_MS = 5_000;

export class Hooks {
  /** Null for none: every hook is silent then. */
  constructor(private readonly command: string | null) {}

  /** What the command printed; empty where there is none, or it said nothing in time. */
  run(event: string, payload: Readonly<Record<string, unknown>> = {}): Promise<string> {
    if (this.command === null) return Promise.resolve("");
    const child = spawn(this.command, ["rehearsal", event], { stdio: ["pipe", "pipe", "ignore"], timeout: LIMIT_MS });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify({ hook_event_name: event, ...payload }));
    return new Promise((resolve) => {
      child.on("error", () => resolve(""));
      child.on("close", () => resolve(said));
    });
  }

  /** What the agent is to go on with instead of ending its turn; null where it may end. */
  async stop(answer: string, active: boolean): Promise<string | null> {
    const said = await this.run("Stop", { stop_hook_active: active, last_assistant_message: answer });
    try {
      const { decision, reason } = JSON.parse(said) as { decision?: unknown; reason?: unknown };
      return decision === "block" && typeof reason === "string" ? reason : null;
    } catch {
      return null;
    }
  }
}
