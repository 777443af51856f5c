/**
 * The daemon dies before its n-th effect of a delivery, for n = 1, 2, 3 … until the story runs through
 * without reaching n; another one starts on what is left. Counted by what the agents themselves were given: no message
 * that was once on disk is lost, and none is given twice.
 */
import * as assert from "uvu/assert";
import type { Message } from "#core/delivery/message.js";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { ScriptedTmux } from "../twins/scripted-tmux.js";
import { Diligent, everyDeath, Mortal } from "./mortal.js";
import { type World, world } from "./practice.js";

const test = suite("deaths of deliveries", 60_000);

function machine(agents: Map<string, Diligent>): ScriptedTmux {
  const tmux: ScriptedTmux = new ScriptedTmux((tab) => {
    const agent = new Diligent();
    agent.finished = () => {
      const pane = tmux.panes().find(({ mark }) => mark?.id === tab.mark.id);
      if (pane !== undefined) tmux.show(pane.pane);
    };
    agents.set(tab.mark.label, agent);
    return agent;
  });
  return tmux;
}

interface Story {
  readonly name: string;
  readonly what: (w: World) => Promise<unknown>;
  /** By agent, what it is given in the end, in order. */
  readonly given: Readonly<Record<string, readonly string[]>>;
}

const spawn = (w: World, label: string, more: object = {}) =>
  w.ask<{ agent: AgentJson }>("POST", "/v1/agents", {
    provider: "practice",
    cwd: "/tmp",
    session: "s",
    label,
    ...more,
  });
const send = (w: World, label: string, text: string) => w.ask("POST", `/v1/agents/${label}/send`, { text });
const showAll = (w: World) => {
  for (const { pane } of w.tmux.panes()) w.tmux.show(pane);
};
const isDelivered = (w: World, count: number) =>
  until("all is delivered", async () => {
    showAll(w);
    const entries = await w.store.latest(10_000);
    return entries.filter((entry) => entry.kind === "mail" && entry.data.to === "delivered").length >= count;
  });

const stories: readonly Story[] = [
  {
    name: "one message",
    what: async (w) => {
      await send(w, "a", "one");
      await isDelivered(w, 1);
    },
    given: { a: ["one"] },
  },
  {
    name: "a queue of two, and another agent's",
    what: async (w) => {
      await Promise.all([send(w, "a", "one"), send(w, "a", "two\nlines"), send(w, "b", "other")]);
      await isDelivered(w, 3);
    },
    given: { a: ["one", "two\nlines"], b: ["other"] },
  },
  {
    name: "the prompt of a birth, and a message behind it",
    what: async (w) => {
      await spawn(w, "c", { prompt: "born to this" });
      await send(w, "c", "and this");
      await isDelivered(w, 2);
    },
    given: { c: ["born to this", "and this"] },
  },
];

for (const story of stories) {
  test(`${story.name}: wherever the daemon dies, the next one goes on from there`, async () => {
    const deaths = await everyDeath((n) => dies(story, n, false));
    assert.ok(deaths >= 5, `it died ${deaths} times`);
  });
}

test("tmux dies with the daemon: what had not been submitted is queued again, and given to the next program", async () => {
  const deaths = await everyDeath((n) => dies(stories[0]!, n, true));
  assert.ok(deaths >= 5, `it died ${deaths} times`);
});

/** False where it did not come to the death. */
async function dies(story: Story, n: number, tmuxToo: boolean): Promise<boolean> {
  const store = new MemoryStore();
  const agents = new Map<string, Diligent>();
  const tmux = machine(agents);
  const mortal = new Mortal();
  const first = await world({ store: mortal.bind(store), tmux: mortal.bind(tmux), clock: hastyClock(25) });
  // A conductor is started anew after an end; a worker without a prompt would not be.
  for (const label of ["a", "b"]) await spawn(first, label, tmuxToo ? { role: "conductor", session: label } : {});
  await ready(first, 2);
  mortal.left = n;
  let answered = false;
  const over = (): void => {
    answered = true;
  };
  void story.what(first).then(over, over);
  await until("it died, or was done", () => mortal.dead || answered, { limitMs: 20_000 });
  const died = mortal.dead;
  await first.end();
  const before = new Map([...agents].map(([label, agent]) => [label, agent.prompts]));
  if (tmuxToo && died) tmux.restart("2");

  const second = await world({ store, tmux, clock: hastyClock(100) });
  const stored = await messagesOf(store);
  try {
    if (tmuxToo && died) {
      second.tmux.tick();
      for (const label of ["a", "b"]) {
        assert.is((await second.ask("POST", `/v1/agents/${label}/restart`, {})).status, 200);
      }
    }
    await until(
      `n = ${n}: nothing waits any more`,
      async () => {
        tmux.tick();
        showAll(second);
        return (await store.mail()).every(({ state }) => ["dead", "failed", "uncertain"].includes(state));
      },
      { limitMs: 20_000, show: async () => JSON.stringify([await store.mail(), tmux.calls.slice(-20)], null, 1) },
    );
    const left = (await store.mail()).map(({ id, state, reason }) => `${id} ${state} ${reason}`);
    if (!tmuxToo) assert.equal(left, [], `n = ${n}`);
    for (const [label, wanted] of Object.entries(story.given)) {
      const earlier = tmuxToo && died ? (before.get(label) ?? []) : [];
      const given = agents.get(label)?.prompts ?? [];
      const once = wanted.filter((text) => stored.has(`${label} ${text}`) || given.includes(text));
      if (!tmuxToo) assert.equal(given, once, `n = ${n}, ${label}: ${JSON.stringify(tmux.calls)}`);
      else {
        assert.ok(given.length <= 1, `n = ${n}: twice to one program`);
        assert.is(earlier.length + given.length > 0 || left.length > 0, once.length > 0, `n = ${n}: ${left}`);
      }
    }
  } finally {
    await second.end();
  }
  return died;
}

function ready(w: World, count: number): Promise<unknown> {
  return until("the agents are ready", async () => {
    showAll(w);
    const { body } = await w.ask<{ agents: AgentJson[] }>("GET", "/v1/agents");
    return body.agents.filter(({ state }) => state === "idle").length === count;
  });
}

/** What was ever on disk: `label text`. */
async function messagesOf(store: MemoryStore): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { id, label } of await store.agents()) {
    const all: Message[] = [...(await store.mail()).filter(({ to }) => to === id), ...(await store.delivered(id, 100))];
    for (const message of all) found.add(`${label} ${await store.text(message)}`);
  }
  return found;
}

test.run();
