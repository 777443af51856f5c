import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { nextGeminiSession } from "#host/gemini-chats.js";
import { suite } from "../kit/t.js";

const test = suite("Gemini's next conversation");
const home = mkdtempSync(join(tmpdir(), "drover-chats-"));
const project = join(home, ".gemini/tmp/shop");
test.beforeEach(() => void mkdirSync(join(project, "chats"), { recursive: true }));
test.afterEach(() => rmSync(project, { recursive: true, force: true }));
test.after(() => rmSync(home, { recursive: true, force: true }));

const [A, B, C, OTHER] = ["aaaaaaaa-1", "bbbbbbbb-2", "cccccccc-3", "dddddddd-4"] as const;
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 15, 19, 0) + seconds * 1_000).toISOString();

function chat(session: string, seconds: number): void {
  const name = `session-${at(seconds).slice(0, 16).replace(":", "-")}-${session.slice(0, 8)}.jsonl`;
  const head = { sessionId: session, startTime: at(seconds), kind: "main" };
  writeFileSync(join(project, "chats", name), `${JSON.stringify(head)}\n{"$set":{}}\n`);
}
function log(...typed: readonly (readonly [session: string, seconds: number, message: string])[]): void {
  const entries = typed.map(([sessionId, seconds, message]) => ({ sessionId, message, timestamp: at(seconds) }));
  writeFileSync(join(project, "logs.json"), JSON.stringify(entries));
}
const next = (session: string) => nextGeminiSession(session, { HOME: home });

test("is the one whose file begins a moment after the /clear, which is logged under the program's first", async () => {
  chat(A, 0);
  chat(B, 59.9);
  chat(C, 100.2);
  log([A, 5, "hello"], [A, 59.7, "/clear"], [A, 70, "more"], [A, 100, "/clear"]);
  assert.is(await next(B), C, "by way of the log of the program that began it");
  assert.is(await next(A), C, "however many came between");
  assert.is(await next(C), null, "it is the last");
});

test("another program's in the same folder is not", async () => {
  chat(A, 0);
  chat(OTHER, 10);
  chat(B, 30.1);
  log([OTHER, 30, "/clear"]);
  assert.is(await next(A), null);
  assert.is(await next(OTHER), B);
});

test("where two began at that moment, or none did, it is not known", async () => {
  chat(A, 0);
  log([A, 30, "/clear"]);
  assert.is(await next(A), null);
  chat(B, 33);
  assert.is(await next(A), null, "too late");
  chat(B, 30.2);
  chat(OTHER, 31);
  assert.is(await next(A), null);
});

test("what cannot be read tells nothing", async () => {
  assert.is(await next(A), null);
  chat(A, 0);
  assert.is(await next(A), null);
  writeFileSync(join(project, "logs.json"), '[null, 1, {"sessionId": 1}');
  assert.is(await next(A), null);
  writeFileSync(join(project, "logs.json"), '[null, 1, {"sessionId": 1}]');
  assert.is(await next(A), null);
});

test.run();
