/** Two drovers with homes of their own on one tmux server: each has its own fleet and leaves the other's alone. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { AgentsJson } from "#wire/agent.js";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("two homes on one tmux server", 40_000);

const one = new CliHome();
const two = new CliHome(one);
test.after(async () => {
  await two.remove();
  await one.remove();
});

const labels = async (home: CliHome): Promise<string[]> =>
  (await home.json<AgentsJson>("ls")).agents.map(({ label, state }) => `${label} ${state}`).sort();
const marks = (): string[] =>
  one
    .tmux("list-panes", "-a", "-F", "#{?@drover-id,#{@drover-label} #{@drover-home} #{window_name},-}")
    .split("\n")
    .filter((line) => line !== "-")
    .sort();
/** Until a look has been taken at what stands in tmux now. */
const looked = async (home: CliHome): Promise<unknown> => home.json("adopt");

test("each lists and marks its own agents, even of one label in one session", async () => {
  await one.spawn("same");
  await two.spawn("same");
  await two.spawn("other");
  for (const home of [one, two]) await home.until("is ready", "same", ({ state }) => state === "idle");
  await two.until("is ready", "other", ({ state }) => state === "idle");
  for (const home of [one, two]) await looked(home);
  assert.equal(await labels(one), ["same idle"]);
  assert.equal(await labels(two), ["other idle", "same idle"]);
  assert.is(new Set(marks().map((mark) => mark.split(" ")[1])).size, 2);
});

test("what the other did to its tabs, and a start of the daemon anew, changes nothing", async () => {
  const theirs = (await two.agents()).find(({ label }) => label === "other");
  one.tmux("new-session", "-d", "-s", "elsewhere", "cat");
  one.tmux("move-window", "-d", "-s", theirs?.pane ?? "", "-t", "elsewhere:");
  await two.until("is followed", "other", ({ session }) => session === "elsewhere");
  const before = marks();
  await one.ok("down");
  await looked(one);
  assert.equal([await labels(one), marks()], [["same idle"], before]);
  const { status, err } = await one.run(["adopt", theirs?.pane ?? "", "-l", "mine", "--provider", "rehearsal"]);
  assert.equal([status, /other's, an agent of another drover/.test(err)], [5, true]);
  assert.equal(marks(), before);
});

test("a store that is lost is made again from its own marks, and from no other's", async () => {
  const { id } = (await one.agents())[0] ?? {};
  const before = marks();
  await one.ok("down");
  rmSync(join(one.folder, "state"), { recursive: true });
  await until("it is back", async () => (await one.agents()).some((agent) => agent.id === id));
  await looked(one);
  assert.equal(
    (await one.agents()).map(({ label }) => label),
    ["same"],
  );
  assert.equal(marks(), before);
});

test("an agent that one of them ends and removes leaves the other's where it is", async () => {
  await one.ok("stop", "same");
  await one.ok("rm", "same");
  await until("its tab is gone", () => marks().length === 2);
  await two.ok("rename", "same", "still");
  await looked(one);
  assert.equal([await labels(one), await labels(two)], [[], ["other idle", "still idle"]]);
  assert.equal(
    marks().map((mark) => mark.split(" ")[0]),
    ["other", "still"],
  );
});

test.run();
