import * as assert from "uvu/assert";
import { hookResponse } from "#core/output/from-hook.js";
import { suite } from "../../kit/t.js";

const test = suite("from hook");

const cases: readonly (readonly [
  what: string,
  provider: string,
  event: string,
  payload: object,
  said: string | null,
])[] = [
  ["Claude's Stop, verbatim", "claude", "Stop", { last_assistant_message: " a\n\tb\n" }, " a\n\tb\n"],
  [
    "Claude's Stop with agents still at work",
    "claude",
    "Stop",
    { last_assistant_message: "a", background_tasks: [{}] },
    null,
  ],
  ["Claude's Stop without the field", "claude", "Stop", {}, null],
  ["Claude's failure, which is no response", "claude", "StopFailure", { last_assistant_message: "API Error" }, null],
  ["a subagent's end", "claude", "SubagentStop", { last_assistant_message: "a" }, null],
  ["Codex's Stop", "codex", "Stop", { last_assistant_message: "a" }, "a"],
  ["Codex's Stop of a turn without text", "codex", "Stop", { last_assistant_message: null }, ""],
  ["Codex's notification", "codex", "notify", { type: "agent-turn-complete", "last-assistant-message": "a" }, "a"],
  ["the same, as its wiring names it", "codex", "agent-turn-complete", { "last-assistant-message": null }, ""],
  [
    "the same of the task's name",
    "codex",
    "agent-turn-complete",
    {
      "input-messages": ["Generate a concise, single-line task title of at most 36 characters"],
      "last-assistant-message": '{"title":"a"}',
    },
    null,
  ],
  [
    "Codex's notification of the task's name",
    "codex",
    "notify",
    {
      type: "agent-turn-complete",
      "input-messages": ["Generate a concise, single-line task title of at most 36 characters"],
      "last-assistant-message": '{"title":"a"}',
    },
    null,
  ],
  ["Gemini's, which repeats what was streamed", "gemini", "AfterAgent", { prompt_response: "a a" }, null],
  [
    "opencode's end, with what its API gave the plugin",
    "opencode",
    "session.idle",
    { properties: { sessionID: "s" }, drover: { response: { text: "a" } } },
    "a",
  ],
  ["opencode's end of a turn without text", "opencode", "session.idle", { drover: { response: { text: "" } } }, ""],
  ["opencode's end without the API", "opencode", "session.idle", { properties: { sessionID: "s" } }, null],
  ["opencode's end of a turn that was stopped", "opencode", "session.idle", { drover: { response: null } }, null],
  ["another program's event of the same name", "opencode", "Stop", { last_assistant_message: "a" }, null],
];
for (const [what, provider, event, payload, said] of cases) {
  test(what, () => assert.is(hookResponse(provider, event, payload as Record<string, unknown>), said));
}

test.run();
