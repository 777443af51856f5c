// opencode's plugin for drover: passes on the events by which the state of a session is known, to the same script that
// other programs run as their hook. opencode loads it where drover starts it, or where `drover hooks install opencode`
// has put a file that names it. It throws nothing, and waits for nothing.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./drover-hook", import.meta.url));
const PASSED_ON = new Set([
  "session.created",
  "session.status",
  "session.idle",
  "session.error",
  "permission.asked",
  "permission.replied",
  "question.asked",
  "question.replied",
]);

/** One after the other: the order in which they reach the daemon is the order in which they happened. */
let last = Promise.resolve();

function tell(event) {
  return new Promise((done) => {
    try {
      const hook = spawn(script, ["opencode", event.type], { stdio: ["pipe", "ignore", "ignore"] });
      hook.on("error", done);
      hook.on("close", done);
      hook.stdin.on("error", () => {});
      hook.stdin.end(JSON.stringify(event));
    } catch {
      done();
    }
  });
}

export const Drover = async () => ({
  event: async ({ event }) => {
    if (PASSED_ON.has(event.type)) last = last.then(() => tell(event));
  },
});
