import * as assert from "uvu/assert";
import { layout } from "#faces/dashboard/state/layout.js";
import { fit } from "#faces/dashboard/views/look.js";
import { isUtf8 } from "#faces/kit/locale.js";
import { wrap } from "#faces/kit/wrap.js";
import type { AgentJson } from "#wire/agent.js";
import { suite } from "../../kit/t.js";
import { agent, NOON, Played, question } from "./fleet-of.js";
import { asciiLook, paint, unicodeLook } from "./memory-canvas.js";

const test = suite("dashboard views");

const ASKS = question("Bash command\n\n  npm run build\n\nDo you want to proceed?", [
  "Yes",
  "Yes, and don't ask again for npm run commands here",
  "No, and say what to do instead (esc)",
]);

const fleet = () => [
  agent("fix-login", { state: "working", reason: "Thinking (3s)", ageMs: 30_000 }),
  agent("migrate-billing", { provider: "codex", state: "blocked", question: ASKS, ageMs: 420_000 }),
  agent("review-pr", { provider: "gemini", state: "done", ageMs: 840_000 }),
  agent("docs", { session: "web", provider: "opencode", ageMs: 10_800_000 }),
  agent("hunt", { session: "web", state: "error", reason: "API Error: 529 overloaded", ageMs: 1_680_000 }),
  agent("bump", { session: "web", state: "exited", exit: { code: 1, signal: null }, ageMs: 100_000_000 }),
];

/** A dashboard with a daemon and a screen of 24 rows, 100 columns wide, for the agent selected. */
function shown(columns: number, rows: number, ...keys: string[]): Played {
  const played = new Played(fleet(), { columns, rows }).on({ on: "link", link: { at: "live" } }).press(...keys);
  const text = Array.from({ length: 24 }, (_, y): [string][] =>
    y < 6 ? [[`${y} 漢字 a line of output that goes on `.repeat(3)]] : y === 7 ? [["> say something"]] : [],
  );
  const cursor = { x: 2, y: 7, visible: true };
  const id = played.state.preview?.agent ?? "";
  return played.on({
    on: "screen",
    agent: id,
    screen: { columns: 100, rows: text, cursor, title: "busy", alternate: false },
  });
}

/** Compares with a picture indented as the code around it. */
function looksLike(played: Played, picture: string, look = unicodeLook): void {
  const lines = picture.split("\n").slice(1, -1);
  const indent = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S/)));
  assert.snapshot(paint(played.state, look).toString(), lines.map((line) => line.slice(indent - 1)).join("\n"));
}

const PROVIDERS = [
  { name: "claude", title: "Claude Code", installed: true },
  { name: "codex", title: "Codex", installed: false },
];

test("where tmux is out of sight the header says since when, and the states fade", () => {
  const since = new Date(NOON - 600_000).toISOString();
  const entry = { seq: 101, at: since, kind: "daemon", agent: null, sight: "tmux-slow", sightSince: since };
  const blind = shown(110, 20).on({ on: "entry", entry });
  const time = new Date(since).toTimeString().slice(0, 5);
  const header = (played: Played) => paint(played.state, unicodeLook).toString().split("\n")[0]!;
  assert.match(header(blind), `tmux does not answer since ${time}`);
  const attrs = (played: Played) => paint(played.state, unicodeLook).styles[4]![3];
  assert.not.equal(attrs(blind), attrs(shown(110, 20)));
  assert.match(header(new Played(fleet(), { columns: 50, rows: 20 }).on({ on: "entry", entry })), "tmux does not");
  const again = blind.on({ on: "entry", entry: { ...entry, seq: 102, sight: "ok" } });
  assert.not.match(header(again), "tmux does not answer");
});

test("a machine without a tmux server and without agents that live is in order", () => {
  const entry = { seq: 101, at: "", kind: "daemon", agent: null, sight: "no-server", sightSince: null };
  const header = (...agents: AgentJson[]) =>
    paint(new Played(agents, { columns: 110, rows: 20 }).on({ on: "entry", entry }).state, unicodeLook).toString();
  assert.not.match(header(), "no tmux server");
  assert.not.match(header(agent("a", { state: "exited" })), "no tmux server");
  assert.match(header(agent("a")), "no tmux server runs");
});

test("side by side: the list, the screen with its cut columns marked, and the dialog under it", () => {
  looksLike(
    shown(110, 20, "g"),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle  · 1 exited                mill
    ┌─ agents ───────────────────────────┐┌─ migrate-billing needs you 7m · codex · %1 · busy ───────────────────┐
    │▾ api 3                    ◆1 ✓1 ●1 ││2 漢字 a line of output that goes on 2 漢字 a line of output that goes on ›
    │  ● fix-login       claude     <1m  ││3 漢字 a line of output that goes on 3 漢字 a line of output that goes on ›
    │  ◆ migrate-billing npm run …   7m  ││4 漢字 a line of output that goes on 4 漢字 a line of output that goes on ›
    │  ✓ review-pr       gemini     14m •││5 漢字 a line of output that goes on 5 漢字 a line of output that goes on ›
    │▾ web 3                          ✗1 ││                                                                      │
    │  · bump            ended wi…   1d  ││> say something                                                       │
    │  ○ docs            opencode    3h  │└───────────────────────────────────── ↑2 · 1-70 of 100 columns (, .) ─┘
    │  ✗ hunt            API Erro…  28m  │┌─ migrate-billing asks for permission ────────────────────────────────┐
    │                                    ││ Bash command                                                         │
    │                                    ││                                                                      │
    │                                    ││   npm run build                                                      │
    │                                    ││                                                                      │
    │                                    ││ Do you want to proceed?                                              │
    │                                    ││ 1  Yes                                                               │
    │                                    ││ 2  Yes, and don't ask again for npm run commands here                │
    │                                    ││ 3  No, and say what to do instead (esc)                              │
    └────────────────────────────────────┘└──────────────────────────────────────────────────────────────────────┘
     1-3 answer  g next  ⏎ attach  s send  n new  / filter  ? help  q quit  x stop  w why  m mail  z zoom
    `,
  );
});

test("80x24 stacks the list above the screen", () => {
  looksLike(
    shown(80, 24),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle
    ┌─ agents ─────────────────────────────────────────────────────────────────────┐
    │▾ api 3                                                              ◆1 ✓1 ●1 │
    │  ● fix-login       claude   Thinking (3s)                               <1m  │
    │  ◆ migrate-billing codex    npm run build                                7m  │
    │  ✓ review-pr       gemini                                               14m •│
    │▾ web 3                                                                    ✗1 │
    │  · bump            claude   ended with 1                                 1d  │
    │  ○ docs            opencode                                              3h  │
    │  ✗ hunt            claude   API Error: 529 overloaded                   28m  │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌─ fix-login working <1m · claude · %1 · busy ─────────────────────────────────┐
    │0 漢字 a line of output that goes on 0 漢字 a line of output that goes on 0 漢字 a l›
    │1 漢字 a line of output that goes on 1 漢字 a line of output that goes on 1 漢字 a l›
    │2 漢字 a line of output that goes on 2 漢字 a line of output that goes on 2 漢字 a l›
    │3 漢字 a line of output that goes on 3 漢字 a line of output that goes on 3 漢字 a l›
    │4 漢字 a line of output that goes on 4 漢字 a line of output that goes on 4 漢字 a l›
    │5 漢字 a line of output that goes on 5 漢字 a line of output that goes on 5 漢字 a l›
    │                                                                              │
    │> say something                                                               │
    │                                                                              │
    │                                                                              │
    └────────────────────────────────────────────────── 1-78 of 100 columns (, .) ─┘
     g next: migrate-billing  ⏎ attach  s send  n new  / filter  ? help  q quit
    `,
  );
});

test("80x24 with a dialog shows its question and every choice", () => {
  looksLike(
    shown(80, 24, "g"),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle
    ┌─ agents ─────────────────────────────────────────────────────────────────────┐
    │▾ api 3                                                              ◆1 ✓1 ●1 │
    │  ● fix-login       claude   Thinking (3s)                               <1m  │
    │  ◆ migrate-billing codex    npm run build                                7m  │
    │  ✓ review-pr       gemini                                               14m •│
    │▾ web 3                                                                    ✗1 │
    │  · bump            claude   ended with 1                                 1d  │
    │  ○ docs            opencode                                              3h  │
    │  ✗ hunt            claude   API Error: 529 overloaded                   28m  │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌─ migrate-billing needs you 7m · codex · %1 · busy ───────────────────────────┐
    │                                                                              │
    │> say something                                                               │
    └───────────────────────────────────────────── ↑6 · 1-78 of 100 columns (, .) ─┘
    ┌─ migrate-billing asks for permission ────────────────────────────────────────┐
    │ Bash command                                                                 │
    │   npm run build                                                              │
    │ Do you want to proceed?                                                      │
    │ 1  Yes                                                                       │
    │ 2  Yes, and don't ask again for npm run commands here                        │
    │ 3  No, and say what to do instead (esc)                                      │
    └──────────────────────────────────────────────────────────────────────────────┘
     1-3 answer  g next  ⏎ attach  s send  n new  / filter  ? help  q quit  x stop
    `,
  );
});

test("40x10 shows the list alone, and every choice of a dialog", () => {
  looksLike(
    shown(40, 10, "g"),
    `
     drover  ◆ 1  ✗ 1  ● 1  ✓ 1  ○ 1  · 1
    ┌─ agents ───────────────────────── ↑2 ┐
    │  ◆ migrate-billing npm run bu…   7m  │
    └─────────────────────────────── ✗1 ↓5 ┘
    ┌─ npm run build ──────────────────────┐
    │ 1  Yes                               │
    │ 2  Yes, and don't ask again for npm… │
    │ 3  No, and say what to do instead (… │
    └──────────────────────────────────────┘
     1-3 answer  g next  ? help  q quit
    `,
  );
});

test("40x10 zoomed shows the screen's last rows", () => {
  looksLike(
    shown(40, 10, "z"),
    `
     drover  ◆ 1  ✗ 1  ● 1  ✓ 1  ○ 1  · 1
    ┌─ fix-login working <1m · claude · … ─┐
    │2 漢字 a line of output that goes on 2 漢›
    │3 漢字 a line of output that goes on 3 漢›
    │4 漢字 a line of output that goes on 4 漢›
    │5 漢字 a line of output that goes on 5 漢›
    │                                      │
    │> say something                       │
    └───── ↑2 · 1-38 of 100 columns (, .) ─┘
     ⏎ attach  s send  ? help  q quit
    `,
  );
});

test("no agents: what to do", () => {
  looksLike(
    new Played([], { columns: 60, rows: 12 }),
    `
     drover  0 agents
    ┌─ agents ─────────────────────────────────────────────────┐
    │ No agents yet.                                           │
    │                                                          │
    │ n                       start one here                   │
    │                                                          │
    │ drover spawn claude     start one from a shell           │
    │ drover demo             watch six practice agents        │
    │                                                          │
    │ ?                       all keys                         │
    └──────────────────────────────────────────────────────────┘
     n new  ? help  q quit
    `,
  );
});

test("before the daemon has answered: the frames and where it stands", () => {
  looksLike(
    new Played(null, { columns: 60, rows: 10 }),
    `
     drover                                         connecting…
    ┌─ agents ─────────────────────────────────────────────────┐
    │ connecting…                                              │
    │                                                          │
    │                                                          │
    │                                                          │
    │                                                          │
    │                                                          │
    └──────────────────────────────────────────────────────────┘
     ? help  q quit
    `,
  );
});

test("ASCII alone where the locale is not UTF-8", () => {
  looksLike(
    shown(80, 16, "g"),
    `
     drover  6 agents  ! 1 needs you  x 1 failed  * 1 working  + 1 done  o 1 idle
    +- agents ---------------------------------------------------------------------+
    |v api 3                                                              !1 +1 *1 |
    |  * fix-login       claude   Thinking (3s)                               <1m  |
    |  ! migrate-billing codex    npm run build                                7m  |
    |  + review-pr       gemini                                               14m *|
    +----------------------------------------------------------------------- x1 v4 +
    +- migrate-billing needs you 7m - codex - %1 - busy ---------------------------+
    |> say something                                                               |
    +--------------------------------------------- ^7 - 1-78 of 100 columns (, .) -+
    +- npm run build --------------------------------------------------------------+
    | 1  Yes                                                                       |
    | 2  Yes, and don't ask again for npm run commands here                        |
    | 3  No, and say what to do instead (esc)                                      |
    +------------------------------------------------------------------------------+
     1-3 answer  g next  enter attach  s send  n new  / filter  ? help  q quit
    `,
    asciiLook,
  );
});

test("a prompt being written docks under the screen", () => {
  looksLike(
    shown(80, 20, "s").type("fix the login").press("C-j").type("and test it"),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle
    ┌─ agents ─────────────────────────────────────────────────────────────────────┐
    │▾ api 3                                                              ◆1 ✓1 ●1 │
    │  ● fix-login       claude   Thinking (3s)                               <1m  │
    │  ◆ migrate-billing codex    npm run build                                7m  │
    │  ✓ review-pr       gemini                                               14m •│
    │▾ web 3                                                                    ✗1 │
    │  · bump            claude   ended with 1                                 1d  │
    └─────────────────────────────────────────────────────────────────────── ✗1 ↓2 ┘
    ┌─ fix-login working <1m · claude · %1 · busy ─────────────────────────────────┐
    │5 漢字 a line of output that goes on 5 漢字 a line of output that goes on 5 漢字 a l›
    │                                                                              │
    │> say something                                                               │
    └───────────────────────────────────────────── ↑5 · 1-78 of 100 columns (, .) ─┘
    ┌─ prompt for fix-login ───────────────────────────────────────────────────────┐
    │ fix the login                                                                │
    │ and test it                                                                  │
    │                                                                              │
    └──────────────────────────────────────────────────────── 2 lines, one prompt ─┘
     ⏎ send  alt-⏎ new line  ↑ earlier  esc close
    `,
  );
});

test("the form that starts an agent", () => {
  looksLike(
    shown(80, 20, "n").on({ on: "providers", providers: PROVIDERS }).press("tab").type("new-one"),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle
    ┌─ agents ─────────────────────────────────────────────────────────────────────┐
    ┌─ new agent ──────────────────────────────────────────────────────────────────┐
    │ provider   claude  codex                                                     │
    │                                                                              │
    │ label      new-one                                                           │
    │ session    api                                                               │
    │ folder     ~/api                                                             │
    │                                                                              │
    │ prompt     its first prompt; may be left empty                               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    └────────────────────────────────────────────────── 1-78 of 100 columns (, .) ─┘
     ⏎ next, start  tab field  ^s start  esc close
    `,
  );
});

test("the form names the keys of the field that is written in", () => {
  const form = shown(80, 20, "n").on({ on: "providers", providers: PROVIDERS });
  const footer = (played: Played) => paint(played.state, unicodeLook).toString().split("\n").at(-1)!;
  assert.match(footer(form), "→ provider");
  assert.not.match(footer(form), "new line");
  assert.match(footer(form.press("backtab")), "alt-⏎ new line");
  assert.not.match(footer(form), "→ provider");
});

test("a path longer than its field is shown by its end, with a sign where it is cut", () => {
  const form = shown(40, 12, "n").press("tab", "tab", "tab", "C-u").type("/srv/checkouts/acme/shop/frontend");
  const row = (played: Played) => /folder +(.*?) *│/.exec(paint(played.state, unicodeLook).toString())![1];
  assert.is(row(form), "‹outs/acme/shop/frontend");
  assert.is(row(form.press("home")), "/srv/checkouts/acme/shop/");
});

test("with a filter the footer says how all are shown again, in 80 columns too", () => {
  const played = shown(80, 24, "/").type("e").press("enter");
  assert.match(paint(played.state, unicodeLook).toString(), "esc show all");
});

test("the frame tells a tab's own name where its user gave it one, and the filter knows it", () => {
  const edge = (windowName: string) => {
    const played = new Played([agent("api", { windowName })], { columns: 110, rows: 20 });
    return /┌─ api .*/.exec(paint(played.state, unicodeLook).toString())?.[0] ?? "";
  };
  assert.match(edge("mine"), /claude · %1 mine /);
  assert.match(edge("api"), /claude · %1 ─/);
  const named = [agent("api", { windowName: "mine" }), agent("web")];
  assert.is(new Played(named).press("/").type("mine").selected(), "api");
});

test("what just happened leaves the frame's corner and the preview's own words whole", () => {
  const edge = (played: Played) => paint(played.state, unicodeLook).toString().split("\n").at(-2)!;
  const before = edge(shown(80, 24));
  assert.match(before, / 1-78 of 100 columns \(, \.\) ─┘$/);
  const said = edge(shown(80, 24, "R", "n", "d"));
  assert.match(said, /─ 1-78 of 100 columns \(, \.\) {2}fix-login still runs; x stops it ─┘$/);
});

test("a confirmation says what will happen", () => {
  looksLike(
    shown(80, 16, "x"),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle
    ┌─ agents ─────────────────────────────────────────────────────────────────────┐
    │▾ api 3                                                              ◆1 ✓1 ●1 │
    │  ● fix-login       claude   Thinking (3s)                               <1m  │
    │  ◆ migrate-billing codex    npm run build                                7m  │
    │  ✓ re┌────────────────────────────────────────────────────────────────┐ 14m •│
    └──────│ Stop fix-login?                                                │✗1 ↓4 ┘
    ┌─ fix-│ It is asked to end; after 5 s it is made to. Its record stays. │──────┐
    │2 漢字 a│                                                                │漢字 a l›
    │3 漢字 a│ y ⏎ yes   n esc no                                             │漢字 a l›
    │4 漢字 a└────────────────────────────────────────────────────────────────┘漢字 a l›
    │5 漢字 a line of output that goes on 5 漢字 a line of output that goes on 5 漢字 a l›
    │                                                                              │
    │> say something                                                               │
    └───────────────────────────────────────────── ↑2 · 1-78 of 100 columns (, .) ─┘
     y yes  n no
    `,
  );
});

test("a list one row too short for its last agent gets that row", () => {
  const all = [...fleet(), agent("extra", { session: "web", state: "error" })];
  const painted = (agents: AgentJson[]) => paint(new Played(agents, { columns: 80, rows: 24 }).state).toString();
  assert.not.match(painted(all), "↓");
  assert.match(painted([...all, agent("further", { session: "web" })]), "↓2 ┘");
});

test("the frame says who beyond it waits or has failed", () => {
  const many = Array.from({ length: 9 }, (_, n) => agent(`a-${n}`, n > 6 ? { state: "blocked", question: ASKS } : {}));
  const played = new Played([...many, agent("b", { state: "error" })], { columns: 80, rows: 20 });
  assert.match(paint(played.state).toString(), /◆2 ✗1 ↓\d+ ┘/);
  assert.match(paint(played.press("end").state).toString(), /agents ─+ ↑\d+ ┐/);
});

test("the filter is typed in the footer and named in the frame", () => {
  looksLike(
    shown(80, 16, "/").type("web"),
    `
     drover  6 agents  ◆ 1 needs you  ✗ 1 failed  ● 1 working  ✓ 1 done  ○ 1 idle
    ┌─ agents: web ────────────────────────────────────────────────────────────────┐
    │▾ web 3                                                                    ✗1 │
    │  · bump            claude   ended with 1                                 1d  │
    │  ○ docs            opencode                                              3h  │
    │  ✗ hunt            claude   API Error: 529 overloaded                   28m  │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌─ bump exited 1d · claude · %1 ───────────────────────────────────────────────┐
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     /web                                             ⏎ to the list  esc show all
    `,
  );
});

test("a folded session says what is in it", () => {
  looksLike(
    shown(60, 16, "left"),
    `
     drover  ◆ 1  ✗ 1  ● 1  ✓ 1  ○ 1  · 1
    ┌─ agents ─────────────────────────────────────────────────┐
    │▸ api 3                                          ◆1 ✓1 ●1 │
    │▾ web 3                                                ✗1 │
    │  · bump            claude   ended with 1             1d  │
    │  ○ docs            opencode                          3h  │
    │  ✗ hunt            claude   API Error: 529 overlo…  28m  │
    └──────────────────────────────────────────────────────────┘
    ┌─ api ────────────────────────────────────────────────────┐
    │ ◆ 1 needs you                                            │
    │ ✓ 1 done                                                 │
    │ ● 1 working                                              │
    │                                                          │
    │                                                          │
    └──────────────────────────────────────────────────────────┘
     g next: migrate-billing  n new  / filter  ? help  q quit
    `,
  );
});

test("no size from 40x10 to 220x70 writes outside its panel, in any mode", () => {
  const modes: string[][] = [
    [],
    ["g"],
    ["?"],
    ["w"],
    ["s"],
    ["n"],
    ["x"],
    ["/"],
    ["z"],
    ["left"],
    ["g", "s"],
    ["g", "z"],
  ];
  for (const [columns, rows] of [
    [40, 10],
    [41, 12],
    [59, 16],
    [60, 15],
    [60, 16],
    [79, 24],
    [99, 30],
    [100, 11],
    [100, 12],
    [220, 70],
  ] as const) {
    for (const keys of modes) {
      for (const look of [unicodeLook, asciiLook]) {
        const played = shown(columns, rows, ...keys);
        assert.is(paint(played.state, look).outside, 0, `${columns}x${rows} ${keys.join(" ")}`);
        const at = layout(played.state);
        for (const rect of [at.list, at.preview, at.dock, at.overlay, at.notice]) {
          assert.ok(rect.left + rect.width <= columns && rect.top + rect.height <= rows, `${columns}x${rows}`);
        }
      }
    }
  }
});

test("below 40x10 there is one sentence, and nothing throws down to 1x1", () => {
  for (const [columns, rows] of [
    [39, 10],
    [40, 9],
    [10, 3],
    [1, 1],
  ] as const) {
    for (const keys of [[], ["g", "s"], ["n"], ["?"]]) paint(shown(columns, rows, ...keys).state);
  }
  assert.match(paint(shown(38, 8).state).toString(), /drover needs 40x10; this is 38x8/);
});

test("a click selects, folds, presses the key it hits, and gives a choice only the second time", () => {
  const played = shown(110, 20);
  const find = (text: string) => {
    const rows = paint(played.state).toString().split("\n");
    const y = rows.findIndex((row) => row.includes(text));
    return [rows[y]!.indexOf(text), y] as const;
  };
  assert.is(played.click(...find("migrate-b")).selected(), "migrate-billing");
  played.wished();
  played.click(...find("3  No, and"));
  assert.equal(played.wished(), []);
  assert.match(paint(played.state).toString(), /Answer migrate-billing: No, and say what to do instead/);
  assert.equal(played.click(...find("3  No, and")).wished(), [
    `answer id-migrate-billing 3 ${ASKS.choices[2]!.text} ${ASKS.fingerprint}`,
  ]);
  played.click(...find("1-3 answer"));
  assert.is(played.state.mode.at, "confirm", "the hint names no choice, so one is asked for");
  played.press("escape");
  assert.is(played.click(...find("n new")).state.mode.at, "new");
  played.press("escape").click(...find("▾ web"));
  assert.match(paint(played.state).toString(), /▸ web/);
  assert.is(played.click(...find("1 failed")).selected(), "hunt");
});

test("the wheel scrolls what is under it and selects nothing", () => {
  const many = Array.from({ length: 60 }, (_, i) => agent(`a${i}`));
  const played = new Played(many, { columns: 110, rows: 20 });
  assert.is(played.wheel("down", 5, 5).state.top, 3);
  assert.is(played.selected(), "a0");
  for (let i = 0; i < 40; i++) played.wheel("down", 5, 5);
  assert.is(played.state.top, 45, "to the end and no further");
  assert.is(played.press("down").state.top, 1, "a key brings the selection back into sight");
});

test("only the colour and the sign of a state are ever the same for two", () => {
  const signs = new Set<string>();
  for (const state of [
    "working",
    "blocked",
    "done",
    "idle",
    "error",
    "exited",
    "lost",
    "unclear",
    "starting",
  ] as const) {
    const picture = paint(new Played([agent("a", { state })], { columns: 60, rows: 16 }).state);
    signs.add(picture.cells[3]![3]!);
  }
  assert.is(signs.size, 9);
});

test("text is cut by columns, not by characters, and wrapped at spaces", () => {
  assert.is(fit(unicodeLook, "漢字漢字", 5), "漢字…");
  assert.is(fit(asciiLook, "two\nlines\tand \x1b[31m more", 40), "two lines and [31m more");
  assert.equal(wrap("a long sentence\n  indented", 8), ["a long", "sentence", "indented"]);
  assert.equal(
    wrap("👩‍💻👩‍💻👩‍💻 ok", 4),
    ["👩‍💻👩‍💻", "👩‍💻", "ok"],
    "what is joined is one character of two columns",
  );
});

test("the locale decides between signs and ASCII as it does for every program", () => {
  assert.is(isUtf8({ LANG: "de_DE.UTF-8" }), true);
  assert.is(isUtf8({ LANG: "en_US.utf8", LC_CTYPE: "C" }), false);
  assert.is(isUtf8({ LC_ALL: "C.UTF-8", LANG: "C" }), true);
  assert.is(isUtf8({}), false);
});

test("with a filter, a section counts what it shows", () => {
  const fleet = [agent("blue", { state: "blocked" }), agent("red", { state: "error" }), agent("blue-2")];
  const played = new Played(fleet, { columns: 80, rows: 24 }).press("/").type("blu");
  assert.match(paint(played.state).toString(), /▾ api 2 +◆1 │/);
});

test("children of a parent that was seen to go stand under its name", () => {
  const played = new Played([agent("boss"), agent("kid", { parent: "id-boss" })]).press("b", "b");
  played.change("boss", { archived: true }, "archived");
  assert.is(played.list(), "[boss (removed) and its children] kid");
});

test("a terminal that is too small is told so in whole words", () => {
  const text = paint(new Played([agent("a")], { columns: 14, rows: 6 }).state).toString();
  assert.is(text.replace(/\s+/g, " ").trim(), "drover needs 40x10; this is 14x6");
});

test("of a program that ended its last words are shown, not tmux's alone", () => {
  const said = ["Error: no such model", ...Array(30).fill(""), "Pane is dead (status 1, Fri Nov 20 16:52:53 2026)"];
  const rows = said.map((text: string) => (text === "" ? [] : [[text] as [string]]));
  const screen = { columns: 80, rows, cursor: { x: 0, y: 1, visible: true }, title: "", alternate: false };
  const played = new Played([agent("a", { state: "exited" })], { columns: 80, rows: 24 });
  played.on({ on: "link", link: { at: "live" } }).on({ on: "screen", agent: "id-a", screen });
  assert.match(paint(played.state).toString(), "Error: no such model");
});

test("a list that gets shorter fills its rows", () => {
  const fleet = Array.from({ length: 20 }, (_, n) => agent(`a${n}`, { createdAt: `2026-01-01T00:00:${n + 10}Z` }));
  const played = new Played(fleet, { columns: 80, rows: 24 }).press("end");
  for (const gone of ["a3", "a4", "a5"]) played.change(gone, {}, "archived");
  const rows = paint(played.state).toString().split("\n");
  const last = rows.findIndex((row) => row.startsWith("└"));
  assert.match(rows[last - 1]!, "a19");
});

test.run();
