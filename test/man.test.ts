import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import { dashboardOptions, globalOptions } from "#faces/cli/commands/every-command.js";
import { commands } from "#faces/cli/commands/table.js";
import { parseConfig } from "#host/config.js";
import { providerSchema } from "#host/provider-schema.js";
import { suite } from "./kit/t.js";
import { keysSection } from "./man-keys.js";

const test = suite("man");

const path = join(dirname(fileURLToPath(import.meta.url)), "../../man/drover.1");
const page = readFileSync(path, "utf8");

/** The lines from `from` up to the next one that matches `to`. */
function part(from: string, to: RegExp): string {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => line === from || line.startsWith(`${from} `));
  assert.ok(start >= 0, `the man page has no line "${from}"`);
  const end = lines.findIndex((line, i) => i > start && to.test(line));
  return lines.slice(start, end < 0 ? undefined : end).join("\n");
}

test("every command has an entry, and in it each of its options and values", () => {
  for (const { name, options, arguments: wanted } of commands) {
    const entry = part(`.It Ic ${name}`, /^\.It Ic |^\.Sh /);
    for (const { long, short, value } of options) {
      const names = [...(short ? [`Fl ${short}`] : []), `Fl -${long}`];
      const line = names.map((word) => (value ? `${word} Ar ${value}` : word)).join(" , ");
      assert.match(entry, `.It ${line}\n`, `${name} --${long}`);
    }
    for (const argument of wanted) assert.match(entry, argument.name, `${name} ${argument.name}`);
  }
});

test("every field of a provider's table stands in its part, and the tables there can be read", async () => {
  const entry = part(".Sh PROVIDERS", /^\.Sh (?!PROVIDERS)/);
  const fields = (schema: unknown): string[] => {
    const { entries, wrapped, item, pipe } = schema as Record<string, unknown>;
    const inner = [wrapped, item, ...(Array.isArray(pipe) && pipe[0] !== schema ? [pipe[0]] : [])].filter(Boolean);
    const own = Object.entries((entries ?? {}) as Record<string, unknown>);
    return [...own.flatMap(([name, within]) => [name, ...fields(within)]), ...inner.flatMap(fields)];
  };
  const names = new Set(fields(providerSchema));
  assert.ok(names.size > 40, [...names].join(" "));
  const words = new Set(
    entry
      .split("\n")
      .filter((line) => /^\.(?:Cm|It Cm|Pq|Li)/.test(line))
      .flatMap((line) => line.split(/[ ,;]+/)),
  );
  assert.equal(
    [...names].filter((name) => !words.has(name)),
    [],
  );
  const tables = [...entry.matchAll(/^\.Bd -literal.*\n([\s\S]*?)\n\.Ed$/gm)].map((match) => match[1]!);
  const { providers: read } = await parseConfig(tables.join("\n"), "config.toml");
  assert.equal(Object.keys(read), ["claude", "mine", "python"]);
});

test("every option understood everywhere, and the dashboard's, stands in the description", () => {
  const description = part(".Sh DESCRIPTION", /^\.Sh STATES/);
  for (const { long, short, value } of [...globalOptions, ...dashboardOptions]) {
    const names = [...(short ? [`Fl ${short}`] : []), `Fl -${long}`];
    assert.match(description, `.It ${names.map((word) => (value ? `${word} Ar ${value}` : word)).join(" , ")}\n`);
  }
});

test("the page tells of no command or option that is not there", () => {
  const entries = [...part(".Sh COMMANDS", /^\.Sh DASHBOARD/).matchAll(/^\.It Ic (\S+)/gm)].map((m) => m[1]);
  assert.equal(entries.toSorted(), commands.map((c) => c.name).toSorted());
  const known = new Set(
    [...globalOptions, ...dashboardOptions, ...commands.flatMap((c) => c.options)].map((o) => o.long),
  );
  for (const [, long] of page.matchAll(/Fl -([a-z-]+)/g)) assert.ok(known.has(long!), `--${long}`);
});

test("every provider is named where an agent is started", () => {
  const entry = part(".It Ic spawn", /^\.It Ic |^\.Sh /);
  const help = commands.find((command) => command.name === "spawn")?.arguments[0]?.does ?? "";
  for (const name of providers.keys()) assert.ok(entry.includes(name) && help.includes(name), name);
});

test("the dashboard's keys are those of its table", () => {
  const written = part(".Sh DASHBOARD", /^The mouse /)
    .split("\n")
    .slice(1)
    .join("\n");
  assert.equal(written, keysSection(), "node dist/test/man-keys.js puts them in");
});

const linted = test.skipIf(spawnSync("mandoc", ["-h"]).error !== undefined, "mandoc is not installed");
linted("mandoc finds nothing to warn of", () => {
  const lint = spawnSync("mandoc", ["-T", "lint", "-W", "warning", path], { encoding: "utf8" });
  assert.equal([lint.stdout, lint.status], ["", 0]);
});

test.run();
