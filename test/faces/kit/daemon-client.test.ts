import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { connect, type DaemonClient } from "#faces/kit/daemon-client.js";
import { takeTurn } from "#faces/kit/start-turn.js";
import { isAlive } from "#host/alive.js";
import { suite, until } from "../../kit/t.js";
import { json, ScriptedDaemon } from "./scripted-daemon.js";

const test = suite("daemon-client");
const withTmux = test.skipIf(spawnSync("tmux", ["-V"]).status !== 0, "tmux is not installed");

let daemon: ScriptedDaemon;
let client: DaemonClient | null = null;
test.beforeEach(() => {
  daemon = new ScriptedDaemon((_asked, response) => json(response, 200, {}));
});
test.afterEach(async () => {
  client?.close();
  client = null;
  await daemon.remove();
});

function places() {
  const { socket, runFile, stateDir, tmuxSocket } = daemon;
  return { socket, runFile, stateDir, tmuxSocket };
}

async function fault(work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, Fault);
    return error as Fault;
  }
  throw new Error("nothing was refused");
}

async function connected(): Promise<DaemonClient> {
  await daemon.listen();
  client = await connect(daemon);
  return client;
}

test("asks with a body and gives the answer", async () => {
  daemon.answer = (asked, response) =>
    json(response, 200, { agent: { label: (asked.body as { label: string }).label } });
  const answer = await (await connected()).request<{ agent: { label: string } }>("POST", "/v1/agents", { label: "ä" });
  assert.equal(answer, { agent: { label: "ä" } });
  assert.equal(daemon.asked, [{ method: "POST", path: "/v1/agents", body: { label: "ä" } }]);
});

test("what the daemon refuses keeps its code, hint and everything beside the error", async () => {
  daemon.answer = (_asked, response) =>
    json(response, 409, { error: { code: "STALE", message: "another dialog", hint: "look" }, question: { text: "?" } });
  const refused = await fault((await connected()).request("POST", "/v1/agents/a/answer", {}));
  assert.equal(
    [refused.code, refused.message, refused.hint, refused.detail],
    ["STALE", "another dialog", "look", { question: { text: "?" } }],
  );
});

test("a code of a newer daemon, and an answer that is no JSON, are internal", async () => {
  daemon.answer = (_asked, response) => json(response, 418, { error: { code: "TEAPOT", message: "no coffee" } });
  const talk = await connected();
  assert.equal((await fault(talk.request("GET", "/"))).message, "no coffee");
  daemon.answer = (_asked, response) => void response.writeHead(200).end("<html>");
  assert.equal((await fault(talk.request("GET", "/"))).code, "INTERNAL");
  daemon.answer = (_asked, response) => void response.writeHead(502).end("<html>");
  assert.equal((await fault(talk.request("GET", "/"))).message, "the daemon answered 502");
});

test("an answer that does not come in time is TIMED_OUT; a connection cut is DAEMON_UNREACHABLE", async () => {
  daemon.answer = () => {};
  const talk = await connected();
  assert.equal((await fault(talk.request("GET", "/", undefined, { timeoutMs: 30 }))).code, "TIMED_OUT");
  daemon.answer = (_asked, response) => void response.destroy();
  assert.equal((await fault(talk.request("GET", "/"))).code, "DAEMON_UNREACHABLE");
});

test("without a daemon, and not told to start one, it says where none answers", async () => {
  const refused = await fault(connect(daemon));
  assert.equal(refused.code, "DAEMON_UNREACHABLE");
  assert.match(refused.message, daemon.socket);
});

test("a daemon that listens elsewhere is found by its run file, and says its version", async () => {
  await daemon.listen();
  writeFileSync(
    daemon.runFile,
    JSON.stringify({ pid: 1, socket: daemon.socket, owner: "persistent", version: "9.9.9" }),
  );
  client = await connect({ ...places(), socket: join(daemon.folder, "not-here.sock") });
  assert.equal([client.socket, client.version], [daemon.socket, "9.9.9"]);
});

test("nothing is said to a daemon in a folder that others may write to", async () => {
  await daemon.listen();
  chmodSync(dirname(daemon.socket), 0o777);
  const refused = await fault(connect(daemon));
  assert.equal([refused.code, refused.message], ["INVALID", `others may write to ${dirname(daemon.socket)}`]);
  assert.equal(daemon.asked, []);
});

const asRoot = test.skipIf(process.getuid?.() !== 0, "only root may give a folder away");
asRoot("nothing is said to a daemon in another user's folder", async () => {
  await daemon.listen();
  chownSync(dirname(daemon.socket), 65_534, 65_534);
  const refused = await fault(connect(daemon));
  assert.equal([refused.code, refused.message], ["INVALID", `${dirname(daemon.socket)} belongs to another user`]);
  assert.equal(daemon.asked, []);
});

test("a run file that is stale or garbled does no harm", async () => {
  writeFileSync(
    daemon.runFile,
    JSON.stringify({ pid: 1, socket: "/nowhere/at/all", owner: "persistent", version: "1" }),
  );
  await daemon.listen();
  client = await connect(daemon);
  assert.equal([client.socket, client.version], [daemon.socket, null]);
  writeFileSync(daemon.runFile, "{");
  await (await connect(daemon)).request("GET", "/v1/health");
});

withTmux("starts the daemon where none answers, without the certificates, and waits for it", async () => {
  const script = join(daemon.folder, "daemon.mjs");
  const seen = join(daemon.folder, "seen.json");
  writeFileSync(
    script,
    `import { createServer } from "node:http"; import { writeFileSync } from "node:fs";
     writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), pid: process.pid, certs: process.env.NODE_EXTRA_CA_CERTS ?? null, mine: process.env.MINE, home: process.env.DROVER_HOME }));
     createServer((_, r) => r.end("{}")).listen(${JSON.stringify(daemon.socket)}); setTimeout(() => process.exit(), 120_000);`,
  );
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: "/dev/null", MINE: "yes", DROVER_HOME: "some/home" };
  const paths = { ...places(), stateDir: join(daemon.folder, "other") };
  client = await connect(paths, { autostart: true, script, daemonArgs: ["--ephemeral"], env });
  await client.request("GET", "/v1/health");
  const { pid, ...rest } = JSON.parse(readFileSync(seen, "utf8"));
  const home = join(process.cwd(), "some/home");
  assert.equal(rest, { args: ["-S", daemon.tmuxSocket, "--ephemeral"], cwd: "/", certs: null, mine: "yes", home });
  process.kill(pid);
  await until("the daemon of this test ended", () => !isAlive(pid));
});

withTmux("of a dozen that find no daemon one starts it, and all are served", async () => {
  const script = join(daemon.folder, "daemon.mjs");
  const started = join(daemon.folder, "started");
  writeFileSync(
    script,
    `import { createServer } from "node:http"; import { appendFileSync } from "node:fs";
     appendFileSync(${JSON.stringify(started)}, process.pid + "\\n");
     createServer((_, r) => r.end("{}")).listen(${JSON.stringify(daemon.socket)});
     setTimeout(() => process.exit(), 120_000);`,
  );
  const options = { autostart: true, script };
  const began = performance.now();
  const clients = await Promise.all(Array.from({ length: 12 }, () => connect(daemon, options)));
  for (const each of clients) assert.equal(await each.request("GET", "/v1/health"), {});
  const pids = readFileSync(started, "utf8").trim().split("\n");
  // A starter is waited for no longer than 5 s; a machine that takes as long to start a program has a second one tried.
  if (performance.now() - began < 5_000) assert.is(pids.length, 1);
  for (const each of clients) each.close();
  for (const pid of pids) if (isAlive(Number(pid))) process.kill(Number(pid));
  assert.not(existsSync(join(daemon.stateDir, "daemon.out.turn")));
});

test("a starter that died is not waited for", () => {
  const file = join(daemon.folder, "turn");
  const dead = spawnSync(process.execPath, ["-e", "0"]).pid;
  writeFileSync(file, String(dead));
  const end = takeTurn(file);
  assert.type(end, "function");
  assert.is(takeTurn(file), null);
  end?.();
  assert.type(takeTurn(file), "function");
  utimesSync(file, 1, 1);
  assert.type(takeTurn(file), "function");
});

withTmux("a daemon that will not start says why: in its own words, or the last line it wrote", async () => {
  const script = join(daemon.folder, "daemon.mjs");
  writeFileSync(
    join(daemon.stateDir, "daemon.out"),
    '{"error":{"code":"STORE_FULL","message":"of an earlier start"}}\n',
  );
  writeFileSync(
    script,
    `console.error(JSON.stringify({ error: { code: "STORE_BROKEN", message: "cannot open", hint: "repair" } })); process.exit(1)`,
  );
  const known = await fault(connect(daemon, { autostart: true, script }));
  assert.equal([known.code, known.message, known.hint], ["STORE_BROKEN", "cannot open", "repair"]);
  writeFileSync(script, `throw Object.assign(new TypeError("boom"), { code: 1 })`);
  const unknown = await fault(connect(daemon, { autostart: true, script }));
  assert.equal([unknown.code, unknown.message], ["DAEMON_UNREACHABLE", "the daemon ended at once: TypeError: boom"]);
});

withTmux("where no folder can be made for a daemon, that is why there is none", async () => {
  const file = join(daemon.folder, "file");
  writeFileSync(file, "");
  const paths = { ...places(), stateDir: join(file, "state"), socket: join(file, "run/drover.sock") };
  const refused = await fault(connect({ ...paths, runFile: join(file, "daemon.json") }, { autostart: true }));
  assert.is(refused.code, "DAEMON_UNREACHABLE");
  assert.match(refused.message, `cannot make the folder ${join(file, "state")}: ENOTDIR`);
});

test("without tmux nothing is started, and the remedy is told", async () => {
  const refused = await fault(connect(daemon, { autostart: true, env: { PATH: daemon.folder } }));
  assert.equal(refused.code, "TMUX_MISSING");
  assert.not(existsSync(join(daemon.stateDir, "daemon.out")));
});

test("a subscription comes back by itself after the daemon was killed, from the last id it saw", async () => {
  let next = 1;
  daemon.answer = (_asked, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: entry\nid: ${next}\ndata: ${JSON.stringify({ seq: next })}\n\n`);
    next++;
  };
  const talk = await connected();
  const seen: string[] = [];
  const subscription = talk.events(
    "/v1/events",
    {
      onEvent: (event, data, id) => seen.push(`${event} ${id} ${JSON.stringify(data)}`),
      onOpen: () => seen.push("open"),
      onLost: (why) => seen.push(`lost ${why.code}`),
      onEnd: () => seen.push("end"),
    },
    { after: 0 },
  );
  await until("the first entry came", () => seen.length === 2);
  await daemon.cut();
  await until("the loss was told", () => seen.includes("lost DAEMON_UNREACHABLE"));
  await daemon.listen();
  await until("the second entry came", () => seen.some((line) => line.startsWith("entry 2")));
  subscription.stop();
  assert.equal(
    seen.filter((line) => !line.startsWith("lost")),
    ["open", 'entry 1 {"seq":1}', "open", 'entry 2 {"seq":2}'],
  );
  assert.equal(
    daemon.asked.map((a) => a.path),
    ["/v1/events?after=0", "/v1/events?after=1"],
  );
});

test("a subscription that is refused ends with the reason, and one that must not resume ends when it is cut", async () => {
  daemon.answer = (_asked, response) => json(response, 404, { error: { code: "NOT_FOUND", message: "no agent x" } });
  const talk = await connected();
  const ends: string[] = [];
  const onEnd = (why: Fault | null) => ends.push(why ? why.message : "in order");
  talk.events("/v1/agents/x/stream", { onEvent: () => {}, onEnd });
  await until("it ended", () => ends.length === 1);
  daemon.answer = (_asked, response) => void response.writeHead(200).end("data: 1\n\n");
  talk.events("/v1/supervise", { onEvent: () => {}, onEnd }, { resume: false });
  await until("it ended", () => ends.length === 2);
  assert.equal(ends, ["no agent x", "in order"]);
});

test("a lost subscription that is told of a daemon does not wait its time out", async () => {
  daemon.answer = (_asked, response) => void response.writeHead(200).write("data: 1\n\n");
  const talk = await connected();
  // What would wait for a second or longer waits for good.
  const timer = globalThis.setTimeout;
  const endless = (call: () => void, ms = 0) => timer(call, ms < 1_000 ? ms : 2 ** 30);
  globalThis.setTimeout = endless as typeof setTimeout;
  let lost = 0;
  let opened = 0;
  const subscription = talk.events("/v1/events", { onEvent() {}, onOpen: () => opened++, onLost: () => lost++ });
  await until("it is open", () => opened === 1);
  await daemon.cut();
  // By then the next try is more than a second away.
  await until("it was tried in vain", () => lost === 6);
  await daemon.listen();
  subscription.retry();
  await until("it is open again", () => opened === 2).finally(() => {
    globalThis.setTimeout = timer;
  });
  talk.close();
});

test("nothing of a subscription is heard after stop, and close ends all of them", async () => {
  daemon.answer = (_asked, response) => void response.writeHead(200).write("data: 1\n\n");
  const talk = await connected();
  const heard: string[] = [];
  const note = (what: string) => () => void heard.push(what);
  talk.events("/v1/events", { onEvent: note("event"), onEnd: note("end"), onLost: note("lost") });
  await until("it is open", () => heard.length === 1);
  talk.close();
  await daemon.cut();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(heard, ["event"]);
});

test.run();
