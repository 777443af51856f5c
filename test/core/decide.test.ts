import * as assert from "uvu/assert";
import { type Ask, type Event, wakeAtMs } from "#core/decide.js";
import { boot } from "#core/fleet/fleet.js";
import { mayRestart } from "#core/fleet/may-restart.js";
import type { Evidence } from "#core/model.js";
import type { Reading, Shown } from "#core/screen/reading.js";
import { suite } from "../kit/t.js";
import { agent, asks, EPOCH, fleet, idOf, pane, play, sees, sighting, spawn } from "./fleet/play.js";

const test = suite("decide");

const reading = (shown: Shown, more: Partial<Reading> = {}): Reading => ({
  shown,
  evidence: { source: "screen", rule: `claude/${shown}`, excerpt: shown },
  reason: null,
  errorKind: null,
  question: null,
  composer: null,
  ...more,
});
const shows = (where: `%${number}`, shown: Shown, more: Partial<Reading> = {}): Event => ({
  kind: "reading",
  pane: where,
  reading: reading(shown, more),
});
const hook = (label: string, incarnation: number | null, means: "turn-started" | "asks" | null): Event => {
  const evidence: Evidence = { source: "hook", rule: "claude/Hook", excerpt: "Hook" };
  return {
    kind: "hook",
    agent: idOf(label),
    incarnation,
    means,
    session: null,
    beginsSession: false,
    name: "Hook",
    evidence,
  };
};

test("a birth is on disk before its tab is made, and answered when the tab is there", () => {
  const { fleet: after, done } = play(
    fleet(),
    [1, asks(7, spawn("a"))],
    [2, { kind: "tab-made", id: idOf("a"), pane: pane("%3=a"), epoch: EPOCH }],
  );
  assert.equal(done, [
    "born a [all]",
    "create-tab work:a",
    "launched a [session window pane windowName]",
    "answer 7 a new",
    "look %3",
  ]);
  assert.is(agent(after, "a").pane, "%3");
});

test("an automatic label is taken when nobody asks for another", () => {
  const { done } = play(fleet("claude-1 %1"), [1, asks(1, spawn(null))]);
  assert.equal(done, ["born new [all]", "create-tab work:claude-2"]);
});

test("a label of a live agent is refused, or answered with that agent where it only must not be absent", () => {
  const { done } = play(
    fleet("a %1"),
    [1, asks(1, spawn("a", { id: idOf("other") }))],
    [2, asks(2, spawn("a", { id: idOf("other"), ifAbsent: true }))],
  );
  assert.equal(done, ["refuse 1 CONFLICT", "answer 2 a"]);
});

test("of two births of one label at once the second waits for the first, or is refused", () => {
  const { done } = play(
    fleet(),
    [1, asks(1, spawn("a"))],
    [1, asks(2, spawn("a", { id: idOf("b"), ifAbsent: true }))],
    [1, asks(3, spawn("a", { id: idOf("c") }))],
    [2, { kind: "tab-made", id: idOf("a"), pane: pane("%3=a"), epoch: EPOCH }],
  );
  assert.equal(done, [
    "born a [all]",
    "create-tab work:a",
    "refuse 3 CONFLICT",
    "launched a [session window pane windowName]",
    "answer 1 a new",
    "answer 2 a",
    "look %3",
  ]);
});

test("the label of an ended agent is free", () => {
  const { done } = play(fleet("a exited"), [1, asks(1, spawn("a", { id: idOf("b") }))]);
  assert.equal(done, ["born b [all]", "create-tab work:a"]);
});

test("a session has one conductor, also while it is being made", () => {
  const conductor = { role: "conductor" as const };
  const { done } = play(
    fleet(),
    [1, asks(1, spawn("boss", conductor))],
    [1, asks(2, spawn(null, { ...conductor, id: idOf("x") }))],
    [2, { kind: "tab-made", id: idOf("boss"), pane: pane("%3=boss"), epoch: EPOCH }],
    [3, asks(3, spawn("other", { ...conductor, id: idOf("y") }))],
  );
  assert.equal(
    done.filter((line) => /born|answer|refuse/.test(line)),
    ["born boss [all]", "answer 1 boss new", "answer 2 boss", "answer 3 boss"],
  );
});

test("a tab that could not be made leaves an archived record and a free label", () => {
  const { fleet: after, done } = play(
    fleet(),
    [1, asks(1, spawn("a"))],
    [2, { kind: "tab-failed", id: idOf("a"), why: { code: "TMUX_REFUSED", message: "no space" } }],
    [3, asks(2, spawn("a", { id: idOf("b") }))],
  );
  assert.equal(done.slice(2), [
    "archived a [state reason errorKind archived]",
    "refuse 1 TMUX_REFUSED",
    "born b [all]",
    "create-tab work:a",
  ]);
  assert.ok(after.archived.has(idOf("a")));
});

test("a tab that may have been made after all is found by its mark, or given up", () => {
  const unheard = (): [number, Event][] => [
    [1, asks(1, spawn("a"))],
    [2, { kind: "tab-failed", id: idOf("a"), why: { code: "TMUX_UNREACHABLE", message: "silence" } }],
  ];
  const made = play(fleet(), ...unheard(), [3, sighting(EPOCH)], [4, sighting(EPOCH, "%3=a")]);
  assert.equal(made.done.slice(2), [
    "fault a",
    "refuse 1 TMUX_UNREACHABLE",
    "place a [session window pane windowName]",
  ]);
  const never = play(fleet(), ...unheard());
  assert.is(wakeAtMs({ ...never.fleet, sight: { epoch: EPOCH } }), 1_002);
  const after = play(never.fleet, [1_002, sighting(EPOCH)]);
  assert.equal(after.done.slice(0, 1), ["archived a [state reason errorKind archived]"]);
  assert.is(after.entries[0]?.data.because, "silence");
});

test("a tab that could not be made where no tmux runs leaves nobody starting, now or once that is seen", () => {
  const none: Event = { kind: "sighting", sighting: { blind: "no-server" } };
  const slow: Event = { kind: "sighting", sighting: { blind: "tmux-slow" } };
  const failed: Event = {
    kind: "tab-failed",
    id: idOf("a"),
    why: { code: "TMUX_UNREACHABLE", message: "tmux could not be started" },
  };
  const atOnce = play(fleet(), [1, none], [2, asks(1, spawn("a"))], [3, failed]);
  assert.equal(atOnce.done.slice(-2), ["archived a [state reason errorKind archived]", "refuse 1 TMUX_UNREACHABLE"]);
  const later = play(fleet(), [1, slow], [2, asks(1, spawn("a"))], [3, failed], [4, slow]);
  assert.is(agent(later.fleet, "a").record.state, "starting");
  const seen = play(later.fleet, [5, none]);
  assert.equal([seen.fleet.agents.size, seen.done.at(-1)], [0, "archived a [state reason errorKind archived]"]);
  // A daemon that died before the tab was made knows of no failure.
  const left = { ...agent(later.fleet, "a").record };
  const after = play(boot([left], new Map()), [6, none]);
  assert.is(agent(after.fleet, "a").record.state, "lost");
});

test("an agent whose further launch went unheard is what it was, once no tab of it is seen", () => {
  const again: Ask = {
    ask: "restart",
    id: idOf("a"),
    command: ["/bin/claude"],
    launch: { program: ["/bin/claude"], args: [] },
    envNames: [],
    promptDue: false,
    resumes: false,
    tab: { sessionName: "work", env: {}, columns: 80, rows: 24 },
    socket: "/s",
  };
  const why = { code: "TMUX_UNREACHABLE", message: "silence" } as const;
  const failed: Event = { kind: "tab-failed", id: idOf("a"), why };
  const start = play(fleet("a exited"), [1, sighting(EPOCH)], [2, asks(1, again)], [3, failed]).fleet;
  assert.is(agent(start, "a").record.state, "starting");
  for (const event of [sighting(EPOCH), { kind: "sighting", sighting: { blind: "no-server" } } as const]) {
    const { record, making } = agent(play(start, [2_000, event]).fleet, "a");
    assert.equal([record.state, record.archivedAtMs, making], ["exited", null, null]);
  }
  assert.is(agent(play(start, [4, sighting(EPOCH, "%3=a#2")]).fleet, "a").pane, "%3");
});

test("one whose tab may stand unheard is neither stopped nor started again before that is seen", () => {
  const why = { code: "TMUX_UNREACHABLE", message: "silence" } as const;
  const failed: Event = { kind: "tab-failed", id: idOf("a"), why };
  const { fleet: unheard } = play(fleet(), [1, sighting(EPOCH)], [2, asks(1, spawn("a"))], [3, failed]);
  const stop: Ask = { ask: "stopping", id: idOf("a"), data: {} };
  assert.equal(play(unheard, [4, asks(2, stop)]).done, ["refuse 2 CONFLICT"]);
  assert.is(mayRestart(unheard, agent(unheard, "a"))?.code, "CONFLICT");
  const found = play(unheard, [5, sighting(EPOCH, "%3=a")], [6, asks(2, stop)]);
  assert.is(found.done.at(-1), "answer 2 a");
});

test("an agent that could not be stopped is no longer ending", () => {
  const { fleet: asked } = play(fleet("a %1"), [1, asks(1, { ask: "stopping", id: idOf("a"), data: {} })]);
  assert.is(agent(asked, "a").ending, true);
  const { fleet: kept } = play(asked, [2, asks(2, { ask: "not-stopped", id: idOf("a"), because: "tmux is silent" })]);
  assert.is(agent(kept, "a").ending, false);
});

test("what tmux writes into a dead pane says nothing of the agent: the listing tells how it ended", () => {
  const evidence: Evidence = {
    source: "screen",
    rule: "claude/no-sign",
    excerpt: "Pane is dead (status 0, Fri Nov 20)",
  };
  const { fleet: after, done } = play(
    fleet("a %1 working"),
    [5, shows("%1", "unclear", { evidence })],
    [2_000, shows("%1", "unclear", { evidence })],
    [2_010, sighting(EPOCH, "%1=a+dead:0")],
  );
  assert.equal([done[0], agent(after, "a").record.state], ["state a [state since exit]", "exited"]);
});

test("a change of state is recorded, journaled with its proof and told; the same again is nothing", () => {
  const { fleet: after, done } = play(
    fleet("a %1 idle"),
    [5, shows("%1", "working")],
    [6, shows("%1", "working", { reason: "Baking" })],
    [7, shows("%1", "working", { reason: "Brewing" })],
  );
  assert.equal(done, ["state a [state since turn]"]);
  assert.is(agent(after, "a").record.evidence?.rule, "claude/working");
  assert.is(agent(after, "a").told.since, new Date(5).toISOString());
});

test("that an agent waits for another try at the model is told once a try, and that it does no longer", () => {
  const { done } = play(
    fleet("a %1 working"),
    [5, shows("%1", "working", { reason: "retrying, attempt 1: 500" })],
    [6, shows("%1", "working", { reason: "retrying, attempt 1: 500" })],
    [7, shows("%1", "working", { reason: "retrying, attempt 2: 500" })],
    [8, shows("%1", "working", { reason: "Baking" })],
    [9, shows("%1", "working", { reason: "Brewing" })],
  );
  assert.equal(done, ["state a [reason]", "state a [reason]", "state a [reason]"]);
});

test("another question of a blocked agent is told, another highlight in the same one is not", () => {
  const asking = (fingerprint: string, selected: boolean) =>
    shows("%1", "blocked", {
      question: { kind: "permission", text: "May I?", choices: [{ key: "1", text: "Yes", selected }], fingerprint },
    });
  const { done } = play(
    fleet("a %1 working"),
    [1, asking("f", true)],
    [2, asking("f", false)],
    // Once for a frame in which the first may be half drawn, and once more.
    [3, asking("g", true)],
    [200, asking("g", true)],
  );
  assert.is(done.length, 2);
  assert.match(done[0] ?? "", /^state a .*question/);
  assert.is(done[1], "state a [question]");
});

test("a pane that is nobody's is nobody's business", () => {
  assert.equal(play(fleet("a %1"), [1, shows("%9", "working")]).done, []);
});

test("a hook of an older launch is journaled as stale and changes nothing", () => {
  const { fleet: after, done } = play(fleet("a %1 idle"), [1, hook("a", 0, "turn-started")]);
  assert.equal(done, ["stale-event a"]);
  assert.is(agent(after, "a").record.state, "idle");
});

test("a record of the transcript counts for the launch and the conversation whose file it is in", () => {
  const evidence: Evidence = { source: "transcript", rule: "claude/written", excerpt: "" };
  const written = (incarnation: number, session: string | null): Event => {
    return {
      kind: "transcript",
      agent: idOf("a"),
      incarnation,
      session,
      means: "turn-started",
      evidence,
      writtenAtMs: 1,
    };
  };
  const before = fleet("a %1 idle");
  const known = before.agents.get(idOf("a"))!;
  const talking = { ...known, record: { ...known.record, nativeSession: "one" } };
  const begun = { ...before, agents: new Map([[idOf("a"), talking]]) };
  for (const own of [written(1, "one"), written(1, null)]) {
    assert.is(play(begun, [1, own]).fleet.agents.get(idOf("a"))?.record.state, "working");
  }
  for (const stray of [written(0, "one"), written(1, "two"), written(0, null)]) {
    const { fleet: after, done } = play(begun, [1, stray]);
    assert.equal([after.agents.get(idOf("a"))?.record.state, done], ["idle", []]);
  }
});

test("after its own conversation ended the agent is between two, after another's it is not", () => {
  const before = fleet("a %1 idle");
  const known = before.agents.get(idOf("a"))!;
  const talking = { ...known, record: { ...known.record, nativeSession: "one" } };
  const begun = { ...before, agents: new Map([[idOf("a"), talking]]) };
  const told = (session: string, more: object) => ({ ...hook("a", 1, null), session, ...more }) as Event;
  const between = (...events: Event[]) =>
    play(begun, ...events.map((event, n): [number, Event] => [n + 1, event])).fleet.agents.get(idOf("a"))
      ?.betweenSessions;
  assert.is(between(told("one", { endsSession: true })), true);
  assert.not.ok(between(told("of a helper", { endsSession: true })));
  assert.is(between(told("one", { endsSession: true }), told("two", { beginsSession: true })), false);
});

test("a hook is decided at once and causes a look", () => {
  const { fleet: after, done } = play(fleet("a %1 idle"), [1, hook("a", 1, "turn-started")]);
  assert.equal(done, ["state a [state since turn]", "look %1"]);
  assert.is(agent(after, "a").record.state, "working");
  assert.equal(play(fleet("a %1 idle"), [1, hook("a", null, null)]).done, ["look %1"]);
  assert.equal(play(fleet(), [1, hook("a", 1, "asks")]).done, []);
});

test("what is gone is lost; what was asked to end has ended", () => {
  const one = play(fleet("a %1"), [1, sighting(EPOCH)]);
  assert.is(agent(one.fleet, "a").record.state, "lost");
  assert.is(agent(one.fleet, "a").told.pane, "");
  const two = play(fleet("a %1"), [1, asks(1, { ask: "stopping", id: idOf("a"), data: {} })], [2, sighting(EPOCH)]);
  assert.is(agent(two.fleet, "a").record.state, "exited");
});

test("a tab that drover made closes when its program ended well, and stays to be read when it failed", () => {
  assert.ok(play(fleet("a %1"), [1, sighting(EPOCH, "%1=a+dead:0")]).done.includes("kill %1"));
  const failed = play(fleet("a %1"), [1, sighting(EPOCH, "%1=a+dead:3")]);
  assert.not.ok(failed.done.includes("kill %1"));
  assert.equal(agent(failed.fleet, "a").record.exit, { code: 3, signal: null });
});

test("a lost agent that is seen again is started anew in our eyes, at its old label", () => {
  const { fleet: after, done } = play(fleet("a %1 lost"), [1, sighting(EPOCH, "%1=a")]);
  assert.equal(done, ["place a [window pane windowName]", "state a [state since]", "look %1"]);
  assert.is(agent(after, "a").record.state, "starting");
});

test("a lost agent whose label was taken meanwhile comes back under another", () => {
  const both = fleet("x %1 lost", "y %2 idle");
  const agents = new Map(both.agents);
  const y = agent(both, "y");
  agents.set(idOf("y"), { ...y, record: { ...y.record, label: "x" }, told: { ...y.told, label: "x" } });
  const { fleet: after, done } = play({ ...both, agents }, [1, sighting(EPOCH, "%1=x", "%2=y@work:y")]);
  assert.is(agent(after, "x").record.label, "x-2");
  assert.ok(done.includes("mark %1 x-2"), done.join("\n"));
});

test("a mark without a record is adopted back by its label, with the program in the pane as its provider", () => {
  const event: Event = {
    kind: "sighting",
    sighting: { epoch: EPOCH, panes: [{ ...pane("%4=old#3"), command: "codex" }] },
  };
  const { fleet: after, done } = play(fleet(), [1, event]);
  assert.equal(done, ["adopted old [all]", "look %4"]);
  const { record } = agent(after, "old");
  assert.equal([record.provider, record.incarnation, record.label], ["codex", 3, "old"]);
});

test("a copied mark is journaled once and taken off, and its pane is not read", () => {
  const copied = sighting(EPOCH, "%1=a", "%2=a@work:b");
  const { fleet: after, done } = play(fleet("a %1 idle"), [1, copied], [2, copied], [3, shows("%2", "working")]);
  assert.equal(done, ["stale-event a", "unmark %2", "unmark %2"]);
  assert.is(agent(after, "a").pane, "%1");
});

test("a listing that was taken before one already believed says nothing, nor does the same one again", () => {
  const taken = (n: number, ...lines: string[]): Event => ({
    kind: "sighting",
    sighting: { ...sees(EPOCH, ...lines), taken: n },
  });
  const { fleet: after, done } = play(
    fleet("a %1 idle"),
    [1, taken(7, "%1=a@work:mine")],
    [2, taken(6)],
    [3, taken(7)],
  );
  assert.equal(done, ["place a [windowName]"]);
  assert.is(agent(after, "a").pane, "%1");
});

test("what was done to a pane is looked at a moment later, and done again where it failed", () => {
  const copied = sighting(EPOCH, "%1=a", "%2=a@work:b");
  const { fleet: after } = play(fleet("a %1 idle"), [1_000, copied]);
  assert.is(wakeAtMs(after), 3_000);
});

test("the close of a window is looked into; who lives on makes it a stale event that changes nothing", () => {
  const closed = (window: `@${number}`): Event => ({ kind: "closed", window });
  const two = fleet("a %1 idle", "b %2 idle");
  const { fleet: after, done } = play(two, [1, closed("@1")], [2, closed("@9")], [3, sighting(EPOCH, "%1=a", "%2=b")]);
  assert.equal(done, ["sight", "stale-event a"]);
  assert.is(agent(after, "a").pane, "%1");
  const gone = play(two, [1, closed("@1")], [2, sighting(EPOCH, "%2=b")], [3, sighting(EPOCH, "%2=b")]);
  assert.ok(!gone.done.includes("stale-event a"), gone.done.join("\n"));
  assert.is(agent(gone.fleet, "a").record.state, "lost");
});

test("a silent tmux is asked again while somebody waits for its second word", () => {
  const five = fleet("a %1", "b %2", "c %3", "d %4", "e %5");
  const { fleet: after } = play(
    five,
    [1_000, sighting(EPOCH)],
    [2_000, { kind: "sighting", sighting: { blind: "tmux-gone" } }],
  );
  assert.is(wakeAtMs(after), 3_000);
});

test("a pane seen to be gone from its own server is not found by its names in the next one", () => {
  const { fleet: after, done } = play(
    fleet("a %1 idle", "b %2 idle"),
    [1, sighting(EPOCH, "%2=b")],
    [2, sighting("tmux-2", "%4@work:a", "%5@work:b")],
  );
  assert.equal([agent(after, "a").pane, agent(after, "b").pane], [null, "%5"]);
  assert.ok(!done.includes("mark %4 a"), done.join("\n"));
});

test("a hook that comes after the end of its process changes nothing, and asks for a look", () => {
  const asked: Event = {
    kind: "hook",
    agent: idOf("a"),
    incarnation: 1,
    means: "asks",
    session: null,
    beginsSession: false,
    name: "Notification",
    evidence: { source: "hook", rule: "claude/asks", excerpt: "" },
  };
  const { fleet: after, done } = play(fleet("a %1 idle"), [1, sighting(EPOCH)], [2, asked]);
  assert.is(agent(after, "a").record.state, "lost");
  assert.equal(done.slice(-2), ["stale-event a", "sight"]);
});

test("who was said to have ended and lives on under a name that was given away gets the next one", () => {
  const ended: Event = {
    kind: "hook",
    agent: idOf("a"),
    incarnation: 1,
    means: "ended",
    session: null,
    beginsSession: false,
    name: "SessionEnd",
    evidence: { source: "hook", rule: "claude/ended", excerpt: "" },
  };
  const { fleet: said } = play(fleet("a %1 idle", "b %2 idle"), [1, ended]);
  const renamed = play(said, [2, asks(1, { ask: "rename", id: idOf("b"), label: "a" })]).fleet;
  const { fleet: after } = play(renamed, [3, shows("%1", "working")], [3_003, shows("%1", "working")]);
  assert.equal([agent(after, "a").record.label, agent(after, "a").record.state], ["a-2", "working"]);
});

test("an agent whose tab is being made is not stopped", () => {
  const { done } = play(fleet(), [1, asks(1, spawn("a"))], [2, asks(2, { ask: "stopping", id: idOf("a"), data: {} })]);
  assert.is(done.at(-1), "refuse 2 CONFLICT");
});

test("pane ids of another tmux server are dropped at once, even where nothing is believed yet", () => {
  const five = ["a %1", "b %2", "c %3", "d %4", "e %5"];
  const { fleet: after, done } = play(
    fleet(...five),
    [1, sighting("tmux-2", "%1@home:sh")],
    [2, shows("%1", "working")],
  );
  assert.equal(done, []);
  assert.is(wakeAtMs(after), 5_001);
  const later = play(after, [5_001, { kind: "clock" }], [5_002, sighting("tmux-2", "%1@home:sh")]);
  assert.is(later.done[0], "sight");
  assert.is(later.done.filter((line) => line.startsWith("state")).length, 5);
});

test("only an ended agent is removed, unless by force; its mark brings nothing back, and its tab is closed", () => {
  const { fleet: after, done } = play(
    fleet("a %1 idle", "b exited"),
    [1, asks(1, { ask: "remove", id: idOf("a"), force: false })],
    [2, asks(2, { ask: "remove", id: idOf("a"), force: true })],
    [3, asks(3, { ask: "remove", id: idOf("b"), force: false })],
    [4, sighting(EPOCH, "%1=a")],
  );
  assert.equal(done, [
    "refuse 1 CONFLICT",
    "archived a [window pane windowName archived]",
    "kill %1",
    "answer 2 a",
    "archived b [archived]",
    "answer 3 b",
    "kill %1",
  ]);
  assert.is(after.agents.size, 0);
});

test("a prompt that is due is queued once the birth is on disk; with its message on disk it is due no more", () => {
  const born = play(fleet(), [1, asks(1, spawn("a", { prompt: "hello", promptDue: true }))]);
  assert.ok(born.done.includes("queue-prompt a"), born.done.join("\n"));
  assert.is(agent(born.fleet, "a").record.promptDue, true);
  const counts = { queued: 1, inbox: 0, dead: 0, uncertain: 0 };
  const queued = asks(2, { ask: "mail", id: idOf("a"), writes: [], story: [], counts, takesPrompt: true });
  const after = play(born.fleet, [2, queued], [3, queued]);
  assert.equal(after.done, ["mail a [mail]", "answer 2 a", "mail a [mail]", "answer 2 a"]);
  assert.is(agent(after.fleet, "a").record.promptDue, false);
  assert.equal(agent(after.fleet, "a").told.mail, counts);
});

test("mail for who is gone is refused where it must be there", () => {
  const counts = { queued: 1, inbox: 0, dead: 0, uncertain: 0 };
  const late = asks(2, { ask: "mail", id: idOf("x"), writes: [], story: [], counts, must: true });
  assert.equal(play(fleet("a %1 idle"), [1, late]).done, ["refuse 2 NOT_FOUND"]);
});

test("applying the told fields in order gives what a snapshot says", () => {
  const events: [number, Event][] = [
    [1, asks(1, spawn("a"))],
    [2, { kind: "tab-made", id: idOf("a"), pane: pane("%3=a"), epoch: EPOCH }],
    [3, shows("%3", "ready")],
    [4, shows("%3", "working")],
    [5, sighting(EPOCH, "%3=a@other:mine")],
    [6, shows("%3", "error", { reason: "500" })],
    [7, sighting(EPOCH)],
  ];
  let now = fleet();
  const held: Record<string, unknown> = {};
  for (const [atMs, event] of events) {
    const step = play(now, [atMs, event]);
    now = step.fleet;
    for (const { set } of step.entries) Object.assign(held, set);
  }
  assert.equal(held, { ...agent(now, "a").told });
});

test("that nothing can be seen is journaled once, with the time it began, and so is that it can again", () => {
  const blind = (why: "tmux-gone" | "no-server"): Event => ({ kind: "sighting", sighting: { blind: why } });
  const before = play(fleet("a %1 working"), [1, sighting(EPOCH, "%1=a")]);
  assert.equal(before.entries, []);
  const { fleet: after, entries } = play(
    before.fleet,
    [10, blind("tmux-gone")],
    [20, blind("tmux-gone")],
    [30, blind("no-server")],
    [40, sighting(EPOCH, "%1=a")],
  );
  assert.equal(
    entries.map(({ kind, agent, data }) => [kind, agent, data.what, data.sight, Date.parse(String(data.sightSince))]),
    [
      ["daemon", null, "sight", "tmux-gone", 10],
      ["daemon", null, "sight", "no-server", 10],
      ["daemon", null, "sight", "ok", 40],
    ],
  );
  assert.equal(after.agents, before.fleet.agents);
});
test("a turn given at the launch and over before the first look is counted, with its end for proof", () => {
  const told = { prompt: "hello", command: ["/bin/claude", "hello"] };
  const made: Event = { kind: "tab-made", id: idOf("a"), pane: pane("%3=a"), epoch: EPOCH };
  const born = play(fleet(), [1, asks(1, spawn("a", told))], [2, made], [3, shows("%3", "finished")]);
  const { record } = born.fleet.agents.get(idOf("a"))!;
  assert.equal([record.state, record.turn, record.unread, record.evidence?.rule], ["done", 1, true, "claude/finished"]);
  assert.ok(born.done.some((line) => line.startsWith("state a")));

  // A daemon that starts before the first look knows it from the record.
  const early = play(fleet(), [1, asks(1, spawn("a", told))], [2, made]).fleet.agents.get(idOf("a"))!.record;
  const after = play(boot([early], new Map()), [3, sighting(EPOCH, "%3=a")], [4, shows("%3", "finished")]);
  assert.equal(after.fleet.agents.get(idOf("a"))!.record.turn, 1);

  // Where a conversation goes on, the end on the screen is an earlier turn's.
  for (const args of [["--resume", "x"], ["-c"], ["resume", "--last"]]) {
    const launch = { program: ["/bin/claude"], args };
    const on = { prompt: "hello", launch, command: ["/bin/claude", ...args, "hello"] };
    const { fleet: old } = play(fleet(), [1, asks(1, spawn("a", on))], [2, made], [3, shows("%3", "finished")]);
    assert.equal([old.agents.get(idOf("a"))!.record.state, old.agents.get(idOf("a"))!.record.turn], ["idle", 0]);
  }
});

test.run();
