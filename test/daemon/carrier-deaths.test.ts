/**
 * The daemon dies before its n-th effect of carrying completions, for n = 1, 2, 3 … until the story runs through; another
 * one starts on what is left. Counted by what the parent itself was given: each turn of each child once.
 */
import * as assert from "uvu/assert";
import { commitCompletion } from "#daemon/completions.js";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { ScriptedTmux } from "../twins/scripted-tmux.js";
import { Diligent, Mortal } from "./mortal.js";
import { type World, world } from "./practice.js";

const test = suite("deaths of carriers", 60_000);

/** Turns of children, in the words in which they were handed over. */
const turnsIn = (text: string): string[] =>
  [...text.matchAll(/^(?:\d+\. )?(\w+) \(turn (\d+)\)/gm)].map(([, child, turn]) => `${child}:${turn}`);

test("typed to wake an idle parent: wherever the daemon dies, every turn is told once", async () => {
  let deaths = 0;
  for (let n = 0; ; n++) {
    assert.ok(n < 60, "the story never ends");
    if (!(await dies(n, wakes))) break;
    deaths++;
  }
  assert.ok(deaths >= 6, `it died ${deaths} times`);
});

test("taken by a Stop hook: wherever the daemon dies, every turn is told once, or marked as told before", async () => {
  let deaths = 0;
  for (let n = 0; ; n++) {
    assert.ok(n < 60, "the story never ends");
    if (!(await dies(n, stops))) break;
    deaths++;
  }
  assert.ok(deaths >= 3, `it died ${deaths} times`);
});

/** What the parent was given otherwise than by typing. */
type Given = string[];
type Story = (w: World, boss: AgentJson, given: Given) => Promise<void>;

const tell = (w: World, parent: string, child: string) =>
  commitCompletion(w.daemon.context, {
    ...{ child, label: child, parent: parent as never, turn: 1, kind: "done" as const, summary: "fine" },
  });

async function wakes(w: World, boss: AgentJson): Promise<void> {
  await Promise.all(["a", "b", "c"].map((child) => tell(w, boss.id, child)));
  await isTold(w, boss);
}

async function stops(w: World, boss: AgentJson, given: Given): Promise<void> {
  w.started[0]!.shown = "working";
  w.tmux.show("%1");
  await until(
    "it works",
    async () => (await w.ask<{ agent: AgentJson }>("GET", "/v1/agents/boss")).body.agent.state === "working",
  );
  await Promise.all(["a", "b"].map((child) => tell(w, boss.id, child)));
  const asked = { DROVER_ID: boss.id, stop_hook_active: false };
  const { body } = await w.ask<{ reason?: string }>("POST", "/v1/hooks/claude/Stop", asked);
  given.push(...turnsIn(body.reason ?? ""));
  await w.ask("POST", "/v1/hooks/claude/Stop", { ...asked, stop_hook_active: true });
  w.started[0]!.shown = "finished";
  w.tmux.show("%1");
  await isTold(w, boss);
}

function isTold(w: World, boss: AgentJson): Promise<unknown> {
  return until("nothing waits", async () => {
    w.tmux.show("%1");
    return (await w.store.mail()).every(({ to }) => to !== (boss.id as string));
  });
}

async function dies(n: number, story: Story): Promise<boolean> {
  const store = new MemoryStore();
  const agents: Diligent[] = [];
  const tmux: ScriptedTmux = new ScriptedTmux(() => {
    const agent = new Diligent();
    agent.finished = () => tmux.show("%1");
    agents.push(agent);
    return agent;
  });
  const mortal = new Mortal();
  const first = await world({ store: mortal.bind(store), tmux: mortal.bind(tmux), clock: hastyClock(25) });
  await first.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "boss" });
  first.started.push(...agents);
  const boss = (await first.ask<{ agent: AgentJson }>("GET", "/v1/agents/boss")).body.agent;
  await until("it is ready", async () => {
    tmux.show("%1");
    return (await first.ask<{ agent: AgentJson }>("GET", "/v1/agents/boss")).body.agent.state === "idle";
  });
  mortal.left = n;
  let answered = false;
  const over = (): void => {
    answered = true;
  };
  const given: Given = [];
  void story(first, boss, given).then(over, over);
  await until("it died, or was done", () => mortal.dead || answered, { limitMs: 20_000 });
  const died = mortal.dead;
  await first.end();
  const stored = new Set((await store.mail()).flatMap(({ completion }) => completion?.child ?? []));
  const doneBefore = (await store.delivered(boss.id as never, 100)).flatMap(
    ({ completion }) => completion?.child ?? [],
  );
  for (const child of doneBefore) stored.add(child);

  const second = await world({ store, tmux, clock: hastyClock(25) });
  try {
    const agent = agents[0]!;
    if (agent.shown === "working") agent.shown = "finished";
    await until(
      `n = ${n}: nothing waits any more`,
      async () => {
        tmux.tick();
        tmux.show("%1");
        return (await store.mail()).every(({ state }) => ["dead", "failed", "uncertain"].includes(state));
      },
      { limitMs: 20_000, show: async () => JSON.stringify([await store.mail(), tmux.calls.slice(-20)], null, 1) },
    );
    assert.equal(await store.mail(), [], `n = ${n}`);
    const marked = agent.prompts.flatMap((prompt) =>
      [...prompt.matchAll(/(\w+) \(turn 1\)[^\n]*redelivered/g)].map(([, child]) => `${child}:1`),
    );
    const once = [...given, ...agent.prompts.flatMap(turnsIn)].filter(
      (turn, at, all) => !marked.includes(turn) || all.indexOf(turn) === at,
    );
    assert.equal(
      once.toSorted(),
      [...stored].toSorted().map((child) => `${child}:1`),
      `n = ${n}`,
    );
  } finally {
    await second.end();
  }
  return died;
}

test.run();
