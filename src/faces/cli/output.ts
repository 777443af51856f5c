import { Fault } from "#core/fault.js";
import type { ScreenJson } from "#wire/agent.js";
import { agentPath, askAgent } from "./agent-ref.js";
import type { Context } from "./context.js";
import type { Invocation } from "./parse.js";

/** History is fetched in pieces, so as not to stall the tmux server. */
const OUTPUT_LIMIT_MS = 30_000;

export async function run(context: Context, { arguments: [label = ""], options }: Invocation): Promise<number> {
  const rows = options.count("scrollback", 1);
  if (rows === undefined && !options.has("screen")) {
    throw new Fault("USAGE", "say what to print: --screen, or --scrollback N", {
      hint: `for example: drover output ${label} --screen`,
    });
  }
  if (rows !== undefined && options.has("screen")) {
    throw new Fault("USAGE", "--screen and --scrollback exclude each other: --scrollback ends with the screen");
  }
  const query = rows === undefined ? "?screen=1" : `?scrollback=${rows}`;
  const output = await askAgent(context, label, (daemon, ref) =>
    daemon.request<ScreenJson | { rows: string[] }>("GET", agentPath(ref, `/output${query}`), undefined, {
      timeoutMs: OUTPUT_LIMIT_MS,
    }),
  );
  if (context.json) context.value(output);
  else context.lines(withoutBlankEnd(output.rows));
  return 0;
}

/** A screen is as high as its pane; for a reader of lines the blank rows below the last text say nothing. */
function withoutBlankEnd(rows: readonly string[]): readonly string[] {
  let end = rows.length;
  while (end > 0 && rows[end - 1]!.trim() === "") end--;
  return rows.slice(0, end);
}
