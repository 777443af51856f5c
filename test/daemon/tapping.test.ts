/** What the daemon makes of tapped bytes: facts at once, fenced by the launch, and taps only where they are wanted. */
import * as assert from "uvu/assert";
import type { AgentId, PaneId } from "#core/model.js";
import { type Clock, systemClock } from "#host/clock.js";
import type { HealthJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { agentsOf, practice, type World, world } from "./practice.js";

const test = suite("tapping");

let w: World;
test.beforeEach(async () => {
  w = await world({
    providers: [
      { ...practice, promptArgument: true, tap: true },
      { ...practice, name: "untapped" },
      { ...practice, name: "codex", promptArgument: true, tap: true },
    ],
  });
});
test.afterEach(() => w.end());

const { one } = agentsOf(() => w);
const open = () => w.daemon.context.tapping.counts.open;

async function spawn(label: string, provider = "practice"): Promise<PaneId> {
  await w.ask("POST", "/v1/agents", { provider, cwd: "/tmp", label, prompt: "go on" });
  await until(`${label} is idle`, async () => (await one(label)).state === "idle");
  return (await one(label)).pane as PaneId;
}

interface Why {
  readonly history: readonly { to: string; source: string; rule: string }[];
}

test("a status in the bytes, cut anywhere, is the state at once, with its proof", async () => {
  const pane = await spawn("a");
  await until("it is tapped", () => open() === 1);
  const id = (await one("a")).id as AgentId;
  w.started[0]!.shown = "working";
  assert.ok(w.tmux.write(pane, "\x1b]7501;state=wor"));
  w.tmux.write(pane, "king:app=practice\x1b\\");
  const { state, turn, evidence } = w.daemon.context.loop.fleet.agents.get(id)!.believed;
  assert.equal([state, turn], ["working", 1]);
  assert.equal(evidence, { source: "api", rule: "practice/osc-7501", excerpt: "state=working:app=practice" });
  await until("the journal has its proof", async () => {
    const { history } = (await w.ask<Why>("GET", "/v1/agents/a/why")).body;
    return history.some(({ to, source, rule }) => to === "working" && source === "api" && rule === "practice/osc-7501");
  });
});

test("a word of Codex's that waits for a look is decided by the next one where that comes first", async () => {
  const pane = await spawn("a", "codex");
  await until("it is tapped", () => open() === 1);
  const id = (await one("a")).id as AgentId;
  const { context } = w.daemon;
  const says = (...states: readonly string[]) =>
    w.tmux.write(pane, states.map((state) => `\x1b]7501;state=${state}:app=codex\x1b\\`).join(""));
  const believed = () => context.loop.fleet.agents.get(id)!.believed;
  says("working", "idle");
  // Looks are answered in order.
  await context.mux.capture(pane);
  assert.equal([believed().state, believed().turn], ["idle", 0]);
  says("working", "done");
  await context.mux.capture(pane);
  assert.equal([believed().state, believed().turn], ["done", 1]);
  says("working");
  await until("alone it counts", () => believed().state === "working" && believed().turn === 2);
});

test("a bell, and a notice that says nothing of a person, have the screen looked at", async () => {
  const pane = await spawn("a");
  await until("it is tapped", () => open() === 1);
  for (const signal of ["\x07", "\x1b]9;All done\x07", "\x1b]777;notify;Practice;hello\x07"]) {
    w.tmux.calls.length = 0;
    w.tmux.write(pane, signal);
    assert.equal(w.tmux.calls, [`look ${pane}`]);
  }
  w.tmux.write(pane, "\x1b]9;Approval requested: rm -r x\x07");
  assert.is((await one("a")).state, "blocked");
});

test("a status and a number that no program should write are none", async () => {
  const pane = await spawn("a");
  await until("it is tapped", () => open() === 1);
  const { believed } = w.daemon.context.loop.fleet.agents.values().next().value!;
  for (const osc of ["7501;state=constructor", "constructor;x", "toString", "__proto__;state=done"]) {
    w.tmux.calls.length = 0;
    w.tmux.write(pane, `\x1b]${osc}\x07`);
    assert.equal(
      w.tmux.calls.filter((call) => !call.startsWith("look")),
      [],
    );
  }
  assert.is(w.daemon.context.loop.fleet.agents.values().next().value!.believed, believed);
});

test("a pane that could not be tapped keeps no daemon that ends alive", async () => {
  await w.end();
  const waiting = new Map<object, number>();
  const clock: Clock = {
    now: () => Date.now(),
    wake(atMs, call) {
      const one = {};
      waiting.set(one, atMs);
      const over = (): void => void waiting.delete(one);
      const cancel = systemClock.wake(atMs, () => {
        over();
        call();
      });
      return () => {
        over();
        cancel();
      };
    },
  };
  w = await world({ clock, providers: [{ ...practice, promptArgument: true, tap: true }] });
  w.tmux.tap = () => Promise.resolve(null);
  await spawn("a");
  await until("it is refused", () => w.daemon.context.tapping.counts.refused === 1);
  const later = () => [...waiting.values()].filter((atMs) => atMs > Date.now() + 15_000).length;
  assert.ok(later() > 0);
  await w.end();
  assert.is(later(), 0);
});

test("a flood of signals is cut short", async () => {
  const pane = await spawn("a");
  await until("it is tapped", () => open() === 1);
  w.tmux.calls.length = 0;
  w.tmux.write(pane, "\x07".repeat(10_000));
  assert.ok(w.tmux.calls.length <= 50, `${w.tmux.calls.length} looks`);
});

test("only agents of a provider that wants it are tapped, and an agent's end gives its pipe back", async () => {
  const pane = await spawn("a");
  const other = await spawn("b", "untapped");
  await until("it is tapped", () => open() === 1);
  assert.not(w.tmux.write(other, "\x07"));
  w.tmux.change(pane, { dead: true, exit: { code: 0, signal: null } });
  w.tmux.tick();
  await until("it is not any more", () => open() === 0);
  assert.ok(w.tmux.calls.includes(`untap ${pane}`));
});

test("the next launch has a tap of its own, and what the one before wrote is none of it", async () => {
  const pane = await spawn("a");
  await until("it is tapped", () => open() === 1);
  const { agents } = w.daemon.context.loop.fleet;
  const [agent] = [...agents.values()];
  w.daemon.context.loop.post({
    kind: "hook",
    agent: agent!.record.id,
    incarnation: agent!.record.incarnation + 1,
    means: "turn-started",
    session: null,
    beginsSession: false,
    name: "osc-7501",
    evidence: { source: "api", rule: "practice/osc-7501", excerpt: "" },
  });
  assert.is((await one("a")).state, "idle");
  assert.is((await w.ask("POST", "/v1/agents/a/restart", {})).status, 200);
  await until(
    "the next one is idle",
    async () => (await one("a")).incarnation === 2 && (await one("a")).state === "idle",
  );
  const next = (await one("a")).pane as PaneId;
  await until("it is tapped", () => w.tmux.calls.includes(`tap ${next}`) && open() === 1);
  assert.ok(next === pane || w.tmux.calls.includes(`untap ${pane}`));
});

test("a pipe that is somebody else's is left alone, and one that is taken is given up", async () => {
  const pane = await spawn("a");
  await until("it is tapped", () => open() === 1);
  w.tmux.takePipe(pane);
  await until("it is given up", () => open() === 0);
  await until("that is told", async () => {
    const { taps } = (await w.ask<HealthJson>("GET", "/v1/health")).body;
    return taps?.open === 0 && taps.refused === 1;
  });
  assert.not(w.tmux.write(pane, "\x07"));
});

test.run();
