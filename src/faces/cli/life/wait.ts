/** Waits until an agent is in a state, following its events; nothing is asked again and again. */
import { Fault } from "#core/fault.js";
import { AGENT_STATES } from "#core/model.js";
import type { AgentJson } from "#wire/agent.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { followAgent } from "../follow-agent.js";

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
  const reached = await until(context, daemon, agent, wanted.length > 0 ? wanted : SETTLED, seconds);
  if (context.json) context.value({ agent: reached });
  else context.line(`${reached.label} is ${reached.state}`);
  return 0;
}

function until(
  context: Pick<Context, "note">,
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
    const events = followAgent(daemon, first.id, {
      note: context.note,
      onAgent(now) {
        agent = now;
        if (now.archived) over(new Fault("NOT_FOUND", `${now.label} was removed`));
        else if (wanted.includes(now.state)) over(null);
        else if (now.state === "exited" || now.state === "lost") {
          over(new Fault("CONFLICT", `${now.label} is ${now.state} and will not be ${wanted.join(" or ")}`));
        }
      },
      onEnd: over,
    });
    const late = (): void => {
      const is = events.isLost ? "the daemon does not answer" : `${agent.label} is still ${agent.state}`;
      over(new Fault("TIMED_OUT", `${is} after ${seconds} s`, { detail: { agent } }));
    };
    const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1_000);
  });
}
