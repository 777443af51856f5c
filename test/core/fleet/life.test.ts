import * as assert from "uvu/assert";
import type { Ask, Event } from "#core/decide.js";
import { ARCHIVED_LIMIT, boot, type Fleet } from "#core/fleet/fleet.js";
import type { AgentRecord, LivePane, Sighting } from "#core/model.js";
import { suite } from "../../kit/t.js";
import { agent, asks, EPOCH, fleet, idOf, pane, play, record, sighting, spawn } from "./play.js";

const test = suite("the life of an agent");

const blind = (why: "no-server" | "tmux-slow"): Event => {
  const nothing: Sighting = { blind: why };
  return { kind: "sighting", sighting: nothing };
};
const made = (label: string, where: string): Event => {
  return { kind: "tab-made", id: idOf(label), pane: pane(where), epoch: EPOCH };
};
const failed = (label: string, code: "TMUX_REFUSED" | "TMUX_UNREACHABLE"): Event => {
  return { kind: "tab-failed", id: idOf(label), why: { code, message: "no space for new pane" } };
};
const restart = (label: string, resumes = false): Ask => ({
  ask: "restart",
  id: idOf(label),
  command: ["/bin/claude", "again"],
  launch: { program: ["/bin/claude"], args: ["again"] },
  envNames: [],
  promptDue: false,
  resumes,
  tab: { sessionName: "work", env: {}, columns: 80, rows: 24 },
  socket: "/s",
});
const conductor = (label: string, more: Partial<Ask & { ask: "spawn" }> = {}): Ask =>
  spawn(label, { role: "conductor", ...more });
const adopt = (label: string | null, where: LivePane, alone = true): Ask => ({
  ask: "adopt",
  id: idOf(label ?? "new"),
  label,
  provider: "codex",
  role: "worker",
  parent: null,
  group: null,
  cwd: "/work",
  pane: where,
  epoch: EPOCH,
  alone,
});
/** The fleet as a daemon that starts now would know it: what was decided so far is on disk. */
const reborn = (of: Fleet): Fleet =>
  boot(
    [...of.agents.values()].map((a) => a.record),
    of.programs,
  );
const fleetOf = (...records: AgentRecord[]): Fleet => boot(records, new Map([["codex", "codex"]]));

// ------------------------------------------------------------ marks

test("a mark that somebody else keeps writing over is given up after a few times, once journaled, and tried again later", () => {
  const theirs = (): Event => {
    const { mark, ...rest } = pane("%1=a");
    return { kind: "sighting", sighting: { epoch: EPOCH, panes: [{ ...rest, mark: { ...mark!, label: "theirs" } }] } };
  };
  const often = Array.from({ length: 40 }, (_, n): [number, Event] => [n * 20, theirs()]);
  const { fleet: after, done, entries } = play(fleet("a %1"), ...often);
  assert.is(entries.filter(({ kind }) => kind === "fault").length, 1);
  const marks = (lines: readonly string[]) => lines.filter((line) => /\bmark\b/.test(line)).length;
  assert.is(marks(done), 5, done.join("\n"));
  assert.is(agent(after, "a").record.label, "a");
  assert.is(marks(play(after, [120_000, theirs()]).done), 1);
});

// ------------------------------------------------------------ restart

test("a restart writes the next incarnation, then makes its tab, then is answered", () => {
  const { fleet: after, done } = play(
    fleet("a exited"),
    [1, sighting(EPOCH)],
    [2, asks(7, restart("a", true))],
    [3, made("a", "%9=a#2")],
  );
  assert.equal(done, [
    "state a [state since incarnation]",
    "create-tab work:a",
    "launched a [session window pane windowName]",
    "answer 7 a",
    "look %9",
  ]);
  assert.equal([agent(after, "a").record.incarnation, agent(after, "a").record.state], [2, "starting"]);
});

test("a restart keeps id, turns and conversation; without resuming, the conversation is another", () => {
  const base = fleetOf({ ...record("a exited"), turn: 4, nativeSession: "s-1" });
  const after = (resumes: boolean) =>
    agent(play(base, [1, sighting(EPOCH)], [2, asks(1, restart("a", resumes))]).fleet, "a").record;
  assert.equal([after(true).turn, after(true).nativeSession, after(true).exit], [4, "s-1", null]);
  assert.is(after(false).nativeSession, null);
});

test("the dead pane of the launch before is closed once the new one stands, and not taken for it meanwhile", () => {
  const { done } = play(
    fleet("a %1 exited"),
    [1, sighting(EPOCH, "%1=a+dead:1")],
    [2, asks(1, restart("a"))],
    [3, sighting(EPOCH, "%1=a+dead:1")],
    [4, made("a", "%9=a#2")],
  );
  assert.equal(done.slice(-5), [
    "create-tab work:a",
    "launched a [window pane windowName]",
    "answer 1 a",
    "kill %1",
    "look %9",
  ]);
});

test("a pane that was the user's own is given back, not closed", () => {
  const base = fleetOf({ ...record("a %1 exited"), command: [] });
  const { done } = play(base, [1, sighting(EPOCH, "%1=a")], [2, asks(1, restart("a"))], [3, made("a", "%9=a#2")]);
  assert.ok(done.includes("unmark %1") && !done.includes("kill %1"), done.join("\n"));
});

const refusedRestarts: readonly (readonly [string, Fleet, Event, string])[] = [
  ["one that lives", fleet("a %1"), sighting(EPOCH, "%1=a"), "refuse 1 CONFLICT"],
  ["one of which nobody can say whether it lives", fleet("a %1"), blind("tmux-slow"), "refuse 1 CONFLICT"],
  ["a lost one while tmux is silent", fleet("a lost"), blind("tmux-slow"), "refuse 1 TMUX_UNREACHABLE"],
  [
    "one whose label is another's",
    fleetOf(record("a exited"), { ...record("b %2"), label: "a" }),
    sighting(EPOCH, "%2=b"),
    "refuse 1 CONFLICT",
  ],
  [
    "one whose label is another's that tmux took with it",
    fleetOf(record("a exited"), { ...record("b %2"), label: "a" }),
    blind("no-server"),
    "refuse 1 CONFLICT",
  ],
  [
    "a conductor whose session has another",
    fleetOf(
      { ...record("a exited"), role: "conductor", place: record("b %2").place },
      { ...record("b %2"), role: "conductor" },
    ),
    sighting(EPOCH, "%2=b"),
    "refuse 1 CONFLICT",
  ],
];
for (const [what, base, seen, refusal] of refusedRestarts) {
  test(`a restart of ${what} is refused`, () => {
    const { done } = play(base, [1, seen], [2, asks(1, restart("a"))]);
    assert.is(done.at(-1), refusal);
  });
}

test("a restart whose tab is refused leaves the agent as it was, to be started another time", () => {
  const { fleet: after, done } = play(
    fleet("a exited"),
    [1, sighting(EPOCH)],
    [2, asks(1, restart("a"))],
    [3, failed("a", "TMUX_REFUSED")],
    [4, asks(2, restart("a"))],
  );
  assert.ok(done.includes("refuse 1 TMUX_REFUSED"), done.join("\n"));
  assert.is(done.at(-1), "create-tab work:a");
  assert.is(agent(after, "a").record.incarnation, 3);
});

test("a restart whose tab is refused knows what is left of the launch before by its process, whatever mark stands on it", () => {
  const left = sighting(EPOCH, "%4/7=x~other+dead:0");
  const { fleet: after } = play(
    fleet("a %4/7 exited"),
    [1, left],
    [2, asks(1, restart("a"))],
    [3, failed("a", "TMUX_REFUSED")],
    [4, blind("tmux-slow")],
    [5, left],
  );
  const { pane, record } = agent(after, "a");
  assert.is(pane, "%4");
  assert.is(record.place?.pid, 7);
});

test("what an older launch's hooks say after a restart changes nothing", () => {
  const evidence = { source: "hook", rule: "claude/Stop", excerpt: "Stop" } as const;
  const late: Event = {
    kind: "hook",
    agent: idOf("a"),
    incarnation: 1,
    means: "turn-ended",
    session: "s-old",
    beginsSession: true,
    name: "Stop",
    evidence,
  };
  const { fleet: after, done } = play(
    fleet("a exited"),
    [1, sighting(EPOCH)],
    [2, asks(1, restart("a"))],
    [3, made("a", "%9=a#2")],
    [4, late],
  );
  assert.is(done.at(-1), "stale-event a");
  assert.equal([agent(after, "a").record.state, agent(after, "a").record.nativeSession], ["starting", null]);
});

// Where a daemon dies in the middle of a restart, and what the next one makes of it.
const deaths: readonly (readonly [string, boolean, readonly string[], string, number | null])[] = [
  ["before the tab was made", false, [], "lost", null],
  ["before the tab was made, an old dead pane still there", false, ["%1=a+dead:3"], "exited", 1],
  ["after the tab was made", true, ["%9=a#2"], "starting", 9],
  ["after the tab was made, the old dead pane still there", true, ["%1=a+dead:3", "%9=a#2"], "starting", 9],
];
for (const [when, _made, panes, state, at] of deaths) {
  test(`a daemon that dies ${when}: one agent, ${state}`, () => {
    const dead = play(fleet("a %1 exited"), [1, sighting(EPOCH, "%1=a+dead:3")], [2, asks(1, restart("a"))]).fleet;
    const { fleet: after, done } = play(reborn(dead), [100, sighting(EPOCH, ...panes)]);
    assert.is(after.agents.size, 1);
    assert.equal([agent(after, "a").record.state, agent(after, "a").pane], [state, at === null ? null : `%${at}`]);
    assert.is(done.includes("kill %1"), panes.length === 2, done.join("\n"));
  });
}

test("a live pane of an earlier launch beside the present one is given back, never closed", () => {
  const base = fleetOf({ ...record("a %9"), incarnation: 2 });
  const { done } = play(base, [1, sighting(EPOCH, "%1=a", "%9=a#2")]);
  assert.ok(done.includes("unmark %1"), done.join("\n"));
  assert.not.ok(done.some((line) => line.startsWith("kill")));
});

// ------------------------------------------------------------ rename

test("a rename changes label, mark and window together, and is answered when the tab has its name", () => {
  const { fleet: after, done } = play(fleet("a %1"), [1, asks(1, { ask: "rename", id: idOf("a"), label: "b" })]);
  assert.equal(done, ["renamed a [label]", "mark %1 b", "answer 1 a"]);
  assert.is(agent(after, "a").record.label, "b");
});

test("a rename to the label of a live agent is refused, to that of an ended one granted", () => {
  const to = (label: string) =>
    play(fleet("a %1", "b %2", "c exited"), [1, asks(1, { ask: "rename", id: idOf("a"), label })]).done.at(-1);
  assert.equal([to("b"), to("c"), to("a")], ["refuse 1 CONFLICT", "answer 1 a", "answer 1 a"]);
});

test("a daemon that dies between a rename's record and its mark: the next sighting writes the mark", () => {
  const renamed = play(fleet("a %1"), [1, asks(1, { ask: "rename", id: idOf("a"), label: "b" })]).fleet;
  const { fleet: after, done } = play(reborn(renamed), [2, sighting(EPOCH, "%1=a")]);
  assert.equal(done, ["mark %1 b"]);
  assert.equal(
    [...after.agents.values()].map((a) => a.record.label),
    ["b"],
  );
  const marked = { ...pane("%1=a"), mark: { id: idOf("a"), label: "b", incarnation: 1 } };
  assert.equal(play(after, [3, { kind: "sighting", sighting: { epoch: EPOCH, panes: [marked] } }]).done, []);
});

// ------------------------------------------------------------ adoption

test("an adoption is on disk, then marked, then answered", () => {
  const { done } = play(
    fleet(),
    [1, sighting(EPOCH, "%4")],
    [2, asks(1, adopt("x", pane("%4")))],
    [3, { kind: "pane-adopted", id: idOf("x") }],
  );
  assert.equal(done, ["adopted x [all]", "adopt-pane %4 x x", "answer 1 x new", "look %4"]);
});

test("a window that several panes share keeps the name its user gave it", () => {
  const { done } = play(fleet(), [1, asks(1, adopt("x", pane("%4"), false))]);
  assert.is(done.at(-1), "adopt-pane %4 x null");
});

test("a pane that is an agent's already, dead, or wanted under a taken label is not adopted", () => {
  const base = fleet("a %1");
  const refusal = (ask: Ask) => play(base, [1, sighting(EPOCH, "%1=a", "%4")], [2, asks(1, ask)]).done;
  assert.equal(refusal(adopt("x", pane("%1=a"))), ["refuse 1 CONFLICT"]);
  assert.equal(refusal(adopt("a", pane("%4"))), ["refuse 1 CONFLICT"]);
  assert.equal(refusal(adopt("x", pane("%4+dead:0"))), ["refuse 1 NOT_FOUND"]);
});

test("a pane that cannot be marked was never adopted", () => {
  const { fleet: after, done } = play(
    fleet(),
    [1, asks(1, adopt("x", pane("%4")))],
    [2, { kind: "pane-refused", id: idOf("x"), why: { code: "TMUX_REFUSED", message: "can't find pane: %4" } }],
  );
  assert.is(done.at(-1), "refuse 1 TMUX_REFUSED");
  assert.is(after.agents.size, 0);
});

test("a daemon that dies between an adoption's record and its mark: the next sighting writes the mark", () => {
  const adopted = play(fleet(), [1, asks(1, adopt("x", pane("%4")))]).fleet;
  const { fleet: after, done } = play(reborn(adopted), [9_000, sighting(EPOCH, "%3", "%4")]);
  assert.equal(
    done.filter((line) => !line.startsWith("look")),
    ["mark %4 x"],
  );
  assert.is(agent(after, "x").pane, "%4");
});

test("a daemon that dies between an adoption's mark and its answer: the agent is there", () => {
  const adopted = play(fleet(), [1, asks(1, adopt("x", pane("%4")))]).fleet;
  const { fleet: after } = play(reborn(adopted), [9_000, sighting(EPOCH, "%4=x")]);
  assert.equal([after.agents.size, agent(after, "x").pane, agent(after, "x").record.provider], [1, "%4", "codex"]);
});

test("taking an adopted agent off the list gives its pane back", () => {
  const base = fleetOf({ ...record("a %1 exited"), command: [] });
  const { done } = play(
    base,
    [1, sighting(EPOCH, "%1=a")],
    [2, asks(1, { ask: "remove", id: idOf("a"), force: false })],
  );
  assert.ok(done.includes("unmark %1") && !done.includes("kill %1"), done.join("\n"));
});

// ------------------------------------------------------------ conductors

test("a session has one conductor: a second spawn is answered with the first", () => {
  const base = fleetOf({ ...record("boss %1"), role: "conductor" });
  assert.equal(play(base, [1, asks(1, conductor("other"))]).done, ["answer 1 boss"]);
});

test("the conductor that is replaced goes to the archive with the commit that places the new one", () => {
  const base = fleetOf({ ...record("boss exited"), role: "conductor", place: record("x %1").place });
  const { fleet: after, done } = play(
    base,
    [1, sighting(EPOCH)],
    [2, asks(1, conductor("new", { replaces: idOf("boss") }))],
    [3, made("new", "%5=new")],
  );
  assert.equal(done, [
    "born new [all]",
    "create-tab work:new",
    "launched new [session window pane windowName]",
    "archived boss [archived]",
    "answer 1 new new",
    "look %5",
  ]);
  assert.equal([...after.agents.keys()], [idOf("new")]);
});

test("of archived agents those that were archived last are remembered, and no more than the store keeps", () => {
  const archivedAt = (n: number) => record(`a${n}`, { archivedAtMs: ARCHIVED_LIMIT + 2 - n });
  const base = boot(
    [record("boss %1"), ...Array.from({ length: ARCHIVED_LIMIT + 2 }, (_, n) => archivedAt(n))],
    new Map(),
  );
  const known = (of: Fleet) => [of.archived.size, of.remains.size];
  assert.equal(known(base), [ARCHIVED_LIMIT, ARCHIVED_LIMIT]);
  assert.equal([base.archived.has(idOf("a0")), base.archived.has(idOf(`a${ARCHIVED_LIMIT}`))], [true, false]);
  const { fleet: after } = play(
    base,
    [1, sighting(EPOCH, "%1=boss")],
    [2, asks(1, { ask: "remove", id: idOf("boss"), force: true })],
  );
  assert.equal(known(after), [ARCHIVED_LIMIT, ARCHIVED_LIMIT]);
  assert.equal([after.archived.has(idOf("boss")), after.archived.has(idOf(`a${ARCHIVED_LIMIT - 1}`))], [true, false]);
});

test("one that could not be started in its place leaves the old conductor on the list", () => {
  const base = fleetOf({ ...record("boss exited"), role: "conductor", place: record("x %1").place });
  const { fleet: after } = play(
    base,
    [1, sighting(EPOCH)],
    [2, asks(1, conductor("new", { replaces: idOf("boss") }))],
    [3, failed("new", "TMUX_REFUSED")],
    [4, asks(2, restart("boss"))],
  );
  assert.equal([...after.agents.keys()], [idOf("boss")]);
});

test("a daemon that dies after the new conductor's tab was made: the next sighting archives the old one", () => {
  const base = fleetOf({ ...record("boss exited"), role: "conductor", place: record("x %1").place });
  const dead = play(base, [1, sighting(EPOCH)], [2, asks(1, conductor("new", { replaces: idOf("boss") }))]).fleet;
  const { fleet: after } = play(reborn(dead), [3, sighting(EPOCH, "%5=new")]);
  assert.equal([...after.agents.keys()], [idOf("new")]);
  assert.is(agent(after, "new").pane, "%5");
});

test("a live conductor is not replaced", () => {
  const base = fleetOf({ ...record("boss %1"), role: "conductor" });
  const { done } = play(base, [1, asks(1, conductor("new", { replaces: idOf("boss") }))]);
  assert.equal(done, ["refuse 1 CONFLICT"]);
});

// ------------------------------------------------------------ conversations

const told = (session: string | null, beginsSession: boolean): Event => ({
  kind: "hook",
  agent: idOf("a"),
  incarnation: 1,
  means: null,
  session,
  beginsSession,
  name: "Hook",
  evidence: { source: "hook", rule: "claude/Hook", excerpt: "Hook" },
});

test("the first conversation told is kept; another only from an event that begins one", () => {
  const session = (...events: Event[]) =>
    agent(play(fleet("a %1"), ...events.map((e): [number, Event] => [1, e])).fleet, "a").record.nativeSession;
  assert.is(session(told("s-1", false)), "s-1");
  assert.is(session(told("s-1", false), told("s-2", false)), "s-1");
  assert.is(session(told("s-1", false), told("s-2", true)), "s-2");
  assert.is(session(told(null, true)), null);
});

test("a reused label inherits nothing", () => {
  const old: AgentRecord = {
    ...record("a exited"),
    turn: 9,
    nativeSession: "s",
    prompt: "old task",
    unread: true,
    group: "g",
    parent: idOf("p"),
    worktree: { path: "/r.worktrees/a", branch: "drover/a", repo: "/r", ownBranch: true },
  };
  const { fleet: after } = play(
    fleetOf(old),
    [1, asks(1, { ask: "remove", id: idOf("a"), force: false })],
    [2, asks(2, { ...conductor("a"), id: idOf("second"), role: "worker" } as Ask)],
  );
  const { turn, nativeSession, prompt, unread, group, parent, worktree } = agent(after, "second").record;
  assert.equal(
    [turn, nativeSession, prompt, unread, group, parent, worktree],
    [0, null, null, false, null, null, null],
  );
});

test("a worktree is named by its label, and never another agent's", () => {
  const ask = { repo: "/r", folder: "/r.worktrees", branch: null, below: "pkg/api" };
  const base = fleetOf({
    ...record("old exited"),
    worktree: { path: "/r.worktrees/a", branch: "drover/a", repo: "/r", ownBranch: true },
  });
  const { fleet: after } = play(base, [1, asks(1, conductor("a", { role: "worker", worktree: ask }))]);
  assert.equal(agent(after, "a").record.worktree, {
    path: "/r.worktrees/a-2",
    branch: "drover/a-2",
    repo: "/r",
    ownBranch: true,
  });
  assert.is(agent(after, "a").record.cwd, "/r.worktrees/a-2/pkg/api");
});

test.run();
