import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { runDashboard } from "#faces/dashboard/app.js";
import type { Canvas, Driver, DriverEvents, Rect } from "#faces/dashboard/driver/driver.js";
import type { Saved } from "#faces/dashboard/state/begin.js";
import { connect } from "#faces/kit/daemon-client.js";
import { width } from "#faces/kit/width.js";
import { systemClock } from "#host/clock.js";
import { suite, until } from "../../kit/t.js";
import { ScriptedDaemon } from "../../twins/scripted-daemon.js";
import { agent, key, question } from "./fleet-of.js";
import { MemoryScreen } from "./memory-canvas.js";

const test = suite("dashboard against a scripted daemon");

/** The whole app on a screen in memory. */
class Stage {
  readonly daemon = new ScriptedDaemon();
  events!: DriverEvents;
  size = { columns: 100, rows: 30 };
  frames = 0;
  saved: Saved | null = null;
  readonly #panels: { rect: Rect; paint: (canvas: Canvas) => void }[] = [];
  ended: Promise<number> | null = null;
  /** The daemon is not found before this is settled. */
  found: Promise<void> = Promise.resolve();

  async open(): Promise<this> {
    await this.daemon.start();
    this.ended = this.begin();
    await until("the terminal is taken", () => this.#panels.length > 0);
    return this;
  }

  begin(): Promise<number> {
    const { folder, socket } = this.daemon;
    const paths = { socket, runFile: `${folder}/daemon.json`, stateDir: folder, tmuxSocket: "/nowhere" };
    return runDashboard({
      openDriver: (events) => this.#driver(events),
      size: this.size,
      connect: async () => {
        await this.found;
        return connect(paths);
      },
      clock: systemClock,
      env: {},
      host: "mill",
      home: "/home/kim",
      folder: "/home/kim",
      unicode: true,
      tmuxSocket: "/nowhere",
      readSaved: () => this.saved,
      writeSaved: (saved) => {
        this.saved = saved;
      },
    });
  }

  #driver(events: DriverEvents): Driver {
    this.events = events;
    return {
      size: () => this.size,
      panel: (_name, paint) => {
        const panel = { rect: { left: 0, top: 0, width: 0, height: 0 }, paint };
        this.#panels.push(panel);
        return {
          place: (rect) => {
            panel.rect = rect;
          },
          stale: () => {},
          remove: () => {},
        };
      },
      render: () => {
        this.frames++;
      },
      suspend: () => {},
      resume: () => {},
      width,
      close: () => {},
    };
  }

  text(): string {
    const screen = new MemoryScreen(this.size.columns, this.size.rows);
    for (const { rect, paint } of this.#panels) if (rect.width > 0 && rect.height > 0) paint(screen.canvas(rect));
    return screen.toString();
  }

  press(...names: string[]): void {
    for (const name of names) this.events.key(key(name));
  }

  async shows(text: string): Promise<void> {
    await until(`the screen shows ${text}`, () => this.text().includes(text), { show: () => this.text() });
  }

  async asked(text: string): Promise<void> {
    await until(`the daemon is asked ${text}`, () => this.daemon.asked.some((line) => line.includes(text)), {
      show: () => this.daemon.asked.join("\n"),
    });
  }

  async close(): Promise<void> {
    this.press("escape", "escape", "q");
    await this.ended;
    await this.daemon.end();
  }
}

test("the first frame stands before the daemon has said anything, and agents follow", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("fix-login", { state: "working" }));
  let find = () => {};
  stage.found = new Promise((resolve) => {
    find = resolve;
  });
  await stage.open();
  await stage.shows("connecting…");
  find();
  await stage.shows("fix-login");
  await stage.shows("tmux 3.3a");
  await stage.close();
});

test("the selected agent's screen streams in, and only its", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a"), agent("b"));
  const screen = { columns: 80, cursor: { x: 0, y: 0, visible: true }, title: "", alternate: false };
  stage.daemon.screens.set("id-a", { ...screen, rows: [[["screen of a"]], []] });
  stage.daemon.screens.set("id-b", { ...screen, rows: [[["screen of b", 0x10000ff]], []] });
  await stage.open();
  await stage.shows("screen of a");
  stage.press("down");
  await stage.shows("screen of b");
  await until("nobody watches a", () => stage.daemon.watchers("id-a") === 0);
  stage.daemon.stream("id-b", "rows", {
    rows: [[1, [["second row"]]]],
    cursor: { x: 0, y: 1, visible: true },
    title: "t",
  });
  await stage.shows("second row");
  await stage.close();
});

test("a digit answers the dialog on the screen with its fingerprint; a stale one shows the new question", async () => {
  const stage = new Stage();
  const asks = question("Allow command?\nrm -rf build", ["Yes", "No"]);
  const other = question("Allow something else entirely?", ["Yes", "No"], { fingerprint: "other" });
  stage.daemon.put(agent("a", { state: "blocked", question: asks }));
  stage.daemon.answers.set("POST /agents/id-a/answer", {
    status: 409,
    body: { error: { code: "STALE", message: "another question is open" }, question: other },
  });
  await stage.open();
  await stage.shows("rm -rf build");
  stage.press("2");
  await stage.asked(`POST /agents/id-a/answer {"choice":"2","if":"${asks.fingerprint}","by":"dashboard"}`);
  await stage.shows("something else entirely");
  await stage.shows("nothing was answered");
  await stage.close();
});

test("three lines are sent as one prompt, and what became of it is said", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a"));
  stage.daemon.answers.set("POST /agents/id-a/send", {
    status: 409,
    body: { error: { code: "NOT_READY", message: "a person's draft stands in its composer" } },
  });
  await stage.open();
  await stage.shows("▾ api");
  stage.press("s");
  stage.events.paste("one\ntwo");
  stage.press("C-j", "3", "enter");
  await stage.asked('POST /agents/id-a/send {"text":"one\\ntwo\\n3"}');
  await stage.shows("Not sent: a person's draft stands in its composer");
  assert.match(stage.text(), /two/, "what was written is still there");
  stage.daemon.answers.set("POST /agents/id-a/send", { body: { message: { state: "delivered" } } });
  stage.press("enter");
  await stage.shows("delivered to a");
  assert.equal(stage.saved?.history, ["one\ntwo\n3"]);
  await stage.close();
});

test("a daemon that goes away and comes back is followed from where it was", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a", { state: "working" }));
  await stage.open();
  await stage.shows("1 working");
  await stage.daemon.stop();
  await stage.shows("daemon gone");
  stage.daemon.change("id-a", { state: "blocked", question: question("Really?", ["Yes"]) });
  await stage.daemon.start();
  await stage.shows("Really?");
  assert.not.match(stage.text(), /daemon gone/);
  await stage.close();
});

test("a new agent is asked for with what the form says, and selected once it is there", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a"));
  const providers = [
    { name: "codex", title: "Codex", installed: false },
    { name: "claude", title: "Claude Code", installed: true },
  ];
  stage.daemon.answers.set("GET /providers", { body: { providers } });
  stage.daemon.answers.set("POST /agents", { body: { agent: agent("b", { state: "starting" }), created: true } });
  await stage.open();
  await stage.shows("▾ api");
  stage.press("n");
  await stage.shows("claude  codex");
  stage.press("enter", "b", "enter", "enter", "enter", "g", "o", "enter");
  await stage.asked(
    'POST /agents {"provider":"claude","cwd":"/home/kim/api","label":"b","prompt":"go","columns":100,"rows":29}',
  );
  await stage.shows("b is starting");
  assert.match(stage.text(), /┌─ b starting/);
  await stage.close();
});

test("an ending looked at for a second is reported as seen, once", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a", { state: "done", since: new Date().toISOString() }));
  await stage.open();
  await stage.asked("POST /agents/id-a/seen");
  stage.daemon.change("id-a", { state: "idle", unread: false });
  await stage.shows("1 idle");
  assert.is(stage.daemon.asked.filter((line) => line.includes("seen")).length, 1);
  await stage.close();
});

test("where no daemon can run at all the terminal is given back and the reason is thrown", async () => {
  const stage = new Stage();
  stage.found = new Promise((_, reject) =>
    setImmediate(() => reject(new Fault("TMUX_MISSING", "tmux is not installed"))),
  );
  stage.found.catch(() => {});
  await stage.daemon.start();
  let why: unknown = null;
  await stage.begin().catch((error) => {
    why = error;
  });
  assert.is((why as Fault).code, "TMUX_MISSING");
  await stage.daemon.end();
});

test("no frame is painted while nothing changes", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a", { state: "working", since: new Date(Date.now() - 3_700_000).toISOString() }));
  await stage.open();
  await stage.shows("tmux 3.3a");
  await until("the screen was asked for", () => stage.text().includes("it has no screen"));
  const frames = stage.frames;
  stage.events.key(key("f9"));
  stage.daemon.seq++;
  assert.is(stage.frames, frames, "a key without a meaning paints nothing");
  await stage.close();
});

test("what is being written when the terminal goes away is found again", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a"));
  await stage.open();
  await stage.shows("▾ api");
  stage.press("s", "h", "i");
  stage.events.end("hangup");
  assert.is(await stage.ended, 129);
  assert.equal(stage.saved?.drafts, { "id-a": "hi" });
  await stage.daemon.end();
});

test("a daemon told to end is let rest: r starts it again, and so may anybody else", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a", { state: "working" }));
  await stage.open();
  await stage.shows("a working");
  await stage.daemon.bye();
  await stage.shows("the daemon was stopped: r starts it again");
  await stage.shows("r start the daemon");
  stage.press("n");
  await stage.shows("the daemon was stopped: r starts it again");
  stage.press("escape");
  // Another command starts one.
  stage.daemon.change("id-a", { label: "renamed" });
  await stage.daemon.start();
  await stage.shows("renamed");
  assert.not.match(stage.text(), /was stopped/);
  // And once more, by the key. That nobody tells how to start one here is said as for one that died.
  await stage.daemon.bye();
  await stage.shows("was stopped");
  stage.press("r");
  await stage.shows("daemon gone");
  await stage.close();
});

test("a daemon that dies without a word is not taken for one that was stopped", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a"));
  await stage.open();
  await stage.shows("tmux 3.3a");
  await stage.daemon.stop();
  await stage.shows("daemon gone, starting again");
  await stage.close();
});

test("what was left is found again", async () => {
  const stage = new Stage();
  stage.daemon.put(agent("a"), agent("b"), agent("c", { session: "web" }));
  await stage.open();
  await stage.shows("▾ web");
  stage.press("down", "down", "left", "up");
  await stage.close();
  const again = new Stage();
  again.saved = stage.saved;
  again.daemon.put(agent("a"), agent("b"), agent("c", { session: "web" }));
  await again.open();
  await again.shows("▸ web");
  assert.match(again.text(), /┌─ b idle/);
  await again.close();
});

test.run();
