/** Moving through the mail panel: opened and closed, the message selected, which rows and lines of it are seen. */
import { inside, layout } from "./layout.js";
import { type MailPanel, mailRows } from "./mail-panel.js";
import type { State } from "./state.js";

/** Passing over messages quickly asks for none of them. */
const LETTER_AFTER_MS = 80;

export function openMail(state: State, of: string | null): State {
  const mail: MailPanel = {
    of,
    messages: null,
    leftOut: 0,
    problem: null,
    selected: null,
    index: 0,
    top: 0,
    askedAtMs: null,
    askAtMs: state.nowMs,
    restUntilMs: 0,
    letter: null,
    letterProblem: null,
    letterAtMs: null,
    letterTop: 0,
  };
  return { ...state, mail, mode: { at: "mail" } };
}

export function closeMail(state: State): State {
  return { ...state, mail: null, mode: { at: "list" } };
}

export function selectMail(state: State, index: number): State {
  const { mail } = state;
  const messages = mail?.messages ?? [];
  if (mail === null || messages.length === 0) return state;
  const at = Math.max(0, Math.min(index, messages.length - 1));
  const { id } = messages[at]!;
  if (id === mail.selected) return state;
  const selected = { ...mail, selected: id, index: at, letterAtMs: state.nowMs + LETTER_AFTER_MS, letterTop: 0 };
  return revealMail({ ...state, mail: selected });
}

/** Scrolls so that the selected message is in sight, and with the first of a place its name. */
export function revealMail(state: State): State {
  const { mail } = state;
  if (mail === null) return state;
  const height = Math.max(1, inside(layout(state).mail).height);
  const rows = mailRows(mail);
  const at = rows.findIndex((row) => row.row === "message" && row.index === mail.index);
  const from = rows[at - 1]?.row === "place" ? at - 1 : at;
  let top = Math.min(mail.top, Math.max(0, from));
  if (at >= top + height) top = at - height + 1;
  top = Math.max(0, Math.min(top, rows.length - height));
  return top === mail.top ? state : { ...state, mail: { ...mail, top } };
}

export function scrollMail(state: State, by: number): State {
  const { mail } = state;
  if (mail === null) return state;
  const most = Math.max(0, mailRows(mail).length - inside(layout(state).mail).height);
  return { ...state, mail: { ...mail, top: Math.max(0, Math.min(most, mail.top + by)) } };
}

/** Where it ends is for views/scroll-end.ts to say. */
export function scrollLetter(state: State, by: number): State {
  const { mail } = state;
  if (mail === null) return state;
  return { ...state, mail: { ...mail, letterTop: Math.max(0, mail.letterTop + by) } };
}
