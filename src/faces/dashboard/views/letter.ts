/** One message: where it stands and why, what it says, and what became of it, step by step. */
import { ATTR } from "#core/screen/still.js";
import type { MessageJson } from "#wire/agent.js";
import { clockTime } from "../../kit/clock-time.js";
import { isDead, kindWords, lapse, placeOf, reasonWords, senderWords, sizeWords } from "../../kit/mail-words.js";
import { wrap } from "../../kit/wrap.js";
import type { Canvas, Style } from "../driver/driver.js";
import { age } from "../state/ages.js";
import { labelOf, type State, selectedMessage } from "../state/state.js";
import { BAD, BLUE_FRAME, BOLD, DIM, FRAME, fit, type Look, MAIL_LOOK, mailSign, markEdges, sign } from "./look.js";

interface Line {
  readonly text: string;
  readonly style: Style;
  /** Behind the text, on the same row. */
  readonly more?: string;
}

export function paintLetter(canvas: Canvas, state: State, look: Look): void {
  const message = selectedMessage(state);
  canvas.frame(state.mode.at === "letter" ? BLUE_FRAME : FRAME, message === null ? "" : "message", BOLD);
  const inner = { width: canvas.width - 4, height: canvas.height - 2 };
  if (message === null || state.mail === null || inner.height <= 0) return;
  const lines = letterLines(state, message, look, inner.width);
  const from = Math.max(0, Math.min(state.mail.letterTop, lines.length - inner.height));
  lines.slice(from, from + inner.height).forEach(({ text, style, more }, y) => {
    const x = canvas.put(2, y + 1, text, style, inner.width);
    if (more !== undefined) canvas.put(x + 2, y + 1, fit(look, more, inner.width - x), DIM);
  });
  markEdges(canvas, look, from, lines.length - from - inner.height);
}

export function letterLines(state: State, message: MessageJson, look: Look, width: number): Line[] {
  const { letter, letterProblem } = state.mail!;
  const label = (id: string) => {
    const known = labelOf(state, id, "");
    return known === "" ? "a removed agent" : state.agents.has(id) ? known : `${known} (removed)`;
  };
  const place = placeOf(message);
  const { style } = MAIL_LOOK[place];
  const dot = ` ${sign(look, "dot")} `;
  const arrow = look.unicode ? "→" : "->";
  const lines: Line[] = [
    { text: fit(look, `${senderWords(message, label)} ${arrow} ${label(message.to)}`, width), style: BOLD },
    { text: `${mailSign(look, place)} ${message.state}`, style, more: factsOf(message, state.nowMs).join(dot) },
  ];
  const reason = reasonWords(message.reason);
  const why: Style = isDead(message) ? { ...style, attrs: 0 } : DIM;
  if (reason !== "") for (const text of wrap(reason, width)) lines.push({ text, style: why });
  lines.push({ text: message.id, style: DIM }, { text: "", style: {} });
  const told = letter?.message.id === message.id ? letter : null;
  const { body } = told?.message ?? {};
  if (letterProblem !== null) lines.push({ text: fit(look, letterProblem, width), style: BAD });
  if (told !== null && body === undefined) lines.push({ text: "what it says is not kept any more", style: DIM });
  for (const text of wrap((body ?? message.words ?? "").replace(/\n+$/, ""), width)) lines.push({ text, style: {} });
  if (told === null) return lines;
  lines.push({ text: "", style: {} }, { text: "story", style: { attrs: ATTR.bold } });
  let before: number | null = null;
  for (const step of told.history) {
    const at = Date.parse(step.at);
    const after = before === null ? clockTime(step.at) : `+${lapse(at - before)}`;
    before = at;
    const reason = reasonWords(step.reason);
    const stepStyle = MAIL_LOOK[placeOf({ state: step.to as MessageJson["state"] })].style;
    // Of two columns, so that times stand under each other.
    lines.push({
      text: `${after.padStart(14)}  ${step.to}`,
      style: stepStyle,
      ...(reason === "" ? {} : { more: reason }),
    });
  }
  return lines;
}

/** What is known of it at a glance. */
function factsOf(message: MessageJson, nowMs: number): string[] {
  const { attempts, characters, turn } = message;
  return [
    message.kind === "completion" ? `completion, ${kindWords(message)}` : message.kind,
    `${age(Date.parse(message.createdAt), nowMs)} old`,
    ...(characters === undefined ? [] : [sizeWords(characters)]),
    ...(attempts > 1 ? [`tried ${attempts} times`] : []),
    ...(turn === undefined ? [] : [`turn ${turn}`]),
  ];
}
