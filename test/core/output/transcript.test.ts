import * as assert from "uvu/assert";
import { type WrittenTurn, writesTranscript, writtenTurns } from "#core/output/transcript.js";
import { suite } from "../../kit/t.js";

const test = suite("transcript");

type Line = Record<string, unknown> | string;

/** The turns, one a line: when it began, how it ended, its text. */
function turns(provider: string, lines: readonly Line[]): string[] {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  return writtenTurns(provider, text).map(told);
}

function told({ beganAtMs, text, why, ended }: WrittenTurn): string {
  return `${beganAtMs ?? "?"} ${ended ? "ended" : "open"} ${why ?? JSON.stringify(text)}`;
}

const at = (seconds: number) => new Date(seconds * 1000).toISOString();

const claude = {
  prompt: (text: unknown, more = {}) => ({ type: "user", message: { content: text }, timestamp: at(1), ...more }),
  says: (text: string, more = {}) => ({ type: "assistant", message: { content: [{ type: "text", text }], ...more } }),
  over: { type: "system", subtype: "turn_duration" },
};

test("Claude's last answer counts; tools, subagents, notices and what a hook says begin no turn", () => {
  assert.equal(
    turns("claude", [
      { type: "mode", mode: "normal" },
      claude.prompt("go"),
      claude.says("I will look.", { id: "1" }),
      { type: "assistant", message: { id: "1", content: [{ type: "tool_use", name: "Bash" }] } },
      claude.prompt([{ type: "tool_result", content: "text of a tool" }]),
      claude.prompt("you are a helper", { isSidechain: true }),
      { ...claude.says("said by a helper"), isSidechain: true },
      claude.prompt("<task-notification>done</task-notification>"),
      claude.prompt("Stop hook feedback:\nmore"),
      claude.prompt("<command-name>/model</command-name>"),
      claude.prompt("a summary", { isCompactSummary: true }),
      claude.says("Done.\n\n    code()\n", { id: "2", stop_reason: "end_turn" }),
    ]),
    ['1000 ended "Done.\\n\\n    code()\\n"'],
  );
});

test("blocks of one message are one answer; of the next message another", () => {
  const lines = [claude.prompt([{ type: "text", text: "go" }]), claude.says("one", { id: "1" })];
  assert.equal(turns("claude", [...lines, claude.says("two", { id: "1" })]), ['1000 open "one\\n\\ntwo"']);
  assert.equal(turns("claude", [...lines, claude.says("two", { id: "2" })]), ['1000 open "two"']);
});

test("a turn of tools alone has no text, one that was stopped or failed says so", () => {
  const prompt = claude.prompt("go");
  assert.equal(turns("claude", [prompt, claude.over]), ["1000 ended null"]);
  const stopped = claude.prompt([{ type: "text", text: "[Request interrupted by user for tool use]" }]);
  assert.equal(turns("claude", [prompt, claude.says("So"), stopped]), ["1000 ended the turn was interrupted"]);
  const failure = { ...claude.says("API Error: 500"), isApiErrorMessage: true };
  assert.equal(turns("claude", [prompt, failure]), ["1000 ended the turn failed: API Error: 500"]);
});

test("what cannot be read is left out: a last line that is being written, broken ones, other values", () => {
  const good = [claude.prompt("go"), claude.says("Yes."), claude.over];
  const whole = JSON.stringify(claude.says("never"));
  const odd = ["", "garbage", "{", "[1]", "null", '{"type":"user"}', '{"type":"assistant","message":7}', "{}{}"];
  for (const line of [...odd, whole.slice(0, -5), whole.slice(30)]) {
    assert.equal(turns("claude", [line, ...good, line]), ['1000 ended "Yes."'], line);
    for (const provider of ["codex", "gemini"]) assert.equal(turns(provider, [line]), [], line);
  }
});

test("answers above the first turn that is there belong to none", () => {
  assert.equal(turns("claude", [claude.says("of before"), claude.over]), []);
  assert.equal(turns("shell", [claude.prompt("go")]), []);
  assert.equal(["claude", "codex", "gemini", "opencode", "toString"].filter(writesTranscript), [
    "claude",
    "codex",
    "gemini",
  ]);
});

test("Codex says when a turn begins and what it ended with", () => {
  const event = (payload: Record<string, unknown>) => ({ type: "event_msg", timestamp: at(2), payload });
  const begun = event({ type: "task_started" });
  const said = (text: string) => ({
    type: "response_item",
    payload: { type: "message", role: "assistant", content: [{ type: "output_text", text }] },
  });
  assert.equal(
    turns("codex", [begun, said("I will look."), event({ type: "task_complete", last_agent_message: "Done." })]),
    ['2000 ended "Done."'],
  );
  assert.equal(turns("codex", [begun, said("I will look.")]), ['2000 open "I will look."']);
  assert.equal(turns("codex", [begun, event({ type: "task_complete", last_agent_message: null })]), [
    "2000 ended null",
  ]);
  assert.equal(turns("codex", [begun, said("So"), event({ type: "turn_aborted" })]), [
    "2000 ended the turn was interrupted",
  ]);
  assert.equal(turns("codex", [begun, event({ type: "error", message: "bad\n[request]" })]), [
    "2000 ended the turn failed: bad request",
  ]);
});

test("Gemini writes its messages one by one, and at times all of them anew", () => {
  const user = (text: string) => ({ type: "user", timestamp: at(3), content: [{ text }] });
  const says = (content: string, more = {}) => ({ type: "gemini", content, ...more });
  const context = user("<session_context>\nThis is the Gemini CLI.");
  const lines = [
    { sessionId: "x", kind: "main" },
    { $set: { messages: [context] } },
    user("go"),
    says("I will look.", { toolCalls: [{ name: "ls" }] }),
    { type: "user", content: [{ functionResponse: {} }] },
    says("Done."),
    { $set: { lastUpdated: at(4) } },
  ];
  assert.equal(turns("gemini", lines), ['3000 ended "Done."']);
  assert.equal(turns("gemini", lines.slice(0, 5)), ['3000 open "I will look."']);
  const anew = { $set: { messages: [context, user("go"), says("Done."), user("again")] } };
  assert.equal(turns("gemini", [...lines, anew]), ['3000 ended "Done."', "3000 open null"]);
  assert.equal(turns("gemini", [user("go"), says("So"), { type: "info", content: "Request cancelled." }]), [
    "3000 ended the turn was interrupted",
  ]);
});

test("a turn that was stopped in Gemini CLI stays the last, though all before it is written once more", () => {
  const says = (type: string, text: string, seconds: number) => ({ type, content: [{ text }], timestamp: at(seconds) });
  const again = [says("user", "first", 9), says("gemini", "One.", 9.001)];
  const stop = { type: "info", content: "Request cancelled.", timestamp: at(9) };
  const begun = [says("user", "first", 1), says("gemini", "One.", 2), says("user", "second", 8), stop];
  const told = ['9000 ended "One."', "8000 ended the turn was interrupted"];
  assert.equal(turns("gemini", [...begun, ...again, { $set: { messages: again } }]), told);
  assert.equal(turns("gemini", [...begun, { $set: { messages: again } }]), told);
  assert.equal(turns("gemini", [...begun, ...again]).at(-1), told[1]);
  const on = [says("user", "third", 12), says("gemini", "Three.", 13)];
  const after = [...begun, ...again, { $set: { messages: again } }, ...on];
  assert.equal(turns("gemini", after).at(-1), '12000 ended "Three."');
});

test.run();
