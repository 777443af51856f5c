import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commands } from "#faces/cli/commands/table.js";
import { bashScript } from "#faces/cli/shell/completion-bash.js";
import { fishScript } from "#faces/cli/shell/completion-fish.js";
import { zshScript } from "#faces/cli/shell/completion-zsh.js";
import { RUN_LIMIT_MS, suite } from "../../kit/t.js";

const test = suite("completion");

const folder = mkdtempSync(join(tmpdir(), "drover-t-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text, { mode: 0o755 });
  return join(folder, name);
};
/** Stands in for drover: says which words it was asked for, so that the way there is seen too. */
file(
  "drover",
  '#!/bin/sh\ncase "$*" in\n*"-L t"*"__complete labels") echo of-t ;;\n*"__complete labels") echo api; echo web ;;\n*"__complete providers") echo codex ;;\nesac\n',
);
const scripts = {
  bash: file("c.bash", bashScript()),
  zsh: file("c.zsh", zshScript()),
  fish: file("c.fish", fishScript()),
};
file("notes.txt", "");

function run(program: string, args: string[]): string {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder, TERM: "xterm" };
  const ran = spawnSync(program, args, { env, cwd: folder, encoding: "utf8", timeout: RUN_LIMIT_MS });
  assert.is(ran.status, 0, `${program}: ${ran.stderr}`);
  return `${ran.stdout}${ran.stderr}`;
}

function missing(program: string): boolean {
  return spawnSync(program, ["--version"]).status !== 0;
}

/** What is offered for the last word of `line`; `""` at the end for a word not begun. */
function inBash(...words: string[]): string {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = `. ${scripts.bash}; COMP_WORDS=(drover ${quoted}); COMP_CWORD=${words.length}; _drover; echo "\${COMPREPLY[@]}"`;
  return run("bash", ["--norc", "-c", script]).trim().split(" ").sort().join(" ");
}

const names = commands.map((c) => c.name);
const inBashCases: readonly (readonly [string[], string])[] = [
  [[""], [...names].sort().join(" ")],
  [["st"], "status stop"],
  [["--json", "st"], "status stop"],
  [["-L", "ls", "at"], "attach"],
  [["attach", ""], "api web"],
  [["attach", "a"], "api"],
  [["-L", "t", "attach", ""], "of-t"],
  [["attach", "api", ""], ""],
  [["stop", "api", "w"], "web"],
  [["spawn", ""], "codex"],
  [["spawn", "codex", ""], ""],
  [["spawn", "--parent", ""], "api web"],
  [["spawn", "--role", ""], "conductor worker"],
  [["spawn", "--label", "x", "c"], "codex"],
  [["spawn", "codex", "--", ""], ""],
  [["completion", ""], "bash fish zsh"],
  [["--driver", ""], "blessed neo-blessed"],
  [["output", "api", "--s"], "--screen --scrollback --server-name --server-path"],
  [["-f", "no"], "notes.txt"],
];
for (const [words, offered] of inBashCases) {
  test(`bash offers for "drover ${words.join(" ")}": ${offered.slice(0, 40)}`, () => {
    assert.equal(inBash(...words), offered);
  });
}

const fish = test.skipIf(missing("fish"), "fish is not installed");

function inFish(line: string): string {
  const printed = run("fish", ["--no-config", "-c", `source ${scripts.fish}; complete -C '${line}'`]);
  return printed
    .split("\n")
    .map((offer) => offer.split("\t")[0])
    .filter(Boolean)
    .sort()
    .join(" ");
}

for (const [line, offered] of [
  ["drover st", "status stop"],
  ["drover -L ls at", "attach"],
  ["drover attach ", "api web"],
  ["drover -L t attach ", "of-t"],
  ["drover attach api ", ""],
  ["drover stop api w", "web"],
  ["drover spawn ", "codex"],
  ["drover spawn --role ", "conductor worker"],
  ["drover --driver ", "blessed neo-blessed"],
  ["drover output api --s", "--screen --scrollback --server-name --server-path"],
  ["drover -f no", "notes.txt"],
] as const) {
  fish(`fish offers for "${line}": ${offered}`, () => {
    assert.equal(inFish(line), offered);
  });
}

const zsh = test.skipIf(missing("zsh"), "zsh is not installed");

/** In a file, since what is typed is echoed, and would be taken for what it prints. */
const zshSetup = file(
  "setup.zsh",
  `PS1=; autoload -Uz compinit; compinit -D -u; . ${scripts.zsh}
show() { print -rn -- "<<$BUFFER>>" }; zle -N show; bindkey '^O' show; print ready`,
);

/** Presses Tab at the end of `line` in an interactive zsh, and gives the line that stands there then. */
function inZsh(line: string): string {
  const script = `
    zmodload zsh/zpty
    zpty z 'zsh -f -i'
    zpty -w z '. ${zshSetup}'
    zpty -r z out '*ready*'
    zpty -w -n z $'${line}\\t\\x0f'
    zpty -r z out '*<<*>>*'
    print -r -- $out`;
  return /<<(.*?)>>/.exec(run("zsh", ["-f", "-c", script]))?.[1] ?? "";
}

for (const [line, becomes] of [
  ["drover at", "drover attach "],
  ["drover attach w", "drover attach web "],
  ["drover -L t attach ", "drover -L t attach of-t "],
  ["drover stop api w", "drover stop api web "],
  ["drover spawn --role w", "drover spawn --role worker "],
  ["drover spawn c", "drover spawn codex "],
  ["drover output api --scr", "drover output api --scr"],
  ["drover output api --scro", "drover output api --scrollback "],
] as const) {
  zsh(`zsh makes of "${line}": "${becomes}"`, () => {
    assert.equal(inZsh(line), becomes);
  });
}

test.run();
