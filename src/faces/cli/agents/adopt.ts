/** Takes in an agent that was started by hand; without a pane, lists those that could be. */
import { Fault } from "#core/fault.js";
import type { AgentJson } from "#wire/agent.js";
import type { AdoptableJson, AdoptRequest } from "#wire/requests.js";
import { printable } from "../../kit/ink.js";
import { table } from "../../kit/table.js";
import { agentRef } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

export async function run(context: Context, { arguments: [typed], options }: Invocation): Promise<number> {
  if (typed === undefined) return list(context);
  const pane = typed === "self" ? context.env.TMUX_PANE : typed;
  if (pane === undefined || !/^%\d+$/.test(pane)) {
    throw new Fault("USAGE", `"${typed}" is no pane`, {
      hint: 'panes are named as in "%12"; "drover adopt" lists them',
    });
  }
  const role = options.text("role");
  if (role !== undefined && role !== "worker" && role !== "conductor") {
    throw new Fault("USAGE", `--role is worker or conductor, not "${role}"`);
  }
  const parent = options.text("parent");
  const named = (["label", "provider", "group"] as const).flatMap((name) => {
    const value = options.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const body: AdoptRequest = {
    pane,
    ...Object.fromEntries(named),
    ...(role === undefined ? {} : { role }),
    ...(parent === undefined ? {} : { parent: await agentRef(context, parent) }),
  };
  const daemon = await context.daemon();
  const adopted = await daemon.request<{ agent: AgentJson; created: boolean }>("POST", "/v1/adopt", body);
  const { agent } = adopted;
  if (context.json) context.value(adopted);
  else context.line(`${agent.label} adopted: ${agent.provider} in session ${agent.session}`);
  return 0;
}

async function list(context: Context): Promise<number> {
  const daemon = await context.daemon();
  const found = await daemon.request<AdoptableJson>("GET", "/v1/adoptable");
  if (context.json) context.value(found);
  else if (found.panes.length === 0) context.line("no pane with an agent that drover has not got already");
  else {
    const heads = [{ title: "PANE" }, { title: "PROVIDER" }, { title: "WHERE", limit: 32 }, { title: "FOLDER" }];
    const rows = found.panes.map(({ pane, provider, session, windowName, cwd }) => [
      { text: pane },
      { text: provider },
      { text: printable(`${session} ${windowName}`) },
      { text: printable(cwd) },
    ]);
    context.lines(table(heads, rows, context.ink, context.columns));
  }
  return 0;
}
