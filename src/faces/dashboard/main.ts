/**
 * `drover` without a command: the full-screen dashboard. It paints a first frame before the daemon has answered, and holds
 * nothing that the daemon does not know, except how it was left (which is read back when it opens again).
 */
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exitStatus, Fault } from "#core/fault.js";
import { chooseBackend } from "#host/backend-name.js";
import { systemClock } from "#host/clock.js";
import { readUi } from "#host/config-ui.js";
import { chooseDriver } from "#host/driver-name.js";
import { resolvePaths } from "#host/paths.js";
import { connect } from "../kit/daemon-client.js";
import { installRoot } from "../kit/install-root.js";
import { isUtf8 } from "../kit/locale.js";
import { ownWords } from "../kit/own-words.js";
import { runDashboard } from "./app.js";
import { openDriver } from "./driver/open-driver.js";
import { readSaved, writeSaved } from "./saved-state.js";

/**
 * `-L NAME`, `-S PATH` choose the tmux server, `-f FILE` the configuration for one that has to be started, `--backend NAME`
 * what a daemon that has to be started drives, `--ephemeral` one that ends with the last dashboard, `--driver
 * neo-blessed|blessed` the library behind the screen, before what the configuration names. Returns the exit status; what goes wrong is told in one sentence.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const { env, stdin, stdout, stderr } = process;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        "server-name": { type: "string", short: "L" },
        "server-path": { type: "string", short: "S" },
        "tmux-config": { type: "string", short: "f" },
        backend: { type: "string" },
        driver: { type: "string" },
        ephemeral: { type: "boolean" },
      },
    });
    if (!stdin.isTTY || !stdout.isTTY)
      throw new Fault("USAGE", "the dashboard needs a terminal", { hint: 'try "drover ls"' });
    const paths = resolvePaths(env, { serverName: values["server-name"], serverPath: values["server-path"] });
    const ui = await readUi(paths.configFile);
    const drawing = {
      library: chooseDriver(values.driver, ui.driver),
      ...(ui.framesPerSecond === null ? {} : { framesPerSecond: ui.framesPerSecond }),
    };
    const file = join(paths.stateDir, "dashboard.json");
    const config = values["tmux-config"];
    chooseBackend(values.backend);
    const daemonArgs = [
      ...(config ? ["-f", resolve(config)] : []),
      ...(values.backend === undefined ? [] : ["--backend", values.backend]),
      ...(values.ephemeral ? ["--ephemeral"] : []),
    ];
    return await runDashboard({
      openDriver: (events) => openDriver({ ...drawing, input: stdin, output: stdout, env }, events),
      size: { columns: stdout.columns || 80, rows: stdout.rows || 24 },
      connect: () => connect(paths, { autostart: true, daemonArgs }),
      clock: systemClock,
      env,
      host: hostname(),
      home: env.HOME ?? "",
      folder: process.cwd(),
      command: ownWords({
        env,
        cwd: process.cwd(),
        root: installRoot(),
        serverName: values["server-name"],
        serverPath: values["server-path"],
      }),
      unicode: isUtf8(env),
      tmuxSocket: paths.tmuxSocket,
      readSaved: () => readSaved(file),
      writeSaved: (saved) => writeSaved(file, saved),
    });
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault("INTERNAL", (error as Error).message, { cause: error });
    stderr.write(`drover: ${fault.message}\n${fault.hint ? `  ${fault.hint}\n` : ""}`);
    return exitStatus(fault.code);
  }
}
