/** Writing a prompt to an agent: the editor, the prompts sent before, and what truly became of it. */
import type { MessageJson } from "#wire/agent.js";
import { reasonWords } from "../../kit/mail-words.js";
import type { Key } from "../driver/driver.js";
import { edit, insert, openEditor } from "../driver/line-editor.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { HISTORY_LIMIT } from "../state/begin.js";
import { type Refusal, sentence } from "../state/event.js";
import { layout } from "../state/layout.js";
import type { Mode } from "../state/mode.js";
import { notice, type State } from "../state/state.js";
import type { Step } from "../state/wish.js";

type SendMode = Extract<Mode, { at: "send" }>;

export function openSend(state: State, agent: string): State {
  const editor = openEditor(state.drafts[agent] ?? "");
  return { ...state, mode: { at: "send", agent, editor, busy: false, problem: null } };
}

export function sendKey(state: State, mode: SendMode, key: Key): Step {
  const action = findAction("send", keyName(key))?.name ?? null;
  if (action === "cancel") return close(state, mode);
  if (mode.busy) return [state, []];
  if (action === "newline") return [{ ...state, mode: { ...mode, editor: insert(mode.editor, "\n") } }, []];
  if (action === "submit") {
    const { text } = mode.editor;
    if (text.trim() === "") return [{ ...state, mode: { ...mode, problem: "nothing is written yet" } }, []];
    const sending: State = { ...state, mode: { ...mode, busy: true, problem: null } };
    return [sending, [{ do: "send", agent: mode.agent, text }]];
  }
  // Up on the first row and down on the last go through the prompts sent before: the editor's own doing.
  const columns = Math.max(2, layout(state).dock.width - 4);
  const editor = edit(mode.editor, key, { history: state.history, columns });
  return editor === mode.editor ? [state, []] : [{ ...state, mode: { ...mode, editor, problem: null } }, []];
}

export function sendPaste(state: State, mode: SendMode, text: string): Step {
  if (mode.busy) return [state, []];
  return [{ ...state, mode: { ...mode, editor: edit(mode.editor, { paste: text }), problem: null } }, []];
}

function close(state: State, mode: SendMode): Step {
  const closed: State = { ...keepDraft(state), mode: { at: "list" } };
  return [mode.busy ? notice(closed, "info", "still being sent") : closed, [{ do: "save" }]];
}

/** What is written and not sent becomes the agent's draft; an earlier prompt that was only looked at is none. */
export function keepDraft(state: State): State {
  const { mode } = state;
  if (mode.at !== "send") return state;
  const { text, historyAt, draft } = mode.editor;
  const shown = historyAt < 0 ? null : (state.history[state.history.length - 1 - historyAt] ?? null);
  return withDraft(state, mode.agent, text === shown ? draft : text);
}

function withDraft(state: State, agent: string, text: string): State {
  const { [agent]: _old, ...others } = state.drafts;
  return { ...state, drafts: text.trim() === "" ? others : { ...others, [agent]: text } };
}

/** The daemon has said what became of a prompt. Only one that arrived closes the editor. */
export function sent(
  state: State,
  agent: string,
  text: string,
  message: MessageJson | undefined,
  refused: Refusal | undefined,
): Step {
  const label = state.agents.get(agent)?.label ?? "the agent";
  const outcome = outcomeOf(label, message, refused);
  const open = state.mode.at === "send" && state.mode.agent === agent && state.mode.busy ? state.mode : null;
  if (outcome.good) {
    const history = [...state.history.filter((old) => old !== text), text].slice(-HISTORY_LIMIT);
    const remembered = withDraft({ ...state, history }, agent, "");
    const closed: State = open ? { ...remembered, mode: { at: "list" } } : remembered;
    return [notice(closed, "good", outcome.says), [{ do: "save" }]];
  }
  if (open) return [{ ...state, mode: { ...open, busy: false, problem: outcome.says } }, []];
  return [notice(withDraft(state, agent, text), "bad", outcome.says), [{ do: "save" }]];
}

function outcomeOf(label: string, message: MessageJson | undefined, refused: Refusal | undefined) {
  if (refused?.code === "UNCERTAIN" || refused?.code === "TIMED_OUT" || message?.state === "uncertain") {
    const why = refused ? sentence(refused) : (message?.reason ?? "");
    const advice = refused?.hint ? "" : "Look at its screen before sending again.";
    const says = `Uncertain whether it arrived${why ? `: ${why}` : ""}. ${advice}`.trim();
    return { good: false, says };
  }
  if (refused) return { good: false, says: `Not sent: ${sentence(refused)}` };
  if (message?.state === "failed" || message?.state === "dead") {
    return { good: false, says: `Not sent: ${reasonWords(message.reason) || message.state}` };
  }
  if (message?.state === "queued") {
    return { good: true, says: `queued for ${label}${message.reason ? `: ${reasonWords(message.reason)}` : ""}` };
  }
  return { good: true, says: `delivered to ${label}` };
}
