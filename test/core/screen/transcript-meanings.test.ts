import * as assert from "uvu/assert";
import { TranscriptReports } from "#core/screen/transcript-meanings.js";
import { suite } from "../../kit/t.js";

const test = suite("transcript meanings");

const timestamp = "2026-11-20T13:00:00.000Z";
const means = (provider: string, line: unknown) => {
  const report = new TranscriptReports(provider).read(JSON.stringify(line));
  return report === null ? null : `${report.means} (${report.evidence.excerpt})`;
};

test("Claude Code: a prompt, an end behind the hooks, helpers, an Escape, a denied tool, a failure", () => {
  const user = (content: unknown, more = {}) => ({ type: "user", timestamp, message: { content }, ...more });
  assert.is(means("claude", user("my secret")), "turn-started (a prompt is written down)");
  assert.is(means("claude", user("later", { promptSource: "queued" })), "turn-started (a prompt is written down)");
  const end = { type: "system", subtype: "turn_duration", durationMs: 9, timestamp };
  assert.is(means("claude", end), "turn-ended (the turn's end is written down)");
  assert.is(means("claude", { ...end, pendingBackgroundAgentCount: 1 }), "turn-goes-on (waits for 1 background task)");
  for (const text of ["[Request interrupted by user]", "[Request interrupted by user for tool use]"])
    assert.is(means("claude", user([{ type: "text", text }])), "interrupted (the turn was interrupted)");
  const failed = {
    type: "assistant",
    isApiErrorMessage: true,
    message: { content: [{ type: "text", text: "API 500" }] },
  };
  assert.is(means("claude", { ...failed, timestamp }), "turn-failed (API 500)");
});

test("what waits in a queue, what a helper does and what may go on yet tell of no turn", () => {
  for (const line of [
    { type: "queue-operation", operation: "enqueue", content: "later", timestamp },
    { type: "user", isSidechain: true, message: { content: "you are a helper" }, timestamp },
    { type: "user", message: { content: "<task-notification>\n" }, timestamp },
    { type: "user", message: { content: "Stop hook feedback:\nmore" }, timestamp },
    { type: "assistant", message: { stop_reason: "end_turn", content: [{ type: "text", text: "Yes." }] }, timestamp },
    // Without a time nobody knows whether it is history.
    { type: "user", message: { content: "go" } },
  ])
    assert.is(means("claude", line), null, JSON.stringify(line));
  assert.is(new TranscriptReports("claude").read('{"type":"user","message":{"cont'), null);
  assert.is(means("opencode", { type: "user", message: { content: "go" }, timestamp }), null);
});

test("Codex: its turns by their events, whatever was said in them", () => {
  const event = (payload: unknown) => ({ type: "event_msg", timestamp, payload });
  assert.is(means("codex", event({ type: "task_started" })), "turn-started (a prompt is written down)");
  const complete = event({ type: "task_complete", last_agent_message: "my secret" });
  assert.is(means("codex", complete), "turn-ended (the turn's end is written down)");
  const failed = event({ type: "task_complete", last_agent_message: null, error: { message: "high demand" } });
  assert.is(means("codex", failed), "turn-failed (high demand)");
  assert.is(means("codex", event({ type: "turn_aborted" })), "interrupted (the turn was interrupted)");
  assert.is(means("codex", event({ type: "error", message: "500" })), "turn-failed (500)");
});

test("Gemini CLI: a prompt, a stop and a failure; its answers are written before it knows that they are the last", () => {
  const says = (type: string, content: unknown) => ({ type, content, timestamp, id: "1" });
  assert.is(means("gemini", says("user", [{ text: "go" }])), "turn-started (a prompt is written down)");
  assert.is(means("gemini", says("info", "Request cancelled.")), "interrupted (the turn was interrupted)");
  assert.is(means("gemini", says("error", "[API Error: 500]")), "turn-failed (API Error: 500)");
  for (const line of [
    says("gemini", "Done."),
    says("user", [{ text: "<session_context>\nThis is" }]),
    says("user", [{ text: "[System: You successfully executed a tool but returned an empty response.]" }]),
    says("user", [{ functionResponse: { id: "x" } }]),
    { $set: { messages: [says("user", [{ text: "go" }])] } },
  ])
    assert.is(means("gemini", line), null, JSON.stringify(line));
});

test("what Gemini CLI writes once more after a stop begins no turn", () => {
  const reports = new TranscriptReports("gemini");
  const read = (type: string, content: unknown, at: string) =>
    reports.read(JSON.stringify({ type, content, timestamp: `2026-11-20T14:05:${at}Z` }))?.means ?? null;
  assert.equal(
    [
      read("user", [{ text: "go" }], "42.934"),
      read("info", "Request cancelled.", "44.199"),
      read("user", [{ text: "go before" }], "44.199"),
      read("gemini", [{ text: "Done." }], "44.199"),
      read("user", [{ text: "go on" }], "48.409"),
    ],
    ["turn-started", "interrupted", null, null, "turn-started"],
  );
});

test.run();
