/** Children and their parent, for real: tmux, the daemon, the hook's script, and agents that take a Stop hook as Claude Code does. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { AgentsJson, HealthJson, MessageJson } from "#wire/agent.js";
import type { DrainedJson } from "#wire/requests.js";
import { curl } from "../kit/patient-curl.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("children and their parent", 60_000);

/** So often two command lines drain one inbox at once. */
const ROUNDS = Number(process.env.DRAIN_ROUNDS ?? 5);

const home = new CliHome();
const withHooks = test.skipIf(curl === undefined, "an agent's hooks ask by curl, and there is none here");
test.after(() => home.remove());

const script = home.script([
  {
    on: "^busy",
    steps: [
      { ask: "Go on?", options: ["Go on"] },
      { say: "I was busy.", rate: 100_000 },
    ],
  },
  { on: "drover batch", steps: [{ wait: 100 }, { say: "Thanks.", rate: 100_000 }] },
  { on: "^work", steps: [{ wait: 50 }, { say: "It is\n  done.", rate: 100_000 }] },
]);

interface Event {
  readonly event: string;
  readonly text: string;
  readonly byHook?: true;
}

async function spawn(label: string, ...more: string[]): Promise<void> {
  const own = ["--hooks", "--script", script, "--transcript", join(home.folder, `${label}.log`)];
  await home.ok("spawn", "rehearsal", "-l", label, "-s", "work", ...more, "--", ...own);
  await home.until("is ready", label, ({ state }) => state === "idle");
}

/** What the agent itself says that it was given. */
function given(label: string): Event[] {
  const file = join(home.folder, `${label}.log`);
  if (!existsSync(file)) return [];
  const events = readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Event]));
  return events.filter(({ event }) => event === "prompt");
}

const carried = (label: string) => given(label).filter(({ text }) => text.startsWith("[drover batch"));
/** Which children's turns, in which order, and how they came. */
const told = (label: string) =>
  carried(label).map(({ text, byHook }) => {
    const entries = [...text.matchAll(/^(?:\d\. )?(\S+) \(turn (\d)\)/gm)].map(([, child, turn]) => `${child}:${turn}`);
    return `${byHook ? "hook" : "typed"} ${entries.toSorted().join(" ")}`;
  });
const inbox = async (label: string) => (await home.json<{ messages: MessageJson[] }>("inbox", "list", label)).messages;
const works = (label: string, turn = 1) =>
  home.until(`ended turn ${turn}`, label, (a) => a.turn === turn && a.state === "done");

/** One that is busy is so until it is told to go on. */
async function goesOn(label: string): Promise<void> {
  await home.until("is busy", label, ({ state }) => state === "blocked");
  await home.ok("answer", label, "1");
}

withHooks("three that end while their parent works come by its Stop hook, once; a fourth wakes it", async () => {
  await spawn("boss");
  for (const label of ["a", "b", "c", "d"]) await spawn(label, "--parent", "boss");
  await home.ok("send", "boss", "busy for a while");
  await Promise.all(["a", "b", "c"].map((label) => home.ok("send", label, "work, please")));
  await until("they ended", async () => (await inbox("boss")).length === 3);
  await goesOn("boss");
  await until("it is told", () => carried("boss").length > 0, {
    limitMs: 15_000,
    show: async () => JSON.stringify(await inbox("boss"), null, 1),
  });
  assert.equal(told("boss"), ["hook a:1 b:1 c:1"]);
  assert.match(carried("boss")[0]?.text ?? "", /a \(turn 1\) finished its turn:\nIt is\n {2}done\./);
  await works("boss");
  await home.ok("send", "d", "work, please");
  await until("it is woken", () => carried("boss").length > 1);
  assert.equal(told("boss"), ["hook a:1 b:1 c:1", "typed d:1"]);
  await works("boss", 2);
  await until("nothing is left", async () => (await inbox("boss")).length === 0);
  assert.is(given("boss").length, 3);
});

withHooks("a fifth that ends just as its parent does arrives, once, whichever way", async () => {
  await spawn("just", "--parent", "boss");
  for (let turn = 1; turn <= 4; turn++) {
    const before = carried("boss").length;
    await Promise.all([home.ok("send", "just", "work, please"), home.ok("send", "boss", "short")]);
    await until("it is told", () => carried("boss").length > before, {
      limitMs: 15_000,
      show: () => told("boss").join("\n"),
    });
    await home.until("rests", "boss", ({ state, mail }) => state === "done" && mail.inbox === 0);
  }
  const ofIt = told("boss").flatMap((line) => line.match(/just:\d/g) ?? []);
  assert.equal(ofIt, ["just:1", "just:2", "just:3", "just:4"]);
});

withHooks("a daemon that dies while the hook's answer is with the agent neither loses nor doubles it", async () => {
  await spawn("mortal");
  await spawn("kid", "--parent", "mortal");
  await home.ok("send", "mortal", "busy for a while");
  await home.ok("send", "kid", "work, please");
  await until("it waits", async () => (await inbox("mortal")).length === 1);
  const { pid } = await home.json<HealthJson>("status");
  await goesOn("mortal");
  await until("it is told", () => carried("mortal").length === 1, { limitMs: 15_000 });
  process.kill(pid, "SIGKILL");
  await works("mortal");
  await until("it is acknowledged", async () => (await inbox("mortal")).length === 0, {
    show: async () => JSON.stringify(await inbox("mortal"), null, 1),
  });
  assert.equal(told("mortal"), ["hook kid:1"]);
});

test(
  "two command lines that drain one inbox at once hand every entry over once",
  async () => {
    await spawn("pull", "--wake", "pull");
    for (const label of ["p", "q"]) await spawn(label, "--parent", "pull");
    const got: string[] = [];
    const turns = Array.from({ length: ROUNDS }, (_, n) => n + 1);
    for (const _ of turns) {
      await Promise.all(["p", "q"].map((label) => home.ok("send", label, "work, please")));
      await home.until("holds both", "pull", ({ mail }) => mail.inbox === 2);
      const both = await Promise.all([1, 2].map(() => home.json<DrainedJson>("inbox", "drain", "pull")));
      got.push(...both.flatMap(({ messages }) => messages.map(({ completion: c }) => `${c?.label}:${c?.turn}`)));
      await home.until("is empty", "pull", ({ mail }) => mail.inbox === 0);
    }
    assert.equal(got.toSorted(), ["p", "q"].flatMap((label) => turns.map((turn) => `${label}:${turn}`)).toSorted());
    assert.equal(carried("pull"), []);
  },
  20_000 + ROUNDS * 8_000,
);

test("what a shell's child has to say is not typed into that shell, which would run it", async () => {
  const made = join(home.folder, "made");
  await home.ok("spawn", "shell", "-l", "desk", "-s", "work", "--", "sh");
  await home.ok("spawn", "-l", "bare", "-s", "work", "--", "sh", "-i");
  for (const shell of ["desk", "bare"]) {
    await home.until("is ready", shell, ({ state }) => state === "idle");
    await spawn(`of-${shell}`, "--parent", shell);
    await home.ok("report", "--as", `of-${shell}`, `first\ntouch ${made}\nlast`);
    await home.ok("send", shell, `touch ${made}-${shell}`);
    await until("a person's line is run", () => existsSync(`${made}-${shell}`));
    const { messages } = await home.json<DrainedJson>("inbox", "drain", shell);
    assert.equal([messages.length, messages[0]?.completion?.kind, existsSync(made)], [1, "report", false]);
  }
});

test("self is the agent of the environment, or of the pane; elsewhere it is said how to name one", async () => {
  const { agents } = await home.json<AgentsJson>("ls");
  const pull = agents.find(({ label }) => label === "pull");
  await home.ok("send", "p", "work, please");
  await home.until("holds one", "pull", ({ mail }) => mail.inbox === 1);
  const asIt = await home.run(["inbox", "drain"], "", { DROVER_ID: pull?.id ?? "" });
  assert.ok(asIt.out.startsWith(`p (turn ${ROUNDS + 1}): done\n  It is\n`), asIt.out);
  const socket = home.tmux("display-message", "-p", "#{socket_path}");
  const inPane = await home.run(["inbox", "drain", "self"], "", { TMUX: `${socket},1,0`, TMUX_PANE: pull?.pane ?? "" });
  assert.equal([inPane.out, inPane.status], ["nothing waits\n", 0]);
  const nowhere = await home.run(["inbox", "drain"]);
  assert.is(nowhere.status, 2);
  assert.match(nowhere.err, /not an agent's tab/);
});

test.run();
