/** Waits until an agent is in a state, following its events; nothing is asked again and again. */
import { Fault } from "#core/fault.js";
import { AGENT_STATES } from "#core/model.js";
import type { AgentJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** What is waited for unless a state is named: that it is at rest, or needs a person, or is over. */
const SETTLED: readonly string[] = ["idle", "done", "blocked", "error", "exited", "lost"];

export async function run(context: Context, { arguments: [typed = ""], options }: Invocation): Promise<number> {
  const wanted = options.texts("state").flatMap((text) => text.split(","));
  const wrong = wanted.find((state) => !(AGENT_STATES as readonly string[]).includes(state));
  if (wrong !== undefined) {
    throw new Fault("USAGE", `"${wrong}" is no state`, { hint: `states are ${AGENT_STATES.join(", ")}` });
  }
  const seconds = options.count("timeout");
  const { agent } = await askAgent(context, typed, (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
  );
  const daemon = await context.daemon();
  const reached = await until(daemon, agent, wanted.length > 0 ? wanted : SETTLED, seconds);
  if (context.json) context.value({ agent: reached });
  else context.line(`${reached.label} is ${reached.state}`);
  return 0;
}

function until(
  daemon: DaemonClient,
  first: AgentJson,
  wanted: readonly string[],
  seconds: number | undefined,
): Promise<AgentJson> {
  let agent = first;
  return new Promise((resolve, reject) => {
    const over = (fault: Fault | null) => {
      clearTimeout(timer);
      events.stop();
      if (fault === null) resolve(agent);
      else reject(fault);
    };
    const see = (now: AgentJson) => {
      agent = now;
      if (now.archived) over(new Fault("NOT_FOUND", `${now.label} was removed`));
      else if (wanted.includes(now.state)) over(null);
      else if (now.state === "exited" || now.state === "lost") {
        over(new Fault("CONFLICT", `${now.label} is ${now.state} and will not be ${wanted.join(" or ")}`));
      }
    };
    const events = daemon.events(`/v1/events?agent=${encodeURIComponent(first.id)}`, {
      onEvent(event, data) {
        if (event === "snapshot") {
          const now = (data as SnapshotJson).agents[0];
          if (now === undefined) over(new Fault("NOT_FOUND", `${agent.label} was removed`));
          else see(now);
        } else if (event === "entry") see({ ...agent, ...(data as EntryJson).set });
      },
      onEnd: (why) => over(why ?? new Fault("DAEMON_UNREACHABLE", "the daemon ended")),
    });
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => {
            const what = `${agent.label} is still ${agent.state} after ${seconds} s`;
            over(new Fault("TIMED_OUT", what, { detail: { agent } }));
          }, seconds * 1_000);
  });
}
