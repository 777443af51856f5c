import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import * as assert from "uvu/assert";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { SpawnRequest } from "#wire/requests.js";
import { suite } from "../../kit/t.js";
import { type Asked, json } from "../kit/scripted-daemon.js";
import { agent, QUESTION } from "./agents.js";
import { Play, type Stage } from "./play.js";

const test = suite("commands");

const fleet = [agent({ label: "api" }), agent({ label: "web", id: "01WEB" })];
const message: MessageJson = {
  id: "01M",
  to: "01A",
  from: null,
  kind: "message",
  state: "delivered",
  reason: null,
  attempts: 1,
  createdAt: "",
  updatedAt: "",
};

const health = { backend: "tmux" };

/** Answers as a daemon with two idle agents would. */
function standard(asked: Asked, response: ServerResponse): unknown {
  const [, ref, rest] = /^\/v1\/agents\/([^/?]+)(.*)$/.exec(asked.path) ?? [];
  const known = fleet.find((a) => a.label === ref || a.id === ref);
  if (ref !== undefined && !known)
    return json(response, 404, { error: { code: "NOT_FOUND", message: `no agent ${ref}` } });
  if (asked.path.startsWith("/v1/agents?") || (asked.path === "/v1/agents" && asked.method === "GET")) {
    return json(response, 200, { agents: fleet, seq: 12 });
  }
  if (asked.path === "/v1/agents") {
    const body = asked.body as Partial<AgentJson>;
    return json(response, 200, {
      agent: agent({ label: body.label ?? "codex-1", provider: body.provider ?? "" }),
      created: true,
    });
  }
  if (asked.path === "/v1/health")
    return json(response, 200, { backend: health.backend, tmux: { socket: "/nowhere/tmux" }, pid: 1 });
  if (rest === "/send") return json(response, 200, { message });
  if (rest === "/answer") return json(response, 200, { answered: true, question: QUESTION });
  if (rest?.startsWith("/output?screen")) {
    return json(response, 200, {
      rows: ["$ ls", "a  b", "", ""],
      cursor: { x: 0, y: 2 },
      size: { columns: 80, rows: 4 },
    });
  }
  if (rest === "/output") return json(response, 200, OUTPUT);
  if (rest?.startsWith("/output?follow")) {
    const end = rest.includes("screen") ? { ...OUTPUT, ...NOTHING_SAID } : OUTPUT;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: lines\ndata: ${JSON.stringify({ lines: ["one", "  two"] })}\n\n`);
    response.end(`event: end\ndata: ${JSON.stringify(end)}\n\n`);
    return;
  }
  if (rest?.startsWith("/output?scrollback")) return json(response, 200, { rows: ["old", "$ ls"] });
  return json(response, 200, { agent: known, interrupted: true });
}

const OUTPUT = { kind: "complete", text: "one\n\ttwo", source: "hook", turn: 3, lines: 2 };
const NOTHING_SAID = { kind: "none", text: "[NO RESPONSE - the turn was interrupted]", lines: 1 };

let play: Play;
test.beforeEach(async () => {
  play = new Play(standard);
  await play.daemon.listen();
});
test.afterEach(() => play.daemon.remove());

/** What was asked of the daemon, one line each. */
function asked(): string {
  return play.daemon.asked.map((a) => `${a.method} ${a.path}${a.body ? ` ${JSON.stringify(a.body)}` : ""}`).join("\n");
}

test("without a command and without a terminal the fleet is printed", async () => {
  const { out, err, status } = await play.run([]);
  assert.equal([out.split("\n").length, err, status], [4, "", 0]);
  assert.match(out, "api");
});

test("a prompt sent out of an agent's tab is that agent's, where the fleet has it; any other is a person's", async () => {
  const sent = () => play.daemon.asked.findLast(({ method }) => method === "POST")?.body;
  await play.run(["send", "api", "hello"], { env: { DROVER_ID: "01WEB" } });
  assert.equal(sent(), { text: "hello", from: "01WEB" });
  await play.run(["send", "api", "hello"], { env: { DROVER_ID: "01GONE" } });
  assert.equal(sent(), { text: "hello" });
  await play.run(["send", "api", "hello"]);
  assert.equal(sent(), { text: "hello" });
  await play.run(["send", "--from", "web", "api", "hello"]);
  assert.equal(sent(), { text: "hello", from: "01WEB" });
  assert.is((await play.run(["send", "--from", "nobody", "api", "hello"])).status, 3);
});

test("a driver that is none is refused without a terminal too, before anybody is asked", async () => {
  for (const json of [[], ["--json"]]) {
    const { out, err, status } = await play.run(["--driver", "foo", ...json]);
    assert.equal([out, status, asked()], ["", 2, ""]);
    assert.match(
      err,
      json.length === 0 ? /^drover: there is no driver "foo"\n {2}neo-blessed or blessed\n$/ : '"USAGE"',
    );
  }
  assert.is((await play.run(["--driver", "blessed"])).status, 0);
});

test("ls --json prints the daemon's answer and nothing else", async () => {
  const { out, err, status } = await play.run(["ls", "--json", "--all"]);
  assert.equal([JSON.parse(out), err, status], [{ agents: fleet, seq: 12 }, "", 0]);
  assert.equal(asked(), "GET /v1/agents?all=1");
});

test("ls says where states are old because tmux is out of sight", async () => {
  const since = new Date();
  since.setHours(12, 1);
  play.daemon.answer = (_asked, response) =>
    json(response, 200, { agents: fleet, seq: 12, sight: "tmux-slow", sightSince: since.toISOString() });
  const { out } = await play.run(["ls"]);
  assert.match(out, /\ntmux does not answer since .*12:01: states are as last seen\n$/);
  assert.match((await play.run(["ls", "--json"])).out, '"sight":"tmux-slow"');
});

test("status says what the store lost, and where it lies", async () => {
  const store = { path: "/s/store", ok: true, loss: "the store was damaged: see /s/store.damaged-1", quarantined: 1 };
  const health = { status: "degraded", tmux: { connected: true, socket: "/t" }, store, agents: {}, pid: 1 };
  play.daemon.answer = (_asked, response) => json(response, 200, health);
  const { out } = await play.run(["status"]);
  assert.match(
    out,
    /store {3}ok, \/s\/store, .*\n {8}the store was damaged: see \/s\/store\.damaged-1\n {8}1 value could not be read and was set aside\n/,
  );
});

test("spawn asks for a session of the size that an attach from here would give it", async () => {
  const size = async (stage: Stage) => {
    await play.run(["spawn", "codex"], stage);
    const { columns, rows } = play.daemon.asked.at(-1)!.body as SpawnRequest;
    return [columns, rows];
  };
  assert.equal(await size({ terminal: true, columns: 132, rows: 43 }), [132, 42]);

  assert.equal(await size({ terminal: false }), [undefined, undefined]);
});

test("spawn hands over what was asked for: arguments, environment, prompt, folder", async () => {
  const argv =
    "spawn codex --label api2 -s work -e A=1 -e B=x=y --parent api --role worker -g team --if-absent -c /tmp - -- --model o";
  const { out, status } = await play.run(argv.split(" "), { stdin: "fix\nthe tests\n" });
  assert.equal(play.daemon.asked[0]?.body, {
    provider: "codex",
    cwd: "/tmp",
    label: "api2",
    session: "work",
    group: "team",
    prompt: "fix\nthe tests",
    args: ["--model", "o"],
    env: { A: "1", B: "x=y" },
    path: "/nowhere",
    role: "worker",
    parent: "api",
    ifAbsent: true,
  });
  assert.match(out, /^api2 started: codex in session work; "(\S+\/)?bin\/drover.cjs attach api2" goes there\n$/);
  assert.is(status, 0, "and there is no drover on that PATH, so it is named by its file");
});

const refusedSpawns: readonly (readonly [string, RegExp])[] = [
  ["spawn codex --env NOVALUE", /--env takes NAME=VALUE/],
  ["spawn codex --role boss", /--role is worker or conductor, not "boss"/],
  ["spawn codex --if-absent", /--if-absent needs --label/],
  ["spawn codex --heartbeat 15m", /--heartbeat is for --role conductor/],
  ["spawn codex --role conductor --heartbeat soon", /takes a time from 1s to a week, not "soon"/],
  ["spawn codex --role conductor --heartbeat 0m", /takes a time/],
  ["spawn codex a --prompt b", /a prompt was given twice/],
];
for (const [line, why] of refusedSpawns) {
  test(`${line} is refused before anything is asked`, async () => {
    const { out, err, status } = await play.run(line.split(" "));
    assert.match(err, why);
    assert.equal([out, status, asked()], ["", 2, ""]);
  });
}

test("send joins words, or reads standard input to its end", async () => {
  assert.equal((await play.run(["send", "api", "run", "the  tests"])).out, "sent to api\n");
  await play.run(["send", "api", "-"], { stdin: "one\n\ntwo\n" });
  assert.equal(
    asked(),
    'POST /v1/agents/api/send {"text":"run the  tests"}\nPOST /v1/agents/api/send {"text":"one\\n\\ntwo"}',
  );
});

test("send says the truth of what became of it", async () => {
  const states: [MessageJson["state"], number, RegExp][] = [
    ["delivered", 0, /^sent to api$/m],
    ["uncertain", 0, /whether it was taken up could not be seen \(no echo\)/],
    ["failed", 1, /^not sent to api \(no echo\)$/m],
  ];
  for (const [state, expected, says] of states) {
    play.daemon.answer = (_asked, response) =>
      json(response, 200, { message: { ...message, state, reason: "no echo" } });
    const { out, status } = await play.run(["send", "api", "x"]);
    assert.is(status, expected);
    assert.match(out, says);
  }
  play.daemon.answer = (_asked, response) =>
    json(response, 200, { message: { ...message, state: "queued", reason: "it is error" } });
  const { out } = await play.run(["send", "api", "x"]);
  assert.match(out, "queued for api (its turn failed; try again in its tab, or restart it)");
  assert.is((await play.run(["send", "api", "-"], { stdin: " \n" })).status, 2);
});

test("answer names the choice it gave; a stale one exits 5 with the dialog that is there now", async () => {
  assert.equal((await play.run(["answer", "api", "2", "--if", "5f2c09"])).out, "answered api: No, and say why\n");
  assert.equal(asked(), 'POST /v1/agents/api/answer {"choice":"2","by":"cli","if":"5f2c09"}');
  play.daemon.answer = (_asked, response) =>
    json(response, 409, { error: { code: "STALE", message: "another dialog is open" }, question: QUESTION });
  const text = await play.run(["answer", "api", "1"]);
  assert.is(text.status, 5);
  assert.match(text.err, /Run npm test\?\nIt was not allowed before\.\n {2}1 {2}Yes\n[\s\S]*another dialog is open/);
  const machine = await play.run(["answer", "api", "1", "--json"]);
  assert.equal([machine.out, machine.status], ["", 5]);
  assert.equal(JSON.parse(machine.err), {
    error: { code: "STALE", message: "another dialog is open" },
    question: QUESTION,
  });
});

test("an empty answer is refused in a sentence, and a recording that cannot be written is no conflict", async () => {
  const empty = await play.run(["answer", "api", "--text", ""]);
  assert.equal([empty.status, empty.err.split("\n")[0]], [2, "drover: --text must not be empty"]);
  assert.is((await play.run(["answer", "api", ""])).err.split("\n")[0], "drover: the choice must not be empty");
  const nowhere = await play.run(["record", "api", "-o", "/nowhere/at/all/x.cast", "--json"]);
  assert.equal([nowhere.status, JSON.parse(nowhere.err).error.code], [1, "FILE_UNUSABLE"]);
});

test("output prints the screen without the blank rows below it, or history", async () => {
  assert.equal((await play.run(["output", "api", "--screen"])).out, "$ ls\na  b\n");
  assert.equal((await play.run(["output", "api", "--scrollback", "20"])).out, "old\n$ ls\n");
  assert.is(JSON.parse((await play.run(["output", "api", "--screen", "--json"])).out).rows.length, 4);
  for (const both of ["--screen --scrollback 3", "--last --screen", "--last --scrollback 3", "--follow --scrollback 3"])
    assert.is((await play.run(["output", "api", ...both.split(" ")])).status, 2, both);
});

test("output prints the last response as it is; followed, its lines as they come", async () => {
  assert.is((await play.run(["output", "api"])).out, "one\n\ttwo\n");
  assert.is((await play.run(["output", "api", "--last"])).out, "one\n\ttwo\n");
  assert.equal(JSON.parse((await play.run(["output", "api", "--json"])).out), OUTPUT);
  const followed = await play.run(["output", "api", "--follow"]);
  assert.equal([followed.out, followed.status], ["one\n  two\n", 0]);
  const { out } = await play.run(["output", "api", "--follow", "--json"]);
  const lines = out.trimEnd().split("\n");
  assert.equal(
    lines.map((line) => JSON.parse(line)),
    [{ line: "one" }, { line: "  two" }, { output: OUTPUT }],
  );
  const none = await play.run(["output", "api", "--follow", "--screen"]);
  assert.is(none.out, "one\n  two\n[NO RESPONSE - the turn was interrupted]\n");
});

test("who follows an agent that is removed, or a daemon that ends, is told which", async () => {
  const cutOff = (then: (response: ServerResponse) => void) => {
    let asks = 0;
    play.daemon.answer = (asked, response) => {
      if (!asked.path.includes("follow"))
        return asks++ === 0 ? json(response, 200, { agent: fleet[0] }) : then(response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`event: lines\ndata: ${JSON.stringify({ lines: ["one"] })}\n\n`);
    };
    return play.run(["output", "api", "--follow"]);
  };
  const removed = await cutOff((response) =>
    json(response, 404, { error: { code: "NOT_FOUND", message: "no agent" } }),
  );
  assert.equal(
    [removed.out, removed.err, removed.status],
    ["one\n", "drover: api was removed before its turn ended\n", 3],
  );
  const ended = await cutOff((response) => response.destroy());
  assert.equal([ended.out, ended.status], ["one\n", 4]);
});

test("a label that is not there exits 3 and names the nearest", async () => {
  const { err, status } = await play.run(["interrupt", "apj"]);
  assert.equal([err, status], ['drover: there is no agent "apj"\n  did you mean api?\n', 3]);
  assert.match((await play.run(["why", "zebra"])).err, '"drover ls" lists the agents');
});

test("stop and rm go through all labels, tell each failure, and exit with the first", async () => {
  const { out, err, status } = await play.run(["stop", "api", "nobody", "web"]);
  assert.equal([out, status], ["api stopped\nweb stopped\n", 3]);
  assert.match(err, 'there is no agent "nobody"');
  const { out: removed } = await play.run(["rm", "--force", "api", "--json"]);
  assert.is(JSON.parse(removed).agent.label, "api");
  assert.match(asked(), "DELETE /v1/agents/api?force=1");
  const many = await play.run(["rm", "api", "nobody", "--json"]);
  assert.equal(
    [JSON.parse(many.out).errors, many.err],
    [[{ label: "nobody", code: "NOT_FOUND", message: 'there is no agent "nobody"' }], ""],
  );
});

test("self is the agent whose tab we are in, and an error that says what to do anywhere else", async () => {
  await play.run(["interrupt", "self"], { env: { DROVER_ID: "01WEB" } });
  assert.equal(asked(), "POST /v1/agents/01WEB/interrupt {}");
  const { err, status } = await play.run(["interrupt", "self"]);
  assert.is(status, 2);
  assert.match(err, "this is not an agent's tab");
});

test("with --json what goes wrong is JSON on standard error, for usage too", async () => {
  const { out, err, status } = await play.run(["interrupt", "apj", "--json"]);
  assert.equal([out, status], ["", 3]);
  assert.equal(JSON.parse(err), {
    error: { code: "NOT_FOUND", message: 'there is no agent "apj"', hint: "did you mean api?" },
  });
  const usage = await play.run(["spawn", "--json"]);
  assert.equal([usage.status, JSON.parse(usage.err).error.code], [2, "USAGE"]);
});

test("attach refuses without a terminal, and asks for nothing to be seen", async () => {
  const { err, status } = await play.run(["attach", "api"]);
  assert.is(status, 2);
  assert.match(err, "attach needs a terminal");
  assert.not.match(asked(), "seen");
});

test("attach goes by the server's backend, whatever is configured here", async () => {
  health.backend = "herdr";
  try {
    const { err, status } = await play.run(["attach", "api", "--backend", "tmux"], { terminal: true });
    assert.is(status, 4);
    assert.match(err, "this version of drover knows no way to a tab in herdr");
    assert.not.match(asked(), "seen");
  } finally {
    health.backend = "tmux";
  }
});

test("a backend that does not exist is refused before anything is asked", async () => {
  const { err, status } = await play.run(["ls", "--backend", "screen"]);
  assert.equal([status, asked()], [2, ""]);
  assert.match(err, 'there is no backend "screen"');
});

test("a daemon of another version is told of, but not with --json", async () => {
  const { socket, runFile } = play.daemon;
  writeFileSync(runFile, JSON.stringify({ pid: 1, socket, owner: "persistent", version: "0.0.1" }));
  const { err, status } = await play.run(["ls"]);
  assert.is(status, 0);
  assert.match(
    err,
    /^warning: the daemon is drover 0\.0\.1, this is .*"drover down" stops the old one, the agents go on\n$/,
  );
  assert.is((await play.run(["ls", "--json"])).err, "");
});

test("status and down never start a daemon", async () => {
  await play.daemon.cut();
  const status = await play.run(["status"]);
  assert.equal([status.status, status.out], [4, ""]);
  assert.match(status.err, "no drover daemon is running");
  assert.equal(await play.run(["down"]), { out: "no daemon runs\n", err: "", status: 0 });
  assert.equal(JSON.parse((await play.run(["down", "--json"])).out), { stopped: false });
});

test("a command that needs a daemon, where there is no tmux, says so in one sentence and exits 4", async () => {
  await play.daemon.cut();
  const { out, err, status } = await play.run(["ls"]);
  assert.equal([out, status], ["", 4]);
  assert.match(err, /^drover: tmux is not installed, or not on PATH\n {2}install tmux 3\.2 or newer.*\n$/);
});

test("completion words come from the daemon, and nothing is said where none runs", async () => {
  assert.equal(await play.run(["__complete", "labels"]), { out: "api\nweb\n", err: "", status: 0 });
  await play.daemon.cut();
  assert.equal(await play.run(["__complete", "labels"]), { out: "", err: "", status: 0 });
});

test.run();
