/** opencode's plugin, run as opencode runs it, with a script in the place of drover's. */
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { suite, until } from "../kit/t.js";

const test = suite("opencode's plugin");
const folder = mkdtempSync(join(tmpdir(), "drover-plugin-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Event {
  type: string;
  properties?: object;
}
type Drover = (input: object) => Promise<{ event(input: { event: Event }): Promise<void> }>;

const log = join(folder, "log");
test.before(() => {
  for (const name of ["opencode-plugin.js", "opencode-door.js"]) copyFileSync(join("bin", name), join(folder, name));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const script = join(folder, "drover-hook");
  writeFileSync(script, `#!/bin/sh\nprintf '%s ' "$@" >>'${log}'\ncat >>'${log}'\nprintf '\\n' >>'${log}'\n`);
  chmodSync(script, 0o755);
});
test.beforeEach(() => writeFileSync(log, ""));

/** What the script was told; `lines` of it, by default one for each event. */
async function tells(
  messages: (() => unknown) | null,
  events: readonly Event[],
  lines = events.length,
): Promise<string[]> {
  writeFileSync(log, "");
  const { Drover } = (await import(pathToFileURL(join(folder, "opencode-plugin.js")).href)) as { Drover: Drover };
  const client = { session: { messages: async () => ({ data: messages?.() }) } };
  const plugin = await Drover(messages === null ? {} : { client });
  for (const event of events) await plugin.event({ event });
  const told = () => readFileSync(log, "utf8").split("\n").slice(0, -1);
  await until("all is told", () => told().length === lines);
  return told();
}

const idle: Event = { type: "session.idle", properties: { sessionID: "s" } };
const said = (parts: object[], info: object = {}) => [{ info: { role: "assistant", ...info }, parts }];
const response = (line: string | undefined) =>
  (JSON.parse((line ?? "").replace(/^\S+ \S+ /, "")) as { drover?: { response?: unknown } }).drover?.response;

test("events go on in order, with their names; what tells nothing of the state does not", async () => {
  const events = ["session.created", "message.updated", "session.status", "permission.asked", "question.rejected"];
  const told = await tells(
    null,
    events.map((type) => ({ type })),
    4,
  );
  assert.equal(
    told.map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["opencode session.created", "opencode session.status", "opencode permission.asked", "opencode question.rejected"],
  );
});

test("that a session works is told once, until it waits to try again or something else is told of it", async () => {
  const status = (type: string): Event => ({
    type: "session.status",
    properties: { sessionID: "s", status: { type } },
  });
  const asked: Event = { type: "permission.asked", properties: { sessionID: "s" } };
  const events = [status("busy"), status("busy"), asked, status("retry"), status("busy"), status("idle"), idle];
  const told = await tells(null, events, 5);
  assert.equal(
    told.map((line) => line.split(" ")[1]),
    ["session.status", "permission.asked", "session.status", "session.status", "session.idle"],
  );
});

test("the end of a turn brings its answer, word for word", async () => {
  const text = "One.\n\n```ts\n\tx\n```";
  const parts = [{ type: "step-start" }, { type: "text", text }, { type: "text", text: "hidden", synthetic: true }];
  assert.equal(response((await tells(() => said(parts), [idle]))[0]), { text });
  assert.equal(response((await tells(() => said([{ type: "step-start" }]), [idle]))[0]), { text: "" });
});

test("where a turn was stopped, or the API does not answer, the end is told without one", async () => {
  const stopped = () => said([{ type: "text", text: "half" }], { error: { name: "MessageAbortedError" } });
  const broken = () => {
    throw new Error("no");
  };
  const denied = () => said([{ type: "text", text: "I will run it." }, { type: "tool" }, { type: "step-finish" }]);
  for (const messages of [
    stopped,
    denied,
    broken,
    () => undefined,
    () => [],
    () => [{ info: { role: "user" }, parts: [] }],
  ]) {
    assert.is(response((await tells(messages, [idle]))[0]), undefined);
    writeFileSync(log, "");
  }
});

test.run();
