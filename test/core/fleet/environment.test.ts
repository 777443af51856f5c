import * as assert from "uvu/assert";
import type { Fault, FaultCode } from "#core/fault.js";
import { checkEnvironment } from "#core/fleet/environment.js";
import { suite } from "../../kit/t.js";

const test = suite("environment");

const claude = {
  title: "Claude Code",
  refusedEnv: ["CLAUDE*", "NESTED"],
  allowedEnv: ["CLAUDE_CODE_USE_*", "CLAUDE_CONFIG_DIR"],
};

function refusal(env: Record<string, string>): { code: FaultCode; message: string } | null {
  try {
    checkEnvironment(env, claude);
    return null;
  } catch (error) {
    return error as Fault;
  }
}

test("names are letters, digits and underscores", () => {
  assert.is(refusal({ A: "1", _b2: "", PATH: "/bin" }), null);
  for (const name of ["", "2A", "A-B", "A B", "A=B", "Ä", "__proto__ "]) {
    assert.is(refusal({ [name]: "x" })?.code, "INVALID", name);
  }
});

test("drover's own names and tmux's are refused", () => {
  for (const name of ["DROVER_ID", "DROVER_ANYTHING", "TMUX", "TMUX_PANE"]) {
    assert.is(refusal({ [name]: "x" })?.code, "INVALID", name);
  }
});

test("what a provider refuses is refused, and its exceptions pass", () => {
  assert.is(refusal({ CLAUDECODE: "1" })?.code, "INVALID");
  assert.is(refusal({ NESTED: "1" })?.code, "INVALID");
  assert.is(refusal({ NESTED_2: "1", CLAUDE_CODE_USE_BEDROCK: "1", CLAUDE_CONFIG_DIR: "/x" }), null);
});

test("a value has 2048 bytes at most, and is never told", () => {
  assert.is(refusal({ A: "é".repeat(1024) }), null);
  const secret = `s3cret${"x".repeat(2048)}`;
  const fault = refusal({ A: secret });
  assert.is(fault?.code, "TOO_LARGE");
  assert.match(fault?.message ?? "", /A has 2054 bytes; the limit is 2048/);
  assert.not.match(JSON.stringify(fault), /s3cret/);
  assert.is(refusal({ A: "a\0b" })?.code, "INVALID");
});

test.run();
