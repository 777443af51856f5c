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
import { Diligent, everyDeath, Mortal } from "./mortal.js";
import { type World, world } from "./practice.js";

const test = suite("deaths of carriers", 60_000);

/** Turns of children, in the words in which they were handed over. */
const turnsIn = (text: string): string[] =>
  [...text.matchAll(/^(?:\d+\. )?(\w+) \(turn (\d+)\)/gm)].map(([, child, turn]) => `${child}:${turn}`);

test("typed to wake an idle parent: wherever the daemon dies, every turn is told once", async () => {
  const deaths = await everyDeath((n) => dies(n, wakes));
  assert.ok(deaths >= 6, `it died ${deaths} times`);
});

test("taken by a Stop hook: wherever the daemon dies, every turn is told once, or marked as told before", async () => {
  const deaths = await everyDeath((n) => dies(n, stops));
  assert.ok(deaths >= 3, `it died ${deaths} times`);
});

test("a nudge: wherever the daemon dies, it says once that something waits", async () => {
  const deaths = await everyDeath(diesNudging);
  assert.ok(deaths >= 6, `it died ${deaths} times`);
});

/** What the parent was given otherwise than by typing. */
type Given = string[];
/** `isDead`: the daemon died, and nothing more is waited for. */
type Story = (w: World, boss: AgentJson, isDead: () => boolean, given: Given) => Promise<void>;

const tell = (w: World, parent: string, child: string) =>
  commitCompletion(w.daemon.context, {
    ...{ child, label: child, parent: parent as never, turn: 1, kind: "done" as const, summary: "fine" },
  });

async function wakes(w: World, boss: AgentJson, isDead: () => boolean): Promise<void> {
  await Promise.all(["a", "b", "c"].map((child) => tell(w, boss.id, child)));
  await isTold(w, boss, isDead);
}

async function stops(w: World, boss: AgentJson, isDead: () => boolean, given: Given): Promise<void> {
  w.started[0]!.shown = "working";
  w.tmux.show("%1");
  await until(
    "it works",
    async () =>
      isDead() || (await w.ask<{ agent: AgentJson }>("GET", "/v1/agents/boss")).body.agent.state === "working",
  );
  await Promise.all(["a", "b"].map((child) => tell(w, boss.id, child)));
  const asked = { DROVER_ID: boss.id, stop_hook_active: false };
  const { body } = await w.ask<{ reason?: string }>("POST", "/v1/hooks/claude/Stop", asked);
  given.push(...turnsIn(body.reason ?? ""));
  await w.ask("POST", "/v1/hooks/claude/Stop", { ...asked, stop_hook_active: true });
  w.started[0]!.shown = "finished";
  w.tmux.show("%1");
  await isTold(w, boss, isDead);
}

function isTold(w: World, boss: AgentJson, isDead: () => boolean): Promise<unknown> {
  return until("nothing waits", async () => {
    w.tmux.show("%1");
    return isDead() || (await w.store.mail()).every(({ to }) => to !== (boss.id as string));
  });
}

/** A parent at rest, its daemon, and what the two of them live on. */
async function begin(fields: object = {}) {
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
  await first.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", session: "s", label: "boss", ...fields });
  first.started.push(...agents);
  const boss = (await first.ask<{ agent: AgentJson }>("GET", "/v1/agents/boss")).body.agent;
  await until("it is ready", async () => {
    tmux.show("%1");
    return (await first.ask<{ agent: AgentJson }>("GET", "/v1/agents/boss")).body.agent.state === "idle";
  });
  return { store, tmux, mortal, first, boss, agents };
}

async function diesNudging(n: number): Promise<boolean> {
  const { store, tmux, mortal, first, boss, agents } = await begin({ wake: "nudge" });
  const agent = agents[0]!;
  mortal.left = n;
  void tell(first, boss.id, "a").catch(() => {});
  const isNudged = async (): Promise<boolean> => {
    tmux.show("%1");
    const isDone = (await store.mail()).every(({ kind }) => kind === "completion");
    return isDone && agent.prompts.length > 0;
  };
  await until("it died, or was done", async () => mortal.dead || (await isNudged()), { limitMs: 20_000 });
  const died = mortal.dead;
  await first.end();
  const second = await world({ store, tmux, clock: hastyClock(100) });
  try {
    const waits = (await store.mail()).some(({ kind }) => kind === "completion");
    if (agent.shown === "working") agent.shown = "finished";
    const { clock } = second.daemon.context;
    if (waits) await until(`n = ${n}: it is nudged`, isNudged, { limitMs: 20_000 });
    const since = clock.now();
    await until("some time has passed", () => clock.now() - since > 2_000);
    tmux.show("%1");
    assert.equal(
      agent.prompts.map((prompt) => /\d completion waits/.exec(prompt)?.[0]),
      waits ? ["1 completion waits"] : [],
      `n = ${n}`,
    );
  } finally {
    await second.end();
  }
  return died;
}

async function dies(n: number, story: Story): Promise<boolean> {
  const { store, tmux, mortal, first, boss, agents } = await begin();
  mortal.left = n;
  let answered = false;
  const over = (): void => {
    answered = true;
  };
  const given: Given = [];
  void story(first, boss, () => mortal.dead, given).then(over, over);
  await until("it died, or was done", () => mortal.dead || answered, { limitMs: 20_000 });
  const died = mortal.dead;
  await first.end();
  const stored = new Set((await store.mail()).flatMap(({ completion }) => completion?.child ?? []));
  const doneBefore = (await store.delivered(boss.id as never, 100)).flatMap(
    ({ completion }) => completion?.child ?? [],
  );
  for (const child of doneBefore) stored.add(child);

  const second = await world({ store, tmux, clock: hastyClock(100) });
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
