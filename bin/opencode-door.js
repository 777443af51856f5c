// The door of opencode's plugin: a Unix socket for this user's daemon alone, through which a prompt reaches the session on
// the screen without a key. Nothing else of opencode's API can be reached through it.
//
//   GET /seat?session=ID                       200 and what the screen shows of that session; 404
//   PUT /prompt {session, id, atMs, text}      200 {"answer": "there" | "busy" | "refused" | "unheard"}
//
// What is put is named by the daemon, message and part alike (opencode 1.18: a message put again under its name replaces
// itself, a part without a name is added to it once more). It is put once at most, whatever is asked how often: what became
// of a name stays so. opencode's server runs in this very process, so that nothing that was put outlives this memory; what
// was stored is found in the session by whoever asks in the next process. The newer `/api/session/ID/prompt` refuses a name
// that it had with 409, but keeps a conversation of its own, which neither the screen nor the older one's history knows.
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:http";

const STORED_LIMIT_MS = 2_000;
const LOOK_EVERY_MS = 20;
const BODY_LIMIT = 2_000_000;
/** So many names are remembered; each is asked for within seconds. */
const NAMES = 1_000;

let isOpen = false;

/** Opens it once in this process, where the daemon that started it said where. Throws nothing. */
export function openDoor(client) {
  const path = process.env.DROVER_DOOR;
  // What this agent starts is not this agent.
  delete process.env.DROVER_DOOR;
  if (!path || isOpen || client === undefined) return;
  isOpen = true;
  try {
    rmSync(path, { force: true });
    const serve = door(client);
    const server = createServer((request, response) => {
      serve(request).then(
        ([status, body]) =>
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
        () => response.writeHead(500).end("{}"),
      );
    });
    server.on("error", () => {});
    server.listen(path, () => {
      try {
        chmodSync(path, 0o600);
      } catch {}
    });
    server.unref?.();
  } catch {}
}

function door(client) {
  const put = onceEach(client);
  return async (request) => {
    const url = new URL(request.url, "http://door");
    if (request.method === "GET" && url.pathname === "/seat") {
      const seat = await seatOf(client, url.searchParams.get("session"));
      return seat === null ? [404, {}] : [200, seat];
    }
    if (request.method !== "PUT" || url.pathname !== "/prompt") return [404, {}];
    return [200, { answer: await put(JSON.parse(await bodyOf(request))) }];
  };
}

async function bodyOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error("too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What the screen shows of a session that is at rest or not: its title, agent and model. */
async function seatOf(client, id) {
  if (!id) return null;
  const { data: session } = await client.session.get({ path: { id } });
  if (!session?.agent || !session.model) return null;
  const { data } = await client.config.providers();
  const provider = data?.providers?.find(({ id }) => id === session.model.providerID);
  const model = provider?.models?.[session.model.id]?.name;
  if (!model) return null;
  const agent = session.agent.replace(/\b\w/g, (letter) => letter.toUpperCase());
  return { title: session.title, agent, model: `${model} ${provider.name}` };
}

/** One after the other, each name once. */
function onceEach(client) {
  const outcomes = new Map();
  let last = Promise.resolve();
  return (prompt) => {
    const mine = last.then(async () => {
      const name = nameOf(prompt);
      const before = outcomes.get(name);
      if (before === "busy" || before === "refused") return before;
      if (before === "put") return (await holds(client, prompt.session, name)) ? "there" : "unheard";
      const settle = (outcome) => {
        outcomes.set(name, outcome);
        if (outcomes.size > NAMES) outcomes.delete(outcomes.keys().next().value);
        return outcome;
      };
      if (await holds(client, prompt.session, name)) return "there";
      const why = await refusal(client, prompt.session, name);
      if (why !== null) return settle(why);
      const { data: session } = await client.session.get({ path: { id: prompt.session } });
      if (!session) return settle("refused");
      settle("put");
      const sent = await client.session.promptAsync({
        path: { id: prompt.session },
        body: bodyFor(session, name, prompt.text),
      });
      const status = sent.response?.status ?? 0;
      if (sent.error !== undefined && status >= 400 && status < 500) return settle("refused");
      return (await isStored(client, prompt.session, name)) ? "there" : "unheard";
    });
    last = mine.catch(() => {});
    return mine;
  };
}

/** Agent and model as the session had them last, which is what its screen shows: without them it would be the default one's. */
function bodyFor({ agent, model }, name, text) {
  return {
    messageID: `msg_${name}`,
    ...(agent ? { agent } : {}),
    ...(model ? { model: { providerID: model.providerID, modelID: model.id } } : {}),
    ...(model?.variant ? { variant: model.variant } : {}),
    parts: [{ id: `prt_${name}`, type: "text", text }],
  };
}

/**
 * As opencode names things: 48 bits of the time in 4096ths of a millisecond, and 14 characters. It takes a message whose
 * name is smaller than the last answer's for one that was answered.
 */
function nameOf({ id, atMs }) {
  if (!/^[0-9A-Za-z]{14,}$/.test(id) || !Number.isSafeInteger(atMs)) throw new Error("no name");
  const time = (BigInt(atMs) * 0x1000n) & 0xffff_ffff_ffffn;
  return time.toString(16).padStart(12, "0") + id.slice(-14);
}

/** Why nothing may be put now: `busy` for a turn or a dialog of its. */
async function refusal(client, id, name) {
  const { data: statuses } = await client.session.status();
  if (statuses === undefined) return "refused";
  if ((statuses[id]?.type ?? "idle") !== "idle") return "busy";
  const { data: messages } = await client.session.messages({ path: { id }, query: { limit: 1 } });
  return (messages?.at(-1)?.info.id ?? "") < `msg_${name}` ? null : "refused";
}

/** Whether the session holds it, with its text. */
async function holds(client, id, name) {
  const { data, response } = await client.session.message({ path: { id, messageID: `msg_${name}` } });
  if (data === undefined && response?.status !== 404) throw new Error("not known");
  return data?.parts?.some((part) => part.id === `prt_${name}`) ?? false;
}

/** It is said to be accepted before it is stored. */
async function isStored(client, id, name) {
  const untilMs = Date.now() + STORED_LIMIT_MS;
  while (!(await holds(client, id, name))) {
    if (Date.now() >= untilMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}
