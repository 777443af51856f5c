/** The walls between the rooms of src/: who may import whom, as data; no clock and no dice in core; names that say something. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "./kit/t.js";

const test = suite("rooms", 30_000);
const root = fileURLToPath(new URL("../..", import.meta.url));

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ["core"],
  host: ["core"],
  tmux: ["core", "host"],
  store: ["core", "host"],
  daemon: ["core", "wire", "host", "tmux", "store"],
  faces: ["core", "wire", "host"],
  rehearsal: [],
};

/** They say what kind of thing is inside, not what it is about. */
const FORBIDDEN_NAMES = /^(utils?|helpers?|types?|index|common|misc|shared|constants|interfaces|lib)$/;

interface Source {
  /** From src/ on: `core/fleet/reconcile.ts`. */
  readonly path: string;
  readonly text: string;
}

const sources: Source[] = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: withoutComments(readFileSync(join(root, "src", path), "utf8")) }));

test("every file stands in a room", () => {
  assert.ok(sources.length > 50, `${sources.length} files`);
  for (const { path } of sources) assert.ok(path.split("/")[0]! in MAY_IMPORT && path.includes("/"), path);
});

test("rooms import only whom they may, by the room's name", () => {
  assert.equal(sources.flatMap(wallsBroken), []);
});

test("the walls would be seen broken", () => {
  const broken = (path: string, text: string) => wallsBroken({ path, text }).map((line) => line.replace(/.*: /, ""));
  assert.equal(broken("core/a.ts", 'import { readFileSync } from "node:fs";'), ["node:fs"]);
  assert.equal(broken("core/a.ts", 'import { now } from "#host/clock.js";'), ["#host/clock.js"]);
  assert.equal(broken("core/fleet/a.ts", 'import type { X } from "../../wire/agent.js";'), ["../../wire/agent.js"]);
  assert.equal(broken("core/fleet/a.ts", 'export * from "../model.js";'), []);
  assert.equal(broken("faces/cli/a.ts", 'await import("#store/level-store.js");'), ["#store/level-store.js"]);
  assert.equal(broken("faces/cli/a.ts", 'import "../dashboard/b.js";'), ["../dashboard/b.js"]);
  assert.equal(broken("faces/cli/a.ts", 'import { b } from "../kit/b.js";'), []);
  assert.equal(broken("faces/kit/a.ts", 'import { b } from "../cli/b.js";'), ["../cli/b.js"]);
  assert.equal(broken("faces/cli/a.ts", 'import { b } from "#faces/mcp/b.js";'), ["#faces/mcp/b.js"]);
  assert.equal(broken("daemon/a.ts", 'import {\n  b,\n} from "#faces/kit/b.js";'), ["#faces/kit/b.js"]);
  assert.equal(broken("tmux/a.ts", 'type X = import("#store/store.js").Store;'), ["#store/store.js"]);
  assert.equal(broken("store/a.ts", 'import { Level } from "level";\nimport { x } from "./b.js";'), []);
});

test("no two files import each other, by whatever way round", () => {
  assert.equal(inCircles(sources), []);
  const three: Source[] = [
    { path: "core/a.ts", text: 'import { b } from "./b/b.js";' },
    { path: "core/b/b.ts", text: 'import type { C } from "#core/c.js";' },
    { path: "core/c.ts", text: 'export { a } from "./a.js";' },
    { path: "core/d.ts", text: 'import { a } from "./a.js";' },
  ];
  assert.equal(inCircles(three), ["core/a.ts", "core/b/b.ts", "core/c.ts"]);
  assert.equal(inCircles(three.slice(1)), []);
});

test("in core what is read is known without what is believed of it", () => {
  const isAbove = (path: string) => /^core\/(?:belief|fleet)\/|^core\/(?:derive|decide|replay)\.ts$/.test(path);
  const read = sources.filter(({ path }) => /^core\/(?:screen|output|protocol)\//.test(path));
  assert.ok(read.length > 40 && sources.some(({ path }) => isAbove(path)), `${read.length} files`);
  const broken = read.flatMap(({ path, text }) => {
    const targets = importsOf(text).map((name) => fileOf(path, name));
    return targets.filter(isAbove).map((target) => `${path}: ${target}`);
  });
  assert.equal(broken, []);
});

/** Folders of the dashboard, and those they may stand on; what lies beside them stands on all. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  driver: [],
  state: ["driver"],
  keys: ["state"],
  steps: ["driver", "state", "keys"],
  views: ["driver", "state", "keys"],
};

test("inside the dashboard imports run one way", () => {
  const wrong = Object.entries(STAGES).flatMap(([stage, may]) => {
    const files = sources.filter(({ path }) => path.startsWith(`faces/dashboard/${stage}/`));
    assert.ok(files.length > 0, stage);
    return files.flatMap(({ path, text }) => {
      const targets = importsOf(text).map((name) => fileOf(path, name));
      const within = targets.filter((target) => target.startsWith("faces/dashboard/"));
      const bad = within.filter(
        (target) => ![stage, ...may].some((one) => target.startsWith(`faces/dashboard/${one}/`)),
      );
      return bad.map((target) => `${path}: ${target}`);
    });
  });
  assert.equal(wrong, []);
});

test("the commands that must start at once bring no library but a table of widths", () => {
  const libraries = (entry: string, without: readonly string[]) => {
    const reached = new Set([entry]);
    const found = new Set<string>();
    for (const path of reached) {
      const source = sources.find((one) => one.path === path);
      assert.ok(source, path);
      for (const name of valueImportsOf(source.text)) {
        const target = fileOf(path, name);
        if (/^[.#]/.test(name)) without.includes(target) || reached.add(target);
        else if (/^@?[a-z][a-z0-9/-]*$/.test(name)) found.add(name); // "node:…" is no package
      }
    }
    return [...found].sort();
  };
  assert.equal(libraries("faces/cli/main.ts", ["faces/cli/load-large.ts"]), ["get-east-asian-width", "ulid"]);
  assert.ok(libraries("faces/cli/main.ts", []).includes("valibot"), "the way to the others is followed");
});

/** What is built on tmux itself, and not on the interface that stands for it. */
const KNOWS_TMUX: Readonly<Record<string, string>> = {
  "daemon/backend.ts": "makes the multiplexer by its name",
  "faces/kit/attach.ts": "goes to a tab",
  "faces/kit/tmux-check.ts": "looks for a tmux before a daemon is started",
  "faces/cli/agent-ref.ts": "finds self by the mark on the pane we are in",
  "faces/cli/machine/doctor-look.ts": "looks at the machine",
  "faces/cli/machine/demo-place.ts": "makes a tmux server of the demo's own",
};

test("outside its room nothing knows tmux, beyond the interface and a few edges of the faces", () => {
  const runsTmux = /\b(?:spawn|spawnSync|exec|execSync|execFile|execFileSync|execa|run)\(\s*"tmux"/;
  const found = sources
    .filter(({ path }) => !path.startsWith("tmux/"))
    .filter(({ text }) => {
      const imports = importsOf(text).filter((name) => name.startsWith("#tmux/") && name !== "#tmux/multiplexer.js");
      return imports.length > 0 || runsTmux.test(text);
    })
    .map(({ path }) => path);
  assert.equal(found.sort(), Object.keys(KNOWS_TMUX).sort());
  // Faces go to a tab through one seam, that a second multiplexer would be added to.
  const goesToTabs = sources.filter(({ path, text }) => {
    return path.startsWith("faces/") && importsOf(text).some((name) => /(^|\/)attach\.js$/.test(name));
  });
  const values = goesToTabs.filter(({ text }) => /import (?!type\b)[^;]*"[^"]*kit\/attach\.js"/.test(text));
  assert.equal(
    values.map(({ path }) => path),
    [],
  );
  assert.ok(goesToTabs.some(({ path }) => path === "faces/kit/backend.ts"));
});

test("core asks neither the clock nor the dice, and schedules nothing", () => {
  const asks =
    /\b(Date\.now|Math\.random|performance\.now|crypto\.|setTimeout|setInterval|setImmediate)\b|new Date\(\)/;
  for (const sample of ["Date.now()", "Math.random()", "new Date()", "setTimeout(f)"]) assert.match(sample, asks);
  assert.not.match("new Date(nowMs)", asks);
  const found = sources.filter(({ path, text }) => path.startsWith("core/") && asks.test(text)).map(({ path }) => path);
  assert.equal(found, []);
});

test("files are named in kebab-case, for what they are about", () => {
  const bad = sources
    .flatMap(({ path }) => path.replace(/(\.d)?\.ts$/, "").split("/"))
    .filter((name) => FORBIDDEN_NAMES.test(name) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name));
  assert.equal(bad, []);
});

test("the compiler keeps the machine out of core", () => {
  mkdirSync(join(root, "dist"), { recursive: true });
  const dir = mkdtempSync(join(root, "dist", "core-probe-")); // inside the project, so that @types/node could be found
  const config = { extends: "../../src/core/tsconfig.json", compilerOptions: { rootDir: ".", outDir: "out" } };
  const compile = (text: string) => {
    writeFileSync(join(dir, "probe.ts"), `${text}\nexport {};\n`);
    const buildInfo = { tsBuildInfoFile: "out/probe.tsbuildinfo", noEmit: true };
    const whole = { ...config, compilerOptions: { ...config.compilerOptions, ...buildInfo }, include: ["probe.ts"] };
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(whole));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", dir], { encoding: "utf8" });
    return status === 0 ? "compiles" : (/error TS\d+: .*/.exec(stdout)?.[0] ?? stdout);
  };
  try {
    assert.is(compile("const ok: number = [1].at(0) ?? 2; void ok;"), "compiles");
    assert.match(compile("void process.pid;"), /'process'/);
    assert.match(compile("setTimeout(() => {}, 1);"), /'setTimeout'/);
    assert.match(compile("console.log(1);"), /'console'/);
    assert.match(compile('import "node:fs"; import { readFileSync } from "node:fs"; void readFileSync;'), /node:fs/);
    // By path the compiler sees another room; by its #name it would find the declarations in dist, so that is the table's.
    assert.match(compile('import "../../src/host/clock.js";'), /rootDir|not listed within/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.run();

/** One line an import that goes through a wall. */
function wallsBroken({ path, text }: Source): string[] {
  const room = path.split("/")[0]!;
  return importsOf(text)
    .filter((name) => !mayImport(room, path, name))
    .map((name) => `${path}: ${name}`);
}

/** The files from which imports lead back to themselves. */
function inCircles(all: readonly Source[]): string[] {
  const left = new Map(all.map(({ path, text }) => [path, new Set(importsOf(text).map((name) => fileOf(path, name)))]));
  const everyone = [...left.keys()];
  // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    const imported = new Set([...left.values()].flatMap((names) => [...names]));
    for (const [path, names] of left) {
      if (!imported.has(path) || ![...names].some((name) => left.has(name))) left.delete(path);
    }
  }
  return everyone.filter((path) => left.has(path));
}

/** The source that an import names, by the way it stands in src/. */
function fileOf(path: string, name: string): string {
  const target = name.startsWith(".") ? normalize(join(dirname(path), name)) : name.replace(/^#/, "");
  return target.replace(/\.js$/, ".ts");
}

function mayImport(room: string, path: string, name: string): boolean {
  if (name.startsWith(".")) {
    const target = normalize(join(dirname(path), name));
    return target.split("/")[0] === room && (room !== "faces" || sameFace(path, target));
  }
  if (name.startsWith("#")) {
    const target = name.slice(1);
    const other = target.split("/")[0]!;
    if (other === room) return room === "faces" && sameFace(path, target);
    return MAY_IMPORT[room]!.includes(other);
  }
  return room !== "core"; // packages and Node's own
}

/** Within one face, or from a face to what all of them share. */
function sameFace(path: string, target: string): boolean {
  const face = target.split("/")[1];
  return face === path.split("/")[1] || face === "kit";
}

function importsOf(text: string): string[] {
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g);
  return [...found].map((match) => match[1]!);
}

/** Those that are there at run time. */
function valueImportsOf(text: string): string[] {
  return importsOf(text.replace(/\b(import|export) type\b[^;]*;/g, ""));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
