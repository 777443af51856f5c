import * as assert from "uvu/assert";
import { providerLines } from "#faces/cli/recordings/list-providers.js";
import { Ink } from "#faces/kit/ink.js";
import { suite } from "../../kit/t.js";

const test = suite("drover providers");

test("lists what is known, marks a version that was not tried, and says ? of what is not known yet", () => {
  const lines = providerLines(
    [
      {
        name: "claude",
        title: "Claude Code",
        installed: true,
        version: "2.1.328",
        loggedIn: true,
        hooks: false,
        models: ["opus"],
        seenVersions: ["2.1.328"],
      },
      {
        name: "qwen",
        title: "Qwen Code",
        installed: true,
        version: "0.24.4",
        loggedIn: false,
        hooks: null,
        seenVersions: ["0.15.10"],
      },
      { name: "pi", title: "pi", installed: true, version: null, loggedIn: null, seenVersions: ["0.73.1"] },
      { name: "codex", title: "Codex", installed: false, version: null },
      { name: "shell", title: "Shell", installed: true, version: null, loggedIn: null, hooks: null, seenVersions: [] },
    ],
    new Ink(false, true),
    null,
  );
  assert.equal(lines, [
    "NAME    TITLE        VERSION             LOGIN  HOOKS  MODELS",
    "claude  Claude Code  2.1.328             yes    no     opus",
    "qwen    Qwen Code    0.24.4 (not tried)  no     -",
    "pi      pi           ?                   -      -",
    "codex   Codex        not installed",
    "shell   Shell                            -      -",
  ]);
});

test.run();
