/**
 * Answering a dialog. A digit goes to the dialog that is on the dashboard, with its fingerprint, and nowhere else; the
 * daemon refuses where another is open by then, and that one is shown instead.
 */
import type { AgentJson, QuestionJson } from "#wire/agent.js";
import { choiceName } from "../state/dialog.js";
import { type Refusal, sentence } from "../state/event.js";
import { notice, type State, selectedAgent } from "../state/state.js";
import type { Step } from "../state/wish.js";

/** A digit that lands this soon after one dialog replaced another was meant for the one before. */
const JUST_CHANGED_MS = 400;

/** Gives choice `index` of the selected agent's dialog, if that is still the dialog `fingerprint`. */
export function give(state: State, index: number, fingerprint?: string): Step {
  const question = selectedAgent(state)?.question;
  const choice = question?.choices[index];
  if (question && !choice) return [notice(state, "info", `there is no choice ${index + 1}`), []];
  const words = question && choice ? { choice: choiceName(question, index), says: choice.text } : { says: "" };
  return answer(state, words, fingerprint);
}

/** Asks for the answer, unless one is on its way or the dialog is not the one that was meant. */
export function answer(
  state: State,
  words: { readonly choice?: string; readonly text?: string; readonly says: string },
  fingerprint?: string,
): Step {
  const agent = selectedAgent(state);
  const question = agent?.question;
  if (!agent || !question) return [notice(state, "info", "no dialog waits here"), []];
  if (fingerprint !== undefined && question.fingerprint !== fingerprint) {
    return [notice(state, "bad", "the question has changed; nothing was answered"), []];
  }
  if (state.answering?.fingerprint === question.fingerprint && state.answering.agent === agent.id) {
    return [notice(state, "info", "an answer is on its way"), []];
  }
  if (state.nowMs - state.questionChangedAtMs < JUST_CHANGED_MS) {
    return [notice(state, "bad", "the question has just changed; read it and press again"), []];
  }
  const wish = { do: "answer", agent: agent.id, ...words, fingerprint: question.fingerprint } as const;
  return [{ ...state, answering: { agent: agent.id, fingerprint: question.fingerprint } }, [wish]];
}

export function answered(
  state: State,
  id: string,
  says: string,
  refused: Refusal | undefined,
  question: QuestionJson | null | undefined,
): State {
  const agent = state.agents.get(id);
  const label = agent?.label ?? "the agent";
  const settled = { ...state, answering: state.answering?.agent === id ? null : state.answering };
  if (!refused) return notice(settled, "good", `answered ${label}: ${says}`);
  if (refused.code !== "STALE" || agent === undefined || question === undefined) {
    return notice(settled, "bad", `${label} was not answered: ${sentence(refused)}`);
  }
  const agents = new Map(settled.agents).set(id, { ...agent, question });
  const fresh = { ...settled, agents, questionChangedAtMs: state.nowMs };
  return question === null
    ? notice(fresh, "bad", `${label} no longer asks that; nothing was answered`)
    : notice(fresh, "bad", `${label} asks something else now; nothing was answered`);
}

/** Remembers when the selected agent's dialog became another one. */
export function noteChange(before: State, now: State): State {
  const after = withoutReply(now);
  const was = selectedAgent(before);
  const is = selectedAgent(after);
  if (!was || was.id !== is?.id || !isOther(was, is)) return after;
  return { ...after, questionChangedAtMs: after.nowMs };
}

/** The dialog for which a text is being written is gone, and with it the line. */
function withoutReply(state: State): State {
  const { mode } = state;
  if (mode.at !== "reply") return state;
  const agent = selectedAgent(state);
  if (agent?.id === mode.agent && agent.question?.fingerprint === mode.fingerprint) return state;
  const closed: State = { ...state, mode: { at: "list" } };
  return notice(closed, "bad", "the question has changed; what you wrote was not sent");
}

function isOther(was: AgentJson, is: AgentJson): boolean {
  return was.question !== null && is.question !== null && was.question.fingerprint !== is.question.fingerprint;
}
