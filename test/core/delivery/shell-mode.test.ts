/** A message that a program would run in a shell, by who wrote it. */
import * as assert from "uvu/assert";
import { composerHolds, typeable } from "#core/delivery/composer-text.js";
import { openMailbox, stepMailbox } from "#core/delivery/mailbox.js";
import type { Message } from "#core/delivery/message.js";
import { asPrompt, type ShellMode } from "#core/delivery/shell-mode.js";
import type { AgentId } from "#core/model.js";
import { providers } from "#core/screen/providers.js";
import { suite } from "../../kit/t.js";
import { message, read, recipient, TO, written } from "./letters.js";

const test = suite("shell mode");

const BANG: ShellMode = { opens: ["!"], guard: " " };
const CHILD = "C" as AgentId;

test("a text that opens a shell is guarded, however its beginning is hidden; any other stays as it is", () => {
  for (const text of ["!ls", "!", " \n\t!ls", "\u001b!ls", "\u200b!ls", "\ufeff !ls", "\u00ad\u2060!ls"]) {
    assert.is(asPrompt(text, BANG), ` ${text}`, JSON.stringify(text));
    assert.is(asPrompt(text, { ...BANG, guard: "> " }), `> ${text}`);
    assert.is(asPrompt(text, undefined), text);
  }
  for (const text of ["ls!", "a\n!ls", "/status", "#note", "¡ls", "", "?!"]) assert.is(asPrompt(text, BANG), text);
});

test("what is guarded is known again in the input box", () => {
  for (const guard of [" ", "> "]) {
    const typed = typeable(asPrompt("!rm -rf dist", { ...BANG, guard }));
    assert.ok(composerHolds({ text: typed.trim(), empty: false, pasted: false }, typed));
  }
});

test("every program known to run what begins with a mark has a guard", () => {
  for (const name of ["claude", "codex", "gemini", "opencode", "qwen", "pi", "copilot"]) {
    const mode = providers.get(name)!.shellMode;
    assert.ok(mode !== undefined && asPrompt("!ls", mode) !== "!ls", name);
  }
});

/** What is pasted of the message. */
function pasted(one: Message, text: string, shellMode: ShellMode | null = BANG): string {
  const to = recipient(shellMode === null ? {} : { shellMode });
  let [box, done] = openMailbox(TO, [one], to, 0);
  for (const event of [{ kind: "held" }, read(""), written, { kind: "text", text }, read("")] as const) {
    [box, done] = stepMailbox(box, event, 0);
  }
  return done.map((effect) => (effect.do === "paste" ? effect.text : effect.do)).join(", ");
}

test("an agent's message is guarded, a person's is typed as it was written", () => {
  assert.is(pasted(message(1, "queued", { from: CHILD }), "!ls"), " !ls");
  assert.is(pasted(message(1, "queued", { from: CHILD }), "ls"), "ls");
  assert.is(pasted(message(1, "queued", { from: CHILD }), "!ls", null), "!ls");
  assert.is(pasted(message(1), "!ls"), "!ls");
});

test("through a program's own door an agent's message goes as it was written, a person's command does not", () => {
  const handed = (from: AgentId | null): string => {
    let [box, done] = openMailbox(TO, [message(1, "queued", { from })], recipient({ shellMode: BANG }), 0);
    const look = read("", { door: { session: "s" } });
    for (const event of [{ kind: "held" }, look, written, { kind: "text", text: "!ls" }] as const) {
      [box, done] = stepMailbox(box, event, 0);
    }
    return done.map((effect) => (effect.do === "hand" ? `hand ${effect.text}` : effect.do)).join(", ");
  };
  assert.is(handed(CHILD), "hand !ls");
  assert.is(handed(null), "write");
});

test.run();
