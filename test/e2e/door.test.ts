/** Prompts that go through opencode's own door, and a daemon that is killed on the way. */

import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { curl } from "../kit/patient-curl.js";
import { suite, until } from "../kit/t.js";
import { DaemonWorld } from "./daemon-world.js";

const test = suite("opencode's door, by a whole daemon", 90_000);
const withHooks = test.skipIf(curl === undefined, "its plugin tells by the hook's script, which asks by curl");
const program = fileURLToPath(new URL("./fake-opencode.js", import.meta.url));

let w: DaemonWorld;
let told: string;
test.beforeEach(() => {
  w = new DaemonWorld();
  told = join(w.home, "told");
  const bin = join(w.home, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "opencode"), `#!/bin/sh\nexec '${process.execPath}' '${program}'\n`);
  chmodSync(join(bin, "opencode"), 0o755);
  w.env.PATH = `${bin}:${w.env.PATH}`;
});
test.afterEach(() => w.end());

async function begin(): Promise<ChildProcess> {
  const daemon = await w.start();
  const env = { FAKE_OPENCODE_TOLD: told };
  const wanted = { provider: "opencode", label: "oc", cwd: "/tmp", session: "s", env };
  assert.is((await w.ask("POST", "/v1/agents", wanted)).status, 200);
  await w.isIn("oc", "done");
  return daemon;
}

const prompts = (): string[] =>
  existsSync(told)
    ? readFileSync(told, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as string)
    : [];
withHooks("a prompt is handed over while a draft stands in the input box, which stays", async () => {
  await begin();
  await w.ask("POST", "/v1/agents/oc/send", { text: "one\nand two" });
  await until("it was given", () => prompts().length > 0, { show: () => w.tmux("capture-pane", "-p", "-t", "s") });
  assert.equal(prompts(), ["one\nand two"]);
  assert.match(w.tmux("capture-pane", "-p", "-t", "s"), /a draft of mine$/m);
});

withHooks("killed before, while and after it is handed over: the prompt is given once", async () => {
  let daemon = await begin();
  const given: string[] = [];
  for (const point of ["claimed-written", "handing", "handed", "delivered-writing"]) {
    daemon.kill("SIGKILL");
    w.env.DROVER_DIE_AT = point;
    daemon = await w.start();
    const died = new Promise((resolve) => daemon.once("exit", (_, signal) => resolve(signal)));
    await w.ask("POST", "/v1/agents/oc/send", { text: point }).catch(() => {});
    assert.is(await died, "SIGKILL", point);
    delete w.env.DROVER_DIE_AT;
    daemon = await w.start();
    given.push(point);
    await until(
      `${point}: nothing is under way`,
      async () => {
        const { messages } = (await w.ask("GET", "/v1/inbox/oc")).body;
        return messages.length === 0 && prompts().length >= given.length;
      },
      { limitMs: 20_000, show: async () => JSON.stringify([(await w.ask("GET", "/v1/inbox/oc")).body, prompts()]) },
    );
    assert.equal(prompts(), given);
  }
});

withHooks("each launch has a door of its own, and only its user may enter", async () => {
  await begin();
  const folder = join(w.paths.runtimeDir, "doors");
  const [first = ""] = readdirSync(folder);
  assert.match(first, /^[0-9A-Z]{26}\.1$/);
  assert.is(statSync(join(folder, first)).mode & 0o077, 0);
  assert.is(statSync(folder).mode & 0o077, 0);
  assert.is((await w.ask("POST", "/v1/agents/oc/restart", {})).status, 200);
  await until("the next one's is there", () => readdirSync(folder).includes(first.replace(/1$/, "2")));
});

test.run();
