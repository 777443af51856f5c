import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { errorKindOf } from "#core/screen/error-kind.js";
import { hookReport } from "#core/screen/hook-meanings.js";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import { parseCast } from "#host/cast.js";
import { replayCast } from "#host/replay-cast.js";
import { suite } from "../../kit/t.js";
import { claudeScreens } from "./screens.js";

const test = suite("failures", 60_000);

const SCREENS = new URL("../../../../fixtures/screens/", import.meta.url);

/** What a recording's screens say of the state `shown`, each once, in order. */
async function reasons(name: string, cli: string, shown: string): Promise<string[]> {
  const cast = parseCast(readFileSync(fileURLToPath(new URL(`${name}.cast`, SCREENS)), "utf8"));
  const provider = providers.get(cli)!;
  const said: string[] = [];
  const listening: Provider = {
    ...provider,
    read(still) {
      const reading = provider.read(still);
      const words =
        reading.shown === shown ? `${reading.errorKind ? `${reading.errorKind}: ` : ""}${reading.reason}` : "";
      if (words !== "" && said.at(-1) !== words) said.push(words);
      return reading;
    },
  };
  for await (const _ of replayCast(cast, listening));
  return said;
}

const retries = [
  [
    "claude/error-429",
    "claude",
    ["retrying, attempt 1/2: API error", "retrying, attempt 2/2: 429 Rate limit reached, please slow down"],
  ],
  [
    "claude-2.1.197/error-500",
    "claude",
    ["retrying, attempt 1/2: API error", "retrying, attempt 2/2: 500 Internal server error"],
  ],
  ["codex/error-429", "codex", ["retrying, attempt 1/1: Exceeded retry limit, last status: 429 Too Many Requests"]],
  [
    "opencode/error-500",
    "opencode",
    ["retrying, attempt 1: Internal server error", "retrying, attempt 2: Internal server error"],
  ],
] as const;
for (const [name, cli, expected] of retries) {
  test(`${name}: working, and it says what failed and which try is next`, async () => {
    const said = (await reasons(name, cli, "working")).filter((reason) => reason.startsWith("retrying"));
    assert.equal([...new Set(said)], [...expected]);
  });
}

const failures = [
  ["claude/error-429", "claude", "quota"],
  ["claude/error-500", "claude", "api"],
  ["codex/error-429", "codex", "quota"],
  ["codex/error-400", "codex", "api"],
  ["gemini/error-400", "gemini", "api"],
  ["opencode/error-400", "opencode", "api"],
] as const;
for (const [name, cli, kind] of failures) {
  test(`${name}: an error of the kind ${kind}, with its text`, async () => {
    const said = await reasons(name, cli, "error");
    assert.is(said.length, 1, said.join("\n"));
    assert.match(said[0]!, new RegExp(`^${kind}: \\S+ `));
  });
}

test("claude: a failure that is not called an error, in a row of its own below the prompt", async () => {
  const row = "\x1b[38;5;246m  ⎿ \u00a0\x1b[38;5;211mInvalid API key · Fix external API key\x1b[39m";
  const screen = await claudeScreens.screen("rest", ["\x1b[38;5;246m❯ \x1b[38;5;231mgo on\x1b[39m", row]);
  const { shown, errorKind, reason } = providers.get("claude")!.read(screen);
  assert.equal([shown, errorKind, reason], ["error", "auth", "Invalid API key · Fix external API key"]);
});

const words = [
  ["unexpected status 401 Unauthorized: invalid x-api-key, url: http://127.0.0.1/v1/responses", "auth"],
  ["Invalid API key · Please run /login", "auth"],
  ["OAuth token has expired. Please obtain a new token", "auth"],
  ["[API Error: API key not valid. Please pass a valid API key.]", "auth"],
  ["You've hit your usage limit. Try again at 3 PM.", "quota"],
  ["You have exhausted your capacity on this model.", "quota"],
  ["Your credit balance is too low", "quota"],
  ["exceeded retry limit, last status: 429 Too Many Requests", "quota"],
  ["RESOURCE_EXHAUSTED", "quota"],
  ["the app server panicked", "crash"],
  ["API Error: 500 Internal server error", "api"],
  ["stream disconnected before completion", "api"],
] as const;
for (const [text, kind] of words) {
  test(`"${text}" is of the kind ${kind}`, () => assert.is(errorKindOf(text), kind));
}

test("opencode's hook tells of the next try in the same words as its screen", () => {
  const status = { type: "retry", attempt: 2, message: "Internal server error", next: 1 };
  const report = hookReport("opencode", "session.status", { properties: { status } })!;
  assert.is(report.means, "turn-retries");
  assert.is(report.evidence.excerpt, "retrying, attempt 2: Internal server error");
});

test.run();
