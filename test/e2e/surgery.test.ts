/** What people do to their tabs, on a real tmux with practice agents: whatever it is, agents stay themselves. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { newSession, PLACEHOLDER_S } from "#core/protocol/commands.js";
import { isAlive } from "#host/alive.js";
import type { AgentJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { check, type Promised, type Wrong } from "../storm/checker.js";
import { Ground, type GroundPane } from "../storm/ground.js";
import { CliHome } from "./cli-home.js";

const test = suite("surgery", 30_000);

const rehearsal = fileURLToPath(new URL("../../../bin/drover-rehearsal.js", import.meta.url));
const home = new CliHome();
const ground = new Ground(home.server, home.env);
const promised = new Map<string, Promised>();
const { users } = ground;
const agents = new Map<string, AgentJson>();
let tmuxSocket = "";

test.before(async () => {
  home.tmux("new-session", "-d", "-x", "160", "-y", "50", "-s", "desk", "-n", "mine", "cat");
  home.tmux("new-window", "-d", "-t", "desk:", "-n", "also", "cat");
  tmuxSocket = home.tmux("display-message", "-p", "#{socket_path}");
  for (const { pane, pid } of await ground.panes()) users.set(pane, pid);
  for (const label of ["a", "b", "c", "d"]) await born(label);
});
test.after(async () => {
  await home.remove();
  rmSync(tmuxSocket, { force: true }); // tmux leaves it
});

async function born(label: string): Promise<void> {
  const { id } = await home.spawn(label);
  promised.set(id, { id, labels: new Set([label]), fate: "lives" });
  agents.set(label, await home.until("is ready", label, ({ state }) => state === "idle"));
}

const paneOf = (label: string): string => agents.get(label)?.pane ?? "";
const idOf = (label: string): string => agents.get(label)?.id ?? "";
const pidOf = (pane: string): number => Number(home.tmux("display-message", "-p", "-t", pane, "#{pane_pid}"));

/** What the agent is said to be, once what `drover ls` says of all and what tmux says is the same. */
async function settled(label: string): Promise<AgentJson> {
  let wrongs: Wrong[] = [];
  return until(
    "nothing is wrong",
    async () => {
      const listed = await home.agents();
      const panes = await ground.panes();
      wrongs = check({ promised, agents: listed, panes, users, clients: await ground.clients() });
      return wrongs.length === 0 ? listed.find(({ id }) => id === idOf(label)) : null;
    },
    { show: () => JSON.stringify(wrongs, null, 1) },
  );
}

/** Runs a tmux command; the agent is then the same, in the same pane, wherever that is. */
async function after(label: string, ...command: string[]): Promise<AgentJson> {
  await ground.tmux(...command);
  const agent = await settled(label);
  assert.equal([agent.id, agent.label, agent.pane, agent.state], [idOf(label), label, paneOf(label), "idle"]);
  return agent;
}

test("a tab moved to another session is followed there", async () => {
  const { session } = await after("a", "move-window", "-d", "-s", paneOf("a"), "-t", "desk:");
  assert.is(session, "desk");
});

test("a pane joined to a user's window and broken out of it is followed", async () => {
  const joined = await after("a", "join-pane", "-d", "-s", paneOf("a"), "-t", "desk:mine");
  assert.equal([joined.session, joined.windowName], ["desk", "mine"]);
  const broken = await after("a", "break-pane", "-d", "-s", paneOf("a"), "-n", "out");
  assert.equal([broken.windowName, broken.window === joined.window], ["out", false]);
});

test("panes swapped, with a user's and with another agent's, are told apart", async () => {
  const [user = ""] = users.keys();
  const swapped = await after("a", "swap-pane", "-d", "-s", paneOf("a"), "-t", user);
  assert.is(swapped.windowName, "mine");
  const windows = [(await settled("b")).window, (await settled("c")).window];
  await after("b", "swap-pane", "-d", "-s", paneOf("b"), "-t", paneOf("c"));
  assert.equal([(await settled("c")).window, (await settled("b")).window], windows);
});

test("a pane that a script moved to drover's own session is followed there, and outlives the daemon", async () => {
  assert.is((await after("b", "break-pane", "-d", "-s", paneOf("b"), "-t", "_drover:")).session, "_drover");
  await home.ok("down");
  await until("no daemon is connected", async () => (await ground.clients()).length === 0);
  assert.is((await settled("b")).pane, paneOf("b"));
  await home.until("is read again", "b", ({ state }) => state === "idle");
  await after("b", "move-window", "-d", "-s", paneOf("b"), "-t", "work:");
});

test("windows that are renumbered and swapped change nothing", async () => {
  await ground.tmux("move-window", "-d", "-s", paneOf("b"), "-t", "work:77");
  const { window } = await after("b", "move-window", "-r", "-t", "work:");
  assert.is((await after("b", "swap-window", "-d", "-s", paneOf("b"), "-t", paneOf("d"))).window, window);
});

test("a window and a session that their user renames are shown by those names", async () => {
  assert.is((await after("b", "rename-window", "-t", paneOf("b"), "renamed by me")).windowName, "renamed by me");
  assert.is((await after("b", "rename-session", "-t", "work", "labour")).session, "labour");
  assert.is((await after("b", "rename-session", "-t", "labour", "work")).session, "work");
});

test("a user's pane to which an agent's marks were copied is the user's, and loses them", async () => {
  const [user = ""] = users.keys();
  for (const [name, value] of [
    ["@drover-id", idOf("a")],
    ["@drover-label", "a"],
    ["@drover-incarnation", "1"],
  ]) {
    await ground.tmux("set-option", "-p", "-t", user, name ?? "", value ?? "");
  }
  const agent = await settled("a");
  assert.equal([agent.pane, agent.state], [paneOf("a"), "idle"]);
  assert.is(home.tmux("show-options", "-p", "-t", user), "");
});

test("marks taken off an agent's pane are put on it again", async () => {
  for (const name of ["@drover-id", "@drover-label", "@drover-incarnation"]) {
    await ground.tmux("set-option", "-p", "-u", "-t", paneOf("b"), name);
  }
  assert.is((await settled("b")).pane, paneOf("b"));
});

test("a pane whose program its user starts anew is read anew, and stays the agent's", async () => {
  const pane = paneOf("d");
  const pid = pidOf(pane);
  const mark = ["-e", `DROVER_ID=${idOf("d")}`];
  await after("d", "respawn-pane", "-k", "-t", pane, ...mark, process.execPath, rehearsal).catch(() => settled("d"));
  const agent = await home.until("is ready again", "d", ({ state }) => state === "idle");
  assert.equal([agent.id, agent.pane, pidOf(pane) === pid], [idOf("d"), pane, false]);
});

test("a killed pane loses its agent, whose record stays, and no other", async () => {
  promised.delete(idOf("d"));
  await ground.tmux("kill-pane", "-t", paneOf("d"));
  const lost = await home.until("is lost", "d", ({ state }) => state === "lost");
  assert.equal([lost.id, lost.archived], [idOf("d"), false]);
  assert.is((await settled("b")).state, "idle");
});

test("a killed session loses who was in it, and who was moved out of it lives", async () => {
  await after("b", "move-window", "-d", "-s", paneOf("b"), "-t", "desk:");
  promised.delete(idOf("c"));
  for (const { pane, session } of await ground.panes()) if (session === "work") users.delete(pane);
  await ground.tmux("kill-session", "-t", "work");
  await home.until("is lost", "c", ({ state }) => state === "lost");
  assert.is((await settled("a")).state, "idle");
  assert.is((await settled("b")).state, "idle");
});

test("a place that is held for a tab goes by itself where nobody comes to take it", async () => {
  const file = join(home.folder, "held");
  writeFileSync(file, `${newSession("held", 80, 24).line}\n`);
  await ground.tmux("source-file", file);
  assert.match(await ground.tmux("list-sessions"), /^held:/m);
  const limitMs = (PLACEHOLDER_S + 5) * 1000;
  await until("it is gone", async () => !/^held:/m.test(await ground.tmux("list-sessions")), { limitMs });
});

test("a tmux that was killed and built again by names has the same agents, and marks them", async () => {
  await after("b", "rename-window", "-t", paneOf("b"), "b");
  const pids = (await ground.panes()).map(({ pid }) => pid);
  process.kill(Number(await ground.tmux("display-message", "-p", "#{pid}")), "SIGKILL");
  await until("its programs are gone", () => !pids.some(isAlive));
  const command = [process.execPath, rehearsal];
  await ground.tmux("new-session", "-d", "-x", "160", "-y", "50", "-s", "desk", "-n", "b", ...command);
  await ground.tmux("new-window", "-d", "-t", "desk:", "-n", "also", "cat");
  const agent = await home.until("is ready", "b", ({ state, pane }) => state === "idle" && isIn(pane));
  assert.is(agent.id, idOf("b"));
  await home.until("is lost", "a", ({ state }) => state === "lost");
  const marks = await until("it is marked", async () => {
    const panes = await ground.panes();
    return panes.some(({ markId }) => markId === idOf("b")) ? panes : null;
  });
  assert.equal(marks.map(markOf).sort(), [`${idOf("b")}:b`, ":also"]);
});

const isIn = (pane: string): boolean => home.tmux("display-message", "-p", "-t", pane, "#{window_name}") === "b";
const markOf = ({ markId, windowName }: GroundPane): string => `${markId}:${windowName}`;

test.run();
