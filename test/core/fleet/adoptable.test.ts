import * as assert from "uvu/assert";
import { adoptable, type RunningProcess } from "#core/fleet/adoptable.js";
import type { LivePane, Sighting } from "#core/model.js";
import { suite } from "../../kit/t.js";
import { EPOCH, fleet, pane } from "./play.js";

const test = suite("adoptable");

/** `pid<parent name,name`, with `&` at the end where it has not got the terminal. */
function processes(...lines: string[]): RunningProcess[] {
  return lines.map((line) => {
    const found = /^(\d+)<(\d+) ([^&]+)(&?)$/.exec(line);
    if (found === null) throw new Error(`not a process: ${line}`);
    const [, pid, parent, names, aside] = found;
    return { pid: Number(pid), parent: Number(parent), names: names!.split(","), foreground: aside === "" };
  });
}

const base = {
  ...fleet("mine %9"),
  programs: new Map([
    ["claude", "claude"],
    ["codex", "codex"],
    ["bash", "shell"],
  ]),
};
const seen = (...panes: LivePane[]): Sighting => ({ epoch: EPOCH, panes });
const at = (line: string, pid: number, command = ""): LivePane => ({ ...pane(line), pid, command });

const trees: readonly (readonly [string, readonly string[], string])[] = [
  ["an agent that is the pane's own process", ["100<1 claude"], "%1 claude 100"],
  ["an agent under a shell", ["100<1 bash", "101<100 claude"], "%1 claude 101"],
  ["a script by its name, under wrappers", ["100<1 bash", "101<100 npm", "102<101 node,codex"], "%1 codex 102"],
  ["the topmost of an agent's own processes", ["100<1 bash", "101<100 node,codex", "102<101 codex"], "%1 codex 101"],
  [
    "the one in front before one that was put aside",
    ["100<1 bash", "101<100 claude&", "102<100 codex"],
    "%1 codex 102",
  ],
  ["one that was put aside where no other is", ["100<1 bash", "101<100 claude&"], "%1 claude 101"],
  ["nobody in a plain shell", ["100<1 bash", "101<100 vim"], ""],
  ["nobody for an agent elsewhere on the machine", ["100<1 bash", "200<1 claude"], ""],
  ["nobody where processes turn in a circle", ["100<101 bash", "101<100 vim"], ""],
];
for (const [what, lines, expected] of trees) {
  test(`${what} is found`, () => {
    const found = adoptable(base, seen(at("%1", 100)), processes(...lines));
    assert.is(found.map((a) => `${a.pane.pane} ${a.provider} ${a.pid}`).join(), expected);
  });
}

test("panes that bear a mark, are an agent's, or are dead are not offered", () => {
  const all = [at("%1=other", 100), at("%9", 100), at("%3+dead:0", 100)];
  assert.equal(adoptable(base, seen(...all), processes("100<1 claude")), []);
});

test("where the system tells of no processes, what tmux says runs in front is believed", () => {
  const found = adoptable(base, seen(at("%1", 100, "claude"), at("%2", 101, "bash")), []);
  assert.equal(
    found.map((a) => `${a.pane.pane} ${a.provider}`),
    ["%1 claude"],
  );
});

test("nothing is offered where nothing can be seen", () => {
  assert.equal(adoptable(base, { blind: "tmux-slow" }, processes("100<1 claude")), []);
});

test.run();
