import * as assert from "uvu/assert";
import { fleetTable } from "#faces/cli/agents/fleet-table.js";
import { age } from "#faces/kit/age.js";
import { Ink } from "#faces/kit/ink.js";
import { suite } from "../../kit/t.js";
import { agent, NOW, QUESTION } from "./agents.js";

const test = suite("fleet-table");
const plain = new Ink(false);
const nowMs = Date.parse(NOW);

function play(agents: Parameters<typeof fleetTable>[0], columns: number | null = null, ink = plain): string {
  return fleetTable(agents, ink, columns, nowMs).join("\n");
}

const fleet = [
  agent({ label: "idle-one" }),
  agent({ label: "gone", state: "exited", exit: { code: 2, signal: null } }),
  agent({
    label: "翻訳",
    state: "working",
    since: "2026-11-20T11:59:55.000Z",
    provider: "claude",
    reason: "Thinking…",
  }),
  agent({ label: "old", state: "exited", archived: true, session: "", exit: { code: null, signal: "SIGTERM" } }),
  agent({ label: "asks", state: "blocked", since: "2026-11-20T09:00:00.000Z", question: QUESTION }),
  agent({ label: "asks-first", state: "blocked", since: "2026-11-17T09:00:00.000Z", question: QUESTION }),
  agent({ label: "failed", state: "error", reason: "429 \u001b[31mtoo many\nrequests" }),
];

test("a failure that its person has to mend is named by its kind", () => {
  const failed = agent({ state: "error", reason: "You've hit your limit" });
  assert.match(play([{ ...failed, errorKind: "quota" }]), / quota: You've hit your limit$/);
  assert.match(play([{ ...failed, errorKind: "api" }]), /@3 {2}You've hit your limit$/);
});

test("who needs a person stands first, the longest waiting on top, what is over last", () => {
  assert.equal(
    play(fleet),
    [
      "   LABEL       STATE            AGE  PROVIDER  WHERE    SAYS",
      "◆  asks-first  blocked           3d  codex     work @3  Run npm test?",
      "◆  asks        blocked           3h  codex     work @3  Run npm test?",
      "✗  failed      error            12m  codex     work @3  429  [31mtoo many requests",
      "●  翻訳        working           5s  claude    work @3  Thinking…",
      "○  idle-one    idle             12m  codex     work @3",
      "·  gone        exited           12m  codex     work @3  exit status 2",
      "·  old         exited, removed  12m  codex              ended by SIGTERM",
    ].join("\n"),
  );
});

test("a tab that its user named is told by that name too", () => {
  assert.match(play([agent({ windowName: "api" })]), / work @3$/);
  assert.match(play([agent({ windowName: "my\u001b window" })]), / work @3 my {2}window$/);
  assert.match(play([agent({ state: "lost", session: "", window: "", windowName: "" })]), /codex$/);
});

test("no line is wider than the terminal, and none ends in blanks", () => {
  for (let columns = 1; columns < 90; columns++) {
    for (const line of play(fleet, columns).split("\n")) {
      assert.ok([...line].length <= columns, `${columns}: ${line}`);
      assert.is(line, line.trimEnd());
    }
  }
});

test("colours stand only around words, and none where they are not wanted", () => {
  const coloured = play(fleet, null, new Ink(true));
  assert.match(coloured, "\u001b[33mblocked\u001b[0m");
  assert.is(coloured.replace(/\u001b\[\d+m/g, ""), play(fleet));
  assert.not.match(play(fleet), "\u001b");
});

test("where the locale is not UTF-8 the signs are ASCII", () => {
  const signs = (text: string) =>
    text
      .split("\n")
      .map((line) => line[0])
      .join("");
  assert.is(
    signs(
      play(
        fleet.filter((a) => a.label !== "翻訳"),
        null,
        new Ink(false, false),
      ),
    ),
    " !!xo..",
  );
});

test("an empty fleet says what to do", () => {
  assert.match(play([]), /No agents yet\.\n.*drover spawn.*drover demo/);
});

test("an age is told in the unit that fits", () => {
  const ago = (seconds: number) => age(new Date(nowMs - seconds * 1000).toISOString(), nowMs);
  assert.equal([-5, 0, 59, 60, 3599, 3600, 47 * 3600, 48 * 3600].map(ago), [
    "0s",
    "0s",
    "59s",
    "1m",
    "59m",
    "1h",
    "47h",
    "2d",
  ]);
  assert.is(age("", nowMs), "");
});

test.run();
