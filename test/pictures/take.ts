/**
 * Takes pictures of programs in a terminal, to be looked at.
 *
 *   npm run pictures -- FOLDER                                   the demo at three sizes, outside and inside tmux
 *   npm run pictures -- FOLDER NAME COLUMNSxROWS COMMAND [STEP…] one picture of any command
 *
 * A STEP is `see:REGEX`, `press:KEY,KEY`, `type:TEXT` or `rest:MS`. Needs tmux, and rsvg-convert (librsvg2-bin) for PNG:
 * without it only the SVG is written.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { argsOf } from "../kit/script.js";
import { film, type Scene, type Step } from "./film.js";
import { svg } from "./svg.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const drover = `${process.execPath} ${join(root, "bin/drover.js")}`;
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
/** Two of the six practice agents wait for a person: the demo has come as far as it is shown. */
const READY: readonly Step[] = [{ see: /2 need you/ }, { rest: 300 }];

const script = {
  run: "npm run pictures",
  does:
    "Takes pictures of the demo, or of any command once it has gone through the steps.\n" +
    "A STEP is see:REGEX, press:KEY,KEY, type:TEXT or rest:MS.",
  words: "FOLDER [NAME COLUMNSxROWS COMMAND [STEP…]]",
  options: {},
};
const [folder, name, size, command, ...words] = argsOf(script).words;
if (folder === undefined) {
  console.error("npm run pictures wants a FOLDER; npm run pictures -- --help lists what there is");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

if (command !== undefined) {
  const [columns = 80, rows = 24] = (size ?? "").split("x").map(Number);
  await take(name!, { columns, rows, command, steps: words.map(readStep) });
} else {
  for (const [columns, rows] of SIZES) {
    if (name !== undefined && name !== `${columns}x${rows}`) continue;
    const at = `${columns}x${rows}`;
    await take(`demo-${at}`, { columns, rows, command: `${drover} demo`, steps: READY, leave: ["q"] });
    await insideTmux(`demo-${at}-tmux`, columns, rows);
  }
}

async function take(name: string, scene: Scene): Promise<void> {
  const picture = svg(await film(scene));
  const file = resolve(folder!, name);
  writeFileSync(`${file}.svg`, picture);
  const drawn = spawnSync("rsvg-convert", [`${file}.svg`, "-o", `${file}.png`], { stdio: "inherit" });
  console.log(drawn.status === 0 ? `${file}.png` : `${file}.svg (no PNG: rsvg-convert is missing or failed)`);
}

/** The demo in a pane of a tmux of its own, as its client shows it, status line and all. */
async function insideTmux(name: string, columns: number, rows: number): Promise<void> {
  const own = mkdtempSync(join(tmpdir(), "drover-inner-"));
  const inner = `tmux -S ${join(own, "s")} -f /dev/null`;
  try {
    const command = `${inner} new-session -s work '${drover} demo'`;
    await take(name, { columns, rows, command, steps: READY, leave: ["q"] });
  } finally {
    spawnSync("sh", ["-c", `${inner} kill-server`], { stdio: "ignore" });
    rmSync(own, { recursive: true, force: true });
  }
}

function readStep(word: string): Step {
  const [kind, ...rest] = word.split(":");
  const value = rest.join(":");
  if (kind === "see") return { see: new RegExp(value) };
  if (kind === "press") return { press: value.split(",") };
  if (kind === "type") return { type: value };
  if (kind === "rest") return { rest: Number(value) };
  throw new Error(`a step is see:, press:, type: or rest:, not "${word}"`);
}
