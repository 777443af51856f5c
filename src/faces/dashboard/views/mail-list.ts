/** The mail panel's list: messages under the name of the place where they stand. */
import type { MessageJson } from "#wire/agent.js";
import { isDead, kindWords, placeOf, reasonWords, senderWords } from "../../kit/mail-words.js";
import type { Canvas, Style } from "../driver/driver.js";
import { age } from "../state/ages.js";
import { type MailPanel, type MailRow, mailRows } from "../state/mail-panel.js";
import { labelOf, type State } from "../state/state.js";
import {
  BAD,
  BLUE_FRAME,
  BOLD,
  DIM,
  FRAME,
  fit,
  type Look,
  MAIL_LOOK,
  mailSign,
  markEdges,
  onSelected,
  SELECTED,
} from "./look.js";

export function paintMail(canvas: Canvas, state: State, look: Look): void {
  const { mail } = state;
  if (mail === null) return;
  canvas.frame(
    state.mode.at === "letter" ? FRAME : BLUE_FRAME,
    fit(look, titleOf(state, mail), canvas.width - 6),
    BOLD,
  );
  const inner = { width: canvas.width - 2, height: canvas.height - 2 };
  if (mail.problem !== null || mail.messages === null || mail.messages.length === 0) {
    paintNothing(canvas, mail, look, inner.width);
    return;
  }
  const rows = mailRows(mail);
  const columns = columnsFor(state, mail, look, inner.width);
  const shown = rows.slice(mail.top, mail.top + inner.height);
  shown.forEach((row, y) => {
    if (row.row === "place") placeRow(canvas, look, row, y + 1, inner.width);
    else messageRow(canvas, state, look, row.message, y + 1, columns, row.message.id === mail.selected);
  });
  markEdges(canvas, look, mail.top, rows.length - mail.top - shown.length);
  if (mail.leftOut > 0) canvas.put(2, canvas.height - 1, ` ${mail.leftOut} more wait `, DIM, inner.width - 8);
}

function titleOf(state: State, mail: MailPanel): string {
  return mail.of === null ? "mail of all agents" : `mail of ${labelOf(state, mail.of, "a removed agent")}`;
}

function paintNothing(canvas: Canvas, mail: MailPanel, look: Look, width: number): void {
  if (mail.problem !== null) canvas.put(2, 1, fit(look, mail.problem, width - 2), BAD);
  else if (mail.messages === null) canvas.put(2, 1, look.unicode ? "asking…" : "asking...", DIM);
  else {
    canvas.put(2, 1, "No mail.", BOLD, width - 2);
    const what = mail.of === null ? "What agents and you send shows here." : "What is sent to it shows here.";
    canvas.put(2, 2, fit(look, what, width - 2), DIM);
  }
}

function placeRow(canvas: Canvas, look: Look, { place, count }: MailRow & { row: "place" }, y: number, width: number) {
  const { style } = MAIL_LOOK[place];
  const x = canvas.put(1, y, mailSign(look, place), style);
  canvas.put(canvas.put(x + 1, y, place, BOLD, width - 6) + 1, y, String(count), DIM, 6);
}

interface Columns {
  readonly who: number;
  readonly words: number;
  /** 0 where there is no room for one of its own. */
  readonly reason: number;
  readonly width: number;
}

const AGE = 4;

/** The same for every row, so that nothing shifts while scrolling. */
function columnsFor(state: State, mail: MailPanel, look: Look, width: number): Columns {
  const whole = mail.messages!.reduce(
    (most, message) => Math.max(most, look.width(who(state, mail, message, look))),
    4,
  );
  const room = width - 3 - AGE - 2;
  const least = Math.min(whole, Math.max(10, Math.floor(room * (width > 50 ? 0.42 : 0.33))));
  const rest = room - least - 1;
  const reasons = mail.messages!.reduce((most, one) => Math.max(most, look.width(reasonWords(one.reason))), 0);
  const reason = rest >= 50 ? Math.min(reasons, Math.floor(rest * 0.45)) : 0;
  return { who: least, words: Math.max(0, rest - (reason === 0 ? 0 : reason + 1)), reason, width };
}

/** Who wrote it, and in everybody's mail to whom. */
function who(state: State, mail: MailPanel, message: MessageJson, look: Look): string {
  const label = (id: string) => labelOf(state, id, "removed");
  const from = senderWords(message, label);
  return mail.of === null ? `${from} ${look.unicode ? "→" : "->"} ${label(message.to)}` : from;
}

function messageRow(
  canvas: Canvas,
  state: State,
  look: Look,
  message: MessageJson,
  y: number,
  columns: Columns,
  selected: boolean,
) {
  if (selected) canvas.fill(1, y, columns.width, 1, SELECTED);
  const at = (style: Style): Style => onSelected(style, selected);
  const since = age(Date.parse(message.createdAt), state.nowMs);
  const quiet = placeOf(message) === "delivered" ? DIM : {};
  canvas.put(3, y, fit(look, who(state, state.mail!, message, look), columns.who), at(quiet));
  const x = 4 + columns.who;
  const reason = reasonWords(message.reason);
  const room = columns.words + (reason === "" && columns.reason > 0 ? columns.reason + 1 : 0);
  canvas.put(x, y, fit(look, wordsOf(message, columns.reason === 0), room), at(quiet));
  if (columns.reason > 0 && reason !== "") {
    const style = isDead(message) ? { ...MAIL_LOOK[placeOf(message)].style, attrs: 0 } : DIM;
    canvas.put(x + columns.words + 1, y, fit(look, reason, columns.reason), at(style));
  }
  canvas.put(columns.width - since.length, y, since, at(DIM));
}

/** Its kind, where that says something, and its first words; where it failed and there is one column only, why before them. */
function wordsOf(message: MessageJson, alone: boolean): string {
  const reason = alone && isDead(message) ? reasonWords(message.reason) : "";
  const kind = message.kind === "message" ? "" : kindWords(message);
  // A task says so in the name of its sender.
  return [reason, kind === "task" ? "" : kind, message.words ?? ""].filter((part) => part !== "").join(": ");
}
