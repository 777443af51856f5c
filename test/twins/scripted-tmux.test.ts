/** The twin keeps what every multiplexer promises, so that what is tried on it holds for tmux. */
import { tmpdir } from "node:os";
import type { NewTab, PaneId } from "#core/model.js";
import { suite } from "../kit/t.js";
import { type Ground, keepsTheContract, OWN_HOME } from "../tmux/contract.js";
import { type PaneProgram, ScriptedTmux } from "./scripted-tmux.js";

const test = suite("the scripted twin as a multiplexer");

async function open(): Promise<Ground> {
  let epoch = 1;
  const tmux: ScriptedTmux = new ScriptedTmux((tab) => program(tmux, tab));
  tmux.blind = "no-server";
  tmux.home = OWN_HOME;
  // The twin's own tick: what a real one notices by itself.
  const ticking = setInterval(() => tmux.tick(), 5);
  return {
    mux: tmux,
    folder: tmpdir(),
    programs: { echo: ["echo"], ends: ["ends"], counts: ["counts"] },
    async newPane(session) {
      return tmux.put({ sessionName: session }).pane;
    },
    async renameWindow(pane, windowName) {
      tmux.change(pane, { windowName });
    },
    async killPane(pane) {
      tmux.kill(pane);
    },
    async killServer() {
      tmux.restart(String(++epoch));
      tmux.blind = "no-server";
    },
    panes: async () => tmux.panes().map(({ pane }) => pane),
    async end() {
      clearInterval(ticking);
    },
  };
}

/** What the contract asks for, by the name of its command. */
function program(tmux: ScriptedTmux, { command, mark }: NewTab): PaneProgram {
  const pane = (): PaneId => tmux.panes().find((one) => one.mark?.id === mark.id)!.pane;
  const end = (code: number | null, signal: string | null): void => {
    tmux.change(pane(), { dead: true, exit: { code, signal } });
  };
  const signal = (name: string): void => end(null, name);
  if (command[0] === "counts") return { screen: () => Array.from({ length: 100 }, (_, n) => String(n + 1)), signal };
  if (command[0] === "ends") {
    setImmediate(() => end(3, null));
    return { screen: () => [], signal };
  }
  const lines: string[] = [];
  let line = "";
  return {
    screen: () => [...lines, line],
    paste(text) {
      line += text;
    },
    key(key) {
      if (key !== "Enter") line += key;
      else {
        lines.push(line, line);
        line = "";
      }
    },
    signal,
  };
}

keepsTheContract(test, open);
test.run();
