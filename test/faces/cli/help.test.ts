import * as assert from "uvu/assert";
import { completeCommand } from "#faces/cli/commands/shell.js";
import { commands } from "#faces/cli/commands/table.js";
import { helpOf, optionName, overview, synopsis } from "#faces/cli/help.js";
import { suite } from "../../kit/t.js";

const test = suite("help");

test("the overview names every command with its summary, and nothing hidden", () => {
  for (const { name, summary } of commands)
    assert.match(overview(), new RegExp(`^  ${name} +${summary.slice(0, 20)}`, "m"));
  assert.not.match(overview(), completeCommand.name);
});

test("a command's help names its arguments, options and examples", () => {
  for (const command of commands) {
    const help = helpOf(command);
    assert.match(help, `Usage: ${synopsis(command)}`);
    for (const { name } of command.arguments) assert.match(help, new RegExp(`^  ${name} `, "m"));
    for (const option of command.options) assert.match(help, `  ${optionName(option)} `);
    for (const example of command.examples) assert.match(help, `\n  ${example}\n`);
  }
});

test("a synopsis tells what may be left out, what may repeat, and what is passed on", () => {
  const lines = commands.filter((c) => /^(ls|spawn|send)$/.test(c.name)).map(synopsis);
  assert.equal(lines, [
    "drover ls [OPTIONS]",
    "drover spawn [OPTIONS] [PROVIDER] [PROMPT] [-- ARGS]",
    "drover send [OPTIONS] LABEL TEXT...",
  ]);
});

test("help fits a terminal of 80 columns, but for examples", () => {
  const shown = [overview(), ...commands.map(helpOf)].join("\n").split("\n");
  const examples = new Set(commands.flatMap((c) => c.examples.map((e) => `  ${e}`)));
  for (const line of shown) assert.ok(line.length <= 80 || examples.has(line), line);
});

test.run();
