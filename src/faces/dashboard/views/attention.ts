/** The dialog of the selected agent: what it asks, and its choices with the digit that gives each. */
import type { QuestionJson } from "#wire/agent.js";
import { digitOf } from "../answer.js";
import type { Canvas, Style } from "../driver/driver.js";
import { ASKS, BOLD, DIM, fit, KEY, type Look, sign, wrap } from "../look.js";
import { type State, selectedAgent } from "../state.js";
import { short } from "./fleet-list.js";

export interface DockLine {
  readonly text: string;
  readonly style: Style;
  /** Index of the choice this line belongs to, or null. */
  readonly choice: number | null;
  /** The digit that gives it, on the choice's first line. */
  readonly digit: string;
}

export function paintAttention(canvas: Canvas, state: State, look: Look): void {
  const agent = selectedAgent(state);
  if (!agent?.question) return;
  const answering = state.answering?.agent === agent.id;
  const { kind } = agent.question;
  const asks = ASKS_FOR[kind];
  // Where the choices take every row, the question moves into the frame.
  const tight = canvas.height - 2 <= agent.question.choices.length;
  const title = answering
    ? `answering ${agent.label}${look.unicode ? "…" : "..."}`
    : tight
      ? short(agent.question.text)
      : `${agent.label} ${asks}`;
  canvas.frame({ ...ASKS, attrs: 0 }, fit(look, title, canvas.width - 6), ASKS);
  const inner = { left: 1, top: 1, width: canvas.width - 2, height: canvas.height - 2 };
  attentionLines(state, look, inner).forEach((line, y) => {
    if (line.choice === null) {
      canvas.put(2, y + 1, line.text, line.style, inner.width - 1);
      return;
    }
    if (line.digit !== "") canvas.put(2, y + 1, line.digit, KEY);
    canvas.put(5, y + 1, line.text, line.style, inner.width - 4);
  });
}

const ASKS_FOR: Record<QuestionJson["kind"], string> = {
  permission: "asks for permission",
  question: "asks",
  plan: "asks about its plan",
  trust: "asks whether to trust",
  login: "asks you to log in",
  other: "asks",
};

/**
 * The lines inside the frame. Where they do not all fit, the choices stay and the text above them is cut to its end,
 * where the question stands.
 */
export function attentionLines(state: State, look: Look, inner: { width: number; height: number }): DockLine[] {
  const question = selectedAgent(state)?.question;
  if (!question || inner.height <= 0) return [];
  const text = wrap(look, question.text.trim(), inner.width - 2).map(
    (line): DockLine => ({ text: line, style: {}, choice: null, digit: "" }),
  );
  let choices = choiceLines(state, look, inner.width - 5);
  // Every choice is shown before any is shown in full.
  if (choices.length >= inner.height) {
    choices = question.choices.map((choice, index) => {
      const style = choice.selected ? BOLD : {};
      return { text: fit(look, choice.text, inner.width - 5), style, choice: index, digit: digitOf(question, index) };
    });
  }
  if (choices.length === 0) {
    choices.push({ text: `${sign(look, "enter")} attach to answer this one`, style: DIM, choice: null, digit: "" });
  }
  const kept = choices.slice(0, inner.height);
  if (kept.length < choices.length) {
    const more = `${choices.length - kept.length + 1} more: ${sign(look, "enter")} attach to see them`;
    kept[kept.length - 1] = { text: more, style: DIM, choice: null, digit: "" };
  }
  const room = inner.height - kept.length;
  const full = text.length <= room ? text : text.filter((line) => line.text !== "");
  const shown = full.slice(Math.max(0, full.length - room));
  if (shown.length < full.length && shown[0]) {
    shown[0] = { ...shown[0], text: `${sign(look, "cut")} ${shown[0].text.trimStart()}` };
  }
  return [...shown, ...kept].slice(0, inner.height);
}

function choiceLines(state: State, look: Look, columns: number): DockLine[] {
  const question = selectedAgent(state)!.question!;
  const waiting =
    state.mode.at === "confirm" && state.mode.confirm.what === "answer" ? state.mode.confirm.choice : null;
  return question.choices.flatMap((choice, index) => {
    const digit = digitOf(question, index);
    const key = choice.key !== "" && choice.key !== digit ? ` (${choice.key})` : "";
    const style = waiting === index || (waiting === null && choice.selected) ? BOLD : {};
    return wrap(look, `${choice.text}${key}`, columns)
      .slice(0, 3)
      .map((text, row): DockLine => ({ text, style, choice: index, digit: row === 0 ? digit : "" }));
  });
}
