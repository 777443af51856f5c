import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { Provider } from "#core/screen/reading.js";
import { systemClock } from "#host/clock.js";
import type { AgentJson, AgentsJson, HealthJson, MessageJson, QuestionJson, ScreenJson, WhyJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { MemoryStore } from "../twins/memory-store.js";
import { agentsOf, practice, type World, world } from "./practice.js";

const test = suite("agents over the socket");

let w: World;
test.beforeEach(async () => {
  w = await world();
});
test.afterEach(() => w.end());

const spawn = (label: string, more: Record<string, unknown> = {}) =>
  w.ask<{ agent: AgentJson; created: boolean }>("POST", "/v1/agents", {
    provider: "practice",
    cwd: "/tmp",
    label,
    ...more,
  });
const { one, isIn } = agentsOf(() => w);
const agent = (n: number) => {
  const found = w.started[n];
  if (found === undefined) throw new Error("it was not started");
  return found;
};

test("an agent is spawned in a marked tab, seen by its id and its label, and read", async () => {
  const { status, body } = await spawn("a", { session: "proj" });
  assert.is(status, 200);
  assert.is(body.created, true);
  assert.equal([body.agent.label, body.agent.session, body.agent.pane], ["a", "proj", "%1"]);
  await isIn("a", "idle");
  assert.is((await one(body.agent.id)).label, "a");
  const { body: list } = await w.ask<AgentsJson>("GET", "/v1/agents");
  assert.equal(
    list.agents.map((a) => a.label),
    ["a"],
  );
  assert.is(w.tmux.panes()[0]?.mark?.id, body.agent.id);
});

test("what is missing is 404, what is wrong says which field, and unknown fields are refused", async () => {
  const missing = await w.ask("GET", "/v1/agents/nobody");
  assert.equal([missing.status, missing.body.error?.code], [404, "NOT_FOUND"]);
  assert.is((await w.ask("POST", "/v1/agents/nobody/send", { text: "x" })).status, 404);
  assert.is((await w.ask("GET", "/v1/nowhere")).status, 404);
  assert.is((await w.ask("GET", "/v1/agents/%00%ff")).status, 404);
  const unknown = await spawn("a", { colour: "red" });
  assert.equal([unknown.status, unknown.body.error?.code], [400, "INVALID"]);
  assert.match(unknown.body.error?.message ?? "", /colour/);
  assert.match((await spawn("a", { cwd: 5 })).body.error?.message ?? "", /^cwd:/);
  assert.is((await w.ask("POST", "/v1/agents", "{not json")).status, 400);
  assert.is((await spawn("Not A Label")).status, 400);
  assert.match((await spawn("a", { provider: "nope" })).body.error?.hint ?? "", /practice/);
  assert.match((await spawn("a", { cwd: "/tmp/there-is-no-such-folder" })).body.error?.message ?? "", /no folder/);
  assert.equal(w.tmux.calls, []);
});

test("a group is a short line of text, and a folder or a PATH holds no NUL", async () => {
  const says = async (more: Record<string, unknown>) => {
    const { status, body } = await spawn("a", more);
    return `${status} ${body.error?.message}`;
  };
  for (const group of ["a\nb", "a\x1b[31mb", "a\u0085b", "a\u2028b"]) {
    assert.is(await says({ group }), "400 group: must not hold control characters");
  }
  assert.is(await says({ group: "x".repeat(65) }), "400 group: must have 64 characters at most");
  assert.is(await says({ group: "" }), "400 group: must not be empty");
  assert.is(await says({ cwd: "/tmp\0/x" }), "400 cwd: holds a NUL character");
  assert.is(await says({ path: "/bin\0" }), "400 path: holds a NUL character");
  assert.is((await spawn("a", { group: "Büro 2 🚀" })).status, 200);
});

test("no value of a variable is in what is said of a body that is wrong", async () => {
  const wrong: Record<string, unknown>[] = [
    { env: { TOKEN: 53217 } },
    { env: { TOKEN: ["s3cret53217"] } },
    { env: "TOKEN=s3cret53217" },
    { env: ["TOKEN=s3cret53217"] },
    { env: { "TOKEN=s3cret53217": "x" } },
    { env: { TOKEN: "s3cret53217\0" } },
    { env: { TOKEN: "s3cret53217".repeat(400) } },
  ];
  for (const more of wrong) {
    const { status, body } = await spawn("a", more);
    assert.is(status >= 400 && status < 500, true);
    assert.match(body.error?.message ?? "", /env|TOKEN/);
    assert.not.match(JSON.stringify(body), "53217");
  }
  const asText = await w.ask("POST", "/v1/agents", JSON.stringify('{"env":{"TOKEN":"s3cret53217"}}'));
  assert.equal([asText.status, JSON.stringify(asText.body).includes("53217")], [400, false]);
  const broken = await w.ask("POST", "/v1/agents", '{"env":{"TOKEN":s3cret53217}}');
  assert.equal([broken.status, JSON.stringify(broken.body).includes("53217")], [400, false]);
});

test("limits answer 413 and name themselves", async () => {
  await spawn("a");
  const long = await w.ask("POST", "/v1/agents/a/send", { text: "é".repeat(131_073) });
  assert.equal([long.status, long.body.error?.code], [413, "TOO_LARGE"]);
  assert.match(long.body.error?.message ?? "", /262144/);
  const body = await w.ask("POST", "/v1/agents/a/send", { text: "x".repeat(1_100_000) });
  assert.is(body.status, 413);
  assert.match(body.body.error?.message ?? "", /1048576/);
  assert.is((await spawn("b", { env: { A: "x".repeat(2049) } })).status, 413);
});

test("a label of a live agent conflicts; if it only must be there, it is answered", async () => {
  const first = await spawn("a");
  const again = await spawn("a");
  assert.equal([again.status, again.body.error?.code], [409, "CONFLICT"]);
  const there = await spawn("a", { ifAbsent: true });
  assert.equal([there.status, there.body.created, there.body.agent.id], [200, false, first.body.agent.id]);
});

test("two spawns of one label at once end with one agent", async () => {
  const replies = await Promise.all([spawn("a", { ifAbsent: true }), spawn("a", { ifAbsent: true }), spawn("a")]);
  assert.equal(replies.map((r) => r.status).sort(), [200, 200, 409]);
  assert.is(new Set(replies.flatMap((r) => (r.status === 200 ? [r.body.agent.id] : []))).size, 1);
  assert.is(w.tmux.panes().length, 1);
});

test("the tab gets drover's variables and the caller's, and no value is told", async () => {
  let env: Readonly<Record<string, string>> = {};
  const create = w.tmux.createTab.bind(w.tmux);
  w.tmux.createTab = (tab) => {
    env = tab.env;
    return create(tab);
  };
  const { body } = await spawn("a", { env: { COLOUR: "s3cret" } });
  assert.equal(env, {
    COLOUR: "s3cret",
    DROVER_ID: body.agent.id,
    DROVER_LABEL: "a",
    DROVER_SOCKET: w.socket,
    DROVER_INCARNATION: "1",
  });
  const [record] = await w.store.agents();
  assert.equal(record?.envNames, ["COLOUR"]);
  assert.not.match(JSON.stringify([record, await w.store.latest(100)]), /s3cret/);
});

test("a tab that tmux refuses is an error and leaves nobody on the list", async () => {
  w.tmux.refuseTabs = new Fault("TMUX_REFUSED", "no space for new pane");
  const refused = await spawn("a");
  assert.equal([refused.status, refused.body.error?.message], [502, "no space for new pane"]);
  assert.equal((await w.ask<AgentsJson>("GET", "/v1/agents")).body.agents, []);
  w.tmux.refuseTabs = null;
  assert.is((await spawn("a")).status, 200);
});

test("a tab whose making went unheard is found by its mark, or made again once", async () => {
  const create = w.tmux.createTab.bind(w.tmux);
  let tries = 0;
  w.tmux.createTab = async (tab) => {
    tries++;
    if (tries === 1) await create(tab);
    if (tries <= 2) throw new Fault("TMUX_UNREACHABLE", "the connection ended");
    return create(tab);
  };
  assert.is((await spawn("a")).body.agent.pane, "%1");
  assert.is((await spawn("b")).body.agent.pane, "%2");
  assert.is(tries, 3);
  w.tmux.createTab = async () => {
    throw new Fault("TMUX_UNREACHABLE", "the connection ended");
  };
  w.tmux.blind = "tmux-slow";
  const unheard = await spawn("c");
  assert.equal([unheard.status, unheard.body.error?.code], [503, "TMUX_UNREACHABLE"]);
  w.tmux.blind = null;
  w.tmux.tick();
  await until("it is off the list", async () => (await w.ask("GET", "/v1/agents/c")).status === 404);
  const [record] = (await w.store.agents()).filter(({ label }) => label === "c");
  assert.equal([record?.state, record?.reason], ["error", "the connection ended"]);
});

test("a prompt is pasted, entered and confirmed", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const sent = await w.ask<{ message: MessageJson }>("POST", "/v1/agents/a/send", { text: "one\ntwo" });
  assert.is(sent.status, 200);
  assert.equal([sent.body.message.state, sent.body.message.turn], ["delivered", 1]);
  assert.equal(agent(0).prompts, ["one\ntwo"]);
  await isIn("a", "working");
  const told = (await w.store.latest(20)).filter((e) => e.kind === "mail");
  assert.equal(
    told.map((e) => e.data.to),
    ["queued", "claimed", "typed", "submitted", "delivered"],
  );
  assert.not.match(JSON.stringify(told), /one/);
});

test("nothing is typed into a dialog, a draft or a turn, and what must go now or never is refused", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const refused = async () => {
    w.tmux.calls.length = 0;
    const reply = await w.ask("POST", "/v1/agents/a/send", { text: "x", now: true });
    assert.equal([reply.status, reply.body.error?.code], [409, "NOT_READY"]);
    assert.equal(
      w.tmux.calls.filter((call) => /^(paste|keys)/.test(call)),
      [],
    );
    return reply.body.error?.message ?? "";
  };
  agent(0).question = { text: "May I?", choices: ["Yes", "No"] };
  assert.match(await refused(), /dialog/);
  agent(0).question = null;
  agent(0).draft = "half a thought";
  assert.match(await refused(), /draft/);
  agent(0).draft = "";
  agent(0).shown = "working";
  assert.match(await refused(), /working/);
  assert.equal(await w.store.mail(), []);
  assert.equal((await one("a")).mail, { queued: 0, inbox: 0, dead: 0, uncertain: 0 });
});

test("two prompts at once do not mix: one is taken, the other waits for its turn", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const send = (text: string) => w.ask<{ message: MessageJson }>("POST", "/v1/agents/a/send", { text });
  const replies = await Promise.all([send("one"), send("two")]);
  assert.equal(replies.map((r) => r.body.message.state).sort(), ["delivered", "queued"]);
  assert.equal(agent(0).prompts, ["one"]);
  assert.equal((await one("a")).mail, { queued: 1, inbox: 0, dead: 0, uncertain: 0 });
  agent(0).shown = "finished";
  w.tmux.show("%1");
  await until("the other is typed", () => agent(0).prompts.length === 2);
  assert.equal(agent(0).prompts, ["one", "two"]);
});

test("a dialog is answered by key, number or words, and never when it is another one", async () => {
  await spawn("a");
  await isIn("a", "idle");
  agent(0).question = { text: "May I?", choices: ["Yes", "No, never"] };
  w.tmux.show("%1");
  await isIn("a", "blocked");
  const { question } = await one("a");
  const answer = (body: object) => w.ask<{ question: QuestionJson | null }>("POST", "/v1/agents/a/answer", body);

  const stale = await answer({ choice: "1", if: "f:another" });
  assert.equal([stale.status, stale.body.error?.code, stale.body.question?.text], [409, "STALE", "May I?"]);
  const none = await answer({ choice: "perhaps", if: question?.fingerprint });
  assert.is(none.status, 400);
  assert.match(none.body.error?.hint ?? "", /No, never/);
  const given = await answer({ choice: "no, NEVER", if: question?.fingerprint, by: "cli" });
  assert.equal([given.status, given.body.question?.text], [200, "May I?"]);
  assert.equal(agent(0).answers, ["No, never"]);
  const gone = await answer({ choice: "1" });
  assert.equal([gone.status, gone.body.error?.code, gone.body.question], [409, "STALE", null]);
  const [entry] = (await w.store.latest(20)).filter((e) => e.kind === "answered");
  assert.equal([entry?.data.by, entry?.data.choice, entry?.data.confirmed], ["cli", "No, never", true]);
});

test("a key that was meant for a dialog answers no later one of the same words, though another daemon came between", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const asks = async (): Promise<string> => {
    agent(0).question = { text: "May I?", choices: ["Yes"] };
    w.tmux.show("%1");
    await isIn("a", "blocked");
    return (await one("a")).question?.fingerprint ?? "";
  };
  const answer = (choice: string, wanted: string) =>
    w.ask("POST", "/v1/agents/a/answer", { choice, if: wanted }).then(({ status }) => status);
  const { store, tmux, started } = w;
  const first = await asks();
  assert.is(await answer("1", first), 200);
  agent(0).shown = "working";
  tmux.show("%1");
  await isIn("a", "working");
  const second = await asks();
  await w.end();
  w = await world({ store, tmux });
  w.started.push(...started);
  tmux.show("%1");
  await until("it is read", async () => (await one("a")).question !== null);
  assert.is((await one("a")).question?.fingerprint, second, "the same dialog has the same name");
  assert.equal([await answer("1", first), await answer("1", second)], [409, 200]);
  tmux.show("%1");
  await isIn("a", "working");
  await w.end();
  w = await world({ store, tmux });
  w.started.push(...started);
  tmux.show("%1");
  await isIn("a", "working");
  const third = await asks();
  assert.is(new Set([first, second, third]).size, 3);
});

test("what is typed to log in is written down nowhere", async () => {
  await w.end();
  const read: typeof practice.read = (still) => {
    const reading = practice.read(still);
    if (reading.question === null) return reading;
    const text = reading.question.choices[0]?.text ?? "";
    return { ...reading, question: { ...reading.question, kind: "login", choices: [], field: { text, open: true } } };
  };
  w = await world({ providers: [{ ...practice, read }] });
  await spawn("a");
  await isIn("a", "idle");
  agent(0).question = { text: "API key?", choices: [] };
  agent(0).paste = (text) => agent(0).question?.choices.push(text);
  w.tmux.show("%1");
  await isIn("a", "blocked");
  assert.is((await w.ask("POST", "/v1/agents/a/answer", { text: "sk-1234" })).status, 200);
  assert.equal(agent(0).answers, ["sk-1234"]);
  const [entry] = (await w.store.latest(20)).filter((e) => e.kind === "answered");
  assert.equal([entry?.data.choice, entry?.data.question], ["a text", "login"]);
  assert.not.match(JSON.stringify(await w.store.latest(500)), "sk-1234");
});

test("a dialog that stays after its answer is uncertain", async () => {
  await spawn("a");
  await isIn("a", "idle");
  agent(0).question = { text: "May I?", choices: ["Yes"] };
  agent(0).deafTo.add("1");
  const reply = await w.ask("POST", "/v1/agents/a/answer", { choice: "1" });
  assert.equal([reply.status, reply.body.error?.code], [409, "UNCERTAIN"]);
});

test("an answer that the transcript tells of is given, though the very same is asked at once", async () => {
  await w.end();
  const answersOn: Provider["answersOn"] = () => agent(0).answers.length;
  w = await world({ providers: [{ ...practice, answersOn }] });
  await spawn("a");
  await isIn("a", "idle");
  const same = { text: "May I?", choices: ["Yes"] };
  const key = agent(0).key.bind(agent(0));
  agent(0).question = same;
  agent(0).key = (pressed) => {
    key(pressed);
    if (agent(0).answers.length < 2) agent(0).question = same;
  };
  w.tmux.show("%1");
  await isIn("a", "blocked");
  const first = (await one("a")).question?.fingerprint;
  const { status, body } = await w.ask<{ next: { fingerprint: string } }>("POST", "/v1/agents/a/answer", {
    choice: "1",
  });
  assert.is(status, 200);
  assert.is(body.next.fingerprint, (await one("a")).question?.fingerprint);
  assert.is.not(body.next.fingerprint, first);
  assert.is((await w.ask("POST", "/v1/agents/a/answer", { choice: "1", if: first! })).status, 409);
  assert.is((await w.ask("POST", "/v1/agents/a/answer", { choice: "1", if: body.next.fingerprint })).status, 200);
  assert.equal(agent(0).answers, ["Yes", "Yes"]);
});

test("an agent is asked to end as a person would, and keeps its record with its exit", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const { status, body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents/a/stop", {});
  assert.is(status, 200);
  assert.equal([body.agent.state, body.agent.exit?.code, body.agent.pane], ["exited", 0, ""]);
  assert.ok(w.tmux.calls.includes('paste %1 "/quit"'), w.tmux.calls.join("\n"));
  assert.not.ok(w.tmux.calls.some((call) => call.startsWith("signal")));
  assert.equal(w.tmux.panes(), []);
});

test("a dialog that opens under the words of farewell is not answered by their Enter", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const opens = agent(0);
  const paste = opens.paste.bind(opens);
  opens.paste = (text) => {
    opens.question = { text: "May I?", choices: ["Yes", "No"] };
    paste(text);
  };
  const { body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents/a/stop", {});
  assert.is(body.agent.state, "exited");
  assert.equal(opens.answers, []);
  assert.not.ok(
    w.tmux.calls.some((call) => /Enter/.test(call)),
    w.tmux.calls.join("\n"),
  );
});

test("a program that says goodbye and goes on is waited for, so that its exit status is kept", async () => {
  await w.end();
  w = await world({ clock: systemClock });
  await spawn("a");
  await isIn("a", "idle");
  agent(0).quit = () => {
    agent(0).shown = "exited";
    w.tmux.show("%1");
  };
  const stopped = w.ask<{ agent: AgentJson }>("POST", "/v1/agents/a/stop", {});
  await isIn("a", "exited");
  const looks = () => w.tmux.sights;
  const before = looks();
  await until("it is waited for", () => looks() > before + 2);
  assert.not.ok(w.tmux.calls.some((call) => call.startsWith("kill")));
  w.tmux.change("%1", { dead: true, exit: { code: 3, signal: null } });
  const { body } = await stopped;
  assert.equal([body.agent.state, body.agent.exit?.code, body.agent.pane], ["exited", 3, ""]);
  assert.not.ok(w.tmux.calls.some((call) => call.startsWith("signal")));
  assert.equal(w.tmux.panes(), []);
});

test("an agent that will not end is signalled, then its tab is killed", async () => {
  await spawn("a");
  await isIn("a", "idle");
  agent(0).question = { text: "Really?", choices: ["Yes"] };
  const { body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents/a/stop", {});
  assert.is(body.agent.state, "exited");
  const done = w.tmux.calls.filter((call) => /^(paste|signal|kill)/.test(call));
  assert.equal(done, ["signal %1 SIGTERM", "kill %1"]);
  assert.equal(agent(0).answers, []);
});

test("an ended agent is removed to the archive; a live one only by force", async () => {
  const id = (await spawn("a")).body.agent.id;
  await isIn("a", "idle");
  assert.is((await w.ask("DELETE", "/v1/agents/a")).status, 409);
  const { status, body } = await w.ask<{ agent: AgentJson; removed: boolean }>("DELETE", "/v1/agents/a?force=1");
  assert.equal([status, body.removed, body.agent.archived], [200, true, true]);
  assert.equal(w.tmux.panes(), []);
  assert.equal((await w.ask<AgentsJson>("GET", "/v1/agents")).body.agents, []);
  assert.equal(
    (await w.ask<AgentsJson>("GET", "/v1/agents?all=1")).body.agents.map((a) => a.id),
    [id],
  );
  assert.is((await one(id)).archived, true);
  assert.is((await w.ask("GET", "/v1/agents/a")).status, 404);
});

test("interrupting sends the provider's keys and is journaled", async () => {
  await spawn("a");
  agent(0).shown = "working";
  assert.is((await w.ask("POST", "/v1/agents/a/interrupt", {})).status, 200);
  assert.ok(w.tmux.calls.includes("keys %1 Escape"));
  assert.ok((await w.store.latest(5)).some((e) => e.kind === "interrupted"));
});

test("a screen is read as it is; why says what was believed", async () => {
  await spawn("a");
  await isIn("a", "idle");
  agent(0).draft = "hello";
  const { body: screen } = await w.ask<ScreenJson>("GET", "/v1/agents/a/screen");
  assert.equal(screen.rows.slice(0, 2), ["ready", "> hello"]);
  assert.equal(screen.size, { columns: 200, rows: 50 });
  assert.equal((await w.ask("GET", "/v1/agents/a/output?scrollback=1")).body, { rows: ["> hello"] });
  const { body: why } = await w.ask<WhyJson>("GET", "/v1/agents/a/why");
  assert.equal([why.state, why.evidence[0]?.rule, why.evidence[0]?.incarnation], ["idle", "practice/ready", 1]);
  assert.equal(
    why.history.map((h) => `${h.from} ${h.to}`),
    ["starting idle"],
  );
});

test("a turn that ended is done until somebody has seen it", async () => {
  await spawn("a");
  await isIn("a", "idle");
  agent(0).shown = "working";
  w.tmux.show("%1");
  await isIn("a", "working");
  agent(0).shown = "finished";
  w.tmux.show("%1");
  await isIn("a", "done");
  const { body } = await w.ask<{ agent: AgentJson }>("POST", "/v1/agents/a/seen", {});
  assert.equal([body.agent.state, body.agent.unread], ["idle", false]);
});

test("a hook is believed at once, by header or body; an older launch's is not", async () => {
  const { id } = (await spawn("a")).body.agent;
  await isIn("a", "idle");
  const stale = { DROVER_ID: id, DROVER_INCARNATION: "0" };
  assert.is((await w.ask("POST", "/v1/hooks/rehearsal/UserPromptSubmit", stale)).status, 200);
  assert.is((await one("a")).state, "idle");
  agent(0).shown = "working";
  const hook = await w.ask("POST", "/v1/hooks/rehearsal/UserPromptSubmit", { DROVER_ID: id, prompt: "secret words" });
  assert.equal([hook.status, hook.body], [200, {}]);
  assert.is((await one("a")).state, "working");
  assert.not.match(JSON.stringify(await w.store.latest(50)), /secret words/);
  assert.is((await w.ask("POST", "/v1/hooks/claude/Stop", { DROVER_ID: "01NOBODY" })).status, 404);
  assert.is((await w.ask("POST", "/v1/hooks/claude/Stop", {})).status, 400);
});

test("a store that was found damaged is told of in health and journal until the next start", async () => {
  const store = new MemoryStore();
  store.loss = "the store was damaged: it was repaired. The damaged files lie in /s/store.damaged-1";
  store.quarantined = 2;
  await w.end();
  w = await world({ store });
  const { body } = await w.ask<HealthJson>("GET", "/v1/health");
  assert.equal([body.status, body.store], ["degraded", { path: "memory", ok: true, loss: store.loss, quarantined: 2 }]);
  const told = async () => (await store.latest(20)).filter(({ data }) => data.what === "store-damaged");
  assert.equal(
    (await told()).map(({ kind, data }) => [kind, data.says]),
    [["fault", store.loss]],
  );
  await w.end();
  store.loss = null;
  w = await world({ store });
  assert.is((await told()).length, 1);
  assert.is((await w.ask<HealthJson>("GET", "/v1/health")).body.status, "ok");
});

test("health counts, and says when the store or tmux is not there", async () => {
  await spawn("a");
  await isIn("a", "idle");
  const { body } = await w.ask<HealthJson>("GET", "/v1/health");
  assert.equal([body.status, body.agents.idle, body.agents.total, body.tmux.connected], ["ok", 1, 1, true]);
  assert.is(body.seq, w.store.seq());
  w.tmux.blind = "tmux-gone";
  w.tmux.tick();
  assert.is((await w.ask<HealthJson>("GET", "/v1/health")).body.status, "degraded");
  assert.equal((await one("a")).state, "idle");
});

test("a store that refuses a birth makes no tab; what was seen meanwhile is written when it takes commits again", async () => {
  await spawn("a");
  await isIn("a", "idle");
  w.store.refuse = new Fault("STORE_FULL", "no space left on device");
  w.tmux.calls.length = 0;
  const refused = await spawn("b");
  assert.equal([refused.status, refused.body.error?.code], [507, "STORE_FULL"]);
  assert.equal(
    w.tmux.calls.filter((call) => call.startsWith("create")),
    [],
  );
  // A person can still act on what is there.
  agent(0).shown = "working";
  assert.is((await w.ask("POST", "/v1/agents/a/interrupt", {})).status, 200);
  agent(0).shown = "working";
  w.tmux.show("%1");
  assert.is((await w.ask<HealthJson>("GET", "/v1/health")).body.status, "degraded");
  w.store.refuse = null;
  await until("it is on disk", async () =>
    (await w.store.agents()).some((r) => r.label === "a" && r.state === "working"),
  );
  assert.is((await w.ask<HealthJson>("GET", "/v1/health")).body.status, "ok");
});

test("a first prompt is typed once the agent is ready, once", async () => {
  await spawn("a", { prompt: "-begin" });
  await until("it was typed", () => agent(0).prompts.length === 1);
  assert.equal(agent(0).prompts, ["-begin"]);
  agent(0).shown = "finished";
  w.tmux.show("%1");
  await isIn("a", "done");
  assert.equal(agent(0).prompts, ["-begin"]);
});

test("a daemon that starts again knows the same agents in the same places, and looks", async () => {
  const { id } = (await spawn("a")).body.agent;
  await isIn("a", "idle");
  const before = await one("a");
  await w.end();
  const { store, tmux } = w;
  const seq = store.seq();
  w = await world({ store, tmux });
  assert.equal(await one("a"), before);
  assert.is((await one("a")).id, id);
  assert.equal([...tmux.interested.panes], ["%1"]);
  // Only the start itself is news.
  assert.is(store.seq(), seq + 1);
});

test("an agent whose daemon died before its tab was made is lost; after it, found by its mark", async () => {
  const { id } = (await spawn("a")).body.agent;
  await isIn("a", "idle");
  const [record] = await w.store.agents();
  if (record === undefined) throw new Error("no record");
  const store = new MemoryStore();
  const unplaced = { ...record, place: null, state: "starting" as const };
  await store.commit({ agents: [unplaced, { ...unplaced, id: "01X" as typeof record.id, label: "b" }] });
  const { tmux } = w;
  await w.end();
  w = await world({ store, tmux });
  assert.equal([(await one("a")).id, (await one("a")).pane], [id, "%1"]);
  assert.is((await one("b")).state, "lost");
});

test.run();
