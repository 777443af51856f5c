import * as assert from "uvu/assert";
import { FULL_FORMAT, parseGate, parsePane, parsePanes, parsePulse } from "#core/protocol/listing.js";
import { suite } from "../../kit/t.js";

const test = suite("listing of panes");

/** A line as tmux answers FULL_FORMAT, one field changed by its name. */
function line(changes: Readonly<Record<string, string>> = {}): string {
  const usual: Record<string, string> = {
    pane_id: "%4",
    window_id: "@2",
    session_id: "$1",
    window_index: "3",
    window_activity: "1795172542",
    history_size: "120",
    cursor_x: "5",
    cursor_y: "6",
    pane_width: "100",
    pane_height: "30",
    pane_dead: "0",
    pane_in_mode: "0",
    pane_input_off: "0",
    pane_synchronized: "0",
    window_panes: "2",
    alternate_on: "1",
    pane_pid: "4711",
    pane_current_command: "claude",
    session_name: "work",
    window_name: "my agent",
    pane_title: "✳ title",
    "@drover-id": "01J0000000000000000000000A",
    "@drover-label": "bee",
    "@drover-incarnation": "2",
    "@drover-home": "0123456789ab",
  };
  return [...FULL_FORMAT.matchAll(/#\{([^}]+)\}/g)].map(([, name]) => changes[name!] ?? usual[name!] ?? "").join("\t");
}

test("a line says everything of its pane", () => {
  assert.equal(parsePane(line()), {
    pane: "%4",
    window: "@2",
    session: "$1",
    windowIndex: 3,
    activityS: 1_795_172_542,
    historyRows: 120,
    cursorX: 5,
    cursorY: 6,
    columns: 100,
    rows: 30,
    dead: false,
    exit: null,
    inMode: false,
    inputOff: false,
    alternate: true,
    pid: 4711,
    command: "claude",
    sessionName: "work",
    windowName: "my agent",
    title: "✳ title",
    mark: { id: "01J0000000000000000000000A", label: "bee", incarnation: 2, home: "0123456789ab" },
  });
  const older = parsePane(line({ "@drover-home": "" }))?.mark;
  assert.equal(older, { id: "01J0000000000000000000000A", label: "bee", incarnation: 2 }, "an older drover's");
});

test("a pane whose keys go to those beside it says so; alone in its window it has none", () => {
  const shared = (synchronized: string, panes: string) =>
    parsePane(line({ pane_synchronized: synchronized, window_panes: panes }))?.inputShared;
  assert.equal([shared("1", "2"), shared("1", "1"), shared("0", "2")], [true, undefined, undefined]);
});

test("how a dead pane ended: its code, or the signal by number or name, or nothing known", () => {
  const exit = (status: string, signal: string) =>
    parsePane(line({ pane_dead: "1", pane_dead_status: status, pane_dead_signal: signal }))?.exit;
  assert.equal(exit("3", ""), { code: 3, signal: null });
  assert.equal(exit("", "9"), { code: null, signal: "SIGKILL" });
  assert.equal(exit("", "TERM"), { code: null, signal: "SIGTERM" });
  assert.equal(exit("", "SIGHUP"), { code: null, signal: "SIGHUP" });
  assert.equal(exit("", ""), { code: null, signal: null });
});

test("a window linked twice counts once, our own session and odd lines not at all", () => {
  const text = [
    line(),
    line({ session_id: "$7", session_name: "other" }),
    line({ pane_id: "%9", session_name: "_drover", "@drover-id": "" }),
  ];
  text.push("lines", "", "%5\t@1", line({ pane_id: "x" }));
  assert.equal(
    parsePanes(text.join("\n")).map((pane) => `${pane.pane} ${pane.sessionName}`),
    ["%4 work"],
  );
});

test("what bears a mark is seen in our own session too, where somebody moved it", () => {
  const text = [line({ pane_id: "%9", session_name: "_drover", "@drover-id": "" }), line({ session_name: "_drover" })];
  assert.equal(
    parsePanes(text.join("\n")).map(({ pane, sessionName }) => `${pane} ${sessionName}`),
    ["%4 _drover"],
  );
  assert.equal([...parseGate("%9\t1\t8x2\tx\t_drover\tsh\t\n%4\t1\t8x2\tx\t_drover\tsh\t01J\n").keys()], ["%4"]);
});

test("a mark that is not whole, or holds a tab, is none; the pane is seen all the same", () => {
  const broken: Record<string, string>[] = [
    { "@drover-id": "" },
    { "@drover-home": "a\tb" },
    { "@drover-label": "a\tb" },
    { "@drover-incarnation": "x" },
    { "@drover-incarnation": "" },
  ];
  for (const changes of broken) {
    const pane = parsePane(line(changes));
    assert.is(pane?.pane, "%4");
    assert.is(pane?.mark, null, JSON.stringify(changes));
  }
});

test("the gate parts what moves from what a sighting is made of", () => {
  const gate = parseGate(
    "%1\t17\t80x24\t$0@0 99 0\twork\twin\t\n%2\t18\t80x24\t$9@9 98 0\t_drover\tsh\t\nodd\n%1\t1\t1x1\tx\ty\tz\n",
  );
  assert.equal([...gate.values()], [{ pane: "%1", activityS: 17, size: "80x24", structure: "$0@0 99 0\twork\twin\t" }]);
});

test("a pulse tells who is there and alive, and when each window last had output", () => {
  const pulse = parsePulse("%1\t17\t0\n%2\t18\t1\nodd\n");
  assert.equal(
    [...pulse.activityS],
    [
      ["%1", 17],
      ["%2", 18],
    ],
  );
  assert.is(pulse.panes, parsePulse("%1\t19\t0\n%2\t20\t1\n").panes);
  assert.is.not(pulse.panes, parsePulse("%1\t17\t1\n%2\t18\t1\n").panes);
  assert.is.not(pulse.panes, parsePulse("%1\t17\t0\n").panes);
});

test.run();
