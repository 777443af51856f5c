/** What reaches a program's input: pastes, keys and signals, each after asking whether the pane can take it. */
import { Fault } from "#core/fault.js";
import type { PaneId } from "#core/model.js";
import { ask, type Command, enter, paste, type Receipt, sendKeys } from "#core/protocol/commands.js";

type Request = (command: Command) => Promise<Buffer[]>;

/** `buffer` names the paste buffer, which is gone afterwards; the user's own buffers stay as they are. */
export async function pasteText(
  request: Request,
  pane: PaneId,
  buffer: string,
  text: string,
  receipt?: Receipt,
): Promise<void> {
  await mustTakeInput(request, pane, receipt?.pid);
  try {
    await request(paste(pane, buffer, text, receipt));
  } catch (error) {
    await request({ line: `delete-buffer -b ${buffer}`, replies: 1 }).catch(() => {});
    throw error;
  }
}

export async function pressEnter(request: Request, pane: PaneId, receipt: Receipt): Promise<void> {
  await mustTakeInput(request, pane, receipt.pid);
  await request(enter(pane, receipt));
}

/** Throws INVALID for a key that no tmux knows: it would be typed letter by letter. */
export async function pressKeys(request: Request, pane: PaneId, keys: readonly string[]): Promise<void> {
  const command = sendKeys(pane, keys);
  if (command === null) {
    throw new Fault("INVALID", `Not all of these are keys: ${keys.join(" ")}.`, {
      hint: "Use tmux names (Enter, Escape, Up, C-c, M-x) or single characters.",
    });
  }
  await mustTakeInput(request, pane);
  await request(command);
}

/** To the process that tmux started in the pane; nothing where it has ended already. */
export async function signalPane(request: Request, pane: PaneId, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const { dead, pid } = await facts(request, pane);
  if (dead || pid <= 1) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw new Fault("TMUX_REFUSED", `The process of ${pane} cannot be signalled.`, { cause: error });
    }
  }
}

/**
 * tmux drops input to a dead or closed pane without a word, and gives the keys for a pane that is synchronized to all
 * others in its window: whatever stands half typed or asks something there would be entered. `of`: the process that must
 * still be the pane's.
 */
async function mustTakeInput(request: Request, pane: PaneId, of?: number): Promise<void> {
  const { dead, inputOff, inputShared, pid } = await facts(request, pane);
  if (of !== undefined && pid !== of) throw new Fault("NOT_READY", `${pane} holds another program by now.`);
  if (dead) throw new Fault("NOT_READY", `The program in ${pane} has ended.`);
  if (inputOff) {
    throw new Fault("NOT_READY", `Input to ${pane} is switched off.`, { hint: `tmux select-pane -e -t ${pane}` });
  }
  if (inputShared) {
    throw new Fault("NOT_READY", `Keys for ${pane} would go to the panes beside it too.`, {
      hint: `tmux set-option -w -t ${pane} synchronize-panes off`,
    });
  }
}

interface Facts {
  readonly dead: boolean;
  readonly inputOff: boolean;
  readonly inputShared: boolean;
  readonly pid: number;
}

async function facts(request: Request, pane: PaneId): Promise<Facts> {
  const asked = ["pane_id", "pane_dead", "pane_input_off", "pane_pid", "pane_synchronized", "window_panes"];
  const [body] = await request(ask(pane, ...asked));
  const [id, dead, inputOff, pid, synchronized, panes] = body!.toString("utf8").trim().split(" ");
  if (id !== pane) throw new Fault("NOT_FOUND", `There is no pane ${pane}.`);
  const inputShared = synchronized === "1" && Number(panes) > 1;
  return { dead: dead === "1", inputOff: inputOff === "1", inputShared, pid: Number(pid) };
}
