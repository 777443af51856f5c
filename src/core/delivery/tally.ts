/** What is counted of one recipient's mail, kept up with each change of it, however much there is. */
import { isDeadLetter, isInInbox, isSettled, type MailCounts, type MailWrite, type Message } from "./message.js";

/** Under what a message is counted; `carried` while it stands in a message that is being typed. */
type Place = "queued" | "inbox" | "dead" | "uncertain" | "carried";
interface Counted {
  readonly place: Place;
  readonly batch: string | null;
}

/** The counts of one recipient's mail. */
export class Tally {
  readonly #counted = new Map<string, Counted>();
  readonly #counts = { queued: 0, inbox: 0, dead: 0, uncertain: 0 };
  /** How many completions stand in the message of each batch. */
  readonly #carried = new Map<string, number>();
  /** Batches in messages of which nobody can say whether they were taken. */
  readonly #doubtful = new Set<string>();

  constructor(messages: Iterable<Message>) {
    for (const message of messages) this.#put(message.id, placeOf(message));
  }

  /** What is counted as queued is what is not delivered yet and still will be; completions are counted once, in the inbox. */
  counts(): MailCounts {
    let { inbox } = this.#counts;
    // Those of which it is doubtful whether they were read are one doubtful message.
    for (const [batch, count] of this.#carried) if (!this.#doubtful.has(batch)) inbox += count;
    return { ...this.#counts, inbox };
  }

  /** Takes changes in, before they are on disk; what is returned takes them back. */
  take(writes: readonly MailWrite[], gone: ReadonlySet<string>): () => void {
    const before: [string, Counted | null][] = [];
    const put = (id: string, counted: Counted | null): void => {
      before.push([id, this.#counted.get(id) ?? null]);
      this.#put(id, counted);
    };
    for (const { message, forget } of writes) put(message.id, forget ? null : placeOf(message));
    for (const id of gone) put(id, null);
    return () => {
      for (const [id, counted] of before.reverse()) this.#put(id, counted);
    };
  }

  #put(id: string, counted: Counted | null): void {
    const was = this.#counted.get(id);
    if (was !== undefined) this.#count(was, -1);
    if (counted === null) this.#counted.delete(id);
    else {
      this.#counted.set(id, counted);
      this.#count(counted, 1);
    }
  }

  #count({ place, batch }: Counted, by: 1 | -1): void {
    if (place === "carried" && batch !== null) {
      const count = (this.#carried.get(batch) ?? 0) + by;
      if (count > 0) this.#carried.set(batch, count);
      else this.#carried.delete(batch);
    } else if (place !== "carried") this.#counts[place] += by;
    if (place !== "uncertain" || batch === null) return;
    if (by > 0) this.#doubtful.add(batch);
    else this.#doubtful.delete(batch);
  }
}

function placeOf(message: Message): Counted | null {
  const { state, lease, batch = null } = message;
  if (state === "uncertain") return { place: "uncertain", batch };
  if (isDeadLetter(message)) return { place: "dead", batch: null };
  if (isInInbox(message)) {
    const carrier = state === "leased" && lease != null && lease.untilMs === null ? lease.batch : null;
    return carrier === null ? { place: "inbox", batch: null } : { place: "carried", batch: carrier };
  }
  // What carries completions is not counted beside them.
  return isSettled(message) || batch !== null ? null : { place: "queued", batch: null };
}

/** The counts of these. */
export function countMail(messages: Iterable<Message>): MailCounts {
  return new Tally(messages).counts();
}
