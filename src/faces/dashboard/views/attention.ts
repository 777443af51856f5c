/** The dialog of the selected agent: what it asks, and its choices with the digit that gives each. */
import type { QuestionJson } from "#wire/agent.js";
import { shortDialog } from "../../kit/short-dialog.js";
import { wrap } from "../../kit/wrap.js";
import type { Canvas, Style } from "../driver/driver.js";
import { digitOf, shownChoices, ticksOf } from "../state/dialog.js";
import { MOST_ROWS_OF_A_CHOICE } from "../state/dialog-rows.js";
import { type State, selectedAgent } from "../state/state.js";
import { editorLine } from "./editor.js";
import { ASKS, BOLD, DIM, fit, KEY, type Look, rowsOf, sign } from "./look.js";

export interface DockLine {
  readonly text: string;
  readonly style: Style;
  /** Index of the choice this line belongs to, or null. */
  readonly choice: number | null;
  /** The key that gives it, on the choice's first line. */
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
      ? shortDialog(agent.question.text)
      : `${agent.label} ${asks}`;
  canvas.frame({ ...ASKS, attrs: 0 }, fit(look, title, canvas.width - 6), ASKS);
  const { mode } = state;
  const inner = { left: 1, top: 1, width: canvas.width - 2, height: canvas.height - 2 };
  if (mode.at === "reply") {
    inner.height -= 1;
    const { row, cursor } = editorLine(mode.editor, inner.width - 4);
    const y = canvas.height - 2;
    canvas.put(2, y, look.unicode ? "›" : ">", KEY);
    if (mode.editor.text === "") canvas.put(4, y, fit(look, "your own answer", inner.width - 4), DIM);
    else canvas.put(4, y, row, {}, inner.width - 4);
    canvas.cursor(4 + cursor, y);
  }
  attentionLines(state, look, inner).forEach((line, y) => {
    if (line.choice === null && line.digit === "") {
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
  const text = wrap(question.text.trim(), inner.width - 2).map(
    (line): DockLine => ({ text: line, style: {}, choice: null, digit: "" }),
  );
  const last = actLines(state, look, question);
  const forChoices = Math.max(1, inner.height - last.length);
  let choices = choiceLines(state, look, inner.width - 5);
  // Every choice is shown before any is shown in full.
  if (choices.length >= forChoices) {
    choices = shownChoices(question).map((index) => {
      const style = question.choices[index]!.selected && !question.multiple ? BOLD : {};
      const text = fit(look, choiceText(state, question, index), inner.width - 5);
      return { text, style, choice: index, digit: digitOf(question, index) };
    });
  }
  if (choices.length === 0 && last.length === 0) {
    choices.push({ text: `${sign(look, "enter")} attach to answer this one`, style: DIM, choice: null, digit: "" });
  }
  const kept = choices.slice(0, forChoices);
  if (kept.length < choices.length) {
    const more = `${choices.length - kept.length + 1} more: ${sign(look, "enter")} attach to see them`;
    kept[kept.length - 1] = { text: more, style: DIM, choice: null, digit: "" };
  }
  kept.push(...last);
  const room = inner.height - kept.length;
  const full = text.length <= room ? text : text.filter((line) => line.text !== "");
  const shown = full.slice(Math.max(0, full.length - room));
  if (shown.length < full.length && shown[0]) {
    shown[0] = { ...shown[0], text: `${sign(look, "cut")} ${shown[0].text.trimStart()}` };
  }
  return [...shown, ...kept].slice(0, inner.height);
}

/** A choice with its box, as it is ticked here, and with the text written for it. */
function choiceText(state: State, question: QuestionJson, index: number): string {
  const choice = question.choices[index]!;
  const ticks = ticksOf(state);
  const own = choice.takesText && ticks?.text ? ticks.text : choice.text;
  if (ticks === null || choice.checked === undefined) return own;
  const ticked = choice.takesText ? ticks.text !== "" : ticks.places.includes(index);
  return `[${ticked ? "x" : " "}] ${own}`;
}

/** The lines that stand for a key of their own rather than for a choice. */
function actLines(state: State, look: Look, question: QuestionJson): DockLine[] {
  if (question.takesText) return [{ text: "write an answer of your own", style: {}, choice: null, digit: "t" }];
  const ticks = ticksOf(state);
  if (ticks === null) return [];
  const count = ticks.places.length + (ticks.text === "" ? 0 : 1);
  const text = count === 0 ? "send, once something is ticked" : `send ${count} ticked`;
  return [{ text: fit(look, text, 60), style: count === 0 ? DIM : BOLD, choice: null, digit: "y" }];
}

function choiceLines(state: State, look: Look, columns: number): DockLine[] {
  const question = selectedAgent(state)!.question!;
  const waiting =
    state.mode.at === "confirm" && state.mode.confirm.what === "answer" ? state.mode.confirm.choice : null;
  return shownChoices(question).flatMap((index) => {
    const choice = question.choices[index]!;
    const digit = digitOf(question, index);
    const key = choice.key !== "" && choice.key !== digit ? ` (${choice.key})` : "";
    const isBold = waiting === index || (waiting === null && choice.selected && !question.multiple);
    return rowsOf(look, `${choiceText(state, question, index)}${key}`, columns, MOST_ROWS_OF_A_CHOICE).map(
      (text, row): DockLine => ({
        text,
        style: isBold ? BOLD : {},
        choice: index,
        digit: row === 0 ? digit : "",
      }),
    );
  });
}
