import type { RestartedJson, RestartRequest } from "#wire/requests.js";
import { agentPath, askAgent } from "../agent-ref.js";
import { environment } from "../agents/spawn.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

/** It is asked to end, then made to, and starts anew. */
const RESTART_LIMIT_MS = 60_000;

const HOW: Readonly<Record<RestartedJson["how"], string>> = {
  session: "its conversation goes on",
  prompt: "it was given its first prompt again",
  fresh: "it begins anew",
};

export async function run(context: Context, { arguments: [typed = ""], options }: Invocation): Promise<number> {
  const env = environment(options.texts("env"));
  const body: RestartRequest = {
    ...(options.has("force") ? { force: true } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(context.env.PATH ? { path: context.env.PATH } : {}),
  };
  const restarted = await askAgent(context, typed, (daemon, ref) =>
    daemon.request<RestartedJson>("POST", agentPath(ref, "/restart"), body, { timeoutMs: RESTART_LIMIT_MS }),
  );
  if (context.json) context.value(restarted);
  else context.line(`${restarted.agent.label} restarted: ${HOW[restarted.how]}`);
  if (restarted.missingEnv.length > 0) {
    context.note(`without ${restarted.missingEnv.join(", ")}: drover keeps no values; give them with --env`);
  }
  return 0;
}
