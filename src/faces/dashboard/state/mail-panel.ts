/**
 * The mail panel: an agent's mail or everybody's, by where it stands, and the story of the message selected. What is here
 * is the panel itself and the order of its rows; select-mail.ts moves in it, steps/mail-news.ts fills it.
 */
import type { MessageJson } from "#wire/agent.js";
import type { MessageWhyJson } from "#wire/requests.js";
import { isDead, MAIL_PLACES, type MailPlace, placeOf } from "../../kit/mail-words.js";

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

/** In the order shown: by place; what went wrong and what was delivered newest first, what waits in its order. */
export function sorted(messages: readonly MessageJson[]): MessageJson[] {
  return MAIL_PLACES.flatMap((place) => {
    const here = messages.filter((message) => placeOf(message) === place);
    if (place === "in flight" || place === "queued") return here.sort((a, b) => compare(a.createdAt, b.createdAt));
    return here.sort((a, b) => compare(b.updatedAt, a.updatedAt));
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The dead letters shown. */
export function deadOnes(mail: MailPanel | null): readonly MessageJson[] {
  return mail?.messages?.filter(isDead) ?? [];
}
