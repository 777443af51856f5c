/**
 * The daemon dies before its n-th effect, for n = 1, 2, 3 … until the story runs through without reaching n; another one
 * starts on what is left, and the same thing is asked for again. Whatever the moment: no agent is lost or doubled, no tab
 * is nobody's, and in the end all is as if nobody had died.
 */
import * as assert from "uvu/assert";
import type { AgentJson, AgentsJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { ScriptedTmux } from "../twins/scripted-tmux.js";
import { everyDeath, Mortal } from "./mortal.js";
import { PracticeAgent, type World, world } from "./practice.js";

const test = suite("deaths", 20_000);

/** What the daemon does to the world; what it only asks is not counted. */
const EFFECTS = ["commit", "createTab", "mark", "unmark", "killPane", "paste", "keys", "signal"];

function machine(): ScriptedTmux {
  const tmux: ScriptedTmux = new ScriptedTmux((tab) => {
    const agent = new PracticeAgent();
    agent.quit = () => {
      const pane = tmux.panes().find((p) => p.mark?.id === tab.mark.id && p.mark.incarnation === tab.mark.incarnation);
      if (pane !== undefined) tmux.change(pane.pane, { dead: true, exit: { code: 0, signal: null } });
      setImmediate(() => tmux.tick());
    };
    return agent;
  });
  return tmux;
}

interface Story {
  readonly name: string;
  readonly before?: (w: World) => Promise<unknown>;
  readonly what: (w: World) => Promise<unknown>;
  /** Asked of the daemon after: what makes sure of it, where it was done already too. */
  readonly again: (w: World) => Promise<unknown>;
  /** `label#incarnation` of the live agents, in their tabs. */
  readonly live: readonly string[];
  readonly off?: readonly string[];
}

const spawn = (w: World, label: string, more: object = {}) =>
  w.ask<{ agent: AgentJson }>("POST", "/v1/agents", {
    provider: "practice",
    cwd: "/tmp",
    session: "s",
    label,
    ...more,
  });
const fleetOf = async (w: World) => (await w.ask<AgentsJson>("GET", "/v1/agents?all=1")).body.agents;
const isIn = (w: World, label: string, ...states: string[]) =>
  until(
    `${label} is ${states.join(" or ")}`,
    async () => (await fleetOf(w)).find((a) => a.label === label && !a.archived && states.includes(a.state)),
    { show: async () => JSON.stringify([await fleetOf(w), w.tmux.panes()], null, 1) },
  );
const ready = async (w: World, label: string, more: object = {}) => {
  await spawn(w, label, more);
  return isIn(w, label, "idle");
};
/** Asked to be started again unless it lives already. */
const makeSure = async (w: World, label: string) => {
  w.tmux.tick();
  const { status, body } = await w.ask("POST", `/v1/agents/${label}/restart`, {});
  assert.ok(status === 200, JSON.stringify(body));
};

const stories: readonly Story[] = [
  {
    name: "spawn",
    what: (w) => spawn(w, "a", { prompt: "go" }),
    again: (w) => spawn(w, "a", { prompt: "go", ifAbsent: true }),
    live: ["a#1"],
  },
  {
    name: "restart of an ended agent",
    before: async (w) => {
      await spawn(w, "a", { prompt: "go" });
      await isIn(w, "a", "idle", "working");
      await w.ask("POST", "/v1/agents/a/stop", {});
      await isIn(w, "a", "exited");
    },
    what: (w) => w.ask("POST", "/v1/agents/a/restart", {}),
    again: (w) => makeSure(w, "a"),
    live: ["a#*"],
  },
  {
    name: "restart of a live agent",
    before: (w) => ready(w, "a", { role: "conductor" }),
    what: (w) => w.ask("POST", "/v1/agents/a/restart", {}),
    again: (w) => makeSure(w, "a"),
    live: ["a#*"],
  },
  {
    name: "replacing a conductor",
    before: (w) => ready(w, "old", { role: "conductor" }),
    what: (w) => spawn(w, "new", { role: "conductor", replace: true }),
    again: async (w) => {
      w.tmux.tick();
      if (!(await fleetOf(w)).some((a) => a.label === "new" && !a.archived && a.state !== "lost")) {
        assert.is((await spawn(w, "new", { role: "conductor", replace: true })).status, 200);
      }
    },
    live: ["new#1"],
  },
  {
    name: "rename",
    before: (w) => ready(w, "a"),
    what: (w) => w.ask("PATCH", "/v1/agents/a", { label: "b" }),
    again: async (w) => {
      w.tmux.tick();
      const [one] = await fleetOf(w);
      assert.is((await w.ask("PATCH", `/v1/agents/${one?.id}`, { label: "b" })).status, 200);
    },
    live: ["b#1"],
  },
  {
    name: "adopt",
    before: async (w) => w.tmux.put({ windowName: "mine", program: new PracticeAgent() }),
    what: (w) => w.ask("POST", "/v1/adopt", { pane: "%1", label: "a", provider: "practice" }),
    again: async (w) => {
      w.tmux.tick();
      const { status } = await w.ask("POST", "/v1/adopt", { pane: "%1", label: "a", provider: "practice" });
      assert.ok(status === 200 || status === 409, String(status));
    },
    live: ["a#1"],
  },
  {
    name: "rm by force",
    before: (w) => ready(w, "a"),
    what: (w) => w.ask("DELETE", "/v1/agents/a?force=1"),
    again: async (w) => {
      w.tmux.tick();
      const { status } = await w.ask("DELETE", "/v1/agents/a?force=1");
      assert.ok(status === 200 || status === 404, String(status));
    },
    live: [],
  },
];

for (const story of stories) {
  test(`${story.name}: wherever the daemon dies, the next one makes it whole`, async () => {
    const deaths = await everyDeath((n) => dies(story, n));
    assert.ok(deaths >= 2, `it died ${deaths} times`);
  });
}

/** Plays the story with a daemon that dies before effect n; false where it did not come to that. */
async function dies(story: Story, n: number): Promise<boolean> {
  const store = new MemoryStore();
  const tmux = machine();
  const mortal = new Mortal(EFFECTS);
  const first = await world({ store: mortal.bind(store), tmux: mortal.bind(tmux), clock: hastyClock(100) });
  await story.before?.(first);
  mortal.left = n;
  let answered = false;
  const over = (): void => {
    answered = true;
  };
  void story.what(first).then(over, over);
  await until("it died, or was done", () => mortal.dead || answered);
  mortal.dead ||= mortal.left === 0;
  const died = mortal.dead;
  await first.end();

  const second = await world({ store, tmux, clock: hastyClock(100) });
  try {
    await story.again(second);
    const held = await until(
      `n = ${n}: every live agent is in its own marked tab, and every tab is somebody's`,
      async () => {
        tmux.tick();
        return whole(await fleetOf(second), tmux, story);
      },
      { show: async () => JSON.stringify([await fleetOf(second), tmux.panes(), tmux.calls], null, 1) },
    );
    assert.ok(held);
  } finally {
    await second.end();
  }
  return died;
}

/** Told from the panes themselves and the daemon's own list; neither asks the other. */
function whole(agents: readonly AgentJson[], tmux: ScriptedTmux, { live }: Story): boolean {
  const lives = agents.filter((a) => !a.archived && a.state !== "exited" && a.state !== "lost");
  const listed = agents.filter((a) => !a.archived);
  const marked = tmux.panes().filter((pane) => pane.mark !== null);
  const inPlace = lives.every((a) => {
    const pane = marked.find(({ mark }) => mark?.id === a.id);
    return (
      pane?.pane === a.pane && pane.mark?.label === a.label && pane.mark.incarnation === a.incarnation && !pane.dead
    );
  });
  const names = lives.map((a) => `${a.label}#${a.incarnation}`);
  const wanted = live.every((name, i) =>
    name.endsWith("*") ? names[i]?.startsWith(name.slice(0, -1)) : names[i] === name,
  );
  return (
    inPlace && wanted && names.length === live.length && marked.length === live.length && listed.length === live.length
  );
}

test.run();
