import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { dashboardOptions, globalOptions } from "#faces/cli/commands/every-command.js";
import { commands } from "#faces/cli/commands/table.js";
import { parse } from "#faces/cli/parse.js";
import { suite } from "../../kit/t.js";

const test = suite("parse");

/** One line for what was understood, or for why it was refused. */
function play(line: string): string {
  try {
    const { command, options, arguments: given, passedOn } = parse(line.split(" ").filter((word) => word !== ""));
    const all = [...globalOptions, ...(command?.options ?? []), ...dashboardOptions];
    const set = all
      .filter((o) => options.has(o.long))
      .map((o) => `${o.long}=${options.texts(o.long).join("+") || options.text(o.long) || "on"}`);
    return [
      command?.name ?? "(dashboard)",
      ...set,
      ...given.map((a) => `<${a}>`),
      ...passedOn.map((a) => `[${a}]`),
    ].join(" ");
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `${error.code}: ${error.message} | ${error.hint}`;
  }
}

const understood: readonly (readonly [string, string])[] = [
  ["", "(dashboard)"],
  ["--ephemeral", "(dashboard) ephemeral=on"],
  ["--driver blessed", "(dashboard) driver=blessed"],
  ["-L test", "(dashboard) server-name=test"],
  ["ls", "ls"],
  ["--json ls -a", "ls json=on all=on"],
  ["-L test ls --json", "ls server-name=test json=on"],
  ["-Ltest ls", "ls server-name=test"],
  ["--server-name=ls ls", "ls server-name=ls"],
  ["-S /tmp/s -f /dev/null stop a b", "stop server-path=/tmp/s tmux-config=/dev/null <a> <b>"],
  ["spawn codex", "spawn <codex>"],
  ["spawn codex -l api -e A=1 --env B=2 fix", "spawn label=api env=A=1+B=2 <codex> <fix>"],
  ["spawn codex -- --model x -", "spawn <codex> [--model] [x] [-]"],
  ["spawn codex - -- -v", "spawn <codex> <-> [-v]"],
  ["send api run the tests", "send <api> <run> <the> <tests>"],
  ["send api -- --help", "send <api> <--help>"],
  ["send api -", "send <api> <->"],
  ["ls --help", "ls help=on"],
  ["attach --help", "attach help=on"],
  ["--version", "(dashboard) version=on"],
];

for (const [line, expected] of understood) {
  test(`drover ${line}: ${expected}`, () => {
    assert.equal(play(line), expected);
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["lss", 'USAGE: drover has no command "lss" | did you mean "drover ls"?'],
  ["atach x", 'USAGE: drover has no command "atach" | did you mean "drover attach"?'],
  ["frobnicate", 'USAGE: drover has no command "frobnicate" | see "drover --help"'],
  ["ls --jsno", "USAGE: drover ls has no option --jsno | did you mean --json?"],
  [
    "send a -item",
    'USAGE: drover send has no option -i | see "drover send --help"; put "--" before a text that begins with a dash',
  ],
  ["ls --all=yes", 'USAGE: --all takes no value | see "drover ls --help"'],
  ["spawn codex --label", 'USAGE: --label needs a value: --label LABEL | see "drover spawn --help"'],
  ["attach", 'USAGE: drover attach needs LABEL: an agent\'s label or id, or self | see "drover attach --help"'],
  [
    "send api",
    'USAGE: drover send needs TEXT: the prompt, words joined by blanks; - reads standard input | see "drover send --help"',
  ],
  ["attach a b", 'USAGE: drover attach takes no further argument: "b" | see "drover attach --help"'],
  ["ls x", 'USAGE: drover ls takes no further argument: "x" | see "drover ls --help"'],
];

for (const [line, expected] of refused) {
  test(`drover ${line} is refused`, () => {
    assert.equal(play(line), expected);
  });
}

test("a number that is none is refused, and zero counts where it may", () => {
  assert.throws(
    () => parse(["log", "--after", "x"]).options.count("after"),
    /--after takes a whole number from 0 up, not "x"/,
  );
  assert.throws(() => parse(["log", "--after", "1.5"]).options.count("after"));
  assert.throws(() => parse(["output", "a", "--scrollback", "0"]).options.count("scrollback", 1));
  assert.is(parse(["log", "--after", "0"]).options.count("after"), 0);
  assert.is(parse(["log"]).options.count("after"), undefined);
});

test("no letter is a switch in one command and takes a value in another", () => {
  const takes = new Map<string, boolean>();
  for (const option of [...globalOptions, ...dashboardOptions, ...commands.flatMap((c) => c.options)]) {
    for (const name of [option.long, option.short]) {
      if (name === undefined) continue;
      assert.is(takes.get(name) ?? Boolean(option.value), Boolean(option.value), name);
      takes.set(name, Boolean(option.value));
    }
  }
});

test("no command's option hides a global one, only the last argument may repeat, and those that may be left out come last", () => {
  const taken = new Set(globalOptions.flatMap((o) => [o.long, ...(o.short ? [o.short] : [])]));
  for (const command of commands) {
    for (const o of command.options)
      assert.not(taken.has(o.long) || taken.has(o.short ?? ""), `${command.name} ${o.long}`);
    for (const a of command.arguments.slice(0, -1)) assert.not(a.many, `${command.name} ${a.name}`);
    const needed = command.arguments.findLastIndex((a) => !a.optional);
    assert.not(
      command.arguments.slice(0, needed + 1).some((a) => a.optional),
      command.name,
    );
    assert.ok(command.examples.length > 0, `${command.name} has an example`);
    for (const example of command.examples) assert.match(example, `drover ${command.name}`);
  }
});

test.run();
