/** Texts and forms of the dashboard where there is little room: how they scroll, wrap, are cut and clicked. */
import * as assert from "uvu/assert";
import type { MessageJson, WhyJson } from "#wire/agent.js";
import type { ProviderJson } from "#wire/requests.js";
import { suite } from "../../kit/t.js";
import { agent, Played, question } from "./fleet-of.js";
import { paint } from "./memory-canvas.js";

const test = suite("dashboard texts and forms");

const SMALL = { columns: 40, rows: 10 };
const live = (played: Played): Played => played.on({ on: "link", link: { at: "live" } });
const seen = (played: Played): string => paint(played.state).toString();
const top = ({ state: { mode } }: Played): number => ("top" in mode ? mode.top : -1);

const WHY: WhyJson = {
  label: "a",
  state: "idle",
  since: "2026-03-04T11:59:00Z",
  evidence: [],
  history: Array.from({ length: 12 }, (_, seq) => {
    return { seq, from: "idle", to: "working", at: "2026-03-04T11:00:00Z", source: "screen", rule: `rule-${seq}` };
  }),
};

test("a text scrolls no further than its end, and back at once", () => {
  const played = live(new Played([agent("a")], { columns: 80, rows: 24 })).press("w");
  played.on({ on: "why", agent: "id-a", why: WHY });
  assert.is(top(played.press("down", "pagedown", "pagedown")), 0, "all of it is in sight");
  const help = new Played([agent("a")], { columns: 80, rows: 24 }).press("?", "end");
  const last = top(help);
  assert.match(seen(help), "scrolls what is under it");
  assert.is(top(help.press("pagedown", "down")), last);
  assert.is(top(help.press("up")), last - 1);
  assert.match(seen(help.press("home")), "│ Agent ");
});

test("of a dialog that was believed each row has a row of its own", () => {
  const excerpt = "Permission needed | Run this command? | 1. Yes";
  const proof = { source: "screen", rule: "claude/dialog-permission", excerpt, incarnation: 1, at: WHY.since };
  const played = live(new Played([agent("a")], { columns: 80, rows: 24 })).press("w");
  const text = seen(played.on({ on: "why", agent: "id-a", why: { ...WHY, evidence: [proof] } }));
  assert.match(text, /Permission needed +│\n│ +Run this command\? +│\n│ +1\. Yes/);
});

test("the help has the keys of everything that can be written in", () => {
  const help = seen(new Played([agent("a")], { columns: 120, rows: 200 }).press("?"));
  for (const title of ["a prompt", "an answer of your own"]) assert.match(help, `│ Writing ${title} `);
});

test("keys stand close to what they do, which is told in few rows", () => {
  const rows = seen(new Played([agent("a")], { columns: 80, rows: 24 }).press("?")).split("\n");
  const widest = rows.find((row) => row.includes("write a prompt"))!;
  assert.ok(widest.indexOf("write a prompt") < 20, widest);
});

test("what is asked before something is done is wrapped, and where it must be cut, that is said", () => {
  const stop = seen(live(new Played([agent("a")], SMALL)).press("x"));
  assert.match(stop, /it is\s*│\n│ made to\. Its record stays\./);
  const long = question("?", [`Yes, ${"and more ".repeat(20)}`, "No"]);
  const asked = live(new Played([agent("a", { state: "blocked", question: long })], { columns: 80, rows: 24 }));
  const y = seen(asked)
    .split("\n")
    .findIndex((row) => row.includes("1  Yes"));
  assert.match(seen(asked.click(8, y)), /and mor… │/);
});

test("an editor says in full that a prompt will wait, and for what", () => {
  const busy = seen(live(new Played([agent("a", { state: "working" })], SMALL)).press("s"));
  assert.match(busy, /a prompt is queued\s*│\n│ until its turn ends/);
  const failed = live(new Played([agent("a", { state: "error" })], { columns: 120, rows: 40 })).press("s");
  assert.match(seen(failed), "its turn failed: a prompt is queued until you try again in its tab or");
  const message = { state: "queued", reason: "it is error" } as MessageJson;
  failed.type("hi").press("enter").on({ on: "sent", agent: "id-a", text: "hi", message });
  assert.match(seen(failed), "queued for a: its turn failed; try again in its tab, or restart it");
});

const PROVIDERS = ["shell", "claude", "codex", "gemini", "opencode", "qwen", "pi", "copilot", "rehearsal"].map(
  (name) => ({ name, title: name, installed: true }) as ProviderJson,
);

function form(size: { columns: number; rows: number }): Played {
  return live(new Played([agent("a")], size))
    .press("n")
    .on({ on: "providers", providers: PROVIDERS });
}

test("a form without room between its fields is clicked where they stand", () => {
  const field = (played: Played): string => (played.state.mode.at === "new" ? played.state.mode.form.field : "");
  for (const size of [SMALL, { columns: 80, rows: 24 }]) {
    for (const name of ["provider", "label", "session", "folder", "prompt"]) {
      const played = form(size);
      const y = seen(played)
        .split("\n")
        .findIndex((row) => row.includes(`│ ${name} `));
      assert.is(field(played.click(20, y)), name, `${name} at ${size.columns}x${size.rows}`);
    }
  }
});

test("providers that do not all fit are shown around the chosen one", () => {
  const row = (played: Played): string => /provider +(.*?) *│/.exec(seen(played))![1]!;
  const played = form({ columns: 60, rows: 24 });
  const rows = PROVIDERS.map((_, n) => row(n === 0 ? played : played.press("right")));
  for (const [n, text] of rows.entries()) assert.match(text, PROVIDERS[n]!.name);
  assert.match(rows[0]!, /^shell .* ›$/);
  assert.match(rows.at(-1)!, /^‹ .* rehearsal$/);
});

test.run();
