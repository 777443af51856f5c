/**
 * How the mail panel is filled. What the daemon answered last is shown; whatever the event stream tells of mail makes it
 * old, and then it is asked for again, at most once at a time and not in one breath with the time before. While nothing
 * happens nothing is asked.
 */
import type { EntryJson } from "#wire/events.js";
import type { MailJson, MessageWhyJson } from "#wire/requests.js";
import { isCarrier } from "../../kit/mail-words.js";
import { type Refusal, sentence } from "../state/event.js";
import { sorted } from "../state/mail-panel.js";
import { revealMail } from "../state/select-mail.js";
import { notice, type State } from "../state/state.js";
import type { Step, Wish } from "../state/wish.js";

const REST_MS = 300;

export function mailCame(state: State, of: string | null, found: MailJson | null, refused: Refusal | undefined): Step {
  const { mail } = state;
  if (mail === null || mail.of !== of) return [state, []];
  const tookMs = mail.askedAtMs === null ? 0 : state.nowMs - mail.askedAtMs;
  const asked = { ...mail, askedAtMs: null, restUntilMs: state.nowMs + Math.max(REST_MS, 3 * tookMs) };
  if (found === null) return [{ ...state, mail: { ...asked, problem: refused ? sentence(refused) : "" } }, []];
  // What was typed to hand completions over tells nothing that they do not tell themselves.
  const messages = sorted(found.messages.filter((one) => !isCarrier(one)));
  const { leftOut } = found;
  const before = mail.messages?.[mail.index];
  const at = messages.findIndex(({ id }) => id === mail.selected);
  const index = at >= 0 ? at : Math.max(0, Math.min(mail.index, messages.length - 1));
  const now = messages[index];
  // What became of the selected message is a new line of its story.
  const told = now !== undefined && (now.id !== before?.id || now.updatedAt !== before.updatedAt);
  const shown = revealMail({
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
  return askLabels(shown, [of, ...messages.flatMap(({ to, from }) => [to, from])]);
}

/** So many at a time; the others stay unnamed. */
const LABELS_ASKED = 50;

/** Asks, once, what those of these agents were called that were removed. */
function askLabels(state: State, ids: readonly (string | null)[]): Step {
  const { agents, formerLabels } = state;
  const unknown = ids.filter((id): id is string => id !== null && !agents.has(id) && !formerLabels.has(id));
  const asked = [...new Set(unknown)].slice(0, LABELS_ASKED);
  if (asked.length === 0) return [state, []];
  const known = labelsCame(state, new Map(asked.map((id) => [id, ""])));
  return [known, [{ do: "labels", ids: asked }]];
}

export function labelsCame(state: State, labels: ReadonlyMap<string, string>): State {
  return { ...state, formerLabels: new Map([...state.formerLabels, ...labels]) };
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
