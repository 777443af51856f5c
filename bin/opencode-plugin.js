// opencode's plugin for drover: passes on the events by which the state of a session is known, to the same script that
// other programs run as their hook. opencode loads it where drover starts it, or where `drover hooks install opencode`
// has put a file that names it. It throws nothing, and opencode waits for nothing of it. Of the API that opencode gives its
// plugins it asks one thing, when a turn ended: the answer, word for word, which its screen shows only the end of.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openDoor } from "./opencode-door.js";

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
  "question.rejected",
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

/** Of the last messages the answer is the last: so many are asked for. */
const MESSAGES = 3;

/** The last answer of a session as `{ text }`, empty where it has none; null where its turn was stopped or it cannot be had. */
async function answer(client, id) {
  try {
    const { data } = await client.session.messages({ path: { id }, query: { limit: MESSAGES } });
    const { info, parts } = data.at(-1);
    if (info.role !== "assistant" || info.error) return null;
    // What ends with a tool was to go on: its user said no.
    if (parts.findLast(({ type }) => type === "text" || type === "tool")?.type === "tool") return null;
    const texts = parts.filter((part) => part.type === "text" && !part.synthetic && !part.ignored);
    return { text: texts.map((part) => part.text).join("\n\n") };
  } catch {
    return null;
  }
}

/** The session of which it was said last that it works, and how. It is said at every step, and each would start the script. */
let busy = null;

function isNews({ type, properties }) {
  if (!PASSED_ON.has(type)) return false;
  const session = properties?.sessionID;
  if (type !== "session.status") {
    if (busy?.startsWith(`${session} `)) busy = null;
    return true;
  }
  // That it rests is told by session.idle.
  const { type: how, attempt = "" } = properties?.status ?? {};
  const now = `${session} ${how} ${attempt}`;
  if (how === "idle" || now === busy) return false;
  busy = now;
  return true;
}

export const Drover = async ({ client } = {}) => {
  openDoor(client);
  return {
    event: async ({ event }) => {
      if (!isNews(event)) return;
      const ends = event.type === "session.idle" && client !== undefined;
      // Asked at once: the next turn may begin before this is told.
      const asked = ends ? answer(client, event.properties?.sessionID) : null;
      last = last.then(async () => {
        const response = await asked;
        await tell(response === null ? event : { ...event, drover: { response } });
      });
    },
  };
};
