/** The dialog of the selected agent, as it is read here: which digit picks what, which choice takes a text, what is ticked. */
import type { QuestionJson } from "#wire/agent.js";
import { type State, selectedAgent, type Ticks } from "./state.js";

/** The digit that picks a choice: its own where every choice has one, else its place. What sends the ticks has none. */
export function digitOf(question: QuestionJson, index: number): string {
  const isTicked = (choice: QuestionJson["choices"][number]) => question.multiple && choice.submits;
  if (isTicked(question.choices[index]!)) return "";
  const own = question.choices.every((choice) => isTicked(choice) || /^[1-9]$/.test(choice.key));
  return own ? question.choices[index]!.key : index < 9 ? String(index + 1) : "";
}

/** Places of the choices with a line of their own: what sends the ticks is a key here. */
export function shownChoices(question: QuestionJson): number[] {
  return question.choices.flatMap((choice, index) => (question.multiple && choice.submits ? [] : [index]));
}

export function choiceByDigit(question: QuestionJson, digit: string): number {
  return question.choices.findIndex((_, index) => digitOf(question, index) === digit);
}

/** What the daemon understands a choice by: its key, or its place where only arrows reach it. */
export function choiceName(question: QuestionJson, index: number): string {
  const { key } = question.choices[index]!;
  const alone = question.choices.filter((choice) => choice.key === key).length === 1;
  return key !== "" && alone ? key : String(index + 1);
}

/** Place of the choice that takes a text; -1 where there is none, or the dialog takes nothing else. */
function fieldOf(question: QuestionJson): number {
  return question.choices.findIndex((choice) => choice.takesText);
}

export function takesText(question: QuestionJson): boolean {
  return question.takesText === true || fieldOf(question) >= 0;
}

/** What is ticked in the selected agent's dialog: by us, or, where nobody here touched it, in the dialog itself. */
export function ticksOf(state: State): Ticks | null {
  const agent = selectedAgent(state);
  const question = agent?.question;
  if (!agent || !question?.multiple) return null;
  const { ticks } = state;
  if (ticks?.agent === agent.id && ticks.fingerprint === question.fingerprint) return ticks;
  const places = question.choices.flatMap((choice, n) => (choice.checked && !choice.takesText ? [n] : []));
  return { agent: agent.id, fingerprint: question.fingerprint, places, text: "" };
}
