import { existsSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { DaemonWorld, exited } from "./daemon-world.js";

const test = suite("daemon", 30_000);

let w: DaemonWorld;
test.beforeEach(() => {
  w = new DaemonWorld();
});
test.afterEach(() => w.end());

const spawn = async (label: string, more: Record<string, unknown> = {}): Promise<AgentJson> => {
  const request = { provider: "rehearsal", cwd: w.home, session: "work", label, args: ["--speed", "10"], ...more };
  const { status, body } = await w.ask("POST", "/v1/agents", request);
  assert.is(status, 200, JSON.stringify(body));
  return body.agent;
};
const transcript = (file: string): { kind?: string; event?: string }[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

test("of many that start at once one is the daemon, and the others leave quietly", async () => {
  const all = Array.from({ length: 6 }, () => w.launch());
  const { body } = await until("one answers", () => w.ask("GET", "/v1/health"), { limitMs: 15_000 });
  const losers = all.filter((child) => child.pid !== body.pid);
  assert.is(losers.length, 5);
  assert.equal(await Promise.all(losers.map(exited)), [0, 0, 0, 0, 0]);
  assert.is((await w.ask("GET", "/v1/health")).body.pid, body.pid);
  assert.is(w.run()?.pid, body.pid);
});

test("the socket is its user's alone, and the run file says who and where", async () => {
  const child = await w.start();
  assert.is(statSync(w.paths.socket).mode & 0o777, 0o600);
  assert.is(statSync(w.paths.runtimeDir).mode & 0o777, 0o700);
  const run = w.run();
  assert.equal([run?.pid, run?.socket, run?.owner], [child.pid, w.paths.socket, "persistent"]);
});

test("an agent lives its life: prompted, asking, answered, stopped, removed", async () => {
  await w.start();
  const file = join(w.home, "transcript");
  await spawn("a", { args: ["--speed", "10", "--transcript", file] });
  await w.isIn("a", "idle");
  const sent = await w.ask("POST", "/v1/agents/a/send", { text: "permission, please\nand a second line" });
  assert.equal([sent.status, sent.body.message?.state], [200, "delivered"]);
  const { question } = await w.isIn("a", "blocked");
  assert.is(question.kind, "permission");
  const unready = await w.ask("POST", "/v1/agents/a/send", { text: "never typed", now: true });
  assert.equal([unready.status, unready.body.error?.code], [409, "NOT_READY"]);
  const stale = await w.ask("POST", "/v1/agents/a/answer", { choice: "1", if: "another" });
  assert.is(stale.status, 409);
  const answered = await w.ask("POST", "/v1/agents/a/answer", { choice: "1", if: question.fingerprint });
  assert.is(answered.status, 200);
  await w.isIn("a", "done");
  const story = JSON.stringify(transcript(file));
  assert.match(story, /permission, please\\nand a second line/);
  assert.not.match(story, /never typed/);
  const { body } = await w.ask("POST", "/v1/agents/a/stop", {});
  assert.equal([body.agent.state, body.agent.exit?.code, body.agent.pane], ["exited", 0, ""]);
  assert.is((await w.ask("DELETE", "/v1/agents/a")).status, 200);
  assert.equal((await w.ask("GET", "/v1/agents")).body.agents, []);
});

test("a turn over before anyone could see it is counted, and done", async () => {
  await w.start();
  const script = join(w.home, "script.json");
  writeFileSync(script, JSON.stringify({ topic: "quick", turns: [{ steps: [{ say: "Yes." }] }] }));
  await spawn("a", { args: ["--speed", "100000", "--script", script] });
  await w.isIn("a", "idle");
  for (const turn of [1, 2, 3]) {
    const sent = await w.ask("POST", "/v1/agents/a/send", { text: `question ${turn}` });
    assert.equal([sent.status, sent.body.message?.turn], [200, turn]);
    await until(
      `turn ${turn} is done`,
      async () => {
        const agent = await w.isIn("a", "done");
        return agent.turn === turn;
      },
      {
        show: async () =>
          JSON.stringify(
            [(await w.ask("GET", "/v1/agents/a/why")).body, (await w.ask("GET", "/v1/agents/a/screen")).body],
            null,
            1,
          ),
      },
    );
  }
});

test("a daemon killed in the middle of everything is started again and knows everyone", async () => {
  const first = await w.start();
  const agents = await Promise.all([spawn("a"), spawn("b"), spawn("c", { prompt: "permission" })]);
  await w.isIn("a", "idle");
  await w.isIn("c", "blocked");
  await w.ask("POST", "/v1/agents/b/send", { text: "long" });
  first.kill("SIGKILL");
  await exited(first);
  await w.start();
  const { body } = await w.ask("GET", "/v1/agents");
  const known = (list: AgentJson[]) => list.map((a) => `${a.label} ${a.id} ${a.pane}`).sort();
  assert.equal(known(body.agents), known(agents));
  const { question } = await until("its question was read again", async () => {
    const c = await w.isIn("c", "blocked");
    return c.question !== null && c;
  });
  assert.is(question.kind, "permission");
});

test("a daemon that is told to end takes its files with it and ends no agent", async () => {
  const child = await w.start();
  await spawn("a");
  await w.isIn("a", "idle");
  child.kill("SIGHUP");
  await w.isIn("a", "idle");
  child.kill("SIGTERM");
  assert.is(await exited(child), 0);
  assert.equal([existsSync(w.paths.socket), existsSync(w.paths.runFile)], [false, false]);
  assert.equal(w.labels(), ["a"]);
  const again = await w.start();
  await w.isIn("a", "idle");
  assert.equal((await w.ask("POST", "/v1/shutdown", {})).body, { stopping: true });
  assert.is(await exited(again), 0);
  assert.equal(w.labels(), ["a"]);
});

test("tabs may be moved, renamed and joined: an agent stays itself", async () => {
  await w.start();
  const { id, pane } = await spawn("a");
  await spawn("b");
  await w.isIn("a", "idle");
  w.tmux("new-session", "-d", "-s", "other", "cat");
  w.tmux("move-window", "-s", pane, "-t", "other:");
  w.tmux("rename-window", "-t", pane, "mine");
  const moved = await until("it is seen there", async () => {
    const { agent } = (await w.ask("GET", "/v1/agents/a")).body;
    return agent.session === "other" && agent.windowName === "mine" && agent;
  });
  assert.equal([moved.id, moved.state, moved.label], [id, "idle", "a"]);
  w.tmux("kill-pane", "-t", pane);
  await w.isIn("a", "lost");
  await w.isIn("b", "idle");
});

test("a tmux server that dies loses its agents and not the daemon", async () => {
  await w.start();
  await spawn("a");
  await w.isIn("a", "idle");
  w.tmux("kill-server");
  await until("it is spawned anew", async () => {
    const reply = await w.ask("POST", "/v1/agents", {
      provider: "rehearsal",
      cwd: w.home,
      session: "work",
      label: "b",
      ifAbsent: true,
    });
    return reply.status === 200 && reply.body.agent.label === "b";
  });
  await w.isIn("b", "idle");
  await w.isIn("a", "lost");
});

test("agents whose store is lost are adopted back from their marks", async () => {
  const first = await w.start();
  const { id } = await spawn("a");
  await w.isIn("a", "idle");
  first.kill("SIGKILL");
  await exited(first);
  rmSync(w.paths.stateDir, { recursive: true });
  await w.start();
  const a = await w.isIn("a", "idle");
  assert.equal([a.id, a.provider, a.session], [id, "rehearsal", "work"]);
});

test("tabs that were rebuilt by name after a restart of tmux are the same agents", async () => {
  await w.start();
  const { id } = await spawn("a");
  await w.isIn("a", "idle");
  w.tmux("kill-server");
  await until("the server is gone", async () => (await w.ask("GET", "/v1/health")).body.tmux.connected === false);
  const rehearsal = fileURLToPath(new URL("../../../bin/drover-rehearsal.js", import.meta.url));
  w.tmux("new-session", "-d", "-x", "120", "-y", "40", "-s", "work", "-n", "a", process.execPath, rehearsal);
  await until("it is marked", () => w.labels().includes("a"));
  const a = await w.isIn("a", "idle");
  assert.equal([a.id, w.tmux("list-panes", "-a", "-F", "#{@drover-id}").includes(id)], [id, true]);
});

test("a crash leaves its last screen and its exit code to be read", async () => {
  await w.start();
  await spawn("a");
  await w.isIn("a", "idle");
  await w.ask("POST", "/v1/agents/a/send", { text: "crash" });
  const { exit } = await w.isIn("a", "exited");
  assert.ok(exit?.code !== 0 && exit?.code !== null, JSON.stringify(exit));
  assert.equal(w.labels(true), ["a"]);
  assert.is((await w.ask("GET", "/v1/agents/a/screen")).status, 200);
  assert.is((await w.ask("DELETE", "/v1/agents/a")).status, 200);
  await until("its tab is gone", () => w.labels(true).length === 0);
});

test("any command is an agent, by the provider for shells", async () => {
  await w.start();
  const { provider } = await spawn("s", { provider: "shell", args: ["sh", "-c", "echo ready; exec cat"] });
  assert.is(provider, "shell");
  await w.isIn("s", "working");
  const first = await until("it is in the journal", async () => {
    return (await w.ask("GET", "/v1/agents/s/why")).body.history.at(-1);
  });
  assert.equal([first.from, first.to], ["starting", "working"]);
  const missing = await w.ask("POST", "/v1/agents", {
    provider: "shell",
    cwd: w.home,
    args: ["there-is-no-such-program"],
  });
  assert.equal([missing.status, missing.body.error?.code], [404, "NOT_FOUND"]);
});

test("a socket that disappears is bound again", async () => {
  await w.start();
  unlinkSync(w.paths.socket);
  const { body } = await until("it answers again", () => w.ask("GET", "/v1/health"), { limitMs: 12_000 });
  assert.is(body.pid, w.run()?.pid);
});

test("what a pane shows reaches a subscriber", async () => {
  await w.start();
  await spawn("a");
  await w.isIn("a", "idle");
  const events = w.follow("/v1/events?agent=a");
  await until("a snapshot", () => events.events.length > 0);
  await w.ask("POST", "/v1/agents/a/send", { text: "question" });
  await until("the question is told", () =>
    events.events.some(({ data }) => (data.set as AgentJson | undefined)?.question?.kind === "question"),
  );
});

test.run();
