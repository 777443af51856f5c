import * as assert from "uvu/assert";
import type { Doubt, Fleet } from "#core/fleet/fleet.js";
import { BRAKE_MS, reconcile, type Step } from "#core/fleet/reconcile.js";
import type { AgentId, Sighting } from "#core/model.js";
import { suite } from "../../kit/t.js";
import { EPOCH, fleet, idOf, sees } from "./play.js";

const test = suite("reconcile");

const NOW = 100_000;
const NONE = new Map();

function steps(of: Fleet, sighting: Sighting, doubt: Doubt | null = null, nowMs = NOW): string[] {
  return reconcile(of.agents, of.archived, NONE, sighting, doubt, nowMs, of.home).steps.map(short).sort();
}

function short(step: Step): string {
  switch (step.do) {
    case "place": {
      const { sessionName, windowName, pane } = step.place;
      return `place ${name(step.id)} ${sessionName}:${windowName} ${pane}${step.back ? " back" : ""}`;
    }
    case "adopt":
      return `adopt ${step.mark.label} ${step.pane.pane}`;
    case "ended":
      return `ended ${name(step.id)} ${step.exit?.code}`;
    case "sweep":
      return `${step.close ? "close" : "unmark"} ${name(step.id)} ${step.pane}`;
    case "duplicate":
      return `duplicate ${name(step.id)} ${step.pane}${step.unmark ? "" : " kept"}`;
    case "gone":
    case "dying":
    case "superseded":
    case "closed":
      return `${step.do} ${name(step.id)}`;
    default:
      return `${step.do} ${name(step.id)} ${step.pane}`;
  }
}

const name = (id: string): string => id.replace("ID-", "");

const at = (home: string, of: Fleet): Fleet => ({ ...of, home });

test("what another fleet marked is neither adopted back, mapped, swept nor unmarked", () => {
  const ours = at("h1", fleet("a %1"));
  assert.equal(steps(ours, sees(EPOCH, "%1=a~h1", "%2=b~h2")), []);
  // Its own name and ours: still not ours.
  assert.equal(steps(ours, sees(EPOCH, "%1=a~h1", "%2/8=a~h2")), []);
  assert.equal(steps(at("h1", fleet("a %1 lost")), sees(EPOCH, "%2/8=a~h2")), []);
  const removed = { ...ours, agents: new Map(), archived: new Set([idOf("a")]) };
  assert.equal(steps(removed, sees(EPOCH, "%2=a~h2")), []);
  // After a restart of tmux names lead to unmarked panes alone.
  assert.equal(steps(at("h1", fleet("a %1@old")), sees(EPOCH, "%2=b~h2@work:a")), ["gone a"]);
});

test("a copy of another fleet's mark on an agent's own pane takes nothing away, and is left alone", () => {
  assert.equal(steps(at("h1", fleet("a %1")), sees(EPOCH, "%1=b~h2@work:a")), []);
  assert.equal(steps(at("h1", fleet("a %1")), sees(EPOCH, "%1=b~h2@other:x")), ["place a other:x %1"]);
});

test("a mark without a home is an older drover's: adopted back, and given ours", () => {
  assert.equal(steps(at("h1", fleet("a %1")), sees(EPOCH, "%1=a", "%2=b")), ["adopt b %2", "remark a %1"]);
  assert.equal(steps(at("h1", fleet("a %1")), sees(EPOCH, "%1=a~h1", "%2=b~h1")), ["adopt b %2"]);
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1=a~h2")), [], "where nobody else can be, all is ours");
});

test("an agent that is where it was needs nothing", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1=a", "%2")), []);
});

test("a pane moved to another window, session or place is the same agent", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1=a@other:a")), ["place a other:a %1"]);
});

test("a mark found on another pane with the same process maps the agent anew", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1/8", "%7=a")), ["place a work:a %7"]);
});

test("a mark on another pane with another process is a copy, wherever the agent is", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1=a", "%7/8=a")), ["duplicate a %7"]);
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%7/8=a")), ["duplicate a %7", "gone a"]);
  assert.equal(steps(fleet("a %7"), sees(EPOCH, "%1/8=a", "%7=a")), ["duplicate a %1"]);
});

test("a mark copied over another agent's takes neither of them away", () => {
  assert.equal(steps(fleet("a %1", "b %2/2"), sees(EPOCH, "%1=a", "%2/2=a@work:b")), [
    "duplicate a %2 kept",
    "remark b %2",
  ]);
});

test("an agent whose mark was taken off is known by its process, and marked again", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1@work:a")), ["remark a %1"]);
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1/8@work:a")), ["gone a"]);
});

test("of two agents last seen in one pane it is the one whose process runs there", () => {
  for (const two of [fleet("a %1 exited", "b %1/8"), fleet("b %1/8", "a %1 exited")]) {
    assert.equal(steps(two, sees(EPOCH, "%1/8@work:b")), ["remark b %1"]);
  }
});

test("another process in the agent's own pane is another launch of it", () => {
  assert.equal(steps(fleet("a %1 exited"), sees(EPOCH, "%1/8=a")), ["place a work:a %1 back"]);
  assert.equal(steps(fleet("a %1 idle"), sees(EPOCH, "%1/8=a")), ["place a work:a %1 back"]);
  assert.equal(steps(fleet("a %1 exited"), sees(EPOCH, "%1/8=a+dead:3")), ["ended a 3", "place a work:a %1 back"]);
});

test("an agent said to have ended whose tab is seen for the first time lives", () => {
  assert.equal(steps(fleet("a exited"), sees(EPOCH, "%1=a")), ["place a work:a %1 back"]);
});

test("the tab of an archived agent that is still there is closed; any other pane with its mark loses it", () => {
  const archived = new Set([idOf("a"), idOf("b"), idOf("c")]);
  const remains = new Map<AgentId, number | null>([
    [idOf("a"), 1],
    [idOf("b"), null],
  ]);
  const seen = sees(EPOCH, "%1=a", "%2/8=a", "%3/9=b", "%4=c");
  const { steps } = reconcile(new Map(), archived, remains, seen, null, NOW);
  assert.equal(steps.map(short), ["close a %1", "unmark a %2", "close b %3", "unmark c %4"]);
});

test("a window renamed by its user keeps the agent and shows the new name", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1=a@work:mine")), ["place a work:mine %1"]);
});

test("a pane that is gone while tmux answers loses its agent", () => {
  assert.equal(steps(fleet("a %1", "b %2"), sees(EPOCH, "%2=b")), ["gone a"]);
});

test("an empty tmux that answers is not a silent one", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH)), ["gone a"]);
});

test("nothing follows from a tmux that does not answer", () => {
  assert.equal(steps(fleet("a %1", "b %2"), { blind: "tmux-gone" }), []);
});

test("a dead pane says that the program ended, and with what", () => {
  assert.equal(steps(fleet("a %1 working"), sees(EPOCH, "%1=a+dead:3")), ["ended a 3"]);
});

test("a dead pane without an exit status is given a moment to have one", () => {
  const a = fleet("a %1 working");
  const first = reconcile(a.agents, a.archived, NONE, sees(EPOCH, "%1=a+dead"), null, NOW);
  assert.equal(first.steps.map(short), ["dying a"]);
  assert.is(first.againAtMs, NOW + 50);
  const of = a.agents.get("ID-a" as never);
  if (of === undefined) throw new Error("no a");
  const dying = new Map([[of.record.id, { ...of, dyingSinceMs: NOW }]]);
  const at = (ms: number, pane: string) =>
    reconcile(dying, new Set(), NONE, sees(EPOCH, pane), null, NOW + ms).steps.map(short);
  assert.equal(at(50, "%1=a+dead:3"), ["ended a 3"]);
  assert.equal(at(450, "%1=a+dead"), ["dying a"]);
  assert.equal(at(500, "%1=a+dead"), ["ended a null"]);
});

test("what ended is not ended again, and its tab may close", () => {
  assert.equal(steps(fleet("a %1 exited"), sees(EPOCH, "%1=a+dead")), ["place a work:a %1"]);
  assert.equal(steps(fleet("a exited"), sees(EPOCH)), []);
  assert.equal(steps(fleet("a lost"), sees(EPOCH)), []);
});

test("a lost agent whose mark is seen again is back", () => {
  assert.equal(steps(fleet("a %1 lost"), sees(EPOCH, "%1=a")), ["place a work:a %1 back"]);
});

test("a mark that nothing on record has is adopted back, unless its program ended", () => {
  assert.equal(steps(fleet(), sees(EPOCH, "%1=a", "%2=b+dead:0")), ["adopt a %1"]);
});

test("of two panes with one mark the one it was in keeps it", () => {
  assert.equal(steps(fleet("a %4"), sees(EPOCH, "%2=a", "%4=a")), ["duplicate a %2"]);
  assert.equal(steps(fleet("a %4"), sees(EPOCH, "%4=a", "%9=a")), ["duplicate a %9"]);
});

test("of two panes with one mark, neither known, the older one is it", () => {
  assert.equal(steps(fleet("a %4"), sees(EPOCH, "%10=a", "%9=a")), ["duplicate a %10", "place a work:a %9"]);
});

test("this launch's mark goes before an older launch's", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%1=a#7", "%3=a#1")), ["duplicate a %1", "place a work:a %3"]);
});

test("after a restart of tmux an unmarked pane of the same names is the agent, and is marked again", () => {
  const after = sees("tmux-2", "%1@work:b", "%2@work:a");
  assert.equal(steps(fleet("a %1", "b %2"), after), [
    "place a work:a %2 back",
    "place b work:b %1 back",
    "remark a %2",
    "remark b %1",
  ]);
});

test("names count only after a restart of tmux, and only where they are nobody else's", () => {
  assert.equal(steps(fleet("a %1"), sees(EPOCH, "%9@work:a")), ["gone a"]);
  assert.equal(steps(fleet("a %1"), sees("tmux-2", "%8@work:a", "%9@work:a")), ["gone a"]);
  assert.equal(steps(fleet("a %1 exited"), sees("tmux-2", "%8@work:a")), []);
});

test("names that another agent has under the new server lead to the old one's agent no more", () => {
  const of = fleet("a %1@old lost", "b %2");
  const record = {
    ...of.agents.get(idOf("b"))!.record,
    place: { ...of.agents.get(idOf("b"))!.record.place!, windowName: "a" },
  };
  const agents = new Map(of.agents).set(idOf("b"), { ...of.agents.get(idOf("b"))!, record });
  const { steps } = reconcile(agents, of.archived, NONE, sees(EPOCH, "%2=b@work:mine", "%9@work:a"), null, NOW);
  assert.equal(steps.map(short), ["place b work:mine %2", "superseded a"]);
});

test("an id of another tmux server means nothing", () => {
  assert.equal(steps(fleet("a %1"), sees("tmux-2", "%1@home:sh")), ["gone a"]);
});

test("an agent whose record was written and whose tab was never made is gone", () => {
  assert.equal(steps(fleet("a starting"), sees(EPOCH)), ["gone a"]);
});

test("an agent whose record was written is found by the mark of a tab nobody heard of", () => {
  assert.equal(steps(fleet("a starting"), sees(EPOCH, "%5=a")), ["place a work:a %5"]);
});

test("an agent whose tab is being made is not missed, nor one placed a moment ago", () => {
  const base = fleet("a starting", "b %1");
  const agents = new Map(base.agents);
  for (const [id, agent] of agents) {
    const making = { sessionName: "work", waiting: [1], created: true, before: null, leaves: null };
    if (id === "ID-a") agents.set(id, { ...agent, making });
    else agents.set(id, { ...agent, placedAtMs: NOW - 200 });
  }
  const { steps, againAtMs } = reconcile(agents, base.archived, NONE, sees(EPOCH), null, NOW);
  assert.equal(steps, []);
  assert.is(againAtMs, NOW + 800);
});

test("half of a fleet gone at once is not believed until a second look agrees", () => {
  const six = fleet("a %1", "b %2", "c %3", "d %4", "e %5", "f %6");
  const nearlyNone = sees(EPOCH, "%1=a");
  const first = reconcile(six.agents, six.archived, NONE, nearlyNone, null, NOW);
  assert.equal(first.steps, []);
  assert.is(first.againAtMs, NOW + BRAKE_MS);
  const tooSoon = reconcile(six.agents, six.archived, NONE, nearlyNone, first.doubt, NOW + 100);
  assert.equal(tooSoon.steps, []);
  assert.is(tooSoon.againAtMs, NOW + BRAKE_MS);
  assert.equal(steps(six, nearlyNone, first.doubt, NOW + BRAKE_MS), ["gone b", "gone c", "gone d", "gone e", "gone f"]);
});

test("a fleet that is there again after all loses nobody", () => {
  const five = fleet("a %1", "b %2", "c %3", "d %4", "e %5");
  const { doubt } = reconcile(five.agents, five.archived, NONE, sees(EPOCH), null, NOW);
  const back = reconcile(
    five.agents,
    five.archived,
    NONE,
    sees(EPOCH, "%1=a", "%2=b", "%3=c", "%4=d", "%5=e"),
    doubt,
    NOW + 50,
  );
  assert.equal(back.steps, []);
  assert.is(back.doubt, null);
});

test("the second look believes only what both missed", () => {
  const six = fleet("a %1", "b %2", "c %3", "d %4", "e %5", "f %6");
  const { doubt } = reconcile(six.agents, six.archived, NONE, sees(EPOCH, "%6=f"), null, NOW);
  const then = reconcile(six.agents, six.archived, NONE, sees(EPOCH), doubt, NOW + BRAKE_MS);
  assert.equal(then.steps.map(short).sort(), ["gone a", "gone b", "gone c", "gone d", "gone e"]);
  assert.equal([...(then.doubt?.missing ?? [])], ["ID-f"]);
});

test("a small fleet, or less than half of a large one, may go at once", () => {
  assert.is(steps(fleet("a %1", "b %2", "c %3", "d %4"), sees(EPOCH)).length, 4);
  const many = Array.from({ length: 12 }, (_, n) => `a${n} %${n}`);
  const left = many.slice(0, 7).map((line) => line.replace(/(\S+) (\S+)/, "$2=$1"));
  assert.is(steps(fleet(...many), sees(EPOCH, ...left)).length, 5);
});

test("a thousand records against a thousand panes take a moment", () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `a${n} %${n}`);
  const of = fleet(...lines);
  const seen = sees(EPOCH, ...lines.map((line) => line.replace(/(\S+) (\S+)/, "$2=$1@new:$1")));
  const began = process.cpuUsage();
  assert.is(steps(of, seen).length, 1000);
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 300_000, `${user + system} µs`);
});

test.run();
