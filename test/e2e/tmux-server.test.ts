import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { AgentId, NewTab, PaneId, PaneMark, Sighting } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import { type GraphemeRules, graphemeRules } from "#host/widths.js";
import type { TmuxServer } from "#tmux/server.js";
import { suite, until } from "../kit/t.js";
import { plainStills, RealTmux, textOf } from "../tmux/real-tmux.js";

const test = suite("tmux server", 20_000);
const folder = mkdtempSync(join(tmpdir(), "drover-tmux-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Scene {
  readonly tmux: RealTmux;
  readonly server: TmuxServer;
  readonly sightings: Sighting[];
  readonly stills: [PaneId, Still][];
  /** The newest screen told of a pane. */
  screen(pane: PaneId): string;
}

async function scene(play: (scene: Scene) => Promise<void>, prepare?: (tmux: RealTmux) => Promise<unknown>) {
  const tmux = new RealTmux();
  const server = tmux.server();
  const sightings: Sighting[] = [];
  const stills: [PaneId, Still][] = [];
  try {
    await prepare?.(tmux);
    await server.start({
      sighting: (sighting) => sightings.push(sighting),
      still: (pane, still) => stills.push([pane, still]),
      connection: () => {},
    });
    await play({
      tmux,
      server,
      sightings,
      stills,
      screen: (pane) => {
        const last = stills.findLast(([id]) => id === pane);
        return last === undefined ? "" : textOf(last[1]);
      },
    });
  } finally {
    await server.close();
    assert.not((await tmux.sessions()).includes("_drover"), "our session is gone");
    await tmux.end();
  }
}

const mark = (label: string): PaneMark => ({ id: `01J${label.toUpperCase()}` as AgentId, label, incarnation: 1 });
const tab = (label: string, command: readonly string[], more: Partial<NewTab> = {}): NewTab => ({
  sessionName: "fleet",
  windowName: label,
  cwd: folder,
  command,
  env: {},
  mark: mark(label),
  columns: 100,
  rows: 30,
  ...more,
});
const code = (fault: unknown) => (fault instanceof Fault ? fault.code : String(fault));
const refused = (work: Promise<unknown>) => work.then(() => "no fault", code);

test("without a server a tab starts one, in a session of its size, marked, with its own environment", () =>
  scene(async ({ tmux, server, sightings }) => {
    assert.equal(sightings, [{ blind: "no-server" }]);
    const made = await server.createTab(
      tab("one", ["sh", "-c", 'echo "$GREETING|$PWD|$TMUX_PANE"; exec cat'], { env: { GREETING: 'a "b" $c #{d} é' } }),
    );
    assert.equal(made.mark, mark("one"));
    assert.equal([made.sessionName, made.windowName, made.columns, made.rows], ["fleet", "one", 100, 30]);
    await until("it says its environment", async () => {
      const rows = textOf(await server.capture(made.pane));
      return rows === `a "b" $c #{d} é|${folder}|${made.pane}`;
    });
    await until("the daemon is told", () => {
      const last = sightings.at(-1);
      return last !== undefined && "panes" in last && last.panes.some((pane) => pane.mark?.label === "one");
    });
    assert.is(await tmux.run("list-windows", "-t", "=fleet", "-F", "#{window_name}"), "one");
    assert.is(await tmux.run("show-options", "-t", "=fleet:", "history-limit"), "history-limit 10000");
    assert.is(await tmux.run("display-message", "-p", "-t", made.pane, "#{history_limit}"), "10000");
    assert.is(await tmux.run("show-options", "-g", "history-limit"), "history-limit 2000");
  }));

test("the first tab of a session has its first number, from wherever its user counts", () =>
  scene(
    async ({ tmux, server }) => {
      await server.createTab(tab("one", ["cat"]));
      await server.createTab(tab("two", ["cat"]));
      const windows = () => tmux.run("list-windows", "-t", "=fleet", "-F", "#{window_index} #{window_name}");
      assert.equal((await windows()).split("\n"), ["1 one", "2 two"]);
    },
    async (tmux) => {
      await tmux.session("work");
      await tmux.run("set-option", "-g", "base-index", "1");
    },
  ));

test("a window that took the number of a new session's place is not closed for the tab", () =>
  scene(
    async ({ tmux, server }) => {
      const { pane } = await server.createTab(tab("one", ["cat"]));
      const windows = await tmux.run("list-windows", "-t", "=fleet", "-F", "#{window_index} #{window_name} #{pane_id}");
      assert.match(windows, /^0 mine %\d+$/m);
      assert.match(windows, new RegExp(`^\\d+ one ${pane}$`, "m"));
      assert.is(windows.split("\n").length, 2, "and the place is gone");
    },
    async (tmux) => {
      await tmux.session("work");
      const took = "move-window -d -s fleet:0 -t fleet:5 ; new-window -d -t fleet:0 -n mine cat";
      await tmux.run("set-hook", "-g", "after-new-session", `if-shell -F "#{==:#{session_name},fleet}" "${took}"`);
    },
  ));

test("under destroy-unattached for all, a session of drover's outlives who comes and goes, and so does its own", () =>
  scene(
    async ({ tmux, server }) => {
      await server.createTab(tab("one", ["cat"]));
      const visitors = () => tmux.run("list-clients", "-t", "=work:");
      const visitor = execFile("tmux", ["-L", tmux.name, "-C", "attach-session", "-t", "=work:"], { env: tmux.env });
      await until("somebody came", async () => (await visitors()) !== "");
      // Asked to leave rather than cut off, which some servers do not survive under this option.
      visitor.stdin?.write("detach-client\n");
      await until("and left", async () => (await visitors()) === "");
      assert.equal((await tmux.sessions()).sort(), ["_drover", "fleet", "work"]);
      assert.is(await tmux.run("show-options", "-t", "=_drover:", "destroy-unattached"), "destroy-unattached off");
    },
    async (tmux) => {
      await tmux.session("work");
      await tmux.run("set-option", "-t", "=work:", "destroy-unattached", "off");
      await tmux.run("set-option", "-g", "destroy-unattached", "on");
    },
  ));

test("a tab in a user's session changes neither its options nor its current window", () =>
  scene(
    async ({ tmux, server }) => {
      const options = async () => [
        await tmux.run("show-options", "-g"),
        await tmux.run("show-options", "-gw"),
        await tmux.run("show-options", "-s"),
        await tmux.run("show-options", "-t", "=fleet:"),
        await tmux.run("show-options", "-w", "-t", "=fleet:mine"),
        await tmux.run("show-environment", "-t", "=fleet"),
        await tmux.run("display-message", "-p", "-t", "=fleet:", "#{window_name} #{window_width}x#{window_height}"),
      ];
      const before = await options();
      const [one, two] = await Promise.all([
        server.createTab(tab("one", ["cat"])),
        server.createTab(tab("two", ["cat"], { sessionName: "fleet" })),
      ]);
      assert.equal(await options(), before);
      assert.equal([one.windowIndex, two.windowIndex], [1, 2]);
      await until("both programs run, started without a shell", async () => {
        const now = await server.sight();
        if (!("panes" in now)) return false;
        return [one, two].every((made) => now.panes.find((pane) => pane.pane === made.pane)?.command === "cat");
      });
    },
    async (tmux) => {
      await tmux.session("fleet");
      await tmux.run("rename-window", "-t", "=fleet:", "mine");
    },
  ));

test("names and directories are never commands", () =>
  scene(async ({ tmux, server }) => {
    const trap = join(folder, "ran");
    const odd = join(folder, "a#[b #{c} #(touch x)");
    mkdirSync(odd);
    const name = `#(touch ${trap}) #{pid} "q" 'r' ; kill-server`;
    const made = await server.createTab(tab("odd", ["cat"], { sessionName: name, windowName: name, cwd: odd }));
    await server.mark(made.pane, mark("odd"), `${name} ##`);
    const [session, window, path] = (
      await tmux.run("display-message", "-p", "-t", made.pane, "#{session_name}\t#{window_name}\t#{pane_start_path}")
    ).split("\t");
    assert.is(session, name);
    assert.is(window, `${name} ##`);
    assert.is(path, odd);
    assert.is(existsSync(trap), false);
  }));

test("a directory that is none, an empty name and our own session are refused", () =>
  scene(async ({ server }) => {
    assert.is(await refused(server.createTab(tab("x", ["cat"], { cwd: join(folder, "no") }))), "INVALID");
    assert.is(await refused(server.createTab(tab("x", ["cat"], { sessionName: "" }))), "INVALID");
    assert.is(await refused(server.createTab(tab("x", ["cat"], { sessionName: "_drover" }))), "INVALID");
  }));

test("the exit code of a program that ended is read, and the signal that ended one", () =>
  scene(async ({ server, sightings }) => {
    const quick = await server.createTab(tab("quick", ["sh", "-c", "exit 3"]));
    const killed = await server.createTab(tab("killed", ["cat"]));
    await server.signal(killed.pane, "SIGKILL");
    const exits = () => {
      const last = sightings.at(-1);
      if (last === undefined || !("panes" in last)) return null;
      return last.panes.map((pane) => pane.exit);
    };
    await until(
      "both ends are told",
      () => exits()?.length === 2 && exits()?.every((exit) => exit !== null && (exit.code ?? exit.signal) !== null),
      {
        show: () => JSON.stringify(exits()),
      },
    );
    assert.equal(exits(), [
      { code: 3, signal: null },
      { code: null, signal: "SIGKILL" },
    ]);
    assert.is(await refused(server.paste(quick.pane, "late")), "NOT_READY");
    await server.killPane(quick.pane);
    assert.is(await refused(server.killPane(quick.pane)), "NOT_FOUND");
    assert.is(await refused(server.capture(quick.pane)), "NOT_FOUND");
    assert.is(await refused(server.history(quick.pane, 10)), "NOT_FOUND");
    assert.is(await refused(server.keys(quick.pane, ["Enter"])), "NOT_FOUND");
  }));

test("where its keys would go to the panes beside it too, none is pressed and nothing pasted", () =>
  scene(async ({ tmux, server }) => {
    const made = await server.createTab(tab("one", ["cat"]));
    const beside = (await tmux.run("split-window", "-d", "-t", made.pane, "-P", "-F", "#{pane_id}", "cat")) as PaneId;
    await tmux.run("send-keys", "-t", beside, "-l", "half typed");
    await tmux.run("set-option", "-w", "-t", made.pane, "synchronize-panes", "on");
    const receipt = { agent: mark("one").id, says: "m/1:entered 1" };
    for (const work of [
      () => server.enter(made.pane, receipt),
      () => server.keys(made.pane, ["Enter"]),
      () => server.paste(made.pane, "words"),
    ]) {
      assert.is(await refused(work()), "NOT_READY");
    }
    const sighting = await server.sight();
    assert.ok("panes" in sighting && sighting.panes.find(({ pane }) => pane === made.pane)?.inputShared);
    await tmux.run("set-option", "-w", "-u", "-t", made.pane, "synchronize-panes");
    await server.paste(made.pane, "words");
    await until("it is pasted", async () => textOf(await server.capture(made.pane)).includes("words"));
    assert.is(textOf(await server.capture(beside)).trim(), "half typed", "not entered");
  }));

test("only panes that are read and have changed are captured", () =>
  scene(
    async ({ tmux, server, stills, screen }) => {
      const [one, two, three] = await tmux.panes();
      const interest = { panes: new Set([one!, two!]), focused: new Set<PaneId>(), lively: true };
      server.interest(interest);
      await until("both are told once", () => stills.length === 2);
      await tmux.run("send-keys", "-t", two!, "-l", "hello");
      await tmux.run("send-keys", "-t", three!, "-l", "nobody reads this");
      await until("the change is told", () => screen(two!) === "hello");
      await tmux.run("send-keys", "-t", two!, "-l", " again");
      await until("the next change is told", () => screen(two!) === "hello again");
      assert.equal(new Set(stills.map(([pane]) => pane)), new Set([one, two]));
      assert.is(stills.filter(([pane]) => pane === one).length, 1);
      server.interest({ ...interest, panes: new Set([three!]) });
      await until("a pane newly of interest is told as it is", () => screen(three!) === "nobody reads this");
    },
    async (tmux) => {
      for (const name of ["a", "b", "c"]) await tmux.session(name);
    },
  ));

test("a key's echo is seen where somebody looks", () =>
  scene(
    async ({ server, tmux, screen }) => {
      const [pane] = (await tmux.panes()) as [PaneId];
      server.interest({ panes: new Set(), focused: new Set([pane]), lively: false });
      await until("it is told", () => screen(pane) === "" && server.info().connected);
      await server.keys(pane, ["h", "i", "Space", ";", "é"]);
      server.lookSoon(pane);
      await until("the echo is told", () => screen(pane) === "hi ;é");
    },
    (tmux) => tmux.session("work"),
  ));

test("a pane that is asked for is told once more although nothing moved, since a doubt may wait for that", () =>
  scene(async ({ server, stills }) => {
    const { pane } = await server.createTab(tab("still", ["sh", "-c", "echo here; exec cat"]));
    server.interest({ panes: new Set([pane]), focused: new Set(), lively: true });
    await until("it was told", () => stills.some(([, still]) => textOf(still) === "here"));
    const told = stills.length;
    server.lookSoon(pane);
    await until("it is told again", () => stills.length > told);
    assert.is(textOf(stills.at(-1)![1]), "here");
  }));

test("what was captured between two ticks is over when the screen is again as it was told before", () =>
  scene(async ({ server, stills }) => {
    const { pane } = await server.createTab(tab("back", ["sh", "-c", "echo here; exec cat"]));
    server.interest({ panes: new Set([pane]), focused: new Set(), lively: false });
    await until("it was told", () => stills.some(([, still]) => textOf(still) === "here"));
    await server.keys(pane, ["x"]);
    await until("whoever asks sees it", async () => textOf(await server.capture(pane)) === "here\nx");
    const told = stills.length;
    await server.keys(pane, ["BSpace"]);
    await until("it is told again", () => stills.slice(told).some(([, still]) => textOf(still) === "here"));
  }));

test("screens are read by the widths of the server's own version", async () => {
  const tmux = new RealTmux();
  const told: GraphemeRules[] = [];
  const server = tmux.server({ emulator: { ...plainStills, useRules: (rules) => told.push(rules) } });
  try {
    await tmux.session("work");
    await server.start({ sighting: () => {}, still: () => {}, connection: () => {} });
    await until("its own pane was read", () => told.length === 2);
    const table = graphemeRules(await tmux.run("-V"));
    assert.equal(told, [table, table], "first by its version, then by its own word");
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("text is pasted exactly, as one bracketed paste that it cannot end", () =>
  scene(async ({ server, tmux }) => {
    const file = join(folder, "pasted");
    const program = `stty raw -echo; printf '\\033[?2004h'; printf ready; exec cat > ${file}`;
    const made = await server.createTab(tab("paste", ["sh", "-c", program]));
    await until("it is ready", async () => textOf(await server.capture(made.pane)) === "ready");
    const text =
      'one\ttab\ntwo "q" \\ $HOME ~ # #{x} `y` ; é ✓ 😀\r\nend\x1b[201~\x03rm -rf\x7f \u009b201~ %end 1 2 1\n';
    await tmux.run("set-buffer", "-b", "mine", "my own");
    await tmux.run("copy-mode", "-t", made.pane);
    await server.paste(made.pane, text);
    const clean = 'one\ttab\rtwo "q" \\ $HOME ~ # #{x} `y` ; é ✓ 😀\rend[201~rm -rf 201~ %end 1 2 1\r';
    const wanted = `\x1b[200~${clean}\x1b[201~`;
    const seen = () => readFileSync(file, "utf8");
    await until("it has arrived", () => seen().length >= wanted.length, { show: seen });
    assert.is(seen(), wanted);
    assert.is(await tmux.run("list-buffers", "-F", "#{buffer_name}"), "mine");
    assert.is(await tmux.run("display-message", "-p", "-t", made.pane, "#{pane_in_mode}"), "0");
    const long = "0123456789abcdef\n".repeat(15_000);
    await server.paste(made.pane, long);
    await until("a long one too", () => seen().length >= wanted.length + long.length + 12, { limitMs: 12_000 });
    assert.is(seen().slice(wanted.length), `\x1b[200~${long.replaceAll("\n", "\r")}\x1b[201~`);
  }));

test("keys arrive as keys, and what is none is refused rather than typed", () =>
  scene(async ({ server }) => {
    const file = join(folder, "keys");
    const made = await server.createTab(tab("keys", ["sh", "-c", `stty raw -echo; printf ready; exec cat > ${file}`]));
    await until("it is ready", async () => textOf(await server.capture(made.pane)) === "ready");
    assert.is(await refused(server.keys(made.pane, ["S-Enter"])), "INVALID");
    assert.is(await refused(server.keys(made.pane, ["Entre"])), "INVALID");
    await server.keys(made.pane, ["1", "-", "é", "Enter", "Escape", "Up", "C-c", "M-x", "BTab"]);
    const wanted = "1-é\r\x1b\x1b[A\x03\x1bx\x1b[Z";
    await until("they have arrived", () => readFileSync(file, "utf8").length >= wanted.length);
    assert.is(readFileSync(file, "utf8"), wanted);
  }));

test("history comes whole, in pieces, with the screen at its end", () =>
  scene(async ({ server }) => {
    const made = await server.createTab(tab("long", ["sh", "-c", "seq 1 3000; exec cat"], { rows: 20 }));
    await until("it has written", async () => textOf(await server.capture(made.pane)).endsWith("3000"));
    const all = await server.history(made.pane, 100_000);
    assert.equal(
      all.slice(0, 3_000),
      Array.from({ length: 3_000 }, (_, i) => String(i + 1)),
    );
    const some = await server.history(made.pane, 700);
    assert.equal(
      some.slice(0, 719),
      Array.from({ length: 719 }, (_, i) => String(2_282 + i)),
    );
    assert.is(some.length, 720);
  }));

test("a server that was started anew is asked for no pane before it has told which it has", async () => {
  const tmux = new RealTmux();
  const server = tmux.server();
  const pane = "%0" as PaneId;
  const answers: string[][] = [];
  const asked = async () => {
    const asks = [
      server.capture(pane),
      server.history(pane, 10),
      server.extent(pane),
      server.pastRows(pane, 0, 1, () => false),
      server.paste(pane, "hello"),
      server.keys(pane, ["x"]),
    ];
    answers.push(await Promise.all(asks.map(refused)));
  };
  try {
    await tmux.session("first");
    await server.start({ sighting: () => {}, still: () => {}, connection: (up) => void (up && asked()) });
    await until("it was asked at once, and is answered now", async () => {
      return answers.length === 1 && (await refused(server.history(pane, 10))) === "no fault";
    });
    await tmux.end();
    await tmux.session("second");
    await until("the next one was asked", () => answers.length === 2);
    for (const codes of answers) assert.equal(codes, Array(6).fill("TMUX_UNREACHABLE"));
  } finally {
    await server.close();
    await tmux.end();
  }
});

test("rows of history come in any stretch, with their styles where they are asked for", () =>
  scene(async ({ server }) => {
    const red =
      'seq 1 3000 | while read n; do case $n in *00) printf "\\033[31m%s\\033[m\\n" $n;; *) echo $n;; esac; done; exec cat';
    const made = await server.createTab(tab("rows", ["sh", "-c", red], { rows: 20 }));
    await until("it has written", async () => textOf(await server.capture(made.pane)).endsWith("3000"));
    const { size, limit } = await server.extent(made.pane);
    assert.equal([size, limit], [2_981, 10_000]);
    const styled = (text: string) => text.endsWith("00");
    for (const [above, count, first] of [
      [0, 700, 2_282],
      [700, 1_200, 1_082],
      [2_900, 1_000, 1],
    ] as const) {
      const { rows, size: now } = await server.pastRows(made.pane, above, count, styled);
      const length = Math.min(count, size - above);
      assert.is(now, size);
      assert.equal(
        rows.map((row) => row.text),
        Array.from({ length }, (_, n) => String(first + n)),
      );
      for (const row of rows) if (styled(row.text)) assert.is(row.runs[0]?.fg, 1, row.text);
    }
    const { rows } = await server.pastRows(made.pane, size, 100, styled);
    assert.equal(rows, []);
  }));

test("what is renamed, marked, moved, made and closed by others is told", () =>
  scene(
    async ({ tmux, server, sightings }) => {
      const names = () => {
        const last = sightings.at(-1);
        if (last === undefined || !("panes" in last)) return [];
        return last.panes.map((p) => `${p.sessionName}:${p.windowName}:${p.mark?.label ?? "-"}`);
      };
      const [pane] = (await tmux.panes()) as [PaneId];
      await tmux.run("rename-window", "-t", pane, "win");
      await until("the window's name is told", () => names().includes("work:win:-"), { show: () => names().join() });
      await server.mark(pane, mark("bee"), null);
      await until("the mark is told", () => names().includes("work:win:bee"));
      await tmux.run("rename-session", "-t", "=work", "play");
      await until("the session's name is told", () => names().includes("play:win:bee"));
      await tmux.run("new-session", "-d", "-s", "other", "cat");
      await until("a new session is told", () => names().length === 2);
      await tmux.run("move-window", "-d", "-s", pane, "-t", "other:7");
      await until("the move is told", () => names().includes("other:win:bee"));
      await tmux.run("link-window", "-d", "-s", "other:7", "-t", "other:8");
      await tmux.run("kill-window", "-t", "other:1").catch(() => {});
      await tmux.run("new-window", "-d", "-t", "other:9", "-n", "last", "cat");
      await until("a linked window counts once", () => names().join().includes("last"));
      assert.is(names().filter((name) => name === "other:win:bee").length, 1);
    },
    (tmux) => tmux.session("work"),
  ));

test("all tabs of a session closed at once take nothing else along", () =>
  scene(
    async ({ server, tmux }) => {
      const pid = await tmux.run("display-message", "-p", "#{pid}");
      for (let round = 0; round < 5; round++) {
        await tmux.session("fleet");
        for (let i = 0; i < 3; i++) await tmux.run("new-window", "-t", "fleet:", "cat");
        const panes = (await tmux.run("list-panes", "-s", "-t", "=fleet", "-F", "#{pane_id}")).split("\n");
        await until("they are seen", async () => {
          const seen = await server.sight();
          return "panes" in seen && panes.every((pane) => seen.panes.some((one) => one.pane === pane));
        });
        // Each was its current window when it was closed.
        await Promise.all(panes.reverse().map((pane) => server.killPane(pane as PaneId)));
        await until("the session is gone", async () => (await tmux.sessions()).sort().join() === "_drover,work");
      }
      assert.is(await tmux.run("display-message", "-p", "#{pid}"), pid);
    },
    (tmux) => tmux.session("work"),
  ));

test("looking starts no process", () =>
  scene(
    async ({ server, tmux, stills }) => {
      const [pane] = (await tmux.panes()) as [PaneId];
      server.interest({ panes: new Set([pane]), focused: new Set([pane]), lively: true });
      await until("it has looked", () => stills.length > 0);
      const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
      const before = children();
      const began = Date.now();
      const seen = new Set<string>();
      await until("several ticks have passed", () => {
        for (const child of children()) seen.add(child);
        return Date.now() - began > 600;
      });
      assert.equal([...seen], before);
      assert.is(before.length, 1, "the watchdog is the only child");
      assert.is(stills.length, 1, "nothing changed, nothing was told");
    },
    (tmux) => tmux.session("work"),
  ));

test.run();
