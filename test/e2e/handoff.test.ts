/** Work that agents give one another by commands: who gets the answer, and that it is told once. */
import { spawn } from "node:child_process";
import * as assert from "uvu/assert";
import type { AgentJson, HealthJson, MessageJson, OutputJson, ScreenJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome, type Ran } from "./cli-home.js";

const test = suite("handoff and assign", 40_000);

const home = new CliHome();
test.after(() => home.remove());

interface Handed {
  readonly agent: AgentJson;
  readonly created: boolean;
  readonly message: MessageJson;
  readonly output: OutputJson;
}
const script = home.script([
  { on: "forever", steps: [{ wait: 600_000 }] },
  { on: "fail", steps: [{ error: "API Error: 500" }] },
  { on: "ask", steps: [{ permission: "Run it?", detail: "rm -r build" }, { say: "It is run." }] },
  { steps: [{ say: "It is done." }] },
]);
/** A worker that does as the script says. */
const worker = async (label: string, ...args: string[]): Promise<AgentJson> => {
  const out = await home.ok(
    "spawn",
    "rehearsal",
    "--json",
    "-l",
    label,
    "-s",
    "work",
    ...args,
    "--",
    "--script",
    script,
  );
  await home.until("is ready", label, (agent) => agent.state === "idle");
  return (JSON.parse(out) as { agent: AgentJson }).agent;
};
let lead: AgentJson;
test.before(async () => {
  // What it is told is about dialogs and failures, and begins neither.
  lead = await home.spawn("lead");
  await home.until("is ready", "lead", (agent) => agent.state === "idle");
});
/** A command in the tab of `lead`. */
const byLead = (...args: string[]): Promise<Ran> => home.run(args, "", { DROVER_ID: lead.id });
const agentOf = async (label: string) => (await home.agents()).find((agent) => agent.label === label)!;
/** What `lead` was told, as `kid done acked`; the newest last. */
const told = async (): Promise<string[]> => {
  const { messages } = await home.json<{ messages: MessageJson[] }>("inbox", "list", "lead", "--all");
  return messages.flatMap(({ completion, state }) => {
    return completion === undefined ? [] : `${completion.label} ${completion.kind} ${state}`;
  });
};
const screen = async (label: string) => (await home.json<ScreenJson>("output", label, "--screen")).rows.join("\n");

test("a handoff starts a worker, prints its answer, and does not tell it again", async () => {
  const ran = await byLead("handoff", "rehearsal", "--label", "new", "--json", "look", "around");
  assert.is(ran.status, 0, ran.err);
  const { agent, created, message, output } = JSON.parse(ran.out) as Handed;
  assert.equal([agent.label, agent.parent, created], ["new", lead.id, true]);
  assert.equal([message.kind, message.from, message.state, message.turn], ["handoff", lead.id, "delivered", 1]);
  assert.match(output.text, "I heard you");
  assert.equal(await told(), ["new done acked"]);
  const again = await byLead("handoff", "rehearsal", "--label", "new", "--json", "once more");
  assert.equal([(JSON.parse(again.out) as Handed).created, (await agentOf("new")).turn], [false, 2]);
  assert.equal(await told(), ["new done acked", "new done acked"]);
  assert.is((await agentOf("lead")).turn, 0, "nothing was typed to it");
});

test("with the daemon killed while it waits the answer comes all the same, to it alone, of one turn", async () => {
  await worker("asks");
  const handing = byLead("handoff", "asks", "ask", "first");
  await home.until("waits", "asks", ({ state, question }) => state === "blocked" && question !== null);
  process.kill((await home.json<HealthJson>("status")).pid, "SIGKILL");
  await home.ok("answer", "asks", "1");
  const ran = await handing;
  assert.equal([ran.status, ran.out], [0, "It is run.\n"], ran.err);
  assert.match(ran.err, "asks waits for a person");
  assert.is((await agentOf("asks")).turn, 1);
  assert.equal((await told()).filter((line) => line.includes("done")).slice(-1), ["asks done acked"]);
});

test("a dialog in between is said, a failure is exit status 1, an end of the program 5, and a time-out 6", async () => {
  await worker("odd");
  const [program = "", ...rest] = home.command("handoff", "odd", "ask", "first");
  const child = spawn(program, rest, { env: home.env, cwd: home.folder, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const status = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  await until("the dialog is said", () => err.includes("odd waits for a person"), { show: () => err, limitMs: 15_000 });
  await home.ok("answer", "odd", "1");
  assert.equal([await status, out], [0, "It is run.\n"], err);

  const failed = await home.run(["handoff", "odd", "fail"]);
  assert.is(failed.status, 1, failed.err);
  await worker("frail");
  await worker("busy");
  const late = await home.run(["handoff", "busy", "--timeout", "1", "work", "forever"]);
  assert.is(late.status, 6, late.err);
  const working = home.run(["handoff", "frail", "work", "forever"]);
  await home.until(
    "is at work",
    "frail",
    ({ state, turn, mail }) => state === "working" && turn === 1 && mail.queued === 0,
  );
  await home.ok("stop", "frail", "--force");
  const ended = await working;
  assert.equal([ended.status, ended.err.includes("frail is exited, and had not answered")], [5, true], ended.err);
  const gone = await home.run(["handoff", "frail", "again"]);
  assert.is(gone.status, 5);
  assert.match(gone.err, "drover restart frail");
});

test("assign returns at once, and the answer of somebody else's worker is typed to who gave the work", async () => {
  await home.spawn("boss");
  await worker("kid", "--parent", "boss");
  const given = await byLead("assign", "kid", "find", "it");
  assert.is(given.status, 0, given.err);
  assert.match(given.out, /^sent to kid\nhow it ends comes to your inbox, as that of message \w{26}\n$/);
  await until("lead is told", async () => (await screen("lead")).includes("kid (turn 1, your message"), {
    limitMs: 15_000,
    show: () => home.ok("log"),
  });
  await home.until("is told too", "boss", (agent) => agent.turn === 1 && agent.state !== "working");
  assert.is((await told()).filter((line) => line.startsWith("kid")).length, 1);
});

test("who is told is named or in an agent's tab, and whom is meant must be there", async () => {
  const nobody = await home.run(["assign", "kid", "find it"]);
  assert.is(nobody.status, 2);
  assert.match(nobody.err, "not an agent's tab");
  assert.is((await home.run(["assign", "--from", "lead", "kid", "-"], "and this\n")).status, 0);
  const unknown = await home.run(["handoff", "nobody", "find it"]);
  assert.equal([unknown.status, unknown.err.includes('no agent "nobody", and no provider')], [3, true], unknown.err);
  assert.match((await home.run(["handoff", "rehersal", "find it"])).err, "did you mean rehearsal?");
  assert.is((await byLead("handoff", "lead", "think")).status, 5);
  assert.is((await home.run(["handoff", "kid", "--cwd", "/tmp", "find it"])).status, 2);
});

test.run();
