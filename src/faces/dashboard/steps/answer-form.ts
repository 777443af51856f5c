/**
 * Dialogs of which several choices may be ticked, and those that take a text. Ticks are made here and sent together; a text
 * is written in a line of the dialog's panel. Both belong to one dialog: another one begins with none.
 */
import type { Key } from "../driver/driver.js";
import { edit, openEditor } from "../driver/line-editor.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { takesText, ticksOf } from "../state/dialog.js";
import type { Mode } from "../state/mode.js";
import { notice, type State, selectedAgent } from "../state/state.js";
import type { Step } from "../state/wish.js";
import { answer, give } from "./answer.js";
import { ask } from "./confirm.js";

type ReplyMode = Extract<Mode, { at: "reply" }>;

/** A choice was picked: ticked where several may be, written where it takes a text, else given at once. */
export function pick(state: State, index: number): Step {
  const question = selectedAgent(state)?.question;
  const choice = question?.choices[index];
  if (!question || !choice) return give(state, index);
  if (choice.takesText) return openReply(state);
  const ticks = ticksOf(state);
  if (ticks === null || choice.checked === undefined)
    return choice.submits && ticks ? submit(state) : give(state, index);
  const others = ticks.places.filter((place) => place !== index);
  const places = others.length < ticks.places.length ? others : [...others, index].sort((a, b) => a - b);
  return [{ ...state, ticks: { ...ticks, places } }, []];
}

/** Sends what is ticked. */
export function submit(state: State): Step {
  const question = selectedAgent(state)?.question;
  const ticks = ticksOf(state);
  if (!question || ticks === null) return [notice(state, "info", "nothing can be ticked here"), []];
  const { places, text } = ticks;
  if (places.length === 0 && text === "") return [notice(state, "info", "nothing is ticked yet"), []];
  const picked = places.map((place) => question.choices[place]!);
  const says = [...picked.map((choice) => choice.text), ...(text === "" ? [] : [text])].join(", ");
  const choice = picked.map(({ key }, n) => key || String(places[n]! + 1)).join(",");
  return answer(
    state,
    { ...(choice === "" ? {} : { choice }), ...(text === "" ? {} : { text }), says },
    ticks.fingerprint,
  );
}

export function openReply(state: State): Step {
  const agent = selectedAgent(state);
  if (!agent?.question || !takesText(agent.question)) return [notice(state, "info", "this dialog takes no text"), []];
  const editor = openEditor(ticksOf(state)?.text ?? "");
  return [{ ...state, mode: { at: "reply", agent: agent.id, fingerprint: agent.question.fingerprint, editor } }, []];
}

export function replyKey(state: State, mode: ReplyMode, key: Key): Step {
  const action = findAction("reply", keyName(key))?.name;
  const closed: State = { ...state, mode: { at: "list" } };
  if (action === "cancel") return [closed, []];
  if (action !== "submit") {
    const editor = edit(mode.editor, key);
    return editor === mode.editor ? [state, []] : [{ ...state, mode: { ...mode, editor } }, []];
  }
  const agent = selectedAgent(state);
  if (agent?.id !== mode.agent || agent.question?.fingerprint !== mode.fingerprint) {
    return [notice(closed, "bad", "the question has changed; nothing was answered"), []];
  }
  const text = mode.editor.text.replace(/\s+/g, " ").trim();
  const ticks = ticksOf(state);
  // Among ticks it is one more of them, sent with the others.
  if (ticks !== null) return [{ ...closed, ticks: { ...ticks, text } }, []];
  if (text === "") return [notice(state, "info", "nothing is written yet"), []];
  return answer(closed, { text, says: text }, mode.fingerprint);
}

export function replyPaste(state: State, mode: ReplyMode, text: string): Step {
  const line = text.replace(/\s+/g, " ");
  return [{ ...state, mode: { ...mode, editor: edit(mode.editor, { paste: line }) } }, []];
}

/** A click on a choice: what it would send is asked for once more, since a click is easily made. */
export function askChoice(state: State, choice: number): State {
  const agent = selectedAgent(state);
  if (!agent?.question) return state;
  const { takesText, checked } = agent.question.choices[choice] ?? {};
  if (takesText || checked !== undefined) return pick(state, choice)[0];
  return ask(state, { what: "answer", agent: agent.id, choice, fingerprint: agent.question.fingerprint });
}
