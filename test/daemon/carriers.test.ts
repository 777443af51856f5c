/** Completions from children to parents, over the socket, on twins: who is told what, by whom, and once. */
import { request } from "node:http";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { AgentId } from "#core/model.js";
import { commitCompletion } from "#daemon/completions.js";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { DrainedJson } from "#wire/requests.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { agentsOf, type World, world } from "./practice.js";

const test = suite("carriers", 20_000);

let w: World;
test.beforeEach(async () => {
  // Not so hasty that a Stop hook would have to be answered within a few milliseconds.
  w = await world({ clock: hastyClock(4) });
});
test.afterEach(() => w.end());

type Messages = { messages: MessageJson[] };
const { one, isIn } = agentsOf(() => w);
const born = async (label: string, more: object = {}): Promise<AgentJson> => {
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label, ...more });
  await isIn(label, "idle");
  return one(label);
};
const shows = (n: number, shown: "working" | "finished" | "ready" | "error") => {
  w.started[n]!.shown = shown;
  w.tmux.show(`%${n + 1}`);
};
const works = async (n: number, label: string) => {
  shows(n, "working");
  await isIn(label, "working");
};
const inbox = async (ref: string) => (await w.ask<Messages>("GET", `/v1/inbox/${ref}?bodies=1`)).body.messages;
const states = async (ref: string) =>
  (await inbox(ref)).map(({ completion, state }) => `${completion?.label} ${completion?.kind} ${state}`);
const dead = async () =>
  (await w.ask<Messages>("GET", "/v1/dead")).body.messages.map((m) => `${m.completion?.kind} ${m.reason}`);
const drain = async (ref: string) => (await w.ask<DrainedJson>("POST", `/v1/inbox/${ref}/drain`, {})).body;
const tell = (child: string, parent: string | null, turn: number, kind: "done" | "error" | "task" = "done") =>
  commitCompletion(w.daemon.context, {
    ...{ child, label: child, parent: parent as AgentId | null, turn, kind, summary: `${child} ${turn}` },
  });

interface Answer {
  decision?: string;
  reason?: string;
}
let tokens = 0;
function hook(event: string, id: string, payload: object = {}, token = `t${++tokens}`): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "x-drover-id": id, "x-drover-incarnation": "1", "x-drover-token": token };
    const path = `/v1/hooks/claude/${event}`;
    const asked = request({ socketPath: w.socket, method: "POST", path, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(JSON.parse(text)));
    });
    asked.on("error", reject);
    asked.end(JSON.stringify(payload));
  });
}
const stop = (id: string, active: boolean | undefined, token?: string, more: object = {}) =>
  hook("Stop", id, { ...(active === undefined ? {} : { stop_hook_active: active }), ...more }, token);

test("what children say while their parent works is its next input at its Stop hook: all of it, once", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  for (const label of ["a", "b", "c"]) await born(label, { parent: "boss" });
  for (const [n, label] of ["a", "b", "c"].entries()) {
    await works(n + 1, label);
    shows(n + 1, n === 2 ? "error" : "finished");
  }
  await until("three wait", async () => (await one("boss")).mail.inbox === 3);
  assert.equal((await states("boss")).toSorted(), ["a done queued", "b done queued", "c error queued"]);
  const answer = await stop(boss.id, false, "first");
  assert.is(answer.decision, "block");
  assert.match(
    answer.reason ?? "",
    /^\[drover batch \w+\] 3 completions from your agents:\n\n1\. a \(turn 1\) finished/,
  );
  assert.is((await one("boss")).state, "working", "its turn goes on");
  assert.ok((await states("boss")).every((line) => line.endsWith("leased")));
  await hook("DroverPrinted", boss.id, { printed: "first" });
  assert.equal(await states("boss"), []);
  assert.equal(await stop(boss.id, true), {});
  await isIn("boss", "done");
  assert.equal(w.started[0]!.prompts, []);
  assert.equal((await one("boss")).mail, { queued: 0, inbox: 0, dead: 0, uncertain: 0 });
});

test("an idle parent is woken: what waits is typed as one message and acknowledged with it", async () => {
  const boss = await born("boss");
  await tell("kid", boss.id, 1);
  await until("it is woken", () => w.started[0]!.prompts.length === 1);
  assert.match(
    w.started[0]!.prompts[0] ?? "",
    /1 completion from your agents:\n\nkid \(turn 1\) finished its turn:\nkid 1$/,
  );
  await until("all is settled", async () => (await inbox("boss")).length === 0);
  const done = (await w.ask<Messages>("GET", "/v1/inbox/boss?delivered=9")).body.messages;
  assert.equal(done.map(({ kind, state }) => `${kind} ${state}`).toSorted(), ["completion acked", "system delivered"]);
});

test("a draft keeps the wake away; the Stop hook of its turn takes what waited, and nothing is typed", async () => {
  const boss = await born("boss");
  w.started[0]!.draft = "half a thought";
  await tell("kid", boss.id, 1);
  await until("it was tried", async () => w.tmux.sights > 3);
  await until("it is back", async () => (await states("boss")).join() === "kid done queued");
  assert.is((await inbox("boss"))[0]?.attempts, 0);
  const seq = w.store.seq();
  const { sights } = w.tmux;
  await until("it was tried again and again", () => w.tmux.sights > sights + 2, { limitMs: 15_000 });
  assert.is(w.store.seq(), seq, "without a trace");
  await works(0, "boss");
  assert.match((await stop(boss.id, false)).reason ?? "", /kid 1/);
  assert.is(w.started[0]!.draft, "half a thought");
});

test("the fifth that lands between the hook's look and the end of the turn goes out on that edge", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  // Its inbox is known, and empty.
  await tell("kid", boss.id, 1);
  assert.ok((await stop(boss.id, false)).reason);
  const [answer] = await Promise.all([stop(boss.id, true), tell("kid", boss.id, 2)]);
  if (answer.reason === undefined) {
    shows(0, "finished");
    await until("it is woken", () => w.started[0]!.prompts.length === 1);
  } else assert.match(answer.reason, /kid 2/);
});

test("three blocks end a chatty loop, and the rest is given once the turn is over", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  const answers: boolean[] = [];
  for (let turn = 1; turn <= 4; turn++) {
    await tell("kid", boss.id, turn);
    answers.push((await stop(boss.id, turn > 1)).decision === "block");
  }
  assert.equal(answers, [true, true, true, false]);
  shows(0, "finished");
  await until("the rest is typed", () => w.started[0]!.prompts.length === 1);
  assert.match(w.started[0]!.prompts[0] ?? "", /kid \(turn 4\)/);
});

test("the slots that were used are known to the next daemon", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  const block = async (turn: number, active: boolean) => {
    await tell("kid", boss.id, turn);
    return (await stop(boss.id, active)).decision === "block";
  };
  assert.equal([await block(1, false), await block(2, true)], [true, true]);
  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux, clock: hastyClock(4) });
  assert.equal([await block(3, true), await block(4, true), await block(5, false)], [true, false, true]);
});

test("a store that cannot be written: no block, no claim, and nothing is lost", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  await tell("kid", boss.id, 1);
  w.store.refuse = new Fault("STORE_FULL", "no space");
  assert.equal(await stop(boss.id, false), {});
  w.store.refuse = null;
  assert.equal(await states("boss"), ["kid done queued"]);
  await works(0, "boss");
  assert.match((await stop(boss.id, false)).reason ?? "", /kid 1/);
});

test("with helpers still at work the turn is not over, and its Stop hook takes nothing", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  await tell("kid", boss.id, 1);
  assert.equal(await stop(boss.id, false, undefined, { background_tasks: [{}] }), {});
  assert.match((await stop(boss.id, false, undefined, { background_tasks: [] })).reason ?? "", /kid 1/);
});

test("an answer that nobody printed comes back at once, and goes out again", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  await tell("kid", boss.id, 1);
  await stop(boss.id, false, "slow");
  // The script heard nothing in time and left the event in the spool.
  await stop(boss.id, false, "slow");
  shows(0, "finished");
  await until("it is typed", () => w.started[0]!.prompts.length === 1);
  assert.not.match(w.started[0]!.prompts[0] ?? "", /redelivered/);
});

test("an agent that was asked to end is given nothing more", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  await tell("kid", boss.id, 1);
  await w.daemon.context.loop.ask({ ask: "stopping", id: boss.id as AgentId, data: {} });
  assert.equal(await stop(boss.id, false), {});
  assert.equal(await states("boss"), ["kid done queued"]);
});

test("a hook of an earlier launch takes nothing", async () => {
  const boss = await born("boss");
  await works(0, "boss");
  await tell("kid", boss.id, 1);
  const { body } = await w.ask<Answer>("POST", "/v1/hooks/claude/Stop", {
    DROVER_ID: boss.id,
    DROVER_INCARNATION: "0",
  });
  assert.equal(body, {});
  assert.equal(await states("boss"), ["kid done queued"]);
});

test("the same turn again is the same completion, while it waits, once it was given, and after a restart", async () => {
  const boss = await born("boss", { wake: "pull" });
  const [first, second] = await Promise.all([tell("kid", boss.id, 1), tell("kid", boss.id, 1)]);
  assert.equal([first?.isNew, second?.isNew, first?.message.id === second?.message.id], [true, false, true]);
  const { messages, batch } = await drain("boss");
  assert.is(messages.length, 1);
  assert.equal((await w.ask("POST", "/v1/inbox/boss/ack", { batch })).body, { acked: 1 });
  assert.equal((await w.ask("POST", "/v1/inbox/boss/ack", { batch })).body, { acked: 0 });
  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.is((await tell("kid", boss.id, 1)).isNew, false);
  assert.equal((await drain("boss")).messages, []);
});

test("a drain that leaves some behind says how many", async () => {
  const boss = await born("boss", { wake: "pull" });
  for (const turn of [1, 2, 3]) await tell(`kid-${turn}`, boss.id, turn);
  const first = (await w.ask<DrainedJson>("POST", "/v1/inbox/boss/drain", { limit: 2 })).body;
  assert.equal([first.messages.length, first.more], [2, 1]);
  const last = await drain("boss");
  assert.equal([last.messages.length, last.more], [1, undefined]);
});

test("what a daemon was told of and could not pass on before it died, the next one tells", async () => {
  await born("boss", { wake: "pull" });
  await born("kid", { parent: "boss" });
  await works(1, "kid");
  shows(1, "finished");
  await until("it is told", async () => (await one("boss")).mail.inbox === 1);
  const { store, tmux } = w;
  await w.end();
  // As if the completion had not reached the disk.
  const [told] = await store.mail();
  await store.commit({ mail: [{ message: told!, was: told!.rev, forget: true }] });
  w = await world({ store, tmux });
  await until("it is told again", async () => (await states("boss")).join() === "kid done queued");
});

test("ends behind which another turn began are looked for once for all, and neither of long ago nor for a parent that is gone", async () => {
  const boss = await born("boss", { wake: "pull" });
  const former = await born("former", { wake: "pull" });
  const kid = await born("kid", { parent: "boss" });
  const orphan = await born("orphan", { parent: "former" });
  for (const [n, label] of [
    [2, "kid"],
    [3, "orphan"],
  ] as const) {
    await works(n, label);
    shows(n, "finished");
    await isIn(label, "done");
    await works(n, label);
  }
  const later = await born("later", { parent: "boss" });
  await works(4, "later");
  await until("both are told", async () => (await inbox("boss")).length + (await inbox("former")).length === 2);
  await w.ask("DELETE", "/v1/agents/former?force=1");
  const { store, tmux } = w;
  await w.end();
  const [told] = (await store.mail()).filter(({ to }) => to === boss.id);
  await store.commit({ mail: [{ message: told!, was: told!.rev, forget: true }] });
  const longAgo = { kind: "state", set: null, data: { to: "error", turn: 1, incarnation: 1 }, atMs: 1 } as const;
  await store.commit({ entries: [kid, orphan].map(({ id }) => ({ ...longAgo, agent: id as AgentId })) });
  // They are told in their order: once this one is, there are no more.
  const last = { ...longAgo, agent: later.id as AgentId, data: { to: "done", turn: 0 }, atMs: Date.now() };
  await store.commit({ entries: [last] });
  const before = (await store.mail()).filter(({ to }) => to === former.id).length;
  const latest = store.latest.bind(store);
  let reads = 0;
  store.latest = (limit, agent) => {
    reads++;
    return latest(limit, agent);
  };
  w = await world({ store, tmux });
  await until("the last is told", async () => (await states("boss")).some((line) => line.startsWith("later")));
  assert.equal(await states("boss"), ["kid done queued", "later done queued"]);
  assert.is((await store.mail()).filter(({ to }) => to === former.id).length, before);
  assert.is(reads, 1);
});

test("an end behind which another turn began is told though its parent is not known here: to the dead letters", async () => {
  await born("boss", { wake: "pull" });
  const { id } = await born("kid", { parent: "boss" });
  await works(1, "kid");
  shows(1, "finished");
  await until("it is told", async () => (await one("boss")).mail.inbox === 1);
  await works(1, "kid");
  const { store, tmux } = w;
  await w.end();
  const [told] = await store.mail();
  await store.commit({ mail: [{ message: told!, was: told!.rev, forget: true }] });
  const record = await store.agent(id as AgentId);
  await store.commit({ agents: [{ ...record!, parent: "01NOBODY" as AgentId }] });
  w = await world({ store, tmux });
  await until("it is told again", async () => (await dead()).join() === "done orphan");
});

test("two readers at once, a hundred times: every entry is handed over once", async () => {
  const boss = await born("boss", { wake: "pull" });
  const given: string[] = [];
  for (let round = 0; round < 100; round++) {
    await Promise.all([tell(`a${round}`, boss.id, 1), tell(`b${round}`, boss.id, 1)]);
    for (const { messages, batch } of await Promise.all([drain("boss"), drain("boss")])) {
      given.push(...messages.map(({ completion }) => completion?.label ?? ""));
      if (batch !== undefined) await w.ask("POST", "/v1/inbox/boss/ack", { batch });
    }
  }
  assert.is(given.length, 200);
  assert.is(new Set(given).size, 200);
  assert.is((await one("boss")).mail.inbox, 0);
});

test("what is not acknowledged comes back, marked; given back it is a dead letter, and retried it waits again", async () => {
  await w.end();
  w = await world({ clock: hastyClock(50) });
  const boss = await born("boss", { wake: "pull" });
  await tell("kid", boss.id, 1);
  await drain("boss");
  await until("it is back", async () => (await states("boss")).join() === "kid done queued", { limitMs: 10_000 });
  const { messages, batch } = await drain("boss");
  assert.equal([messages[0]?.redelivered, messages[0]?.body], [true, "kid 1"]);
  await w.ask("POST", "/v1/inbox/boss/ack", { batch, reject: true });
  assert.equal(await dead(), ["done rejected"]);
  assert.equal((await drain("boss")).messages, []);
  await w.ask("POST", "/v1/dead", { ids: [messages[0]?.id] });
  assert.is((await drain("boss")).messages.length, 1);
});

test("who has nobody to tell leaves a dead letter that says why", async () => {
  const boss = await born("boss");
  const quiet = await born("quiet", { wake: "mute" });
  await tell("x", null, 1, "task");
  await tell("x", "x", 2);
  await tell("x", "01NOBODY", 3);
  await tell("x", quiet.id, 4);
  await w.ask("DELETE", "/v1/agents/boss?force=1");
  await tell("x", boss.id, 5);
  assert.equal((await dead()).toSorted(), [
    "done muted",
    "done orphan",
    "done parent_removed",
    "done self_parent",
    "task no_parent",
  ]);
  assert.is((await tell("x", boss.id, 5)).isNew, false, "once");
  const { messages } = (await w.ask<Messages>("GET", "/v1/dead")).body;
  const retry = (reason: string) =>
    w.ask("POST", "/v1/dead", { ids: messages.filter((m) => m.reason === reason).map(({ id }) => id) });
  assert.is((await retry("parent_removed")).status, 409);
  assert.is((await retry("no_parent")).status, 409);
  assert.is((await retry("muted")).status, 200);
  await until("it is given after all", () => w.started[1]!.prompts.length === 0);
  assert.equal(await states("quiet"), ["x done queued"]);
});

test("an agent that is removed leaves what was for it as dead letters, and its ledger goes", async () => {
  const boss = await born("boss", { wake: "pull" });
  await tell("kid", boss.id, 1);
  const { batch } = await drain("boss");
  await w.ask("POST", "/v1/inbox/boss/ack", { batch });
  await tell("kid", boss.id, 2);
  await drain("boss");
  await tell("kid", boss.id, 3, "error");
  assert.is((await w.ask("DELETE", "/v1/agents/boss?force=1")).status, 200);
  assert.equal((await dead()).toSorted(), ["done recipient_removed", "error recipient_removed"]);
  assert.is(await w.store.completion("kid:1:done"), null);
  assert.equal((await w.ask<Messages>("DELETE", "/v1/dead", { all: true })).body.messages.length, 2);
  assert.equal(await w.store.mail(), []);
});

test("a child that waits for a person says what for, each dialog once, and one that ends says how", async () => {
  await born("boss", { wake: "pull" });
  await born("kid", { parent: "boss" });
  w.started[1]!.question = { text: "May I?", choices: ["Yes", "No"] };
  w.tmux.show("%2");
  await until("it is told", async () => (await one("boss")).mail.inbox === 1);
  const [told] = await inbox("boss");
  assert.match(told?.body ?? "", /^May I\?\n {2}1\. Yes\n {2}2\. No\nanswer it: drover answer kid CHOICE --if \S+$/);
  w.tmux.change("%2", { dead: true, exit: { code: 3, signal: null } });
  w.tmux.tick();
  await until("its end is told", async () => (await one("boss")).mail.inbox === 2);
  assert.equal(
    (await inbox("boss")).map((m) => `${m.completion?.kind}: ${m.body?.split("\n")[0]}`),
    ["blocked: May I?", "exited: exit code 3"],
  );
});

test("a dialog that waits on while the daemon is started anew is told once", async () => {
  await born("boss", { wake: "pull" });
  await born("kid", { parent: "boss" });
  w.started[1]!.question = { text: "May I?", choices: ["Yes", "No"] };
  w.tmux.show("%2");
  await until("it is told", async () => (await one("boss")).mail.inbox === 1);
  const { batch } = await drain("boss");
  await w.ask("POST", "/v1/inbox/boss/ack", { batch });
  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux, clock: hastyClock(20) });
  tmux.show("%2");
  await until("its words are read", async () => (await one("kid")).question !== null);
  const since = w.daemon.context.clock.now();
  await until("some time has passed", () => w.daemon.context.clock.now() - since > 8_000);
  assert.equal(await states("boss"), []);
});

test("a report goes to the reporter's parent, and is known by its token", async () => {
  await born("boss", { wake: "pull" });
  const kid = await born("kid", { parent: "boss" });
  const report = (token: string) => w.ask("POST", "/v1/inbox", { from: kid.id, text: "half way", token });
  assert.equal([(await report("1")).body.created, (await report("1")).body.created], [true, false]);
  assert.equal(
    (await inbox("boss")).map(({ body, completion }) => `${completion?.kind} ${body}`),
    ["report half way"],
  );
  assert.is((await w.ask("POST", "/v1/inbox", { from: "boss", text: "to whom?" })).status, 200);
  assert.equal(await dead(), ["report no_parent"]);
});

test("to nudge is to say that something waits; it stays there for who asks", async () => {
  const boss = await born("boss");
  assert.is(boss.wake, "type");
  const { body } = await w.ask<{ agent: AgentJson }>("PATCH", "/v1/agents/boss", { wake: "nudge" });
  assert.is(body.agent.wake, "nudge");
  await tell("kid", boss.id, 1);
  await until("it is nudged", () => w.started[0]!.prompts.length === 1);
  assert.is(w.started[0]!.prompts[0], '[drover] 1 completion waits: run "drover inbox drain"');
  assert.is((await drain("boss")).messages[0]?.body, "kid 1");
});

test("what is being typed to wake its parent cannot be given back, and arrives", async () => {
  const boss = await born("boss");
  let typeIt = (): void => {};
  const typed = new Promise<void>((resolve) => {
    typeIt = resolve;
  });
  const { paste } = w.tmux;
  w.tmux.paste = async (...what) => {
    await typed;
    return paste.call(w.tmux, ...what);
  };
  await tell("kid", boss.id, 1);
  await until("it is leased", async () => (await states("boss")).some((state) => /leased/.test(state)));
  const [carrier] = (await w.store.mail()).flatMap(({ batch }) => batch ?? []);
  const { status, body } = await w.ask("POST", "/v1/inbox/boss/ack", { batch: carrier, reject: true });
  assert.is(status, 409);
  assert.match(JSON.stringify(body), /is being typed/);
  typeIt();
  await until("it is told", () => w.started[0]!.prompts.length === 1);
  await until("nothing waits", async () => (await w.store.mail()).length === 0);
  assert.equal(await dead(), []);
});

test.run();
