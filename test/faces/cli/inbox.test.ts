import type { ServerResponse } from "node:http";
import * as assert from "uvu/assert";
import type { MessageJson } from "#wire/agent.js";
import type { MessageWhyJson } from "#wire/requests.js";
import { suite } from "../../kit/t.js";
import { type Asked, json } from "../kit/scripted-daemon.js";
import { agent } from "./agents.js";
import { Play } from "./play.js";

const test = suite("inbox");

const ID = "01JD3V9K6W2Y8R5T7N4M1P0QXZ";
const mail = { queued: 1, inbox: 0, dead: 0, uncertain: 0 };
const fleet = [agent({ label: "api", id: "01API", mail }), agent({ label: "web", id: "01WEB" })];
const message: MessageJson = {
  id: ID,
  to: "01API",
  from: "01WEB",
  kind: "message",
  state: "queued",
  reason: "it is working",
  attempts: 0,
  createdAt: new Date().toISOString(),
  updatedAt: new Date().toISOString(),
  words: "run the tests",
  characters: 13,
};
const history: MessageWhyJson["history"] = [
  { seq: 7, at: message.createdAt, from: null, to: "queued", reason: null, attempts: 0 },
  { seq: 9, at: message.createdAt, from: "queued", to: "dead", reason: "recipient_removed", attempts: 0 },
];

function standard({ path }: Asked, response: ServerResponse): unknown {
  if (path.startsWith("/v1/agents")) return json(response, 200, { agents: fleet, seq: 1 });
  if (path.startsWith("/v1/inbox/nobody")) {
    return json(response, 404, { error: { code: "NOT_FOUND", message: "there is none" } });
  }
  if (path === `/v1/messages/${ID}`) return json(response, 200, { message, history });
  if (path.startsWith("/v1/messages/")) return json(response, 404, { error: { code: "NOT_FOUND", message: "none" } });
  return json(response, 200, {
    messages: path.includes("bodies") ? [{ ...message, body: "one\n\x1btwo" }] : [message],
  });
}

let play: Play;
test.beforeEach(async () => {
  play = new Play(standard);
  await play.daemon.listen();
});
test.afterEach(() => play.daemon.remove());

const asked = (): string[] =>
  play.daemon.asked.map((a) => `${a.method} ${a.path}${a.body ? ` ${JSON.stringify(a.body)}` : ""}`);

test("policy says how an agent is told of its children, how often a conductor is, or both", async () => {
  assert.match(
    (await play.run(["inbox", "policy", "lead", "nudge", "--heartbeat", "30m"])).out,
    "lead: nudge, heartbeat 30m",
  );
  assert.match((await play.run(["inbox", "policy", "lead", "--heartbeat", "off"])).out, "lead: no heartbeat");
  await play.run(["inbox", "policy", "lead", "mute"]);
  assert.equal(asked(), [
    'PATCH /v1/agents/lead {"wake":"nudge","heartbeatMs":1800000}',
    'PATCH /v1/agents/lead {"heartbeatMs":null}',
    'PATCH /v1/agents/lead {"wake":"mute"}',
  ]);
  for (const odd of [
    ["lead"],
    ["lead", "often"],
    ["lead", "often", "--heartbeat", "1m"],
    ["lead", "--heartbeat", "soon"],
  ])
    assert.is((await play.run(["inbox", "policy", ...odd])).status, 2, odd.join(" "));
});

test("a queue is listed with who wrote, how far it is and why it waits", async () => {
  const { out, status } = await play.run(["inbox", "list", "api"]);
  assert.is(status, 0);
  assert.match(out, new RegExp(`${ID} .*queued +web +api +message +it is working +run the tests`));
  assert.is(asked()[0], "GET /v1/inbox/api?delivered=0&words=1");
});

test("what was typed to hand completions over is not listed beside them once that is done; JSON holds all", async () => {
  const completion = { child: "01WEB", label: "web", turn: 3, kind: "done" as const };
  const told: MessageJson = { ...message, id: "01TOLD", state: "acked", kind: "completion", completion };
  const typed: MessageJson = {
    ...message,
    id: "01TYPED",
    state: "delivered",
    kind: "system",
    from: null,
    batch: "01B",
  };
  play.daemon.answer = (asked, response) =>
    asked.path.startsWith("/v1/inbox") ? json(response, 200, { messages: [typed, told] }) : standard(asked, response);
  const { out } = await play.run(["inbox", "list", "api", "--all"]);
  assert.match(out, "01TOLD");
  assert.not.match(out, "01TYPED");
  assert.match((await play.run(["inbox", "list", "api", "--all", "--json"])).out, "01TYPED");
});

test("without an agent, all who have mail are listed", async () => {
  await play.run(["inbox", "list"]);
  assert.equal(asked().slice(0, 2), ["GET /v1/agents", "GET /v1/inbox/01API?delivered=0&words=1"]);
});

test("dead letters of agents off the list are counted, with how to see them", async () => {
  let removedMail: Record<string, typeof mail> = { "01GONE": { ...mail, dead: 2, uncertain: 1 } };
  let agents = fleet;
  play.daemon.answer = (asked, response) =>
    asked.path.startsWith("/v1/agents")
      ? json(response, 200, { agents, seq: 1, removedMail })
      : standard(asked, response);
  assert.match(
    (await play.run(["inbox", "list"])).out,
    /run the tests\n[\s\S]*\n3 dead letters of agents off the list: "drover inbox dead" shows them\n$/,
  );
  assert.not.match((await play.run(["inbox", "list", "api"])).out, "off the list");
  assert.equal(Object.keys(JSON.parse((await play.run(["inbox", "list", "--json"])).out)), ["messages"]);
  agents = [];
  assert.is(
    (await play.run(["inbox", "list"])).out,
    '3 dead letters of agents off the list: "drover inbox dead" shows them\n',
  );
  removedMail = { "01GONE": { ...mail, queued: 0, dead: 1 } };
  assert.match((await play.run(["inbox", "list"])).out, /^1 dead letter of an agent off the list: .* shows it\n$/);
  removedMail = {};
  assert.is((await play.run(["inbox", "list"])).out, "no mail\n");
});

test("what messages say is printed only where asked for, and cannot act on the terminal", async () => {
  const { out } = await play.run(["inbox", "dead", "--body"]);
  assert.match(out, /\n {2}one\n {2}/);
  assert.not.match(out, "\x1btwo");
  assert.not.match((await play.run(["inbox", "dead"])).out, /^ {2}one/m);
});

test("retry and purge take ids, or all, and never nothing", async () => {
  assert.match((await play.run(["inbox", "retry", ID])).out, "1 queued again");
  assert.match((await play.run(["inbox", "purge", "--all"])).out, "1 forgotten");
  assert.equal(asked(), [`POST /v1/dead {"ids":["${ID}"]}`, 'DELETE /v1/dead {"all":true}']);
  for (const odd of [["purge"], ["retry", "--all", ID], ["burn", ID], ["list", "a", "b"]]) {
    assert.is((await play.run(["inbox", ...odd])).status, 2, odd.join(" "));
  }
});

test("--json prints the daemon's answer; a missing agent is exit 3", async () => {
  assert.equal(JSON.parse((await play.run(["inbox", "dead", "--json"])).out), { messages: [message] });
  assert.is((await play.run(["inbox", "list", "nobody"])).status, 3);
});

test("why tells a message's story step by step", async () => {
  const { out, status } = await play.run(["why", ID]);
  assert.is(status, 0);
  assert.match(
    out,
    new RegExp(
      `${ID} is queued: it is working[^]+web to api, message, 13 characters, 0s old, never claimed[^]+run the tests[^]+ queued[^]+dead +its recipient was removed`.replaceAll(
        "[^]",
        "[\\s\\S]",
      ),
    ),
  );
});

test.run();
