/** Work that one agent gives another, over the socket, on twins: who is told how it ended, by whom, and once. */
import * as assert from "uvu/assert";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import type { AckedJson } from "#wire/requests.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { agentsOf, type World, world } from "./practice.js";

const test = suite("assigned work over the socket", 20_000);

let w: World;
let boss: AgentJson;
test.beforeEach(async () => {
  w = await world({ clock: hastyClock(4) });
  boss = await born("boss");
  await works(0, "boss");
});
test.afterEach(() => w.end());

type Messages = { messages: MessageJson[] };
const { one, isIn } = agentsOf(() => w);
async function born(label: string, more: object = {}): Promise<AgentJson> {
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label, ...more });
  await isIn(label, "idle");
  return one(label);
}
const shows = (n: number, shown: "working" | "finished" | "error") => {
  w.started[n]!.shown = shown;
  w.tmux.show(`%${n + 1}`);
};
async function works(n: number, label: string): Promise<void> {
  shows(n, "working");
  await isIn(label, "working");
}
const give = (how: "assign" | "handoff", to: string, text: string, more: object = { from: "boss" }) =>
  w.ask<{ message: MessageJson }>("POST", `/v1/agents/${to}/${how}`, { text, ...more });
async function given(how: "assign" | "handoff", to: string, text: string, more?: object): Promise<MessageJson> {
  const { body } = await give(how, to, text, more);
  assert.is(body.message?.state, "delivered", JSON.stringify(body));
  return body.message;
}
const listed = async (ref: string) => (await w.ask<Messages>("GET", `/v1/inbox/${ref}?delivered=50`)).body.messages;
/** Completions of an inbox as `kid done queued`, with whose work it was the end of. */
const inbox = async (ref: string) =>
  (await listed(ref)).flatMap(({ completion, state }) => {
    if (completion === undefined) return [];
    return `${completion.label} ${completion.kind} ${state}${completion.answers === undefined ? "" : " its own"}`;
  });
const hears = async (ref: string, ...wanted: string[]) =>
  until(`${ref} has ${wanted}`, async () => (await inbox(ref)).join() === wanted.join(), {
    show: async () => JSON.stringify(await listed(ref), null, 1),
  });
const taken = (id: string) => w.ask<AckedJson>("POST", `/v1/messages/${id}/taken`, {});
const counts = async (ref: string) => (await one(ref)).mail.inbox;

test("the end of what one agent gave another comes to it, and to the other's parent, once each", async () => {
  const lead = await born("lead");
  await works(1, "lead");
  await born("kid", { parent: "lead" });
  const message = await given("assign", "kid", "find it");
  assert.equal([message.kind, message.from, message.turn], ["task", boss.id, 1]);
  shows(2, "finished");
  await hears("boss", "kid done queued its own");
  await hears("lead", "kid done queued");
  // What the child does for others later is not boss' any more.
  await w.ask("POST", "/v1/agents/kid/send", { text: "something else" });
  shows(2, "finished");
  await until("the parent has the second", async () =>
    (await listed("lead")).some(({ completion }) => completion?.turn === 2),
  );
  assert.is((await inbox("boss")).length, 1);
  assert.is(lead.parent, null);
});

test("a parent that gave the work is told once, and of each piece of work, though nobody took the first", async () => {
  await born("kid", { parent: "boss" });
  const first = await given("assign", "kid", "one");
  shows(1, "finished");
  await hears("boss", "kid done queued its own");
  const second = await given("assign", "kid", "two");
  shows(1, "finished");
  await hears("boss", "kid done queued its own", "kid done queued its own");
  assert.equal(
    (await listed("boss")).map(({ completion }) => completion?.answers),
    [first.id, second.id],
  );
});

test("what somebody waited for and handed over is not told again; what nobody handed over comes back", async () => {
  await w.end();
  w = await world({ clock: hastyClock(50) });
  boss = await born("boss");
  await works(0, "boss");
  await born("kid", { parent: "boss" });
  const first = await given("handoff", "kid", "one");
  shows(1, "finished");
  await isIn("kid", "done");
  assert.is((await taken(first.id)).body.acked, 1);
  assert.equal(await inbox("boss"), ["kid done acked its own"]);
  assert.is((await taken(first.id)).body.acked, 0);
  const second = await given("handoff", "kid", "two");
  shows(1, "error");
  await hears("boss", "kid done acked its own", "kid error queued its own");
  assert.is((await listed("boss")).find(({ completion }) => completion?.answers === second.id)?.redelivered, true);
});

test("with what somebody waited for goes what was asked meanwhile, though it had come back", async () => {
  await w.end();
  w = await world({ clock: hastyClock(50) });
  boss = await born("boss");
  await works(0, "boss");
  await born("kid", { parent: "boss" });
  const { id } = await given("handoff", "kid", "one");
  w.started[1]!.question = { text: "may I", choices: ["yes", "no"] };
  w.tmux.show("%2");
  await isIn("kid", "blocked");
  await hears("boss", "kid blocked queued its own");
  w.started[1]!.question = null;
  shows(1, "finished");
  await isIn("kid", "done");
  assert.is((await taken(id)).body.acked, 2);
  assert.is(await counts("boss"), 0);
});

test("the same message twice is one, at once or after a restart", async () => {
  await born("kid");
  const id = "01JD3V9K6W2Y8R5T7N4M1P0QXZ";
  const how = { from: "boss", id };
  const [one, two] = await Promise.all([given("assign", "kid", "once", how), given("assign", "kid", "once", how)]);
  assert.equal([one.id, two.id], [id, id]);
  assert.equal(w.started[1]!.prompts, ["once"]);
  const { store, tmux, started } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.is((await given("assign", "kid", "once", how)).id, id);
  assert.equal(started[1]!.prompts, ["once"]);
  const other = await give("handoff", "kid", "once", how);
  assert.equal([other.status, other.body.error?.code], [409, "CONFLICT"]);
});

test("an end that nobody was told of when the daemon died is told by the next, and taken where somebody waits", async () => {
  await born("kid", { parent: "boss" });
  const { id } = await given("handoff", "kid", "one");
  const { store, tmux, started } = w;
  await w.end();
  started[1]!.shown = "finished";
  w = await world({ store, tmux, clock: hastyClock(4) });
  w.tmux.show("%2");
  await isIn("kid", "done");
  assert.is((await taken(id)).body.acked, 1);
  assert.equal(await inbox("boss"), ["kid done acked its own"]);
});

test("a turn that is over before it is on disk what began it is told all the same as what it was", async () => {
  await born("kid", { parent: "boss" });
  const { store, tmux, started } = w;
  const commit = store.commit.bind(store);
  let isCut = false;
  store.commit = (what) => {
    isCut ||= what.mail?.some(({ message }) => message.state === "delivered") ?? false;
    return isCut ? new Promise(() => {}) : commit(what);
  };
  void give("assign", "kid", "quick").catch(() => {});
  await until("it is being written", () => isCut);
  await w.end();
  store.commit = commit;
  started[1]!.shown = "finished";
  const receipts = tmux.receipts.bind(tmux);
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  tmux.receipts = async () => {
    await asked;
    return receipts();
  };
  w = await world({ store, tmux, clock: hastyClock(4) });
  w.tmux.show("%2");
  await isIn("kid", "done");
  answer();
  await hears("boss", "kid done queued its own");
});

test("who gave work is told that it will not be done; who is removed meanwhile leaves a dead letter", async () => {
  await born("kid");
  await works(1, "kid");
  assert.is((await give("assign", "kid", "later")).body.message.state, "queued");
  await w.ask("DELETE", "/v1/agents/kid?force=1");
  await until("boss is told", async () => (await listed("boss")).length === 1);
  const [note] = (await w.ask<Messages>("GET", "/v1/inbox/boss?bodies=1")).body.messages;
  assert.equal(
    [note?.completion?.label, note?.body],
    ["your message to kid", "kid was not given it: recipient_removed"],
  );

  await born("kid2");
  await given("assign", "kid2", "now");
  await w.ask("DELETE", "/v1/agents/boss?force=1");
  shows(2, "finished");
  await isIn("kid2", "done");
  const dead = async () => (await w.ask<Messages>("GET", "/v1/dead")).body.messages;
  const isDead = async () => (await dead()).find(({ completion }) => completion?.label === "kid2")?.reason;
  assert.is(await until("it is a dead letter", isDead), "parent_removed");
});

test("work is given by an agent, to another one; only a handoff's end is taken", async () => {
  const kid = await born("kid");
  const nobody = await give("assign", "kid", "x", {});
  assert.equal([nobody.status, nobody.body.error?.code], [400, "INVALID"]);
  const itself = await give("handoff", "kid", "x", { from: kid.id });
  assert.equal([itself.status, itself.body.error?.code], [409, "CONFLICT"]);
  const { id } = await given("handoff", "kid", "x", {});
  shows(1, "finished");
  await isIn("kid", "done");
  assert.is((await taken(id)).body.acked, 0, "a person's");
  const unknown = await taken("X".repeat(200));
  assert.equal([unknown.status, unknown.body.error?.message], [404, `there is no message "${"X".repeat(100)}"`]);
  assert.equal(await inbox("boss"), []);
});

test.run();
