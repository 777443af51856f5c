/** The last response of an agent, its screen or its history; with `--follow` as it comes. */
import { Fault } from "#core/fault.js";
import type { AgentJson, OutputJson, ScreenJson } from "#wire/agent.js";
import type { LinesJson } from "#wire/output.js";
import { printable } from "../../kit/ink.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { printText } from "./print-text.js";

/** History is fetched in pieces, so as not to stall the tmux server. */
const OUTPUT_LIMIT_MS = 30_000;

export async function run(context: Context, { arguments: [label = ""], options }: Invocation): Promise<number> {
  const rows = options.count("scrollback", 1);
  const ways = ["last", "screen", "scrollback"].filter((name) => options.has(name) || options.text(name) !== undefined);
  if (ways.length > 1) {
    throw new Fault("USAGE", `--${ways[0]} and --${ways[1]} exclude each other`, {
      hint: ways.includes("scrollback") && ways.includes("screen") ? "--scrollback ends with the screen" : undefined,
    });
  }
  if (options.has("follow")) {
    if (rows !== undefined) throw new Fault("USAGE", "--follow goes with --last or --screen, not with --scrollback");
    return follow(context, label, options.has("screen"));
  }
  const query = rows !== undefined ? `?scrollback=${rows}` : options.has("screen") ? "?screen=1" : "";
  const output = await askAgent(context, label, (daemon, ref) =>
    daemon.request<OutputJson | ScreenJson | { rows: string[] }>("GET", agentPath(ref, `/output${query}`), undefined, {
      timeoutMs: OUTPUT_LIMIT_MS,
    }),
  );
  if (context.json) context.value(output);
  else if ("rows" in output) context.lines(withoutBlankEnd(output.rows));
  else printText(context, output.text);
  return 0;
}

/** Prints the lines of the turn under way as they come, and ends with it; without one, the last response. */
async function follow(context: Context, label: string, screen: boolean): Promise<number> {
  const { agent } = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
  );
  const daemon = await context.daemon();
  const path = `/v1/agents/${encodeURIComponent(agent.id)}/output?follow=1${screen ? "&screen=1" : ""}`;
  let streamed = false;
  return new Promise((resolve, reject) => {
    const subscription = daemon.events(
      path,
      {
        onEvent(event, data) {
          if (event === "lines") {
            const { lines } = data as LinesJson;
            streamed = true;
            if (context.json) for (const line of lines) context.value({ line });
            else context.lines(lines.map(printable));
          } else if (event === "end") {
            subscription.stop();
            end(context, data as OutputJson, streamed);
            resolve(0);
          }
        },
        onEnd: (why) => {
          if (why !== null) return reject(why);
          // Cut off in the middle: by the end of the agent, or of the daemon.
          daemon.request("GET", agentPath(agent.id)).then(
            () => reject(new Fault("DAEMON_UNREACHABLE", "the daemon did not follow its answer to the turn's end")),
            (fault) => reject(isGone(fault) ? removed(agent, fault) : fault),
          );
        },
      },
      { resume: false },
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        subscription.stop();
        resolve(0);
      });
    }
  });
}

function isGone(fault: unknown): boolean {
  return fault instanceof Fault && fault.code === "NOT_FOUND";
}

function removed({ label }: AgentJson, cause: unknown): Fault {
  return new Fault("NOT_FOUND", `${label} was removed before its turn ended`, { cause });
}

function end(context: Context, output: OutputJson, streamed: boolean): void {
  if (context.json) context.value({ output });
  else if (!streamed || output.kind === "none") printText(context, output.text);
}

/** A screen is as high as its pane; for a reader of lines the blank rows below the last text say nothing. */
function withoutBlankEnd(rows: readonly string[]): readonly string[] {
  let end = rows.length;
  while (end > 0 && rows[end - 1]!.trim() === "") end--;
  return rows.slice(0, end);
}
