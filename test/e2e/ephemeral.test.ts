import * as assert from "uvu/assert";
import { suite, until } from "../kit/t.js";
import { CliHome } from "./cli-home.js";

const test = suite("ephemeral", 40_000);

const home = new CliHome();
test.after(() => home.remove());

test("a daemon started for dashboards ends after the last of them, and no agent with it", async () => {
  const quoted = home.command("--ephemeral").map((word) => `'${word}'`);
  const environment = `DROVER_HOME='${home.folder}' HOME='${home.folder}' TERM=xterm-256color`;
  const command = `env -u TMUX -u TMUX_PANE ${environment} ${quoted.join(" ")}; cat`;
  home.tmux("new-session", "-d", "-s", "desk", "-x", "100", "-y", "30", command);
  const shown = () => home.tmux("capture-pane", "-p", "-t", "=desk:");
  const running = async () => (await home.run(["status"])).status === 0;
  await until("the dashboard has its daemon", async () => (await running()) && shown().includes("No agents yet"), {
    limitMs: 15_000,
    show: shown,
  });
  assert.match(await home.ok("status"), "runs until the last dashboard leaves");
  const { pane } = await home.spawn("stays");
  home.tmux("send-keys", "-t", "=desk:", "q");
  await until("the daemon has ended", async () => !(await running()), { limitMs: 20_000 });
  assert.match(home.tmux("list-panes", "-a", "-F", "#{pane_id} #{pane_dead}"), `${pane} 0`);
});

test.run();
