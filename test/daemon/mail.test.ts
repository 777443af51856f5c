import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { AgentId, PaneId } from "#core/model.js";
import { commitCompletion } from "#daemon/completions.js";
import { DEAD_KEPT_MS, DEAD_LIMIT } from "#daemon/dead-letters.js";
import { QUEUE_LIMIT } from "#daemon/mail-commit.js";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { SnapshotJson } from "#wire/events.js";
import type { MessageWhyJson } from "#wire/requests.js";
import { suite, until } from "../kit/t.js";
import { message } from "../store/mail-contract.js";
import { agentsOf, type World, world } from "./practice.js";

const test = suite("mail over the socket", 20_000);

let w: World;
test.beforeEach(async () => {
  w = await world();
});
test.afterEach(() => w.end());

const { one, isIn } = agentsOf(() => w);
const agent = (n = 0) => {
  const found = w.started[n];
  if (found === undefined) throw new Error("it was not started");
  return found;
};
const ready = async (label: string): Promise<AgentJson> => {
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", label });
  await isIn(label, "idle");
  return one(label);
};
const send = (to: string, text: string, more: object = {}) =>
  w.ask<{ message: MessageJson }>("POST", `/v1/agents/${to}/send`, { text, ...more });
const messages = async (path: string) => (await w.ask<{ messages: MessageJson[] }>("GET", path)).body.messages;
const shows = (n: number, shown: "working" | "finished" | "ready") => {
  agent(n).shown = shown;
  w.tmux.show(`%${n + 1}`);
};

test("to a busy agent a message is queued, with the reason, and typed once its turn ends", async () => {
  const { id } = await ready("a");
  shows(0, "working");
  await isIn("a", "working");
  const { status, body } = await send("a", "later");
  assert.equal([status, body.message.state, body.message.reason], [200, "queued", "it is working"]);
  assert.is((await send("a", "after that")).body.message.reason, "one message is before it; it is working");
  assert.equal((await one("a")).mail, { queued: 2, inbox: 0, dead: 0, uncertain: 0 });
  assert.equal(
    (await messages("/v1/inbox/a?bodies=1")).map((m) => `${m.state} ${m.body}`),
    ["queued later", "queued after that"],
  );
  assert.equal(agent().prompts, []);
  shows(0, "finished");
  await until("it is given", () => agent().prompts.length === 1);
  await until("it is written", async () => (await one("a")).mail.queued === 1);
  assert.equal(agent().prompts, ["later"], "one for each time it gets ready");
  shows(0, "finished");
  await until("the other too", () => agent().prompts.length === 2);
  await until("nothing waits", async () => (await one("a")).mail.queued === 0);
  assert.equal(agent().prompts, ["later", "after that"]);
  assert.equal(
    (await messages(`/v1/inbox/${id}?delivered=10`)).map((m) => `${m.state} ${m.attempts}`),
    ["delivered 1", "delivered 1"],
  );
});

test("nothing is typed into an agent that was asked to end", async () => {
  const { id } = await ready("a");
  // Being asked interrupts its turn, which is the very edge that mail waits for.
  await w.daemon.context.loop.ask({ ask: "stopping", id: id as AgentId, data: {} });
  const { body } = await send("a", "later");
  assert.equal([body.message.state, body.message.reason], ["queued", "it was asked to end"]);
  assert.equal(agent().prompts, []);
});

test("of a process that took the place of the agent's a message is known to be for it before it is typed", async () => {
  await ready("a");
  const pid = () => [...w.daemon.context.loop.fleet.agents.values()][0]?.record.place?.pid;
  const pids: unknown[] = [];
  const paste = w.tmux.paste.bind(w.tmux);
  w.tmux.paste = (...given) => {
    pids.push(pid());
    return paste(...given);
  };
  // No listing tells of it before the message comes.
  w.tmux.change("%1", { pid: 4711 });
  await send("a", "x");
  await until("it is given", () => agent().prompts.length === 1);
  await until("it is written", async () => (await one("a")).mail.queued === 0);
  assert.equal([pids, (await one("a")).mail.uncertain], [[4711], 0]);
});

test("a program that its user starts anew between the look and the paste is typed into once it is known", async () => {
  await ready("a");
  const paste = w.tmux.paste.bind(w.tmux);
  let pastes = 0;
  w.tmux.paste = (...given) => {
    if (pastes++ === 0) w.tmux.change("%1", { pid: 4711 });
    return paste(...given);
  };
  await send("a", "x");
  await until("it is given", async () => (await one("a")).mail.queued === 0, { limitMs: 10_000 });
  assert.equal([pastes, agent().prompts, (await one("a")).mail.uncertain], [2, ["x"], 0]);
});

test("a draft keeps a message waiting without a trace in the journal, and the sweep finds it gone", async () => {
  await ready("a");
  agent().draft = "half a thought";
  const { body } = await send("a", "x");
  assert.equal([body.message.state, body.message.reason], ["queued", "a draft stands in its input box"]);
  const seq = w.store.seq();
  await until("it was tried again", () => w.tmux.sights > 3);
  assert.is(w.store.seq(), seq);
  assert.is(agent().draft, "half a thought");
  agent().draft = "";
  await until("it is given", () => agent().prompts.length === 1);
});

test("while a dialog is open nothing is typed and nothing approved; after its answer the message arrives", async () => {
  await ready("a");
  agent().question = { text: "May I?", choices: ["Yes", "No"] };
  w.tmux.show("%1");
  await isIn("a", "blocked");
  assert.is((await send("a", "x")).body.message.state, "queued");
  assert.equal(agent().answers, []);
  await w.ask("POST", "/v1/agents/a/answer", { choice: "2" });
  shows(0, "finished");
  await until("it is given", () => agent().prompts.length === 1);
  assert.equal(agent().answers, ["No"]);
});

test("an agent is told of its message that is uncertain, with the reason, once: also where the next daemon finds that tmux ended", async () => {
  const sender = await ready("sender");
  await ready("b");
  agent(1).deafTo.add("Enter");
  const { body } = await send("b", "hello", { from: "sender" });
  assert.is(body.message.state, "uncertain");
  await until("it is told", () => agent().prompts.length === 1);
  assert.match(agent().prompts[0]!, `whether b took it is not known: ${body.message.reason}. Look before`);
  const { store, tmux } = w;
  const [kept] = (await store.mail()).filter(({ id }) => id === body.message.id);
  await w.end();
  const [claim, order, id] = [{ ...kept!.claim!, epoch: "gone" }, kept!.order + 1, "01TYPED"];
  const half = { ...kept!, id, order, rev: 1, state: "typed", reason: null, claim } as const;
  await store.commit({ mail: [{ message: half, was: null, text: "more" }] });
  w = await world({ store, tmux });
  const told = async () => {
    const all = [...(await store.mail()), ...(await store.delivered(sender.id as AgentId, 9))];
    return all.filter(({ completion }) => completion?.label === "your message to b");
  };
  await until("it is told of the other", async () => (await told()).length === 2);
  const other = (await told()).find(({ completion }) => completion?.child === id);
  assert.match((await store.text(other!)) ?? "", "not known: tmux ended as Enter was pressed. Look");
  assert.is((await store.message(id))?.state, "uncertain");
});

test("that a message is uncertain and what its sender is told of it are on disk together, or neither is", async () => {
  await ready("sender");
  await ready("b");
  agent(1).deafTo.add("Enter");
  const { store } = w;
  const told: (readonly string[])[] = [];
  const commit = store.commit.bind(store);
  store.commit = (what) => {
    const mail = what.mail ?? [];
    const isIt = mail.some(({ message }) => message.state === "uncertain");
    if (isIt) told.push(mail.map(({ message }) => message.completion?.label ?? message.state));
    if (!isIt || told.length > 1) return commit(what);
    return Promise.reject(new Fault("STORE_FULL", "no space left"));
  };
  void send("b", "hello", { from: "sender" });
  await until("it is told", () => agent().prompts.length === 1);
  assert.equal(told, [
    ["uncertain", "your message to b"],
    ["uncertain", "your message to b"],
  ]);
  assert.equal((await one("sender")).mail, { queued: 0, inbox: 0, dead: 0, uncertain: 0 });
  assert.equal((await one("b")).mail, { queued: 0, inbox: 0, dead: 0, uncertain: 1 });
});

test("who does not hear Enter is pressed three times, and the message uncertain: told, counted, never typed again", async () => {
  await ready("a");
  agent().deafTo.add("Enter");
  const { status, body } = await send("a", "hello");
  assert.equal([status, body.error?.code, body.message.state], [409, "UNCERTAIN", "uncertain"]);
  assert.is(w.tmux.calls.filter((call) => call === "keys %1 Enter").length, 3);
  assert.is(w.tmux.calls.filter((call) => call.startsWith("paste")).length, 1);
  assert.equal((await one("a")).mail, { queued: 0, inbox: 0, dead: 0, uncertain: 1 });
  agent().deafTo.clear();
  agent().draft = "";
  const [dead] = await messages("/v1/dead");
  assert.is(dead?.state, "uncertain");
  const retried = await w.ask<{ messages: MessageJson[] }>("POST", "/v1/dead", { ids: [dead?.id] });
  assert.is(retried.body.messages[0]?.state, "queued");
  await until("it is given", () => agent().prompts.length === 1);
  await until("it is written", async () => (await one("a")).mail.queued === 0);
  const { body: why } = await w.ask<MessageWhyJson>("GET", `/v1/messages/${dead?.id}`);
  assert.equal(
    why.history.map(({ to }) => to),
    ["queued", "claimed", "typed", "submitted", "uncertain", "queued", "claimed", "typed", "submitted", "delivered"],
  );
  assert.is(why.message.attempts, 2);
  assert.is((await w.ask("GET", "/v1/messages/01NONE")).status, 404);
});

test("a message of a new name is written down without looking for it, one that its sender named is looked for", async () => {
  await ready("a");
  const { store } = w;
  const find = store.message.bind(store);
  let looked = 0;
  store.message = (id) => {
    looked++;
    return find(id);
  };
  await send("a", "x");
  assert.is(looked, 0);
  await send("a", "y", { id: "01JD3V9K6W2Y8R5T7N4M1P0QXZ" });
  assert.is(looked, 1);
});

test("a pane that lets no key be pressed in it alone keeps its message waiting, and says why", async () => {
  await ready("a");
  const reason = async (text: string) => (await send("a", text)).body.message.reason;
  w.tmux.change("%1" as PaneId, { inputOff: true });
  assert.is(await reason("x"), "input to its pane is switched off (select-pane -d)");
  w.tmux.change("%1" as PaneId, { inputOff: false, inputShared: true });
  const told = await w.ask("POST", "/v1/agents/a/send", { text: "y", now: true });
  assert.is(told.body.error?.code, "NOT_READY");
  assert.equal(agent().prompts, []);
  w.tmux.change("%1" as PaneId, { inputOff: false, inputShared: false });
  await until("it is given", () => agent().prompts.length === 1, { limitMs: 10_000 });
});

test("a message's story is whole, however much was journaled of its recipient since", async () => {
  const { id } = await ready("a");
  const { body } = await send("a", "hello");
  await until("it is written", async () => (await one("a")).mail.queued === 0);
  const atMs = Date.parse(body.message.updatedAt);
  const since = { atMs, kind: "mail", agent: id as AgentId, data: { message: "another" }, set: null } as const;
  await w.store.commit({ entries: Array.from({ length: 6_000 }, () => since) });
  const { history } = (await w.ask<MessageWhyJson>("GET", `/v1/messages/${body.message.id}`)).body;
  const story = history.map(({ to }) => to);
  assert.equal(story, ["queued", "claimed", "typed", "submitted", "delivered"]);
});

test("an agent that is removed leaves no receipt in tmux, also where a daemon before gave it its mail", async () => {
  const { id } = await ready("a");
  await send("a", "hello");
  await until("it is written", async () => (await one("a")).mail.queued === 0);
  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.equal([...w.tmux.kept.keys()], [id]);
  assert.is((await w.ask("DELETE", "/v1/agents/a?force=1")).status, 200);
  await until("it is gone", () => w.tmux.kept.size === 0);
});

test("what waits for an agent that is removed is dead, and a new agent of that label inherits nothing", async () => {
  const old = await ready("a");
  shows(0, "working");
  await isIn("a", "working");
  for (const text of ["one", "two"]) await send("a", text);
  assert.is((await w.ask("DELETE", "/v1/agents/a?force=1")).status, 200);
  assert.equal(
    (await messages("/v1/dead?bodies=1")).map((m) => `${m.to === old.id} ${m.state} ${m.reason} ${m.body}`),
    ["true dead recipient_removed one", "true dead recipient_removed two"],
  );
  const removedMail = async () => (await w.ask<SnapshotJson>("GET", "/v1/agents")).body.removedMail;
  assert.equal(await removedMail(), { [old.id]: { queued: 0, inbox: 0, dead: 2, uncertain: 0 } });
  const told = (await w.store.latest(9, old.id as AgentId)).find(
    ({ kind, data }) => kind === "mail" && data.to === "dead",
  );
  assert.equal(told?.set, { mail: { queued: 0, inbox: 0, dead: 2, uncertain: 0 } });
  const young = await ready("a");
  assert.equal(young.mail, { queued: 0, inbox: 0, dead: 0, uncertain: 0 });
  assert.equal(await messages("/v1/inbox/a"), []);
  assert.equal(agent(1).prompts, []);
  const [dead] = await messages("/v1/dead");
  assert.is((await w.ask("POST", "/v1/dead", { ids: [dead?.id] })).status, 409);
  assert.is((await w.ask("DELETE", "/v1/dead", { ids: ["01NONE"] })).status, 404);
  assert.is((await w.ask("DELETE", "/v1/dead", {})).status, 400);
  assert.is((await w.ask<{ messages: unknown[] }>("DELETE", "/v1/dead", { all: true })).body.messages.length, 2);
  assert.equal(await messages("/v1/dead"), []);
  assert.is(await removedMail(), undefined);
  assert.equal(await w.store.mail(), []);
});

test("of a removed agent no queue and no inbox stays open; its dead letters are listed, counted, added to and purged", async () => {
  const { id: gone } = await ready("a");
  const { id: other } = await ready("b");
  shows(0, "working");
  await isIn("a", "working");
  await send("a", "one");
  const told = { child: other, label: "b", parent: gone as AgentId, turn: 1, kind: "report", summary: "s" } as const;
  await commitCompletion(w.daemon.context, told);
  const isOpen = async (id: string) => {
    const { mail } = w.daemon.context;
    return [(await mail.until(id as AgentId, 0, (box) => box)) !== null, mail.inboxes.of(id as AgentId) !== null];
  };
  const removedMail = async () => (await w.ask<SnapshotJson>("GET", "/v1/agents")).body.removedMail?.[gone];
  const lastTold = async () => (await w.store.latest(1, gone as AgentId))[0]?.set;
  assert.equal(await isOpen(gone), [true, true]);
  assert.is((await w.ask("DELETE", "/v1/agents/a?force=1")).status, 200);
  assert.equal(await isOpen(gone), [false, false]);
  const mail = { queued: 0, inbox: 0, dead: 2, uncertain: 0 };
  assert.equal([await removedMail(), await lastTold()], [mail, { mail }]);

  const late = [2, 3].map((turn) => commitCompletion(w.daemon.context, { ...told, turn }));
  const buried = await Promise.all(late);
  assert.equal(
    buried.map(({ message }) => message.reason),
    ["parent_removed", "parent_removed"],
  );
  assert.equal([await removedMail(), await lastTold()], [{ ...mail, dead: 4 }, { mail: { ...mail, dead: 4 } }]);
  assert.equal(await isOpen(gone), [false, false]);

  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.equal([await isOpen(gone), await removedMail()], [[false, false], { ...mail, dead: 4 }]);
  const dead = await messages(`/v1/dead?agent=${gone}`);
  assert.equal(
    dead.map(({ kind }) => kind),
    ["message", "completion", "completion", "completion"],
  );
  assert.is((await w.ask("DELETE", "/v1/dead", { ids: dead.slice(0, 3).map(({ id }) => id) })).status, 200);
  assert.equal([await removedMail(), await lastTold()], [{ ...mail, dead: 1 }, { mail: { ...mail, dead: 1 } }]);
  assert.is((await w.ask("DELETE", "/v1/dead", { all: true })).status, 200);
  assert.equal([await removedMail(), await w.store.mail()], [undefined, []]);
  assert.equal(await isOpen(gone), [false, false]);
});

test("more than the queue holds is refused, and nothing of it kept", async () => {
  const { id } = await ready("a");
  shows(0, "working");
  await isIn("a", "working");
  const full = Array.from({ length: QUEUE_LIMIT }, (_, n) => message(0, n + 1, { id: `M${n}`, to: id as AgentId }));
  await w.store.commit({ mail: full.map((one) => ({ message: one, was: null, text: "x" })) });
  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.is((await one("a")).mail.queued, QUEUE_LIMIT);
  const { status, body } = await send("a", "one more");
  assert.equal([status, body.error?.code], [429, "TOO_MANY"]);
  assert.match(body.error?.message ?? "", /10000/);
  assert.is((await store.mail()).length, QUEUE_LIMIT);
  const died = {
    id: "MDEAD",
    to: id as AgentId,
    state: "dead",
    reason: "unresolvable",
    updatedAtMs: Date.now(),
  } as const;
  const dead = message(0, QUEUE_LIMIT + 1, died);
  await w.store.commit({ mail: [{ message: dead, was: null, text: "x" }] });
  await w.end();
  w = await world({ store, tmux });
  const retried = await w.ask("POST", "/v1/dead", { ids: ["MDEAD"] });
  assert.equal([retried.status, retried.body.error?.code], [429, "TOO_MANY"]);
  assert.is((await one("a")).mail.dead, 1);
});

test("a message that the store refuses is refused; a claim it refuses types nothing, and is tried again", async () => {
  await ready("a");
  w.store.refuse = new Fault("STORE_FULL", "no space");
  assert.is((await send("a", "x")).status, 507);
  w.store.refuse = null;
  shows(0, "working");
  await isIn("a", "working");
  await until("it is taken", async () => (await send("a", "y")).body.message?.state === "queued");
  await until("the counts are right", async () => (await one("a")).mail.queued === 1);
  w.store.refuse = new Fault("STORE_FULL", "no space");
  shows(0, "finished");
  await until(
    "it could not be claimed",
    async () => (await messages("/v1/inbox/a"))[0]?.reason === "the store cannot be written",
  );
  assert.not.ok(w.tmux.calls.some((call) => call.startsWith("paste")));
  w.store.refuse = null;
  await until("it is given", () => agent().prompts.length === 1, { limitMs: 10_000 });
  assert.equal(agent().prompts, ["y"]);
});

test("dead letters that nobody looked at for a month are forgotten, and of too many the oldest", async () => {
  const { id } = await ready("a");
  const nowMs = w.daemon.context.clock.now();
  const put = (order: number, updatedAtMs: number) => {
    const dead = { id: `D${order}`, to: id as AgentId, state: "dead" as const, reason: "unresolvable", updatedAtMs };
    return { message: message(0, order, dead), was: null, text: "x" };
  };
  const many = Array.from({ length: DEAD_LIMIT + 5 }, (_, n) => put(n + 1, nowMs));
  await w.store.commit({ mail: [...many, put(DEAD_LIMIT + 10, nowMs - DEAD_KEPT_MS - 1)] });
  const { store, tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  await until("the old ones are gone", async () => (await one("a")).mail.dead < DEAD_LIMIT + 6);
  const orders = (await store.mail()).map(({ order }) => order);
  assert.equal([orders.length, orders[0], orders.at(-1)], [DEAD_LIMIT - 1, 7, DEAD_LIMIT + 5]);
});

test("the counts that events tell, applied in order, are those of a snapshot", async () => {
  await ready("a");
  const following = w.follow("/v1/events");
  await until("the snapshot", () => following.events.length > 0);
  await send("a", "one");
  await send("a", "two");
  await until("one is delivered", async () => (await one("a")).mail.queued === 1);
  const last = () => {
    const told = following.events.flatMap(({ data }) => (data.set as Partial<AgentJson> | undefined)?.mail ?? []);
    return told.at(-1);
  };
  await until("it is told", () => last()?.queued === 1);
  assert.equal(last(), (await one("a")).mail);
  following.leave();
});

test.run();
