import type { ServerResponse } from "node:http";
import * as assert from "uvu/assert";
import { suite } from "../../kit/t.js";
import { type Asked, json } from "../kit/scripted-daemon.js";
import { agent } from "./agents.js";
import { Play } from "./play.js";

const test = suite("commands for a life");

const api = agent({ label: "api" });
const over = { pane: "%3", window: "@3", session: "work", windowName: "zsh", pid: 9, title: "" };
const answers: Record<string, unknown> = {
  "GET /v1/agents/api": { agent: api },
  "GET /v1/agents": { agents: [api], seq: 1 },
  "PATCH /v1/agents/api": { agent: { ...api, label: "web" }, created: false },
  "POST /v1/agents/api/restart": { agent: api, created: false, how: "session", missingEnv: ["COLOUR"] },
  "POST /v1/restore": {
    agents: [api],
    errors: [{ label: "web", code: "NOT_RESUMABLE", message: "nothing to resume" }],
  },
  "GET /v1/adoptable": { panes: [{ ...over, provider: "claude", cwd: "/src/api" }] },
  "POST /v1/adopt": { agent: api, created: true },
  "POST /v1/agents": { agent: api, created: true },
  "DELETE /v1/agents/api": {
    agent: api,
    removed: true,
    errors: [{ label: "worktree", code: "INVALID", message: "it is locked" }],
  },
};

let play: Play;
let given: Record<string, unknown>;
test.beforeEach(async () => {
  given = { ...answers };
  play = new Play((asked: Asked, response: ServerResponse) => {
    const found = given[`${asked.method} ${asked.path}`];
    if (found === undefined) return json(response, 404, { error: { code: "NOT_FOUND", message: asked.path } });
    return json(response, 200, found);
  });
  await play.daemon.listen();
});
test.afterEach(() => play.daemon.remove());

const asked = () => play.daemon.asked.map((a) => `${a.method} ${a.path} ${JSON.stringify(a.body ?? null)}`).join("\n");

const lines: readonly (readonly [string, string, RegExp, number])[] = [
  ["rename api web", 'PATCH /v1/agents/api {"label":"web"}', /^api is web now\n$/, 0],
  [
    "restart api --force -e A=1",
    'POST /v1/agents/api/restart {"force":true,"env":{"A":"1"},"path":"/nowhere"}',
    /^api restarted: its conversation goes on\n$/,
    0,
  ],
  ["restore", 'POST /v1/restore {"path":"/nowhere"}', /^api restored: /, 1],
  ["adopt", "GET /v1/adoptable null", /^PANE .*\n%3 +claude +work zsh +\/src\/api\n$/, 0],
  [
    "adopt %3 -l api --provider claude --role worker --parent boss -g team",
    'POST /v1/adopt {"pane":"%3","label":"api","provider":"claude","group":"team","role":"worker","parent":"boss"}',
    /^api adopted: /,
    0,
  ],
  ["rm api", "DELETE /v1/agents/api null", /^api removed\n$/, 1],
  ["next", "GET /v1/agents null", /^$/, 1],
];
for (const [line, request, printed, expected] of lines) {
  test(`${line}: asks, prints, and says by its status how it went`, async () => {
    const { out, status } = await play.run(line.split(" "));
    assert.is(asked(), request);
    assert.match(out, printed);
    assert.is(status, expected);
  });
}

test("what is missing or was not done is told on standard error", async () => {
  assert.match((await play.run(["restart", "api"])).err, /without COLOUR/);
  assert.match((await play.run(["restore"])).err, /web was not restored: nothing to resume/);
  assert.match((await play.run(["rm", "api"])).err, /api's worktree is still there: it is locked/);
  given["POST /v1/restore"] = { agents: [], errors: [] };
  assert.equal((await play.run(["restore"])).out, "nothing to restore\n");
});

test("with --json each prints the daemon's answer and nothing else", async () => {
  for (const [line] of lines) {
    const { out, err } = await play.run([...line.split(" "), "--json"]);
    assert.ok(typeof JSON.parse(out) === "object" && err === "", `${line}: ${out} ${err}`);
  }
});

test("next is who waits longest with a dialog", async () => {
  const asks = (label: string, since: string) => agent({ label, id: label, state: "blocked", since });
  given["GET /v1/agents"] = {
    agents: [
      agent({ label: "d", state: "done" }),
      asks("late", "2026-01-02T00:00:00Z"),
      asks("early", "2026-01-01T00:00:00Z"),
    ],
    seq: 1,
  };
  assert.equal(await play.run(["next"]), { out: "early\n", err: "", status: 0 });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["adopt web", /"web" is no pane/],
  ["adopt %3 --role boss", /--role is worker or conductor/],
  ["spawn claude --replace", /--replace is for --role conductor/],
  ["wait api --state happy", /"happy" is no state/],
  ["wait api --timeout soon", /--timeout takes a whole number/],
  ["rename api", /needs NEW/],
];
for (const [line, why] of refused) {
  test(`${line} is refused before anything is asked`, async () => {
    const { err, status } = await play.run(line.split(" "));
    assert.match(err, why);
    assert.equal([status, asked()], [2, ""]);
  });
}

const worktrees: readonly (readonly [string, unknown, string | undefined])[] = [
  ["spawn claude --worktree", true, undefined],
  ["spawn claude -w", true, undefined],
  ["spawn claude task --worktree -l api", true, "task"],
  ["spawn claude --worktree feat/x", "feat/x", undefined],
  ["spawn claude --worktree=feat/x task", "feat/x", "task"],
  ["spawn claude -w feat/x task -- --worktree", "feat/x", "task"],
];
for (const [line, worktree, prompt] of worktrees) {
  test(`${line} asks for ${worktree === true ? "a branch by its label" : worktree}`, async () => {
    await play.run(line.split(" "));
    const body = play.daemon.asked[0]?.body as { worktree?: unknown; prompt?: string };
    assert.equal([body.worktree, body.prompt], [worktree, prompt]);
  });
}

test.run();
