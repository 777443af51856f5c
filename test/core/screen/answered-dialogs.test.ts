/** Recordings that drover made while it answered dialogs of the real programs, a dialog after the other (fixtures/dialogs). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { providers } from "#core/screen/providers.js";
import { parseCast } from "#host/cast.js";
import { replayCast } from "#host/replay-cast.js";
import { suite } from "../../kit/t.js";

const test = suite("answered dialogs");
const folder = join(fileURLToPath(new URL(".", import.meta.url)), "../../../../fixtures/dialogs");

/** A line for each dialog, the highlighted choice behind `>`, a field as `✎`, and for the states between and after them. */
async function told(name: string): Promise<string[]> {
  const cast = parseCast(readFileSync(join(folder, `${name}.cast`), "utf8"));
  const told: string[] = [];
  for await (const line of replayCast(cast, providers.get(name.split("-")[0]!)!)) {
    if ("question" in line) {
      const { kind, text, choices, field } = line.question;
      const drawn = choices.map((one) => `${one.selected ? ">" : ""}${one.key}${one.field ? "✎" : ""} ${one.text}`);
      told.push(`${kind}: ${text.split("\n")[0]} ${[...drawn, ...(field ? ["✎"] : [])].join(" | ")}`);
    } else if ("state" in line && line.state !== "starting" && line.state !== "blocked") told.push(line.state);
  }
  return told.filter((line, n) => line !== told[n - 1]);
}

test("Claude Code's first run: looks, a key, notes, the folder", async () => {
  const [looks, key, notes, trust, ...rest] = await told("claude-first-run");
  assert.match(looks!, /^other: Let's get started\. > Auto \(match terminal\) \| {2}Dark mode \| {2}Light mode \| /);
  assert.is(key, "login: Detected a custom API key in your environment  Yes | > No (recommended)");
  assert.is(notes, "other: Security notes: > Continue");
  assert.is(trust, "trust: Accessing workspace: > No, exit |  Yes, I trust this folder");
  assert.is(rest.at(-1), "idle");
});

test("a plan of Claude Code's takes a choice, or words on what to change", async () => {
  const plan =
    "plan: Ready to code? >1 Yes, and use auto mode | 2 Yes, manually approve edits | 3✎ Tell Claude what to change";
  assert.equal(await told("claude-plan"), [
    "idle",
    "working",
    plan,
    "working",
    "done",
    "working",
    plan,
    "working",
    "done",
  ]);
});

test("Codex's first run: how to sign in, and a key", async () => {
  const welcome = "login: Welcome to Codex, OpenAI's command-line coding agent";
  // For a moment its composer stands there as if it were ready (fixtures/screens/README.md).
  assert.equal(await told("codex-first-run"), [
    "idle",
    `${welcome} >1 Sign in with ChatGPT | 2 Sign in with Device Code | 3 Sign in another way`,
    `${welcome} >1 Use an OpenAI API key | 2 Use Amazon Bedrock`,
    "login: Use your own OpenAI API key for usage-based billing ✎",
    "idle",
  ]);
});

test("Gemini CLI's first run: the folder, how to sign in, and a key", async () => {
  assert.equal(await told("gemini-first-run"), [
    "trust: Do you trust the files in this folder? >1 Trust folder (w-demo-gm) | 2 Trust parent folder (tmp) | 3 Don't trust",
    // It starts itself anew for a folder that is trusted.
    "unclear",
    "login: ? Get started >1 Sign in with Google | 2 Use Gemini API Key | 3 Vertex AI",
    "login: Enter Gemini API Key ✎",
    "idle",
  ]);
});

test.run();
