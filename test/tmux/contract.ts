/**
 * What every multiplexer promises the daemon (src/tmux/multiplexer.ts), as tests that know no tmux. Run by tmux itself
 * (test/e2e/multiplexer.test.ts) and by the scripted twin (test/twins/scripted-tmux.test.ts), so that what is tried on
 * the twin holds for the real one, and so that a second backend has something to be held to.
 */
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { AgentId, LivePane, NewTab, PaneId, PaneMark, Sighting } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import type { Multiplexer } from "#tmux/multiplexer.js";
import { type Suite, until } from "../kit/t.js";

/** Where a multiplexer is tried: a server that does not run yet, programs to start, and the hands of its user. */
export interface Ground {
  /** Of the fleet `OWN_HOME`. */
  readonly mux: Multiplexer;
  readonly programs: {
    /** Shows what is typed; a line that is entered stands there once more. */
    readonly echo: readonly string[];
    /** Ends at once with status 3. */
    readonly ends: readonly string[];
    /** Writes the lines 1 to 100, and stays. */
    readonly counts: readonly string[];
  };
  /** A folder that exists. */
  readonly folder: string;
  newPane(session: string): Promise<PaneId>;
  renameWindow(pane: PaneId, name: string): Promise<void>;
  killPane(pane: PaneId): Promise<void>;
  killServer(): Promise<void>;
  /** The panes there are, by a way of its own. */
  panes(): Promise<PaneId[]>;
  end(): Promise<void>;
}

export const OWN_HOME = "h1";

interface Scene extends Ground {
  readonly sightings: Sighting[];
  readonly connections: boolean[];
  readonly stills: [PaneId, Still][];
  /** The newest listing that was told; none where it was blind. */
  seen(): readonly LivePane[];
  make(label: string, program: readonly string[], more?: Partial<NewTab>): Promise<LivePane>;
  shows(pane: PaneId, text: string): Promise<unknown>;
}

export function keepsTheContract(test: Suite, open: () => Promise<Ground>): void {
  const promise = (what: string, play: (scene: Scene) => Promise<void>): void =>
    test(what, async () => {
      const scene = await start(await open());
      try {
        await play(scene);
      } finally {
        await scene.mux.close();
        await scene.end();
      }
    });

  promise("where no server runs it starts, tells that it is blind, and does not fail", async (s) => {
    assert.equal(s.connections, [false]);
    assert.equal(s.sightings, [{ blind: "no-server" }]);
    assert.equal(await s.mux.sight(), { blind: "no-server" });
    assert.is(s.mux.info().connected, false);
  });

  promise("a tab starts the server, is marked from its first sighting on, and is told", async (s) => {
    const made = await s.make("one", s.programs.echo, { columns: 100, rows: 30 });
    assert.equal(made.mark, mark("one"));
    assert.equal([made.sessionName, made.windowName, made.columns, made.rows], ["fleet", "one", 100, 30]);
    assert.equal([made.dead, made.exit], [false, null]);
    await until("it is told", () => s.seen().some((pane) => pane.mark?.id === made.mark?.id));
    for (const sighting of s.sightings) {
      const told = "panes" in sighting ? sighting.panes.find((pane) => pane.pane === made.pane) : undefined;
      if (told !== undefined) assert.is(told.mark?.label, "one");
    }
    assert.is(s.mux.info().connected, true);
    assert.is(s.connections.at(-1), true);
  });

  promise("tabs of one session are different places; those of its user are listed, without a mark", async (s) => {
    const [one, two] = await Promise.all([s.make("one", s.programs.echo), s.make("two", s.programs.echo)]);
    const own = await s.newPane("own");
    assert.is(one.session, two.session);
    assert.is.not(one.window, two.window);
    assert.is.not(one.pane, two.pane);
    const sighting = await s.mux.sight();
    const listed = "panes" in sighting ? sighting.panes : [];
    assert.equal(
      listed.map((pane) => `${pane.pane} ${pane.mark?.label ?? "-"}`).sort(),
      [`${one.pane} one`, `${two.pane} two`, `${own} -`].sort(),
    );
    assert.is("epoch" in sighting && sighting.epoch !== "", true);
  });

  promise("text is pasted without what could act as a key, and keys are pressed", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    await s.mux.paste(pane, "he\x1b\x03llo");
    await s.shows(pane, "hello");
    await s.mux.keys(pane, ["Enter"]);
    await s.shows(pane, "hello\nhello");
    await s.mux.keys(pane, ["o", "k", "Enter"]);
    await s.shows(pane, "hello\nhello\nok\nok");
  });

  promise(
    "what is pasted or entered with a receipt leaves it, what fails leaves none, and each agent has its own",
    async (s) => {
      const { pane, pid } = await s.make("one", s.programs.echo);
      await s.make("two", s.programs.echo);
      const [one, two] = [mark("one").id, mark("two").id];
      const says = async () => Object.fromEntries((await s.mux.receipts()).says);
      assert.equal(await says(), {});
      await s.mux.paste(pane, "hello", { agent: one, says: "M1/1:pasted" });
      await s.shows(pane, "hello");
      assert.equal(await says(), { [one]: "M1/1:pasted" });
      await s.mux.enter(pane, { agent: one, says: "M1/1:entered 1" });
      await s.shows(pane, "hello\nhello");
      await s.mux.paste(pane, "x", { agent: two, says: "M2/1:pasted" });
      assert.equal(await says(), { [one]: "M1/1:entered 1", [two]: "M2/1:pasted" });
      const elsewhere = { agent: two, pid: 2_147_483_647 };
      assert.is(await refusal(s.mux.paste(pane, "not", { ...elsewhere, says: "M4/1:pasted" })), "NOT_READY");
      assert.is(await refusal(s.mux.enter(pane, { ...elsewhere, says: "M4/1:entered 1" })), "NOT_READY");
      assert.equal(await says(), { [one]: "M1/1:entered 1", [two]: "M2/1:pasted" });
      await s.mux.paste(pane, "y", { agent: two, pid, says: "M2/2:pasted" });
      await s.mux.dropReceipt(two);
      await s.mux.killPane(pane);
      await refusal(s.mux.paste(pane, "late", { agent: one, says: "M3/1:pasted" }));
      await refusal(s.mux.enter(pane, { agent: one, says: "M3/1:entered 1" }));
      assert.equal(await says(), { [one]: "M1/1:entered 1" });
      const sighting = await s.mux.sight();
      assert.is((await s.mux.receipts()).epoch, "epoch" in sighting ? sighting.epoch : "blind");
    },
  );

  promise("what is no key is refused, and nothing of it typed", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    assert.is(await refusal(s.mux.keys(pane, ["a", "Entre"])), "INVALID");
    await s.mux.keys(pane, ["b"]);
    await s.shows(pane, "b");
  });

  promise("a pane that is not there is not found, by nothing that is asked of it", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    await s.make("two", s.programs.echo);
    await s.mux.killPane(pane);
    const asked: Record<string, () => Promise<unknown>> = {
      capture: () => s.mux.capture(pane),
      history: () => s.mux.history(pane, 10),
      extent: () => s.mux.extent(pane),
      pastRows: () => s.mux.pastRows(pane, 0, 10, () => true),
      paste: () => s.mux.paste(pane, "late"),
      keys: () => s.mux.keys(pane, ["Enter"]),
      mark: () => s.mux.mark(pane, mark("one"), null),
      unmark: () => s.mux.unmark(pane),
      kill: () => s.mux.killPane(pane),
      signal: () => s.mux.signal(pane, "SIGTERM"),
    };
    for (const [what, work] of Object.entries(asked)) assert.is(await refusal(work()), "NOT_FOUND", what);
    assert.equal((await s.panes()).length, 1);
  });

  promise("a program that ended stays to be read, with its status, and takes no input", async (s) => {
    const { pane } = await s.make("one", s.programs.ends);
    await until("its end is told", () => s.seen().find((one) => one.pane === pane)?.exit?.code === 3);
    assert.is(s.seen().find((one) => one.pane === pane)?.dead, true);
    assert.is(await refusal(s.mux.capture(pane)), "");
    assert.is(await refusal(s.mux.paste(pane, "late")), "NOT_READY");
    assert.is(await refusal(s.mux.keys(pane, ["Enter"])), "NOT_READY");
    assert.is(await refusal(s.mux.signal(pane, "SIGTERM")), "");
    assert.is(await refusal(s.mux.killPane(pane)), "");
    await until("it is gone", () => !s.seen().some((one) => one.pane === pane));
  });

  promise("a signal ends a program, and which one it was is told", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    await s.mux.signal(pane, "SIGKILL");
    await until("its end is told", () => s.seen().find((one) => one.pane === pane)?.exit?.signal === "SIGKILL");
  });

  promise("a mark is changed with the window's name, or alone, and taken off", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    const told = (label: string | undefined, name: string) =>
      until(`${label} ${name} is told`, () => {
        const found = s.seen().find((one) => one.pane === pane);
        return found !== undefined && found.mark?.label === label && found.windowName === name;
      });
    await s.mux.mark(pane, mark("two"), "two");
    await told("two", "two");
    await s.mux.mark(pane, mark("three"), null);
    await told("three", "two");
    await s.mux.unmark(pane);
    await told(undefined, "two");
  });

  promise("what its user renames, opens and closes is told", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    await s.renameWindow(pane, "mine");
    await until("the name is told", () => s.seen().find((one) => one.pane === pane)?.windowName === "mine");
    const own = await s.newPane("own");
    await until("the pane is told", () => s.seen().some((one) => one.pane === own));
    await s.killPane(pane);
    await until("its end is told", () => s.seen().length > 0 && !s.seen().some((one) => one.pane === pane));
    assert.is(await refusal(s.mux.capture(pane)), "NOT_FOUND");
  });

  promise("stills are told of panes of interest that change, and of no others", async (s) => {
    const one = await s.make("one", s.programs.echo);
    const two = await s.make("two", s.programs.echo);
    s.mux.interest({ panes: new Set([one.pane]), focused: new Set(), lively: true });
    await s.mux.keys(two.pane, ["x"]);
    await s.mux.keys(one.pane, ["y"]);
    s.mux.lookSoon(one.pane);
    await until("the change is told", () => s.stills.some(([id, still]) => id === one.pane && text(still) === "y"));
    assert.equal(
      s.stills.filter(([id]) => id !== one.pane),
      [],
    );
  });

  promise("history ends with the screen", async (s) => {
    const { pane } = await s.make("one", s.programs.counts, { rows: 10 });
    await until("it has counted", async () => text(await s.mux.capture(pane)).includes("100"));
    const rows = (await s.mux.history(pane, 1_000)).filter((row) => row !== "");
    assert.equal(
      rows,
      Array.from({ length: 100 }, (_, n) => String(n + 1)),
    );
  });

  promise("a tab without a session's name or without a command is refused, and nothing made", async (s) => {
    assert.is(await refusal(s.make("one", s.programs.echo, { sessionName: "" })), "INVALID");
    assert.is(await refusal(s.make("one", [])), "INVALID");
  });

  promise("what another fleet marked is told as such, and its mark is neither changed nor taken off", async (s) => {
    const ours = await s.make("one", s.programs.echo, { mark: { ...mark("one"), home: OWN_HOME } });
    const theirs = await s.make("two", s.programs.echo, { mark: { ...mark("two"), home: "h2" } });
    assert.equal([ours.mark?.home, theirs.mark?.home], [OWN_HOME, "h2"]);
    assert.is(await refusal(s.mux.mark(theirs.pane, { ...mark("mine"), home: OWN_HOME }, "mine")), "CONFLICT");
    assert.is(await refusal(s.mux.unmark(theirs.pane)), "CONFLICT");
    await s.mux.mark(ours.pane, { ...mark("uno"), home: OWN_HOME }, null);
    const sighting = await s.mux.sight();
    const found = "panes" in sighting ? sighting.panes : [];
    assert.equal(found.map(({ mark: m, windowName }) => `${m?.label} ${m?.home} ${windowName}`).sort(), [
      "two h2 two",
      "uno h1 one",
    ]);
    await s.mux.unmark(ours.pane);
    const after = await s.mux.sight();
    assert.is("panes" in after && after.panes.find(({ pane }) => pane === ours.pane)?.mark, null);
  });

  promise("a server that dies leaves it blind and not failing; a tab starts another, of another epoch", async (s) => {
    const one = await s.make("one", s.programs.echo);
    const before = await s.mux.sight();
    await s.killServer();
    await until("blindness is told", () => s.seen().length === 0 && "blind" in (s.sightings.at(-1) ?? {}));
    assert.ok("blind" in (await s.mux.sight()));
    assert.is(await refusal(s.mux.capture(one.pane)), "TMUX_UNREACHABLE");
    await s.make("two", s.programs.echo);
    await until("the new tab is told", () => s.seen().some((pane) => pane.mark?.label === "two"));
    const after = await s.mux.sight();
    assert.ok("epoch" in before && "epoch" in after && before.epoch !== after.epoch);
  });

  promise("closed, it says nothing more and ends nobody", async (s) => {
    const { pane } = await s.make("one", s.programs.echo);
    await s.mux.close();
    const told = s.sightings.length;
    await s.renameWindow(pane, "mine");
    assert.equal(await s.panes(), [pane]);
    assert.is(
      s.sightings.filter((sighting) => "panes" in sighting && sighting.panes[0]?.windowName === "mine").length,
      0,
    );
    assert.ok(s.sightings.slice(told).every((sighting) => "blind" in sighting));
  });
}

async function start(ground: Ground): Promise<Scene> {
  const { mux, folder } = ground;
  const sightings: Sighting[] = [];
  const connections: boolean[] = [];
  const stills: [PaneId, Still][] = [];
  await mux.start({
    sighting: (sighting) => sightings.push(sighting),
    still: (pane, still) => stills.push([pane, still]),
    connection: (connected) => connections.push(connected),
  });
  return {
    ...ground,
    sightings,
    connections,
    stills,
    seen() {
      const last = sightings.at(-1);
      return last !== undefined && "panes" in last ? last.panes : [];
    },
    make: (label, command, more) =>
      mux.createTab({
        sessionName: "fleet",
        windowName: label,
        cwd: folder,
        command,
        env: {},
        mark: mark(label),
        columns: 80,
        rows: 24,
        ...more,
      }),
    shows: (pane, wanted) => {
      let shown = "";
      return until(
        `it shows ${JSON.stringify(wanted)}`,
        async () => {
          shown = text(await mux.capture(pane));
          return shown === wanted;
        },
        { show: () => shown },
      );
    },
  };
}

const mark = (label: string): PaneMark => ({ id: `01J${label.toUpperCase()}` as AgentId, label, incarnation: 1 });

/** The code with which it was refused; empty where it was not. */
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  );

const text = (still: Still): string =>
  still.rows
    .map((row) => row.text)
    .join("\n")
    .trimEnd();
