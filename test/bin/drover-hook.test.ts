/** The script that agents' hooks run, against a daemon that answers, refuses, hangs, or is not there. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { parseSpooled } from "#daemon/spool.js";
import { curl, patientPath } from "../kit/patient-curl.js";
import { suite, until } from "../kit/t.js";

const all = suite("the hook script");
const test = all.skipIf(curl === undefined, "there is no curl here");
const script = join(dirname(fileURLToPath(import.meta.url)), "../../../bin/drover-hook");

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let folder: string;
let spool: string;
/** Where the hook looks for its curl. */
let path: string;
let socket: string;
let server: Server | null = null;
let asked: Asked[] = [];

all.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-hook-"));
  spool = join(folder, "spool");
  socket = join(folder, "s");
  mkdirSync(spool);
  path = patientPath(join(folder, "bin"));
  asked = [];
});
all.afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((done) => (server === null ? done() : server.close(() => done())));
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

/** `says` null: takes the request and never answers. */
async function listen(says: string | null, status = 200): Promise<void> {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      asked.push({ url: request.url ?? "", headers: request.headers, body });
      if (says !== null) response.writeHead(status).end(says);
    });
  });
  await new Promise<void>((done) => server?.listen(socket, done));
}

function hook(
  args: readonly string[],
  input: string,
  env: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const own = { DROVER_SOCKET: socket, DROVER_SPOOL: spool, DROVER_ID: "01AGENT", DROVER_INCARNATION: "2" };
  const child = spawn(script, args, { env: { PATH: path, HOME: folder, ...own, ...env } });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((done) => {
    child.on("close", (code) => done({ code, out, err }));
  });
}

const payload = JSON.stringify({ session_id: "s", text: "a'b\"c\\n $HOME `id` é \\\\", long: "x".repeat(9_000) });
const spooled = (): string[] => readdirSync(spool).filter((name) => !name.startsWith("."));

test("the daemon is told who speaks, and the payload arrives as it is", async () => {
  await listen("{}");
  const { code, out, err } = await hook(["claude", "Stop"], payload, {
    TMUX: "/tmp/tmux-0/default,12,0",
    TMUX_PANE: "%3",
    http_proxy: "http://127.0.0.1:9",
  });
  assert.equal([code, out, err], [0, "", ""]);
  assert.is(asked.length, 1);
  const [{ url, headers, body }] = asked as [Asked];
  assert.is(url, "/v1/hooks/claude/Stop");
  assert.equal(JSON.parse(body), JSON.parse(payload));
  assert.equal(
    ["id", "incarnation", "pane", "tmux", "spooled"].map((name) => headers[`x-drover-${name}`]),
    ["01AGENT", "2", "%3", "/tmp/tmux-0/default", undefined],
  );
  assert.match(String(headers["x-drover-token"]), /./);
  assert.equal(spooled(), []);
});

test("what the daemon has to say is printed for the agent, and a refusal is not", async () => {
  await listen('{"decision":"block","reason":"two\\nlines"}');
  assert.is((await hook(["claude", "Stop"], payload)).out, '{"decision":"block","reason":"two\\nlines"}\n');
  server?.closeAllConnections();
  await new Promise((done) => server?.close(done));
  await listen('{"error":{"code":"NOT_FOUND"}}', 404);
  const { code, out, err } = await hook(["claude", "Stop"], payload);
  assert.equal([code, out, err, spooled()], [0, "", "", []]);
});

test("what was printed is told to the daemon, by the name of the event that it answered, and within the same second", async () => {
  await listen('{"decision":"block","reason":"go on"}');
  await hook(["claude", "Stop"], payload);
  assert.equal(
    asked.map(({ url }) => url),
    ["/v1/hooks/claude/Stop", "/v1/hooks/claude/DroverPrinted"],
  );
  const [stop, printed] = asked as [Asked, Asked];
  const token = String(stop.headers["x-drover-token"]);
  assert.equal(JSON.parse(printed.body), { printed: token });
  assert.equal([printed.headers["x-drover-token"], printed.headers["x-drover-id"]], [`${token}.p`, "01AGENT"]);
  assert.equal(spooled(), []);
});

test("a daemon that dies with its answer out finds in the spool that it was printed", async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { connection: "close" }).end('{"decision":"block","reason":"go on"}');
      server?.close();
      rmSync(socket, { force: true });
    });
  });
  await new Promise<void>((done) => server?.listen(socket, done));
  assert.is((await hook(["claude", "Stop"], payload)).out, '{"decision":"block","reason":"go on"}\n');
  server = null;
  const [file = ""] = spooled();
  const told = parseSpooled(readFileSync(join(spool, file), "utf8"));
  assert.equal([told?.event, told?.id, told?.token], ["DroverPrinted", "01AGENT", `${told?.payload.printed}.p`]);
});

test("a payload may be an argument, with nothing read from an open standard input", async () => {
  await listen("{}");
  const child = spawn(script, ["codex", "agent-turn-complete", '{"type":"x"}'], {
    env: { PATH: path, DROVER_SOCKET: socket },
    stdio: ["pipe", "ignore", "ignore"],
  });
  assert.is(await new Promise((done) => child.on("close", done)), 0);
  assert.is(asked[0]?.body.trim(), '{"type":"x"}');
});

test("without a daemon the payload lies whole in the spool, for its owner alone, and the next hook says so", async () => {
  const { code, out, err } = await hook(["claude", "Stop"], payload, { TMUX_PANE: "%3" });
  assert.equal([code, out, err], [0, "", ""]);
  const [name = ""] = spooled();
  const told = parseSpooled(readFileSync(join(spool, name), "utf8"));
  assert.equal(
    [told?.provider, told?.event, told?.id, told?.incarnation, told?.pane],
    ["claude", "Stop", "01AGENT", "2", "%3"],
  );
  assert.equal(told?.payload, JSON.parse(payload));
  assert.is(name, `${told?.token}.hook`);
  await listen("{}");
  await hook(["claude", "Stop"], "{}");
  assert.is(asked[0]?.headers["x-drover-spooled"], "1");
});

test("a daemon that hangs is given up, and the event is kept under the name it was told by", async () => {
  await listen(null);
  // With a curl that keeps to the limit it is given: the daemon here never answers.
  const { code, out, err } = await hook(["claude", "Stop"], payload, { PATH: process.env.PATH ?? "" });
  assert.equal([code, out, err], [0, "", ""]);
  await until("the request is seen", () => asked.length === 1);
  assert.equal(spooled(), [`${asked[0]?.headers["x-drover-token"]}.hook`]);
});

test("a socket that nobody listens on, and a machine without curl, lead to the spool", async () => {
  await listen("{}");
  const bare = join(folder, "bare");
  mkdirSync(bare);
  for (const name of ["cat", "mv", "sh"]) symlinkSync(`/bin/${name}`, join(bare, name));
  await hook(["claude", "Stop"], payload, { PATH: bare });
  assert.equal([asked.length, spooled().length], [0, 1]);
  await new Promise((done) => server?.close(done));
  server = null;
  await hook(["claude", "Stop"], payload);
  assert.is(spooled().length, 2);
});

test("where nothing can be kept, and where drover never ran, it is quiet all the same", async () => {
  rmSync(spool, { recursive: true });
  assert.equal(Object.values(await hook(["claude", "Stop"], payload)).slice(0, 3), [0, "", ""]);
  assert.not.ok(existsSync(spool));
  assert.equal(Object.values(await hook([], payload)).slice(0, 3), [0, "", ""]);
  mkdirSync(spool);
  chmodSync(spool, 0o500);
  assert.equal(Object.values(await hook(["claude", "Stop"], payload)).slice(0, 3), [0, "", ""]);
});

test("what a tool did is not kept for later", async () => {
  await hook(["claude", "PostToolUse"], payload);
  assert.equal(spooled(), []);
});

test("an agent started by hand finds the daemon of its tmux server as drover does", async () => {
  const run = join(folder, "run", "drover", "servers", "odd");
  mkdirSync(run, { recursive: true });
  socket = join(run, "drover.sock");
  await listen("{}");
  const env = { DROVER_SOCKET: "", DROVER_SPOOL: "", DROVER_ID: "", TMUX: "/tmp/tmux-0/odd,1,0", TMUX_PANE: "%1" };
  await hook(["claude", "Stop"], payload, { ...env, XDG_RUNTIME_DIR: join(folder, "run") });
  assert.equal([asked.length, asked[0]?.headers["x-drover-id"]], [1, undefined]);
  // Elsewhere the spool of that server, where there is one.
  const other = join(folder, "home", "state", "servers", "odd", "spool");
  mkdirSync(other, { recursive: true });
  await hook(["claude", "Stop"], payload, { ...env, DROVER_HOME: join(folder, "home") });
  assert.is(readdirSync(other).length, 1);
});

all.run();
