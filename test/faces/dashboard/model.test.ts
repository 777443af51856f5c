import * as assert from "uvu/assert";
import { hints } from "#faces/dashboard/keys/footer-hints.js";
import { actions, findAction } from "#faces/dashboard/keys/table.js";
import { toSave } from "#faces/dashboard/state/begin.js";
import { seenAtMs, wakeAtMs } from "#faces/dashboard/update.js";
import { suite } from "../../kit/t.js";
import { agent, NOON, Played, question } from "./fleet-of.js";

const test = suite("dashboard model");

const ASKS = question("Allow command?\nmake deploy", ["Yes", "No"]);
const OTHER = question("Allow another?", ["Yes", "No"], { fingerprint: "other" });

const fleet = () => [
  agent("a", { state: "working" }),
  agent("b", { state: "blocked", question: ASKS, ageMs: 60_000 }),
  agent("c", { state: "blocked", question: OTHER, ageMs: 600_000 }),
  agent("d", { session: "web", state: "error", reason: "API Error" }),
  agent("e", { session: "web", state: "done", ageMs: 5_000 }),
];

test("sessions stand by name and agents by birth, whatever their state", () => {
  const played = new Played([
    agent("z", { session: "s10", createdAt: "2026-01-01T00:00:00Z" }),
    agent("y", { session: "s2", state: "blocked", createdAt: "2026-01-03T00:00:00Z" }),
    agent("x", { session: "s2", createdAt: "2026-01-02T00:00:00Z" }),
  ]);
  assert.is(played.list(), "[s2] x y [s10] z");
  assert.is(played.selected(), "x");
  assert.is(played.change("x", { state: "error" }).list(), "[s2] x y [s10] z");
});

test("the selection stays on its agent while others come, go and move", () => {
  const played = new Played(fleet()).press("down", "down");
  assert.is(played.selected(), "c");
  const moments: [string, () => Played][] = [
    ["one is born above", () => played.change("0", agent("0", { createdAt: "2026-01-01T00:00:00Z" }), "born")],
    ["one above goes", () => played.change("a", {}, "archived")],
    ["it moves to another session", () => played.change("c", { session: "web" })],
    ["its session is renamed", () => played.change("c", { session: "aaa" })],
    ["it is renamed", () => played.change("c", { label: "sea" })],
  ];
  for (const [what, happens] of moments) {
    happens();
    assert.is(played.state.selected?.kind === "agent" && played.state.selected.id, "id-c", what);
  }
  played.change("c", {}, "archived");
  assert.is(played.selected(), "0", "what is gone leaves its place to what stands there now");
});

test("an entry that the snapshot held already changes nothing", () => {
  const played = new Played(fleet());
  const set = { state: "idle" } as const;
  played.on({ on: "entry", entry: { seq: 3, at: "", kind: "state", agent: "id-a", set } });
  assert.is(played.state.agents.get("id-a")?.state, "working");
});

const family = () => [
  agent("boss", { group: "billing", createdAt: "2026-01-05T00:00:00Z" }),
  agent("kid", { parent: "id-boss", session: "web", state: "working", createdAt: "2026-01-02T00:00:00Z" }),
  agent("grandkid", { parent: "id-kid", group: "billing", createdAt: "2026-01-03T00:00:00Z" }),
  agent("loner", { session: "web", createdAt: "2026-01-01T00:00:00Z" }),
  agent("orphan", { parent: "id-gone", createdAt: "2026-01-04T00:00:00Z" }),
];

test("b groups by session, by group, by parent and round again, with those that belong nowhere last", () => {
  const played = new Played(family()).select("kid");
  assert.is(played.list(), "[api] grandkid orphan boss [web] loner kid");
  played.press("b");
  assert.is(played.list(), "[billing] grandkid boss [no group] loner kid orphan");
  assert.is(played.selected(), "kid");
  played.press("b");
  assert.is(
    played.list(),
    "[boss and its children] boss kid [kid and its children] grandkid [removed parent] orphan [no parent] loner",
  );
  assert.is(played.selected(), "kid");
  assert.ok(played.wished().includes("save"));
  played.press("b");
  assert.is(played.list(), "[api] grandkid orphan boss [web] loner kid");
});

test("each grouping keeps folds of its own, and both are kept between runs", () => {
  const played = new Played(family()).select("kid").press("left", "b", "-", "b", "b");
  assert.is(played.list(), "[api] grandkid orphan boss [web]");
  played.press("b");
  assert.is(played.list(), "[billing] [no group]");
  assert.equal(toSave(played.state).grouping, "group");
  const again = new Played(family(), undefined, toSave(played.state));
  assert.is(again.list(), "[billing] [no group]");
});

test("a section follows its agents' parents and their names", () => {
  const played = new Played(family()).press("b", "b").change("loner", { parent: "id-boss" });
  played.change("boss", { label: "chief" });
  assert.is(
    played.list(),
    "[chief and its children] chief loner kid [kid and its children] grandkid [removed parent] orphan",
  );
});

test("folding hides agents, keeps the session, and g unfolds where someone waits", () => {
  const played = new Played(fleet()).press("left");
  assert.is(played.list(), "[api] [web] d e");
  assert.is(played.selected(), "[api]");
  assert.equal(played.wished(), ["save"]);
  played.press("g");
  assert.is(played.list(), "[api] a b c [web] d e");
  assert.is(played.selected(), "c");
  played.press("-");
  assert.is(played.list(), "[api] [web]");
  played.press("-", "home", "right");
  assert.is(played.selected(), "a");
});

test("g goes to dialogs oldest first, then failures, then what is done, and round", () => {
  const played = new Played(fleet());
  const visited = ["g", "g", "g", "g", "g"].map((key) => played.press(key).selected());
  assert.is(visited.join(" "), "c b d e c");
  const calm = new Played([agent("a")]).press("g");
  assert.is(calm.state.notice?.text, "nobody needs you");
  const alone = new Played([agent("a"), agent("b", { state: "error" })]).select("b").press("g");
  assert.is(alone.state.notice?.text, "nobody else needs you");
});

test("what only the daemon can do is not begun while it is stopped, and why is said", () => {
  const played = new Played(fleet()).select("b").on({ on: "link", link: { at: "stopped" } });
  for (const name of ["x", "R", "1"]) {
    assert.is(played.press(name).state.mode.at, "list", name);
    assert.is(played.state.notice?.text, "the daemon was stopped: r starts it again", name);
  }
  assert.equal(played.wished(), []);
});

test("starting again is offered where an agent ended or failed", () => {
  const offers = (label: string) =>
    hints(new Played([...fleet(), agent("z", { state: "exited" })]).select(label).state).some(({ key }) => key === "R");
  assert.equal(["a", "b", "d", "z"].map(offers), [false, false, true, true]);
});

test("a filter narrows while it is typed, every word counts, and escape brings back what was selected", () => {
  const played = new Played(fleet()).press("down", "/").type("web fail");
  assert.is(played.list(), "[web] d");
  assert.is(played.selected(), "d");
  assert.is(played.press("escape").selected(), "b");
  assert.is(played.list(), "[api] a b c [web] d e");
  played.press("/").type("need you").press("enter", "down");
  assert.is(played.list(), "[api] b c");
  assert.is(played.selected(), "c");
  assert.is(played.press("escape").list(), "[api] a b c [web] d e");
  assert.is(played.selected(), "c", "what was chosen among the found stays chosen");
  played.press("/").type("nothing at all");
  assert.is(played.selected(), "");
  assert.equal(played.press("enter", "x", "s", "enter", "1").wished(), [], "what is not shown is not touched");
});

test("a digit answers the dialog shown, with its fingerprint, once", () => {
  const played = new Played(fleet()).press("down");
  played.wished();
  assert.equal(played.press("2").wished(), [`answer id-b 2 No ${ASKS.fingerprint}`]);
  assert.equal(played.press("2", "1").wished(), [], "an answer is on its way");
  played.on({ on: "answered", agent: "id-b", choice: "No" });
  assert.is(played.state.notice?.text, "answered b: No");
});

test("digits go nowhere but to a dialog", () => {
  const played = new Played(fleet());
  assert.equal(played.press("1", "2", "9").wished(), []);
  assert.is(played.state.notice?.text, "no dialog waits here");
  assert.equal(played.press("down", "7").wished(), []);
  assert.is(played.state.notice?.text, "there is no choice 7");
  played.press("s").type("12");
  assert.equal(played.wished(), [], "in the editor they are text");
  assert.is(played.state.mode.at === "send" && played.state.mode.editor.text, "12");
});

test("a digit meant for the dialog before is not given to the one that replaced it", () => {
  const played = new Played(fleet()).press("down");
  played.on(
    { on: "entry", entry: { seq: 11, at: "", kind: "state", agent: "id-b", set: { question: OTHER } } },
    NOON + 5_000,
  );
  played.wished();
  assert.equal(played.press("1").wished(), []);
  assert.match(played.state.notice?.text ?? "", /just changed/);
  played.on({ on: "clock" }, NOON + 5_500);
  assert.equal(played.press("1").wished(), ["answer id-b 1 Yes other"]);
});

test("a stale answer shows the question that is open now, and gives nothing", () => {
  const played = new Played(fleet()).press("down", "1");
  const refused = { code: "STALE", message: "another dialog is open" };
  played.on({ on: "answered", agent: "id-b", choice: "Yes", refused, question: OTHER });
  assert.is(played.state.agents.get("id-b")?.question?.fingerprint, "other");
  assert.match(played.state.notice?.text ?? "", /asks something else now; nothing was answered/);
});

test("choices that have no digit of their own are given by their place", () => {
  const letters = question("Proceed?", ["Yes", "Always", "No"]);
  const choices = letters.choices.map((choice, i) => ({ ...choice, key: ["y", "", "n"][i]! }));
  const played = new Played([agent("a", { state: "blocked", question: { ...letters, choices } })]);
  assert.equal(played.press("1").wished(), [`answer id-a y Yes ${letters.fingerprint}`]);
  played.on({ on: "answered", agent: "id-a", choice: "Yes" });
  assert.equal(played.press("2").wished(), [`answer id-a 2 Always ${letters.fingerprint}`]);
});

test("a turn that is under way, or may be, can be interrupted; of any other it is said that there is none", () => {
  const states = ["working", "unclear", "idle", "done", "error", "starting", "exited", "lost", "blocked"] as const;
  const said = states.map((state) => {
    const played = new Played([agent("a", { state })]);
    return played.press("i", "i").wished()[0] ?? played.state.notice?.text;
  });
  const none = "a has no turn under way";
  const wished = "interrupt id-a a";
  assert.equal(said, [wished, wished, none, none, none, none, none, none, "a asks something: answer it"]);
});

test("stopping, interrupting and removing ask first; a key held down ends nothing", () => {
  const played = new Played([agent("a", { state: "working" }), agent("b", { state: "exited" })]);
  assert.equal(played.press("x", "n").wished(), []);
  assert.equal(played.press("x", "q").wished(), [], "q leaves the question, not the dashboard");
  assert.equal(played.press("x", "x", "x", "n").wished(), []);
  assert.equal(played.press("x", "y").wished(), ["stop id-a a"]);
  assert.equal(played.press("i", "i").wished(), ["interrupt id-a a"]);
  assert.equal(played.press("R", "R", "n").wished(), []);
  assert.equal(played.press("R", "y").wished(), ["restart id-a a"]);
  played.on({ on: "done", what: "restart", agent: "id-a", label: "a" });
  assert.is(played.state.notice?.text, "a was started again");
  assert.equal(played.press("d").wished(), []);
  assert.is(played.state.notice?.text, "a still runs; x stops it");
  assert.equal(played.press("down", "d", "enter").wished(), ["remove id-b b false"]);
  const refused = { code: "CONFLICT", message: "its worktree has changes" };
  played.on({ on: "done", what: "remove", agent: "id-b", label: "b", refused });
  assert.equal(played.press("y").wished(), ["remove id-b b true"]);
});

test("what is written is sent as one text, kept when refused, and remembered when it arrived", () => {
  const played = new Played([agent("a"), agent("b")]).press("s").type("one").press("C-j").type("two").press("M-enter");
  played.on({ on: "paste", text: "three\nfour" }).press("enter");
  assert.equal(played.wished(), ["send id-a one\ntwo\nthree\nfour"]);
  played.press("enter").type("more");
  assert.equal(played.wished(), [], "not twice");
  const text = "one\ntwo\nthree\nfour";
  const refused = { code: "NOT_READY", message: "it is working" };
  played.on({ on: "sent", agent: "id-a", text, refused });
  assert.is(played.state.mode.at === "send" && played.state.mode.problem, "Not sent: it is working");
  played.press("escape");
  assert.equal(toSave(played.state).drafts, { "id-a": text });
  played.press("s", "enter").on({ on: "sent", agent: "id-a", text });
  assert.is(played.state.mode.at, "list");
  assert.equal(toSave(played.state).history, [text]);
  assert.equal(toSave(played.state).drafts, {});
  played.press("down", "s", "up");
  assert.is(played.state.mode.at === "send" && played.state.mode.editor.text, text, "up fetches it again");
});

test("an uncertain outcome is called uncertain and the text stays", () => {
  const played = new Played([agent("a")]).press("s").type("go").press("enter");
  played.on({
    on: "sent",
    agent: "id-a",
    text: "go",
    refused: { code: "UNCERTAIN", message: "Enter was not confirmed" },
  });
  assert.match(
    played.state.mode.at === "send" ? (played.state.mode.problem ?? "") : "",
    /^Uncertain whether it arrived/,
  );
});

test("a paste outside any editor does nothing, whatever is in it", () => {
  const played = new Played(fleet());
  played.on({ on: "paste", text: "x\ny\nq\n1" });
  assert.equal(played.wished(), []);
  assert.is(played.state.mode.at, "list");
});

test("an ending counts as seen a second after it was looked at, and not in an empty room", () => {
  const moments: [string, string, number, number | null][] = [
    ["selected long ago, ended just now", "a", 0, 1_000],
    ["selected and ended long ago", "a", -3_600_000, 1_000],
  ];
  for (const [what, label, endedMs, seenMs] of moments) {
    const since = new Date(NOON + endedMs).toISOString();
    const played = new Played([agent(label, { state: "done", since })]);
    played.on({ on: "link", link: { at: "live" } });
    assert.is(seenAtMs(played.state), seenMs === null ? null : NOON + seenMs, what);
    played.on({ on: "clock" }, NOON + 999);
    assert.equal(played.wished(), []);
    played.on({ on: "clock" }, NOON + 1_000);
    assert.equal(played.wished(), ["seen id-a"]);
    assert.is(seenAtMs(played.state), null, "once");
  }
  const alone = new Played([agent("a", { state: "working" })]).on({ on: "link", link: { at: "live" } });
  const later = NOON + 600_000;
  const set = { state: "done", unread: true, since: new Date(later).toISOString() } as const;
  alone.on({ on: "entry", entry: { seq: 11, at: "", kind: "state", agent: "id-a", set } }, later);
  assert.is(seenAtMs(alone.state), null, "nobody has touched a key for ten minutes");
  alone.on({ on: "key", key: { name: "f9", ctrl: false, alt: false, shift: false, text: null } }, later + 60_000);
  assert.is(seenAtMs(alone.state), later + 1_000);
});

test("nothing wakes a dashboard before the next age changes", () => {
  const played = new Played([agent("a", { state: "working", ageMs: 90_000 })]);
  assert.is(wakeAtMs(played.state), NOON + 60_000);
  const old = new Played([agent("a", { state: "working", ageMs: 5_400_000 })]);
  assert.is(wakeAtMs(old.state), NOON + 1_800_000);
  assert.is(wakeAtMs(new Played([]).state), null);
});

test("the screen shown follows the selection, and only when there is room for one", () => {
  const played = new Played(fleet());
  const watched = () => played.wishes.flatMap((wish) => (wish.do === "watch" ? [wish.agent] : [])).join(" ");
  played.press("down", "up", "up");
  assert.is(watched(), "id-a id-b id-a ");
  assert.is(played.state.preview, null, "a session has no screen");
  const small = new Played(fleet(), { columns: 40, rows: 10 });
  assert.is(small.state.preview, null);
  assert.is(small.press("z").state.preview?.agent, "id-a");
});

test("an agent without a screen is asked for one again when it has another pane", () => {
  const played = new Played([agent("a", { pane: "" })]);
  const watched = () => played.wishes.filter((wish) => wish.do === "watch").length;
  assert.is(watched(), 1);
  played.on({ on: "screen-missing", agent: "id-a", why: "it has no screen" });
  played.change("a", { state: "starting" });
  assert.is(watched(), 1);
  played.change("a", { pane: "%9" }, "place");
  assert.is(watched(), 2);
  assert.is(played.state.preview?.missing, null);
});

test("scrolling past the top of the screen fetches its history once, and L follows again", () => {
  const played = new Played([agent("a")], { columns: 120, rows: 20 });
  const rows = Array.from({ length: 30 }, (_, i): [string][] => [[`row ${i}`]]);
  const cursor = { x: 0, y: 29, visible: true };
  played.on({ on: "screen", agent: "id-a", screen: { columns: 80, rows, cursor, title: "", alternate: false } });
  assert.equal(played.press("K").wished(), ["history id-a 2000"]);
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`);
  played.on({ on: "history", agent: "id-a", rows: lines });
  assert.is(played.state.preview?.back, 8);
  assert.equal(played.press("K", "K").wished(), []);
  assert.is(played.state.preview?.back, 24);
  assert.is(played.press("J").state.preview?.back, 16);
  assert.is(played.press("L").state.preview?.back, 0);
  assert.is(played.state.preview?.history, null);
});

test("letters that go on with a provider's name go to it, another one to the next that begins with it", () => {
  const names = ["shell", "rehearsal", "claude", "codex", "gemini", "opencode"];
  const providers = names.map((name) => ({ name, title: name, installed: true }));
  const chosen = (typed: string): string => {
    const { mode } = new Played(fleet()).press("n").on({ on: "providers", providers }).type(typed).state;
    return mode.at === "new" ? names[mode.form.provider]! : "";
  };
  for (const name of names) assert.is(chosen(name), name);
  assert.is(chosen("c"), "claude");
  assert.is(chosen("cc"), "codex");
  assert.is(chosen("ccc"), "claude");
  assert.is(chosen("clo"), "opencode");
  assert.is(chosen("clzau"), "claude");
});

test("the form starts what it says, refuses a bad label, and keeps everything when refused", () => {
  const providers = [
    { name: "codex", title: "Codex", installed: false },
    { name: "claude", title: "Claude Code", installed: true },
    { name: "generic", title: "Any program", installed: true },
    { name: "shell", title: "Shell", installed: true },
  ];
  const played = new Played(fleet()).press("n").on({ on: "providers", providers });
  assert.equal(played.wished(), ["providers"]);
  played.press("right", "enter").type("Bad Label").press("C-s");
  assert.match(played.state.mode.at === "new" ? (played.state.mode.form.problem ?? "") : "", /^a label is/);
  played.press("C-u").type("good").press("C-s");
  assert.equal(played.wished(), ["spawn shell good  /home/kim/api "]);
  played.on({ on: "spawned", refused: { code: "CONFLICT", message: "good is taken" } });
  const { mode } = played.state;
  assert.is(mode.at === "new" && mode.form.problem, "good is taken");
  assert.is(mode.at === "new" && mode.form.label.text, "good");
  played.press("C-s").on({ on: "spawned", agent: agent("good", { session: "new" }) });
  assert.is(played.selected(), "good");
});

test("q and ^C leave from the list alone; escape is never the only way back", () => {
  const overlays: [string, string[]][] = [
    ["help", ["?"]],
    ["why", ["w"]],
    ["send", ["s"]],
    ["new", ["n"]],
    ["confirm", ["x"]],
    ["filter", ["/"]],
  ];
  for (const [where, open] of overlays) {
    const played = new Played(fleet()).on({ on: "link", link: { at: "live" } }).press(...open);
    assert.is(played.state.mode.at, where);
    played.wished();
    assert.is(played.press("C-c").state.mode.at, "list", where);
    assert.equal(
      played.wished().filter((wish) => wish === "quit"),
      [],
      where,
    );
  }
  assert.equal(new Played(fleet()).press("q").wished(), ["save", "quit"]);
});

test("a dialog that leaves the list one row leaves it the selected one", () => {
  const played = new Played([agent("a"), agent("b", { state: "working" })], { columns: 40, rows: 10 }).press("down");
  assert.is(played.state.top, 0);
  played.change("b", { state: "blocked", question: question("Run this?", ["Yes", "Always", "No"]) });
  assert.is(played.state.items.indexOf(played.state.selected!), played.state.selectedIndex);
  assert.is(played.state.top, played.state.selectedIndex);
});

test("in a terminal too small to show anything keys do nothing but leave", () => {
  const played = new Played(fleet()).press("g").on({ on: "resize", size: { columns: 30, rows: 8 } });
  played.wished();
  assert.equal(played.press("1", "x", "y", "s", "enter", "down").wished(), []);
  assert.is(played.selected(), "c");
  assert.equal(played.press("q").wished(), ["save", "quit"]);
  const writing = new Played(fleet()).press("s").on({ on: "resize", size: { columns: 30, rows: 8 } });
  assert.equal(writing.press("q", "enter").wished(), []);
  assert.equal(writing.press("C-c").wished(), ["save", "quit"]);
});

test("no key of the list stands for two things, and every action that can be named can be done", () => {
  for (const where of new Set(actions.map((action) => action.where))) {
    const keys = actions.filter((action) => action.where === where).flatMap((action) => action.keys);
    assert.is(new Set(keys).size, keys.length, `${where}: ${keys.join(" ")}`);
  }
  assert.is(findAction("list", "K")?.name, "back");
});

test("what is typed into the filter selects the first agent found, whatever was selected before", () => {
  assert.is(new Played(fleet()).select("e").press("/").type("b bl").selected(), "b");
  const onSection = new Played(fleet()).press("home");
  assert.match(onSection.selected(), "[");
  assert.is(onSection.press("/").type("web").selected(), "d");
  assert.match(onSection.press("enter", "left").selected(), "[web]", "a section is selected by who goes there");
});

test("what is left is what is found: selection, folds, drafts; never a filter", () => {
  const first = new Played(fleet()).press("left", "down", "down", "s").type("half a thought").press("escape", "/");
  first.type("web").press("enter");
  const again = new Played(fleet(), undefined, toSave(first.state));
  assert.is(again.list(), "[api] [web] d e");
  assert.is(again.selected(), "d");
  again.press("s");
  assert.is(again.state.mode.at === "send" && again.state.mode.editor.text, "half a thought");
});

test("a thousand agents are listed, walked and changed within a blink", () => {
  const many = Array.from({ length: 1_000 }, (_, i) => agent(`a${i}`, { session: `s${i % 20}` }));
  const played = new Played(many);
  const before = process.cpuUsage(); // not the clock: the machine has others to serve
  for (let i = 0; i < 200; i++) {
    played.press("down");
    played.change(`a${i}`, { state: i % 2 ? "working" : "done" });
  }
  const { user, system } = process.cpuUsage(before);
  const eachMs = (user + system) / 1_000 / 400;
  assert.ok(eachMs < 4, `${eachMs.toFixed(2)} ms an event`);
  assert.is(played.press("end").selected(), "a999");
});

test.run();
