/** What a recorder is sent: each thing that was weighed, in its place, and the pictures that it stands on. */
import * as assert from "uvu/assert";
import type { AgentId, PaneId } from "#core/model.js";
import { suite, until } from "../kit/t.js";
import { agentsOf, type Following, practice, type World, world } from "./practice.js";

const test = suite("recording");

let w: World;
test.beforeEach(async () => {
  w = await world({ providers: [{ ...practice, promptArgument: true }] });
});
test.afterEach(() => w.end());

const { one, isIn } = agentsOf(() => w);

async function recorded(query = ""): Promise<{ pane: PaneId; following: Following }> {
  await w.ask("POST", "/v1/agents", { provider: "practice", cwd: "/tmp", label: "a", prompt: "go on" });
  await isIn("a", "idle");
  const following = w.follow(`/v1/agents/a/record${query}`);
  await until("a picture came", () => following.events.some(({ event }) => event === "screen"));
  return { pane: (await one("a")).pane as PaneId, following };
}

/** A word for each event, but for looks at what was shown before. */
function story({ events }: Following): string[] {
  const told: string[] = [];
  for (const { event, data } of events) {
    if (event === "raw") told.push(`raw ${JSON.stringify(data)}`);
    else if (event !== "fact") {
      const [first] = (data.rows as [unknown, [[string]]][]).flat(3);
      told.push(`${event} ${event === "screen" ? first : (data.rows as [number, [[string]]][])[0]?.[1][0][0]}`);
    } else if (data.fact === "weighed") told.push(`weighed ${(data.of as { means?: string; kind: string }).means}`);
    else if (data.fact === "looked") told.push("looked");
  }
  return told;
}

test("a signal stands before the look that came after it, and each look behind its own picture", async () => {
  const { pane, following } = await recorded();
  assert.equal(following.events[0]?.data.fact, "begins");
  const { believed } = w.daemon.context.loop.fleet.agents.values().next().value!;
  assert.equal(following.events[0]?.data.believed, JSON.parse(JSON.stringify(believed)));
  const before = following.events.length;
  const from = () => story({ ...following, events: following.events.slice(before) });
  // The bytes say it; the screen that shows it is looked at later, when more was written already.
  w.tmux.write(pane, "\x1b]7501;state=working:app=practice\x1b\\");
  w.started[0]!.shown = "working";
  w.tmux.show(pane);
  w.started[0]!.shown = "finished";
  w.tmux.show(pane);
  await until("the end was seen", () => from().filter((word) => word === "looked").length >= 2);
  assert.equal(
    from()
      .filter((word) => !word.startsWith("raw"))
      .slice(0, 5),
    ["weighed turn-started", "rows working", "looked", "rows finished", "looked"],
  );
});

test("a recorder that does not read for a while is sent every picture all the same", async () => {
  const { pane, following } = await recorded("?pictures=1");
  following.pause();
  const drafts = Array.from({ length: 40 }, (_, n) => `${n} ${"x".repeat(20_000)}`);
  for (const draft of drafts) {
    w.started[0]!.draft = draft;
    w.tmux.show(pane);
  }
  following.resume();
  const shown = () => following.events.filter(({ event, data }) => event === "fact" && data.fact === "looked").length;
  await until("they came", () => shown() >= drafts.length);
  assert.is(following.events.filter(({ event }) => event === "rows").length, drafts.length);
  assert.is(following.events.filter(({ data }) => data.fact === "begins").length, 1);
});

test("past a limit a recorder that does not read goes on from what is believed and shown by then", async () => {
  const { pane, following } = await recorded("?pictures=1");
  following.pause();
  for (let n = 0; n < 60; n++) {
    w.started[0]!.draft = `${n} ${"x".repeat(100_000)}`;
    w.tmux.show(pane);
  }
  w.started[0]!.draft = "";
  w.started[0]!.shown = "working";
  w.tmux.show(pane);
  following.resume();
  const begins = () => following.events.filter(({ data }) => data.fact === "begins");
  let frames = 0;
  await until("it goes on", () => {
    w.started[0]!.draft = `frame ${frames++}`;
    w.tmux.show(pane);
    return begins().length === 2 && following.events.at(-1)?.data.fact === "looked";
  });
  assert.is(begins()[1]!.data.state, "working");
  const again = following.events.findLastIndex(({ data }) => data.fact === "begins");
  assert.is(following.events.slice(again).find(({ event }) => event === "rows" || event === "screen")?.event, "screen");
});

test("what was believed before the recording and is on disk later is none of its decisions", async () => {
  const { pane, following } = await recorded();
  const id = (await one("a")).id as AgentId;
  const { turn } = w.daemon.context.loop.fleet.agents.get(id)!.believed;
  w.daemon.context.feed.publish([
    {
      seq: 10_000,
      atMs: 1,
      kind: "state",
      agent: id,
      data: { to: "blocked", turn, source: "screen", rule: "practice/old", excerpt: "" },
      set: null,
    },
  ]);
  w.started[0]!.shown = "working";
  w.tmux.show(pane);
  await until("a decision came", () => following.events.some(({ data }) => data.fact === "believed"));
  const decided = following.events.filter(({ data }) => data.fact === "believed");
  assert.equal(
    decided.map(({ data }) => data.state),
    ["working"],
  );
});

test.run();
