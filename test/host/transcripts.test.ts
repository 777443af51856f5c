import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { codexSessionOf, findTranscript, isUsersSession, lastWrittenTurns } from "#host/transcripts.js";
import { suite } from "../kit/t.js";

const test = suite("transcripts");
const home = mkdtempSync(join(tmpdir(), "drover-"));
test.after(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text = ""): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const line = (json: unknown) => `${JSON.stringify(json)}\n`;
const prompt = line({ type: "user", message: { content: "go" } });
const says = (text: string) => line({ type: "assistant", message: { content: [{ type: "text", text }] } });

test("the end of a file is enough, and more of it is read where the turn began further up", async () => {
  const filler = line({ type: "attachment", text: "x".repeat(4_000) });
  const long = "y".repeat(700_000);
  const text = filler.repeat(400) + prompt + says("one") + filler.repeat(300) + prompt + says(long);
  const file = write("long.jsonl", text);
  assert.is((await lastWrittenTurns("claude", file, 1)).at(-1)?.text, long);
  assert.equal(
    (await lastWrittenTurns("claude", file, 2)).map((turn) => turn.text?.length),
    [3, 700_000],
  );
});

test("a file that is not there, empty, a folder or without a turn has none", async () => {
  for (const path of [join(home, "no"), home, write("empty"), write("none", says("x"))])
    assert.equal(await lastWrittenTurns("claude", path, 1), []);
});

const SESSION = "5622b148-db7f-4a24-9fd9-7ed7271507e7";

test("a FIFO and a device are no transcripts, and hold nobody up", async () => {
  const fifo = join(home, "fifo.jsonl");
  execFileSync("mkfifo", [fifo]);
  assert.equal(await lastWrittenTurns("claude", fifo, 1), []);
  assert.equal(await lastWrittenTurns("claude", "/dev/zero", 1), []);
});

test("each program's own folders are searched by the session's id", async () => {
  const find = (provider: string, env: Record<string, string> = {}) =>
    findTranscript(provider, SESSION, "/srv/my.shop", { HOME: home, ...env });
  assert.is(await find("claude"), null);
  const other = write(`.claude/projects/-elsewhere/${SESSION}.jsonl`);
  assert.is(await find("claude"), other);
  const own = write(`.claude/projects/-srv-my-shop/${SESSION}.jsonl`);
  assert.is(await find("claude"), own);
  assert.is(await find("claude", { CLAUDE_CONFIG_DIR: join(home, "none") }), null);
  write(`.codex/sessions/2026/11/2/rollout-2026-11-02T08-00-00-another.jsonl`);
  const day = write(`.codex/sessions/2026/11/20/rollout-2026-11-20T08-53-50-${SESSION}.jsonl`);
  assert.is(await find("codex"), day);
  const chat = write(".gemini/tmp/shop/chats/session-2026-11-20T09-04-5622b148.jsonl");
  assert.is(await find("gemini"), chat);
  assert.is(await find("opencode"), null);
});

test("an id that is none, and an environment without a home, find nothing", async () => {
  for (const id of ["../../../etc/passwd", "", "a/b", "x".repeat(80)])
    assert.is(await findTranscript("claude", id, "/", { HOME: home }), null);
  assert.is(await findTranscript("claude", SESSION, "/", {}), null);
});

test("a session of Codex's is its user's where its file says so", async () => {
  const session = (n: number) => `01a1f944-cba6-7ae0-a750-00000000000${n}`;
  const begins = (n: number, payload: object) =>
    write(`.codex/sessions/2026/11/20/rollout-x-${session(n)}.jsonl`, line({ type: "session_meta", payload }) + prompt);
  begins(1, { source: "cli", thread_source: "user" });
  begins(2, { source: { subagent: "review" } });
  begins(3, { source: "cli", thread_source: "subagent" });
  write(`.codex/sessions/2026/11/20/rollout-x-${session(4)}.jsonl`, "{");
  const users = await Promise.all([1, 2, 3, 4, 5].map((n) => isUsersSession(session(n), { HOME: home })));
  assert.equal(users, [true, false, false, false, false]);
});

test("Codex's files name their session", () => {
  const session = "01a1f944-cba6-7ae0-a750-043265e9d13e";
  assert.is(codexSessionOf(`/h/.codex/sessions/2026/11/20/rollout-2026-11-20T14-03-17-${session}.jsonl`), session);
  for (const path of ["", `/h/sessions/${session}.jsonl`, "/h/.codex/history.jsonl", `/x/rollout-x-${session}.jsonl`])
    assert.is(codexSessionOf(path), "");
});

test.run();
