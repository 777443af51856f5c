/** The dashboard's mail panel in a terminal, on a daemon and agents of its own: what is sent while it is open shows in it. */
import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("mail panel", 40_000);

const home = new CliHome();
const terminal = `${home.server}-screen`;
const tmux = (...args: string[]): string => {
  const env = { ...home.env, LC_ALL: "C.UTF-8", TERM: "tmux-256color" };
  return spawnSync("tmux", ["-L", terminal, "-f", "/dev/null", ...args], { env, encoding: "utf8" }).stdout.trimEnd();
};
const screen = (): string => tmux("capture-pane", "-p", "-t", "=t:");
const press = (...keys: string[]): void => void tmux("send-keys", "-t", "=t:", ...keys);
const shows = (what: RegExp): Promise<unknown> =>
  until(`the screen shows ${what}`, () => what.test(screen()), { limitMs: 10_000, show: screen });

test.after(async () => {
  tmux("kill-server");
  await home.remove();
});

test("mail shows as it is sent, with its story, and what is dead is forgotten from there", async () => {
  await home.spawn("busy", "-p", "permission please");
  await home.spawn("gone");
  await home.until("waits", "busy", (agent) => agent.state === "blocked");
  await home.until("is ready", "gone", (agent) => agent.state === "idle");
  tmux("new-session", "-d", "-s", "t", "-x", "120", "-y", "30", ...home.command());
  await shows(/busy/);
  press("M");
  await shows(/No mail/);
  await home.ok("send", "busy", "--from", "gone", "the first of two");
  await shows(/queued 1[\s\S]*gone → busy +the first of two/);
  await shows(/✉1/);
  await home.ok("send", "busy", "and the second");
  await shows(/queued 2[\s\S]*you → busy +and the second/);
  await shows(/it is blocked/);
  press("Enter");
  await shows(/story[\s\S]*queued/);
  press("Escape");
  await home.ok("stop", "gone");
  await home.ok("send", "gone", "too late");
  await home.ok("rm", "gone");
  await shows(/dead 1/);
  press("Home", "d");
  await shows(/Forget this message\?/);
  press("y");
  await until("it is forgotten", () => !/dead 1/.test(screen()), { limitMs: 10_000, show: screen });
  assert.match(screen(), /queued 2/);
  press("q");
  await shows(/agents/);
  press("q");
});

test.run();
