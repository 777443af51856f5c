/** One hand at a time in an agent's pane: what is typed for one purpose never comes between the keys of another. */
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { DIGITS } from "#core/screen/dialog-keys.js";
import { systemClock } from "#host/clock.js";
import { suite, until } from "../kit/t.js";
import { type PracticeAgent, practice, type World, world } from "./practice.js";

const test = suite("hands");

let w: World;
/** Holds up every paste until it is called. */
let release: () => void;
const agent = (): PracticeAgent => w.started[0]!;
/** What was typed, in order. */
const typed = (): string[] => w.tmux.calls.filter((call) => /^(keys|paste|signal)/.test(call));

test.beforeEach(async () => {
  w = await world();
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "a" });
  await until("it is ready", async () => {
    const { body } = await w.ask<{ agent: { state: string } }>("GET", "/v1/agents/a");
    return body.agent.state === "idle";
  });
});
test.afterEach(() => {
  release?.();
  return w.end();
});

/** A message whose paste is under way. */
async function pasting(): Promise<void> {
  const paste = w.tmux.paste.bind(w.tmux);
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  w.tmux.paste = async (pane: PaneId, ...rest) => {
    await paste(pane, ...rest);
    await held;
  };
  w.ask("POST", "/v1/agents/a/send", { text: "hello" }).catch(() => {}); // where the daemon ends first
  await until("it is pasted", () => typed().includes('paste %1 "hello"'));
}

test("an interrupt waits until a message is typed", async () => {
  await pasting();
  const asked = w.ask("POST", "/v1/agents/a/interrupt", {});
  let answered = false;
  void asked.then(() => {
    answered = true;
  });
  await w.ask("GET", "/v1/agents/a");
  assert.equal([typed(), answered], [['paste %1 "hello"'], false]);
  release();
  assert.is((await asked).status, 200);
  assert.equal(typed(), ['paste %1 "hello"', "keys %1 Enter", "keys %1 Escape"]);
  assert.equal([agent().prompts, agent().shown], [["hello"], "interrupted"]);
});

test("two keys that interrupt go in one by one, and once more where they were read as one", async () => {
  await w.end();
  w = await world({ providers: [{ ...practice, interruptKeys: ["Escape", "Escape"] }] });
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "a" });
  await until("it is ready", () => w.daemon.context.loop.fleet.agents.values().next().value?.record.state === "idle");
  agent().shown = "working";
  agent().deafTo.add("Escape");
  const asked = w.ask("POST", "/v1/agents/a/interrupt", {});
  await until("both are pressed", () => typed().length === 2);
  agent().deafTo.delete("Escape");
  assert.is((await asked).status, 200);
  assert.equal(typed(), Array(4).fill("keys %1 Escape"));
  assert.is(agent().shown, "interrupted");
});

test("a dialog that opens between two keys that interrupt is not answered by the second", async () => {
  await w.end();
  w = await world({ providers: [{ ...practice, interruptKeys: ["Escape", "Escape"] }] });
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "a" });
  await until("it is ready", () => w.daemon.context.loop.fleet.agents.values().next().value?.record.state === "idle");
  agent().shown = "working";
  agent().key = () => {
    agent().question = { text: "Delete all?", choices: ["yes", "no"] };
  };
  assert.is((await w.ask("POST", "/v1/agents/a/interrupt", {})).status, 200);
  assert.equal(typed(), ["keys %1 Escape"]);
});

test("a farewell waits until the paste of a message is over, and is not glued to it", async () => {
  await pasting();
  const asked = w.ask("POST", "/v1/agents/a/stop", {});
  await until("it is asked to end", async () => (await w.store.latest(5)).some(({ kind }) => kind === "stopping"));
  await w.ask("GET", "/v1/agents/a");
  assert.equal(typed(), ['paste %1 "hello"']);
  release();
  assert.is((await asked).status, 200);
  assert.not.ok(agent().prompts.some((prompt) => prompt.includes("/quit")));
});

test("who holds the pane for long keeps nobody from being stopped", async () => {
  await pasting();
  const { status } = await w.ask("POST", "/v1/agents/a/stop", {});
  assert.is(status, 200);
  assert.equal(typed().slice(0, 2), ['paste %1 "hello"', "signal %1 SIGTERM"]);
});

test("an agent whose tab could not be closed, since tmux fell silent, gets its mail again", async () => {
  agent().quit = () => {};
  w.tmux.killPane = async () => {
    throw new Fault("TMUX_UNREACHABLE", "tmux does not answer");
  };
  assert.is((await w.ask("POST", "/v1/agents/a/stop", { force: true })).status, 503);
  const sent = await w.ask("POST", "/v1/agents/a/send", { text: "hello", now: true });
  assert.equal([sent.status, agent().prompts], [200, ["hello"]]);
});

test("words of farewell that take a moment to stand in the composer are waited for", async () => {
  const paste = agent().paste.bind(agent());
  // 20 ms of ours are 400 of the daemon's.
  agent().paste = (text) => void setTimeout(() => paste(text), 20);
  assert.is((await w.ask("POST", "/v1/agents/a/stop", {})).status, 200);
  assert.equal(typed(), ['paste %1 "/quit"', "keys %1 Enter"]);
});

test("who has no turn under way is not interrupted: the keys would mean something else", async () => {
  for (const shown of ["ready", "finished", "error"] as const) {
    agent().shown = shown;
    const { status, body } = await w.ask("POST", "/v1/agents/a/interrupt", {});
    assert.equal([status, body.error?.code, body.error?.message], [409, "NOT_READY", "a has no turn under way"]);
  }
  assert.equal(typed(), []);
  assert.not.ok((await w.store.latest(20)).some(({ kind }) => kind === "interrupted"));
});

test("who is believed at rest and is seen at work is interrupted", async () => {
  agent().shown = "working";
  assert.is((await w.ask("POST", "/v1/agents/a/interrupt", {})).status, 200);
  assert.equal(typed(), ["keys %1 Escape"]);
});

test("a dialog that its program told of, and draws a moment later, is answered", async () => {
  await w.end();
  w = await world({ clock: systemClock });
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "a" });
  const record = () => w.daemon.context.loop.fleet.agents.values().next().value?.record;
  await until("it is ready", () => record()?.state === "idle");
  agent().shown = "working";
  const told = { DROVER_ID: record()!.id, DROVER_INCARNATION: "1", tool_name: "Bash", tool_input: { command: "ls" } };
  assert.is((await w.ask("POST", "/v1/hooks/rehearsal/PermissionRequest", told)).status, 200);
  await until("it is blocked", () => record()?.state === "blocked");
  // The first look for the answer comes too early.
  const capture = w.tmux.capture.bind(w.tmux);
  w.tmux.capture = async (pane) => {
    const still = await capture(pane);
    agent().question ??= typed().length > 0 ? null : { text: "Run it?", choices: ["yes", "no"] };
    return still;
  };
  const { status, body } = await w.ask("POST", "/v1/agents/a/answer", { choice: "yes" });
  assert.equal([status, body.error, typed()], [200, undefined, ["keys %1 1"]]);
});

test("a choice below what a low screen shows of a list is looked for, and one that is nowhere is refused", async () => {
  await w.end();
  const all = ["Yes", "Yes, always", "No", "Later"];
  const read: typeof practice.read = (still) => {
    const reading = practice.read(still);
    if (reading.question === null) return reading;
    const choices = reading.question.choices.map(({ text }) => {
      const [key = "", word = ""] = text.replace(/^>/, "").split("|");
      return { key, text: word, selected: text.startsWith(">") };
    });
    return { ...reading, question: { ...reading.question, choices, scrolls: true as const } };
  };
  w = await world({ providers: [{ ...practice, read, dialogKeys: () => ({ ...DIGITS, forth: "Down" }) }] });
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "a" });
  await until("it is ready", () => w.daemon.context.loop.fleet.agents.values().next().value?.record.state === "idle");
  let at = 0;
  const picked: string[] = [];
  const draw = () => {
    const from = Math.max(0, at - 1);
    const choices = all.map((word, n) => `${n === at ? ">" : ""}${n + 1}|${word}`).slice(from, from + 2);
    agent().question = { text: "Delete all?", choices };
  };
  agent().key = (key) => {
    if (key === "Down") at = (at + 1) % all.length;
    else picked.push(key);
    if (key === "Down") draw();
    else agent().question = null;
  };
  draw();
  const nowhere = await w.ask("POST", "/v1/agents/a/answer", { choice: "7" });
  assert.equal([nowhere.status, nowhere.body.error?.code, picked, at], [400, "INVALID", [], 0]);
  assert.equal([(await w.ask("POST", "/v1/agents/a/answer", { choice: "no" })).status, picked], [200, ["3"]]);
});

test("nothing is interrupted while a dialog is open: the key would answer it", async () => {
  agent().question = { text: "Delete all?", choices: ["yes", "no"] };
  const { status, body } = await w.ask("POST", "/v1/agents/a/interrupt", {});
  assert.equal([status, body.error?.code], [409, "CONFLICT"]);
  assert.match(body.error?.message ?? "", "a asks something");
  assert.equal([typed(), agent().question?.text], [[], "Delete all?"]);
});

test.run();
