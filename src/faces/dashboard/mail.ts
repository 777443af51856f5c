/**
 * The mail panel: an agent's mail or everybody's, by where it stands. What the daemon answered last is shown; whatever the
 * event stream tells of mail makes it old, and then it is asked for again, at most once at a time and not in one breath
 * with the time before. While nothing happens nothing is asked.
 */
import type { MessageJson } from "#wire/agent.js";
import type { EntryJson } from "#wire/events.js";
import type { MailJson, MessageWhyJson } from "#wire/requests.js";
import { isDead, MAIL_PLACES, type MailPlace, placeOf } from "../kit/mail-words.js";
import { findAction, keyName } from "./actions.js";
import type { Key } from "./driver/driver.js";
import { inside, layout } from "./layout.js";
import { selectAgent } from "./select.js";
import { type Confirm, home, notice, type Refusal, type State, type Step, sentence, type Wish } from "./state.js";

export interface MailPanel {
  /** Whose mail: an agent's id; null for everybody's. */
  readonly of: string | null;
  /** Null until the first answer came. */
  readonly messages: readonly MessageJson[] | null;
  readonly leftOut: number;
  readonly problem: string | null;
  /** By id, so that it stays on its message through every change. */
  readonly selected: string | null;
  readonly index: number;
  /** First row shown. */
  readonly top: number;
  /** When a request is under way, since when. */
  readonly askedAtMs: number | null;
  /** What is shown is old: when to ask again. */
  readonly askAtMs: number | null;
  /** Not asked again before this. */
  readonly restUntilMs: number;
  /** The story of a message, the selected one's unless it was just selected. */
  readonly letter: MessageWhyJson | null;
  readonly letterProblem: string | null;
  /** When the selected message's story is asked for; null where it has been. */
  readonly letterAtMs: number | null;
  readonly letterTop: number;
}

/** A row of the list: the name of a place with how many stand there, or a message. */
export type MailRow =
  | { readonly row: "place"; readonly place: MailPlace; readonly count: number }
  | { readonly row: "message"; readonly message: MessageJson; readonly index: number };

/** At most so many that are not delivered are shown, what needs a person first; of the rest it is said how many. */
export const SHOWN = 200;
/** Delivered messages shown of one agent, and of each where everybody's are. */
export const DELIVERED_OF_ONE = 50;
export const DELIVERED_OF_EACH = 10;
const REST_MS = 300;
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

/** In the order shown: by place; what went wrong and what was delivered newest first, what waits in its order. */
export function sorted(messages: readonly MessageJson[]): MessageJson[] {
  return MAIL_PLACES.flatMap((place) => {
    const here = messages.filter((message) => placeOf(message) === place);
    if (place === "in flight" || place === "queued") return here.sort((a, b) => compare(a.createdAt, b.createdAt));
    return here.sort((a, b) => compare(b.updatedAt, a.updatedAt));
  });
}

/** It was typed to hand over what it carries, and that is done. */
function isCarrier(message: MessageJson): boolean {
  return message.kind === "system" && message.batch !== undefined && placeOf(message) === "delivered";
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function mailRows(mail: MailPanel): MailRow[] {
  const rows: MailRow[] = [];
  const messages = mail.messages ?? [];
  const counts = new Map<MailPlace, number>();
  for (const message of messages) counts.set(placeOf(message), (counts.get(placeOf(message)) ?? 0) + 1);
  messages.forEach((message, index) => {
    const place = placeOf(message);
    if (index === 0 || placeOf(messages[index - 1]!) !== place) {
      rows.push({ row: "place", place, count: counts.get(place)! });
    }
    rows.push({ row: "message", message, index });
  });
  return rows;
}

export function selectedMessage(state: State): MessageJson | null {
  return state.mail?.messages?.[state.mail.index] ?? null;
}

/** The dead letters shown. */
export function deadOnes({ mail }: State): readonly MessageJson[] {
  return mail?.messages?.filter(isDead) ?? [];
}

// ------------------------------------------------------------------ what is heard

export function mailCame(state: State, of: string | null, found: MailJson | null, refused: Refusal | undefined): State {
  const { mail } = state;
  if (mail === null || mail.of !== of) return state;
  const tookMs = mail.askedAtMs === null ? 0 : state.nowMs - mail.askedAtMs;
  const asked = { ...mail, askedAtMs: null, restUntilMs: state.nowMs + Math.max(REST_MS, 3 * tookMs) };
  if (found === null) return { ...state, mail: { ...asked, problem: refused ? sentence(refused) : "" } };
  // What was typed to hand completions over tells nothing that they do not tell themselves.
  const messages = sorted(found.messages.filter((one) => !isCarrier(one)));
  const { leftOut } = found;
  const before = mail.messages?.[mail.index];
  const at = messages.findIndex(({ id }) => id === mail.selected);
  const index = at >= 0 ? at : Math.max(0, Math.min(mail.index, messages.length - 1));
  const now = messages[index];
  // What became of the selected message is a new line of its story.
  const told = now !== undefined && (now.id !== before?.id || now.updatedAt !== before.updatedAt);
  return revealMail({
    ...state,
    mail: {
      ...asked,
      messages,
      leftOut,
      problem: null,
      selected: now?.id ?? null,
      index,
      letter: now === undefined ? null : mail.letter,
      letterAtMs: told ? state.nowMs : mail.letterAtMs,
    },
  });
}

export function letterCame(
  state: State,
  id: string,
  letter: MessageWhyJson | null,
  refused: Refusal | undefined,
): State {
  const { mail } = state;
  if (mail === null || mail.selected !== id) return state;
  return { ...state, mail: { ...mail, letter, letterProblem: refused ? sentence(refused) : null } };
}

/** A journal entry: does it make old what is shown? Mail does, and a state does for what waits for it. */
export function mailHeard(state: State, { kind, agent, set }: EntryJson): State {
  const { mail } = state;
  if (mail === null || (mail.of !== null && mail.of !== agent)) return state;
  const waits = set?.state !== undefined && mail.messages?.some((one) => one.to === agent && one.state === "queued");
  return kind === "mail" || set?.mail !== undefined || waits ? stale(state) : state;
}

/** Asks again, as soon as that is due. */
export function stale(state: State): State {
  const { mail } = state;
  if (mail === null || mail.askAtMs !== null) return state;
  return { ...state, mail: { ...mail, askAtMs: Math.max(state.nowMs, mail.restUntilMs) } };
}

/** After every event: what is due to be asked. */
export function askDue(state: State): Step {
  const { mail, nowMs } = state;
  if (mail === null || state.link.at !== "live") return [state, []];
  const wishes: Wish[] = [];
  let after = mail;
  if (mail.askAtMs !== null && mail.askedAtMs === null && nowMs >= mail.askAtMs) {
    after = { ...after, askAtMs: null, askedAtMs: nowMs };
    wishes.push({ do: "mail", of: mail.of });
  }
  if (mail.letterAtMs !== null && nowMs >= mail.letterAtMs) {
    after = { ...after, letterAtMs: null };
    if (mail.selected !== null) wishes.push({ do: "letter", id: mail.selected });
  }
  return wishes.length === 0 && after === mail ? [state, []] : [{ ...state, mail: after }, wishes];
}

/** When `askDue` has something to ask; null where nothing waits for the time. */
export function mailWakeAtMs({ mail, link }: State): number | null {
  if (mail === null || link.at !== "live") return null;
  const due = [mail.askedAtMs === null ? mail.askAtMs : null, mail.letterAtMs].filter((ms) => ms !== null);
  return due.length === 0 ? null : Math.min(...due);
}

export function mailDone(state: State, what: "retry" | "purge", count: number, refused: Refusal | undefined): State {
  if (refused) return stale(notice(state, "bad", sentence(refused)));
  const messages = count === 1 ? "the message" : `${count} messages`;
  const said = what === "retry" ? `${messages} queued again` : `${messages} forgotten`;
  return stale(notice(state, "good", said));
}

// ------------------------------------------------------------------ keys

export function mailKey(state: State, key: Key): Step {
  const action = findAction("mail", keyName(key));
  if (action === null || state.mail === null) return [state, []];
  const refusal = action.unless?.(state) ?? null;
  if (refusal !== null) return [notice(state, "info", refusal), []];
  const { mail } = state;
  const page = Math.max(1, inside(layout(state).mail).height - 2);
  const message = selectedMessage(state);
  switch (action.name) {
    case "up":
      return [selectMail(state, mail.index - 1), []];
    case "down":
      return [selectMail(state, mail.index + 1), []];
    case "page-up":
      return [selectMail(state, mail.index - page), []];
    case "page-down":
      return [selectMail(state, mail.index + page), []];
    case "first":
      return [selectMail(state, 0), []];
    case "last":
      return [selectMail(state, Number.MAX_SAFE_INTEGER), []];
    case "story":
      return [{ ...state, mode: { at: "letter" } }, []];
    case "whose":
      return [openMail(state, mail.of === null ? message!.to : null), []];
    case "go":
      return [closeMail(selectAgent({ ...state, mode: { at: "list" } }, message!.to)), []];
    case "retry":
      // It may have arrived: a second time is for a person to decide.
      if (message!.state === "uncertain") return [ask(state, { what: "retry", ids: [message!.id] }), []];
      return [state, [{ do: "retry", ids: [message!.id] }]];
    case "purge":
      return [ask(state, { what: "purge", ids: [message!.id] }), []];
    case "retry-all":
      return [ask(state, { what: "retry", ids: deadOnes(state).map(({ id }) => id) }), []];
    case "purge-all":
      return [ask(state, { what: "purge", ids: deadOnes(state).map(({ id }) => id) }), []];
    case "help":
      return [{ ...state, mode: { at: "help", top: 0 } }, []];
    case "cancel":
      return [closeMail(state), []];
    default:
      return [state, []];
  }
}

/** In the story: it scrolls, and what can be done with the message can be done from here. */
export function letterKey(state: State, key: Key): Step {
  const action = findAction("letter", keyName(key));
  if (action === null) return [state, []];
  const page = Math.max(1, inside(layout(state).letter).height - 2);
  switch (action.name) {
    case "up":
      return [scrollLetter(state, -1), []];
    case "down":
      return [scrollLetter(state, 1), []];
    case "page-up":
      return [scrollLetter(state, -page), []];
    case "page-down":
      return [scrollLetter(state, page), []];
    case "cancel":
      return [{ ...state, mode: home(state) }, []];
    default: {
      const refusal = action.unless?.(state) ?? null;
      if (refusal !== null) return [notice(state, "info", refusal), []];
      return mailKey({ ...state, mode: home(state) }, key);
    }
  }
}

function ask(state: State, confirm: Confirm): State {
  return { ...state, mode: { at: "confirm", confirm } };
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

/** The view clips it to what there is; here it only must not run away. */
export function scrollLetter(state: State, by: number): State {
  const { mail } = state;
  if (mail === null) return state;
  return { ...state, mail: { ...mail, letterTop: Math.max(0, Math.min(10_000, mail.letterTop + by)) } };
}
