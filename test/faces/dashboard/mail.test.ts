import * as assert from "uvu/assert";
import { actions } from "#faces/dashboard/keys/table.js";
import { mailRows } from "#faces/dashboard/state/mail-panel.js";
import { wakeAtMs } from "#faces/dashboard/update.js";
import type { MessageJson } from "#wire/agent.js";
import { suite } from "../../kit/t.js";
import { agent, NOON, Played } from "./fleet-of.js";
import { asciiLook, paint, unicodeLook } from "./memory-canvas.js";

const test = suite("dashboard mail");

const fleet = () => [
  agent("lead", { mail: { queued: 1, inbox: 2, dead: 0, uncertain: 1 } }),
  agent("api", { state: "working", mail: { queued: 0, inbox: 0, dead: 1, uncertain: 0 } }),
];

function letter(id: string, state: MessageJson["state"], more: Partial<MessageJson> = {}): MessageJson {
  const at = new Date(NOON - 120_000).toISOString();
  return {
    id,
    to: "id-api",
    from: "id-lead",
    kind: "message",
    state,
    reason: null,
    attempts: 1,
    createdAt: at,
    updatedAt: at,
    words: `says ${id}`,
    characters: 7,
    ...more,
  };
}

const MAIL = [
  letter("q1", "queued", { reason: "it is working", createdAt: "2026-03-04T11:00:00Z" }),
  letter("q2", "queued", { createdAt: "2026-03-04T11:30:00Z" }),
  letter("t1", "typed"),
  letter("d1", "delivered"),
  letter("x1", "dead", { reason: "recipient_removed" }),
  letter("f1", "failed", { reason: "its input box kept another text", updatedAt: "2026-03-04T11:59:30Z" }),
  letter("u1", "uncertain", { kind: "completion", from: null }),
  letter("c1", "leased", { kind: "completion", createdAt: "2026-03-04T11:45:00Z" }),
];

/** The panel open, with that mail in it. */
function opened(messages = MAIL, size = { columns: 120, rows: 24 }): Played {
  const played = new Played(fleet(), size).on({ on: "link", link: { at: "live" } }).press("M");
  played.wished();
  return played.on({ on: "mail", of: null, mail: { messages, leftOut: 0 } });
}

const rows = (played: Played): string =>
  mailRows(played.state.mail!)
    .map((row) => (row.row === "place" ? `[${row.place} ${row.count}]` : row.message.id))
    .join(" ");

const selected = (played: Played): string | null => played.state.mail?.selected ?? null;

test("mail stands by where it stands: what needs a person first, what waits in its order", () => {
  assert.is(rows(opened()), "[uncertain 1] u1 [dead 2] f1 x1 [in flight 2] c1 t1 [queued 2] q1 q2 [delivered 1] d1");
});

test("what was typed to hand completions over is not shown beside them once that is done", () => {
  const carrier = (state: MessageJson["state"]) =>
    letter(`w-${state}`, state, { kind: "system", from: null, batch: "01B" });
  const told = letter("k1", "acked", { kind: "completion", batch: "01B" });
  assert.is(rows(opened([carrier("delivered"), told])), "[delivered 1] k1");
  assert.is(rows(opened([carrier("uncertain"), told])), "[uncertain 1] w-uncertain [delivered 1] k1");
});

test("m asks for the selected agent's mail, M for everybody's, and each says whose it is", () => {
  const played = new Played(fleet()).on({ on: "link", link: { at: "live" } }).select("api");
  played.wished();
  assert.equal(played.press("m").wished(), ["mail id-api"]);
  assert.match(paint(played.state, unicodeLook).toString(), "mail of api");
  assert.equal(played.press("escape", "M").wished(), ["mail null"]);
  assert.match(paint(played.state, unicodeLook).toString(), "mail of all agents");
});

test("what the event stream tells of mail is asked for once at a time, and not in one breath", () => {
  const played = opened();
  const entry = (seq: number) =>
    ({ on: "entry", entry: { seq, at: "", kind: "mail", agent: "id-api", set: {} } }) as const;
  played.wished();
  played.on(entry(11)).on(entry(12));
  assert.equal(played.wished(), [], "it rests after an answer");
  const due = wakeAtMs(played.state)!;
  assert.ok(due > NOON && due <= NOON + 1_000, `${due - NOON}`);
  assert.equal(played.on({ on: "clock" }, due).wished(), ["mail null"]);
  assert.equal(played.on(entry(13)).wished(), [], "one is under way");
  played.on({ on: "mail", of: null, mail: { messages: MAIL, leftOut: 0 } });
  assert.equal(played.on({ on: "clock" }, wakeAtMs(played.state)!).wished(), ["mail null"]);
});

test("while nothing happens nothing is asked: only ages wake it, once a minute", () => {
  const played = opened();
  played.on({ on: "mail", of: null, mail: { messages: MAIL, leftOut: 0 } });
  assert.is(wakeAtMs(played.state), NOON + 60_000);
  const others = { seq: 11, at: "", kind: "state", agent: "id-lead", set: { state: "done" } } as const;
  played.wished();
  assert.equal(played.on({ on: "entry", entry: others }).wished(), []);
});

test("the selection stays on its message wherever that goes, and its story is asked for again", () => {
  const played = opened().press("end", "up", "up");
  assert.is(selected(played), "q1");
  played.on({ on: "clock" }, NOON + 200);
  played.wished();
  const after = MAIL.map((message) =>
    message.id === "q1" ? { ...message, state: "typed" as const, updatedAt: "2026-03-04T12:00:00Z" } : message,
  );
  played.on({ on: "mail", of: null, mail: { messages: after, leftOut: 0 } });
  assert.is(selected(played), "q1");
  assert.is(played.state.mail!.messages![played.state.mail!.index]!.state, "typed");
  assert.equal(played.wished(), ["letter q1"]);
  const without = after.filter(({ id }) => id !== "q1");
  played.on({ on: "mail", of: null, mail: { messages: without, leftOut: 0 } });
  assert.not.equal(selected(played), "q1");
});

test("passing over messages quickly asks for none of them", () => {
  const played = opened();
  played.wished();
  assert.equal(played.press("down", "down", "down").wished(), []);
  assert.equal(played.on({ on: "clock" }, wakeAtMs(played.state)!).wished(), ["letter c1"]);
});

test("r queues what failed again; what may have arrived is asked for first", () => {
  const played = opened().press("down");
  played.wished();
  assert.is(selected(played), "f1");
  assert.equal(played.press("r").wished(), ["retry f1"]);
  played.press("up", "r");
  assert.match(paint(played.state, unicodeLook).toString(), "It may have arrived");
  assert.equal(played.press("n").wished(), []);
  assert.is(played.state.mode.at, "mail");
  assert.equal(played.press("r", "y").wished(), ["retry u1"]);
});

test("purge asks, for one and for all that failed, and Enter reads the story", () => {
  const played = opened();
  played.wished();
  assert.equal(played.press("d").wished(), []);
  assert.match(paint(played.state, unicodeLook).toString(), "Forget this message?");
  assert.equal(played.press("y").wished(), ["purge u1"]);
  assert.equal(played.press("D", "y").wished(), ["purge u1,f1,x1"]);
  assert.is(played.press("enter").state.mode.at, "letter");
  assert.is(played.press("escape").state.mode.at, "mail");
  played.press("end");
  played.press("d");
  assert.match(played.state.notice?.text ?? "", "only what failed");
  assert.is(played.press("escape").state.mode.at, "list");
});

test("a says whose mail: everybody's, the recipient's, and back", () => {
  const played = opened();
  assert.equal(played.press("a").wished().slice(-1), ["mail id-api"]);
  assert.is(played.state.mail?.of, "id-api");
  assert.equal(played.press("a").wished(), ["mail null"]);
});

test("an answer to a panel that shows another's mail by now is dropped", () => {
  const played = opened().press("escape").select("api").press("m");
  played.on({ on: "mail", of: null, mail: { messages: MAIL, leftOut: 0 } });
  assert.is(played.state.mail?.messages, null);
});

test("badges stand at the agent and, summed up, in the header; a click there opens everybody's mail", () => {
  const played = new Played(fleet(), { columns: 110, rows: 14 }).on({ on: "link", link: { at: "live" } });
  const lines = (look = unicodeLook) => paint(played.state, look).toString().split("\n");
  assert.match(lines()[0]!, "!1 ✝1 ✉3");
  assert.match(lines().find((line) => line.includes("lead"))!, /!1 ✉3/);
  assert.match(lines().find((line) => line.includes(" api "))!, /api/);
  assert.match(lines(asciiLook)[0]!, "!1 x1 @3");
  played.click(lines()[0]!.indexOf("✉3"), 0);
  assert.is(played.state.mode.at, "mail");
});

test("what died with an agent that was removed stays in the header, and goes when it is forgotten", () => {
  const played = new Played(null, { columns: 110, rows: 14 });
  const header = () => paint(played.state).toString().split("\n")[0]!;
  const dead = (count: number) => ({ queued: 0, inbox: 0, dead: count, uncertain: 0 });
  const snapshot = { seq: 10, agents: [agent("api"), agent("web", { mail: dead(1) })], removedMail: { gone: dead(2) } };
  played.on({ on: "snapshot", snapshot });
  assert.match(header(), "✝3");
  played.change("web", { archived: true }, "archived");
  assert.match(header(), "✝3");
  played.change("web", { mail: dead(4) }, "mail");
  assert.match(header(), "✝6");
  played.change("web", { mail: dead(0) }, "mail");
  assert.match(header(), "✝2");
});

test("in a header too narrow for every state, mail keeps its place", () => {
  const states = ["blocked", "error", "working", "done", "unclear", "idle", "exited"] as const;
  const mail = { queued: 4, inbox: 0, dead: 12, uncertain: 0 };
  const agents = states.map((state) => agent(`a-${state}`, { state, ...(state === "error" ? { mail } : {}) }));
  for (const columns of [40, 60, 80]) {
    const header = paint(new Played(agents, { columns, rows: 24 }).state)
      .toString()
      .split("\n")[0]!;
    assert.match(header, /◆ 1.*✗ 1.*✝12 ✉4( |$)/);
  }
});

test("what a task is called says that it is one", () => {
  const completion = { child: "01T", label: "task npm test", turn: 0, kind: "task" } as const;
  const told = letter("k1", "acked", { kind: "completion", from: null, completion, words: "npm test: exit code 1" });
  assert.match(paint(opened([told]).state).toString(), /task npm test → api +npm test: exit/);
  assert.not.match(paint(opened([told]).state).toString(), "task: npm");
});

test("agents that were removed go by what they were called, which is asked once for those it has not seen go", () => {
  const gone = letter("x1", "dead", { to: "id-old", from: "id-older" });
  const played = opened([gone, letter("x2", "dead", { to: "id-old" })]);
  assert.equal(played.wished().slice(0, 1), ["labels id-old,id-older"]);
  assert.match(paint(played.state).toString(), "removed → removed");
  played.on({ on: "labels", labels: new Map([["id-old", "builder"]]) });
  assert.match(paint(played.state).toString(), /removed → builder .*\n.*lead → builder/);
  assert.match(paint(played.state).toString(), "a removed agent → builder (removed)");
  played.on({ on: "mail", of: null, mail: { messages: [gone], leftOut: 0 } });
  assert.not.match(played.wished().join(), "labels");
  const seen = opened([letter("x3", "dead", { to: "id-api" })]).change("api", { archived: true }, "archived");
  assert.match(paint(seen.state).toString(), "lead → api (removed)");
  assert.match(paint(seen.press("a").state).toString(), "mail of api");
});

test("it holds together from 40x10 to 200x60, in UTF-8 and without", () => {
  for (const [columns, rows] of [
    [40, 10],
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const) {
    for (const look of [unicodeLook, asciiLook]) {
      const played = opened(MAIL, { columns, rows });
      const history = [
        { seq: 1, at: "2026-03-04T11:00:00Z", from: null, to: "queued", reason: null, attempts: 0 },
        { seq: 2, at: "2026-03-04T11:00:01Z", from: "queued", to: "uncertain", reason: "no turn began", attempts: 1 },
      ];
      const message = { ...MAIL[6]!, body: "a body\nof two lines\n" };
      played.on({ on: "letter", id: "u1", letter: { message, history } });
      for (const keys of [[], ["enter"], ["escape", "down", "down"]]) {
        const text = paint(played.press(...keys).state, look).toString();
        assert.is(text.split("\n").length, rows, `${columns}x${rows}`);
        if (keys[0] !== "enter") assert.match(text, "uncertain");
        if (look === asciiLook) assert.not.match(text, /[^\x20-\x7e\n]/);
      }
      played.press("up", "up", "enter");
      assert.match(paint(played.state, look).toString(), "of two lines", `${columns}x${rows}`);
    }
  }
});

test("where there is no room for a column of reasons, why comes before what a dead letter says", () => {
  const [said] = MAIL.filter(({ id }) => id === "x1");
  const screen = paint(opened([said!], { columns: 60, rows: 16 }).state).toString();
  assert.match(screen, "its recipient was removed: says x1");
});

test("without any mail there is no empty frame for a message beside it", () => {
  for (const [columns, rows] of [
    [120, 40],
    [80, 24],
    [40, 10],
  ] as const) {
    const screen = paint(opened([], { columns, rows }).state).toString();
    assert.match(screen, "No mail.");
    assert.is(screen.split("┌").length - 1, 1, screen);
  }
});

test("no key of the mail is bound twice", () => {
  for (const where of ["mail", "letter"]) {
    const keys = actions.filter((action) => action.where === where).flatMap((action) => action.keys);
    assert.equal([...new Set(keys)], keys, where);
  }
});

test.run();
