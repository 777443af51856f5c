/**
 * The daemon dies before its n-th effect of one agent giving another something to do, for n = 1, 2, 3 … until the story runs
 * through; who gave it asks the next daemon again, under the same id. Counted by the agents themselves.
 */
import * as assert from "uvu/assert";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { hastyClock } from "../twins/hasty-clock.js";
import { MemoryStore } from "../twins/memory-store.js";
import { ScriptedTmux } from "../twins/scripted-tmux.js";
import { Diligent, everyDeath, Mortal } from "./mortal.js";
import { type World, world } from "./practice.js";

const test = suite("deaths over given work", 60_000);

const ID = "01JD3V9K6W2Y8R5T7N4M1P0QXZ";
const END = /kid \(turn 1[^)]*\) \w+/g;

test("assigned: wherever the daemon dies, it is done once, and its end is told once to who gave it and to the parent", async () => {
  const deaths = await everyDeath((n) => dies(n, "assign"));
  assert.ok(deaths >= 10, `it died ${deaths} times`);
});

test("handed off, and taken by who waits: wherever the daemon dies, its end is told to the parent alone", async () => {
  const deaths = await everyDeath((n) => dies(n, "handoff"));
  assert.ok(deaths >= 8, `it died ${deaths} times`);
});

async function dies(n: number, how: "assign" | "handoff"): Promise<boolean> {
  const store = new MemoryStore();
  const agents: Diligent[] = [];
  const tmux: ScriptedTmux = new ScriptedTmux(() => {
    const agent = new Diligent();
    const pane = `%${agents.push(agent)}` as const;
    agent.finished = () => tmux.show(pane);
    return agent;
  });
  const mortal = new Mortal();
  const first = await world({ store: mortal.bind(store), tmux: mortal.bind(tmux), clock: hastyClock(25) });
  for (const [label, more] of [["boss"], ["lead"], ["kid", { parent: "lead" }]] as const) {
    const asked = { provider: "practice", cwd: "/tmp", session: "s", label, ...more };
    await first.ask("POST", "/v1/agents", asked);
    await until(`${label} is ready`, async () => {
      for (const k of agents.keys()) tmux.show(`%${k + 1}`);
      return (await agentOf(first, label)).state === "idle";
    });
  }
  mortal.left = n;
  void tells(first, how, () => mortal.dead).catch(() => {});
  const isOver = async (): Promise<boolean> => {
    for (const k of agents.keys()) tmux.show(`%${k + 1}`);
    const isTold = how === "handoff" ? true : said(agents[0]) > 0;
    return isTold && said(agents[1]) > 0 && (await store.mail()).length === 0;
  };
  await until("it died, or was done", async () => mortal.dead || (await isOver()), { limitMs: 20_000 });
  const died = mortal.dead;
  await first.end();

  const second = await world({ store, tmux, clock: hastyClock(100) });
  try {
    const [, left] = await Promise.all([
      until(`n = ${n}: it is over`, isOver, { limitMs: 20_000, show: async () => JSON.stringify(await store.mail()) }),
      tells(second, how).then(async () => (await store.mail()).length),
    ]);
    const since = second.daemon.context.clock.now();
    // Longer than what nobody took stays away.
    await until("time has passed", () => second.daemon.context.clock.now() - since > 40_000, { limitMs: 20_000 });
    const seen = [agents[2]!.prompts.length, said(agents[1]), said(agents[0])];
    assert.equal(seen, [1, 1, how === "assign" ? 1 : 0], `n = ${n}, ${left} left`);
  } finally {
    await second.end();
  }
  return died;
}

/** Gives the work and, of a handoff, waits for its end and takes it. */
async function tells(w: World, how: "assign" | "handoff", isDead = () => false): Promise<void> {
  const body = { text: "find it", from: "boss", id: ID };
  const given = await w.ask<{ message: MessageJson }>("POST", `/v1/agents/kid/${how}`, body);
  assert.is(given.status, 200, JSON.stringify(given.body));
  if (how === "assign") return;
  await until("it is done", async () => {
    if (isDead()) return true;
    const { state, turn } = await agentOf(w, "kid");
    return turn === 1 && state === "done";
  });
  await w.ask("POST", `/v1/messages/${ID}/taken`, {});
}

const agentOf = async (w: World, label: string) =>
  (await w.ask<{ agent: AgentJson }>("GET", `/v1/agents/${label}`)).body.agent;
/** How often an agent was told the end of it. */
const said = (agent: Diligent | undefined): number =>
  (agent?.prompts ?? []).flatMap((prompt) => [...prompt.matchAll(END)]).length;

test.run();
