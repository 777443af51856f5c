/** tmux itself keeps what every multiplexer promises. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PaneId } from "#core/model.js";
import { suite } from "../kit/t.js";
import { type Ground, keepsTheContract, OWN_HOME } from "../tmux/contract.js";
import { RealTmux } from "../tmux/real-tmux.js";

const test = suite("tmux as a multiplexer", 20_000);
const folder = mkdtempSync(join(tmpdir(), "drover-mux-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

async function open(): Promise<Ground> {
  const tmux = new RealTmux();
  return {
    mux: tmux.server({ home: OWN_HOME }),
    folder,
    programs: {
      echo: ["cat"],
      ends: ["sh", "-c", "exit 3"],
      counts: ["sh", "-c", "seq 1 100; exec cat"],
    },
    newPane: async (session) => (await tmux.session(session)) as PaneId,
    renameWindow: async (pane, name) => void (await tmux.run("rename-window", "-t", pane, name)),
    killPane: async (pane) => void (await tmux.run("kill-pane", "-t", pane)),
    killServer: () => tmux.end(),
    panes: () => tmux.panes(),
    end: () => tmux.end(),
  };
}

keepsTheContract(test, open);
test.run();
