/**
 * The hand that gives one answer: what it pressed, and what is to be pressed next. It looks before every key, and presses
 * nothing more once another dialog shows up.
 */
import { type Move, nextMove, noteTicked, type Press, sendMove, type Wish } from "#core/delivery/answering.js";
import { Fault } from "#core/fault.js";
import type { AgentId, Choice, PaneId, Question } from "#core/model.js";
import type { Provider } from "#core/screen/reading.js";
import { questionJson } from "./agent-json.js";
import type { Context } from "./context.js";
import { isOther, LOOK_AGAIN_MS, lookUntil, type Seen } from "./dialog-look.js";
import { theAgent } from "./ground.js";

/** How long a dialog may take to go after its answer. */
const CONFIRM_MS = 3_000;
/** How long a key that only moves, ticks or types may take to be seen. */
export const SEEN_MS = 2_000;
/** When an arrow that did not move the highlight is pressed again, and how often in a row. */
const AGAIN_MS = 600;
const LOST_LIMIT = 3;
/** So long a key that should have ended the dialog is given to do so, where it seems that more is to be pressed. */
const LINGERS_MS = 600;
/** A list is short; whoever presses more than this goes round in circles. */
const MOVES_LIMIT = 80;

export interface Outcome {
  readonly pressed: number;
  readonly next: Question | null;
  readonly fault: ((label: string) => Fault) | null;
}

export class Hand {
  readonly #pressed: string[] = [];
  readonly #ticked = new Set<string>();
  /** The choice with the field, once it was seen: with a text in it nothing else may tell it from the others. */
  #field: Choice | null;
  #moreSinceMs: number | null = null;

  constructor(
    private readonly context: Context,
    private readonly id: AgentId,
    private readonly pane: PaneId,
    private readonly provider: Provider,
    private readonly meant: Question,
    /** How many answers its transcript told of before. */
    private readonly answers: number,
  ) {
    this.#field = meant.choices.find(({ field }) => field !== undefined) ?? null;
  }

  /**
   * Goes down a list that is longer than what is shown of it, once around at most, until `isThere` holds of the part that is
   * shown; gives the part it ended at. Several choices are sought while they are ticked.
   */
  async seek(isThere: (part: Question) => boolean): Promise<Question> {
    let shown = this.meant;
    if (!shown.scrolls || shown.multiple) return shown;
    const passed = new Set<string>();
    while (!isThere(shown) && !passed.has(selectedRow(shown))) {
      passed.add(selectedRow(shown));
      const before = shown;
      const { forth } = this.provider.dialogKeys(shown);
      await this.press({ do: "keys", keys: [forth], last: false, moves: true, says: forth });
      const seen = await this.after(shown, (question) => selectedRow(question) !== selectedRow(before), SEEN_MS);
      if (seen === null) break;
      if (isOther(seen, this.meant)) throw this.changed(seen).fault!(theAgent(this.context, this.id).record.label);
      shown = seen.question!;
    }
    // Nothing was answered by that.
    this.#pressed.length = 0;
    return shown;
  }

  /** `shown` is what is on the screen of the dialog that is meant. */
  async give(wish: Wish, shown: Question): Promise<Outcome> {
    let lost = 0;
    for (let n = 0; n < MOVES_LIMIT; n++) {
      const move = this.next(shown, wish);
      if (move.do === "stop") return this.stopped(move.why, shown);
      await this.press(move);
      const last = move.do === "keys" && move.last;
      const moves = move.do === "keys" && move.moves === true;
      const limitMs = last ? CONFIRM_MS : moves ? AGAIN_MS : SEEN_MS;
      const seen = await this.after(shown, (question) => this.isDone(move, shown, question, wish), limitMs);
      // Programs lose an arrow pressed too soon after another; one that is pressed twice does no harm.
      if (seen === null && moves && ++lost < LOST_LIMIT) continue;
      lost = 0;
      if (seen === null) return this.unseen(shown, last);
      if (last && this.isTaken(seen)) return this.taken(seen);
      if (isOther(seen, this.meant)) return last ? this.taken(seen) : this.changed(seen);
      shown = this.known(seen.question!);
    }
    return this.unseen(shown, false);
  }

  /** Whether what was pressed is seen in the dialog: the highlight moved, or there is something else to be pressed. */
  private isDone(move: Press, before: Question, now: Question, wish: Wish): boolean {
    if (move.do === "keys" && move.moves) return selectedRow(now) !== selectedRow(before);
    // A last key may turn out to be none: then there is something else to press.
    const next = this.next(now, wish);
    const more = next.do !== "stop" && next.says !== move.says;
    if (move.do !== "keys" || !move.last) return more;
    this.#moreSinceMs = more ? (this.#moreSinceMs ?? this.context.clock.now()) : null;
    return this.#moreSinceMs !== null && this.context.clock.now() - this.#moreSinceMs >= LINGERS_MS;
  }

  private next(shown: Question, wish: Wish): Move {
    const asked = this.known(shown);
    noteTicked(this.#ticked, asked, wish);
    return nextMove(asked, this.provider.dialogKeys(asked), wish, this.#ticked);
  }

  /** The dialog with its field named as such. */
  private known(asked: Question): Question {
    this.#field ??= asked.choices.find(({ field }) => field !== undefined) ?? null;
    const own = this.#field;
    if (own === null || own.key === "" || asked.choices.some(({ field }) => field !== undefined)) return asked;
    const choices = asked.choices.map((choice) =>
      choice.key === own.key ? { ...choice, text: own.text, field: { text: choice.text, open: false } } : choice,
    );
    return { ...asked, choices };
  }

  /** The dialog went. A form of one question shows its answer once more: it is sent, since that is what was wanted. */
  private async taken(seen: Seen): Promise<Outcome> {
    let question = seen.question ?? (await this.review());
    if (question?.reviews !== 1 || this.meant.questions !== 1) return this.done(question);
    const review = question;
    for (let n = 0; n < 4; n++) {
      const move = sendMove(question, this.provider.dialogKeys(question));
      if (move === null || move.do === "stop") break;
      await this.press(move);
      const last = move.do === "keys" && move.last;
      const before: Question = question;
      const now = await this.after(
        question,
        (other) => !last && selectedRow(other) !== selectedRow(before),
        CONFIRM_MS,
      );
      if (now === null) return this.unseen(question, true);
      if (isOther(now, review)) return this.done(now.question);
      question = now.question!;
    }
    return this.done(question);
  }

  /** Where ticks were sent their form may follow, a frame later. */
  private async review(): Promise<Question | null> {
    if (!this.meant.multiple || this.meant.questions !== 1) return null;
    const seen = await lookUntil(this.context, this.id, LINGERS_MS, ({ question, gone }) => gone || question !== null);
    return seen?.question ?? null;
  }

  private done(next: Question | null): Outcome {
    return { pressed: this.#pressed.length, next, fault: null };
  }

  private async press(move: Press): Promise<void> {
    this.#pressed.push(move.says);
    if (move.do === "keys") await this.context.mux.keys(this.pane, move.keys);
    else await this.context.mux.paste(this.pane, move.text);
    this.context.mux.lookSoon(this.pane);
  }

  /** Looks until another dialog than `shown`, or none, is seen, or `isMoved` holds of it; null where that takes too long. */
  private async after(
    shown: Question,
    isMoved: (question: Question) => boolean,
    limitMs: number,
  ): Promise<Seen | null> {
    const { context, id } = this;
    await context.loop.pause(LOOK_AGAIN_MS[0]!);
    return lookUntil(
      context,
      id,
      limitMs,
      (seen) => isOther(seen, shown) || this.isTaken(seen) || isMoved(seen.question!),
    );
  }

  /** Its transcript tells of one more answer: what stands there, in the very same words too, is the next dialog. */
  private isTaken({ answers }: Seen): boolean {
    return answers > this.answers;
  }

  private stopped(why: string, shown: Question): Outcome {
    const fault = (label: string) =>
      new Fault("NOT_READY", `${label} was not answered: ${why}${this.sent()}`, {
        hint: "attach and look",
        detail: { question: questionJson(shown) },
      });
    return { pressed: this.#pressed.length, next: shown, fault };
  }

  private changed(seen: Seen): Outcome {
    const question = seen.question === null ? null : questionJson(seen.question);
    const fault = (label: string) =>
      new Fault("STALE", `${label} asks ${question === null ? "nothing" : "something else"} now${this.sent()}`, {
        hint: "look at what came of it",
        detail: { question },
      });
    return { pressed: this.#pressed.length, next: seen.question, fault };
  }

  private unseen(shown: Question, last: boolean): Outcome {
    const fault = (label: string) =>
      new Fault(
        "UNCERTAIN",
        `${label} still shows the question after the answer${last && this.#pressed.length === 1 ? "" : this.sent()}`,
        {
          hint: "attach and look",
          detail: { question: questionJson(shown) },
        },
      );
    return { pressed: this.#pressed.length, next: shown, fault };
  }

  private sent(): string {
    return this.#pressed.length === 0 ? "" : `; pressed until then: ${this.#pressed.join(", ")}`;
  }
}

function selectedRow({ choices }: Question): string {
  const row = choices.find(({ selected }) => selected);
  return `${row?.key} ${row?.text}`;
}
