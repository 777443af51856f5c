/**
 * What must be true of the mail, told from what the agents themselves were given and what lies on the disk. It knows
 * nothing of how a message gets from one to the other.
 */
import type { MailCounts, MailWrite, Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import type { Commit } from "#store/store.js";
import type { Look } from "./agent.js";
import { isOthers, type Pane, type Program } from "./machine.js";
import type { World } from "./world.js";

/** A screen as a daemon captured it, and whose. */
export interface Seen {
  readonly program: Program;
  readonly look: Look;
}

interface Letter {
  readonly id: string;
  readonly to: AgentId;
  readonly order: number;
  /** The word in its text that no other text has. */
  readonly word: string;
  state: Message["state"];
  reason: string | null;
  claimedAtMs: number;
  taken: number;
  /** Its person had a hand in it: what became of it then is not drover's alone. */
  meddled: boolean;
  sentByPerson: boolean;
  /** Somebody had it sent again: it may come behind later ones. */
  revived: boolean;
  purged: boolean;
  /** Where it was pasted last, and how many Enters that program had swallowed by then. */
  pasted: { readonly program: Program; readonly atMs: number; readonly swallowed: number } | null;
  readonly programs: Set<Program>;
}

const WORD = /\b(?:m|do-)\d+\b/g;
/** What is typed to wake a parent is known by the batch in it; what children said in it has words of its own. */
const BATCH = /\bbatch \w+\b/g;
const isBatch = (text: string): boolean => text.includes("[drover batch ");
const wordsOf = (text: string): readonly string[] => text.match(isBatch(text) ? BATCH : WORD) ?? [];

const ENTERS = 3;
/** So long a listing may take to tell of a program that was started anew. */
const HEARD_AFTER_MS = 1_500;

export class MailChecker {
  readonly letters = new Map<string, Letter>();
  readonly #byWord = new Map<string, Letter>();
  readonly #lastOrder = new Map<AgentId, number>();
  /** When tmux last could not be asked. */
  blindAtMs = Number.NEGATIVE_INFINITY;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  // ---------------------------------------------------------------- at every moment

  written({ mail = [] }: Commit): void {
    for (const { message, was, text, forget } of mail) {
      if (message.kind === "completion") continue;
      const letter = was === null ? this.#newLetter(message, text ?? "") : this.letters.get(message.id);
      if (letter === undefined) this.#wrong(`message ${message.id} was changed and never queued`);
      else if (forget) {
        letter.purged = true;
        if (message.state === "failed" && letter.taken > 0 && !letter.meddled) {
          this.#wrong(`${letter.word} was taken back as not sent, and was given`);
        }
      } else this.#becomes(letter, message);
      if (message.state === "uncertain" && !forget) this.#senderIsTold(message, mail);
    }
  }

  /** An agent was given a prompt. */
  taken(program: Program, prompt: string, byPerson: boolean): void {
    for (const word of wordsOf(prompt)) {
      const letter = this.#byWord.get(word);
      if (letter === undefined) {
        if (word.startsWith("m")) this.#wrong(`${word} was given and never was on disk`);
        continue;
      }
      letter.taken++;
      if (byPerson) letter.sentByPerson = letter.meddled = true;
      // What a person sent on and the program took with it, nobody else can know.
      if (letter.taken > 1 && !letter.sentByPerson) this.#wrong(`${word} was given ${letter.taken} times`);
      if (program.agent !== letter.to) this.#wrong(`${word} was given to another agent`);
      if (letter.state === "queued" && !byPerson) this.#wrong(`${word} was given while it lies queued on disk`);
      const last = this.#lastOrder.get(letter.to) ?? 0;
      if (letter.order < last && !letter.revived && !byPerson) this.#wrong(`${word} was given after a later one`);
      this.#lastOrder.set(letter.to, Math.max(last, letter.order));
    }
    if (!byPerson && wordsOf(prompt).length > 1) this.#wrong(`two at once: ${prompt}`);
  }

  /** A daemon decides to paste, by what it saw last. */
  pastes(seen: Seen | undefined, text: string): void {
    const [word] = wordsOf(text);
    if (word === undefined) return;
    const state = this.#byWord.get(word)?.state;
    if (state !== "claimed") this.#wrong(`${word} is pasted and lies ${state} on disk`);
    if (seen === undefined) {
      this.#wrong(`${word} is pasted where nobody looked`);
      return;
    }
    const { shown, draft, dialog, garbled } = seen.look;
    if (dialog) this.#wrong(`${word} is pasted into a dialog`);
    else if (garbled || !["ready", "finished", "interrupted"].includes(shown)) {
      this.#wrong(`${word} is pasted into ${garbled ? "who knows what" : shown}`);
    } else if (draft !== "") this.#wrong(`${word} is pasted into the draft "${draft}"`);
  }

  /** The text arrived in the pane. */
  pasted(pane: Pane, text: string): void {
    const letter = this.#byWord.get(wordsOf(text)[0] ?? "");
    if (letter === undefined) return;
    const { program } = pane;
    // Unless a person cleared the box of what stood there.
    const cleared = letter.pasted !== null && program.screen.oddAtMs >= letter.pasted.atMs;
    if (letter.programs.has(program) && !letter.revived && !cleared)
      this.#wrong(`${letter.word} is pasted twice into one program`);
    letter.programs.add(program);
    const { swallowed } = program.screen;
    letter.pasted = { program, atMs: this.#world.clock.now(), swallowed };
  }

  /** A daemon decides to press Enter for a message, by what it saw last. */
  enters(seen: Seen | undefined, receipt: string): void {
    const [, id = "", count = "1"] = /^(\w+)\/.*?(\d+)$/.exec(receipt) ?? [];
    const word = this.letters.get(id)?.word ?? id;
    if (Number(count) > ENTERS) this.#wrong(`Enter is pressed ${count} times for ${word}`);
    if (seen === undefined) {
      this.#wrong(`Enter is pressed for ${word} where nobody looked`);
      return;
    }
    if (seen.look.dialog) this.#wrong(`Enter is pressed for ${word} in a dialog`);
    else if (!word.startsWith("?") && !seen.look.draft.includes(word))
      this.#wrong(`Enter is pressed and ${word} does not stand in the box`);
  }

  /** What the sender of a message was told. */
  told(text: string, state: "delivered" | "queued" | "failed"): void {
    const letter = this.#byWord.get(wordsOf(text)[0] ?? "");
    if (letter === undefined) this.#wrong(`the sender of ${text} was told ${state}, and it never was on disk`);
    else if (state === "delivered") this.#mustBe(letter, true, "its sender was told that it was delivered");
    else if (state === "failed" && letter.state !== "uncertain") this.#mustBe(letter, false, "its sender was told so");
  }

  // ---------------------------------------------------------------- once all has settled

  async settled(): Promise<void> {
    const { life, kept } = this.#world;
    const fleet = life?.daemon?.context.loop.fleet;
    if (fleet === undefined) return;
    const { mail } = life?.daemon?.context ?? {};
    for (const id of fleet.archived) {
      // What stands in a message of which nobody can say whether it was taken stays with that.
      if (mail === undefined || mail.inboxes.list(id).length > 0) continue;
      const isOpen = (box: object | null): true => {
        if (box !== null) this.#wrong(`the queue of ${id}, who is off the list, stays open`);
        return true;
      };
      await mail.until(id, 0, isOpen);
      if (mail.inboxes.of(id) !== null) this.#wrong(`the inbox of ${id}, who is off the list, stays open`);
    }
    const stored = new Map((await kept.mail()).map((message) => [message.id, message]));
    for (const letter of this.letters.values()) {
      const { id, word, state, purged } = letter;
      const open = stored.get(id);
      if (purged) continue;
      if (state !== "delivered" && open === undefined) this.#wrong(`${word} is ${state} and gone from the disk`);
      if (["claimed", "typed", "submitted"].includes(state)) this.#wrong(`${word} is still ${state}`);
      if (state === "queued") this.#mayWait(letter);
    }
    for (const { record, told } of fleet.agents.values()) {
      const own = [...stored.values()].filter(({ to }) => to === record.id);
      const counts = countsOf(own);
      if (JSON.stringify(told.mail) !== JSON.stringify(counts)) {
        this.#wrong(
          `${record.label} is told to have ${JSON.stringify(told.mail)}, on disk are ${JSON.stringify(counts)}`,
        );
      }
    }
  }

  /** A message that still waits does so for a recipient that cannot take it. */
  #mayWait({ to, word }: Letter): void {
    const { life, machine } = this.#world;
    const agent = life?.daemon?.context.loop.fleet.agents.get(to);
    if (agent === undefined) {
      this.#wrong(`${word} still waits for an agent that is off the list`);
      return;
    }
    const pane = machine.panes().find((one) => one.id === agent.pane && one.program.agent === to);
    // Under another drover's mark it is not ours to type into.
    if (pane === undefined || pane.dead !== null || isOthers(pane)) return;
    const { screen } = pane.program;
    const isFree = !screen.busy && screen.draft === "";
    if (!isFree) return;
    const why = life?.daemon?.context.mail.list(to).find(({ message }) => message.state === "queued")?.waits;
    this.#wrong(`${word} still waits (${why}), and ${agent.record.label} is ${agent.record.state} and free`);
  }

  /** Whether nothing can be said to be on its way any more. */
  get isQuiet(): boolean {
    return [...this.letters.values()].every((letter) => {
      if (letter.purged) return true;
      if (letter.state !== "queued") return !["claimed", "typed", "submitted"].includes(letter.state);
      const agent = this.#world.life?.daemon?.context.loop.fleet.agents.get(letter.to);
      const pane = this.#world.machine.panes().find((one) => one.program.agent === letter.to && one.dead === null);
      return agent !== undefined && (agent.pane === null || pane === undefined || isOthers(pane));
    });
  }

  stateOf(word: string): Letter["state"] | undefined {
    return this.#byWord.get(word)?.state;
  }

  /** Somebody other than drover had a hand in what became of it. */
  isMeddled(word: string): boolean {
    const letter = this.#byWord.get(word);
    if (letter === undefined) return false;
    const { meddled, pasted, claimedAtMs } = letter;
    return meddled || (pasted !== null && this.#isMeddledWith(pasted.program, claimedAtMs));
  }

  // ---------------------------------------------------------------- inside

  #newLetter(message: Message, text: string): Letter {
    const { id, to, order } = message;
    const word = wordsOf(text)[0] ?? `?${id}`;
    const letter: Letter = {
      ...{ id, to, order, word, state: message.state, reason: null },
      ...{ claimedAtMs: 0, taken: 0, meddled: false, sentByPerson: false, revived: false, purged: false, pasted: null },
      programs: new Set(),
    };
    if (this.letters.has(id) || this.#byWord.has(word)) this.#wrong(`${word} was queued twice`);
    this.letters.set(id, letter);
    this.#byWord.set(word, letter);
    return letter;
  }

  #becomes(letter: Letter, { state, reason }: Message): void {
    const before = letter.state;
    letter.state = state;
    letter.reason = reason;
    if (state === "claimed") letter.claimedAtMs = this.#world.clock.now();
    if (before === "delivered") this.#wrong(`${letter.word} was delivered and is ${state}`);
    if (before === "dead" || before === "failed" || before === "uncertain") letter.revived = true;
    if (letter.pasted !== null && this.#isMeddledWith(letter.pasted.program, letter.claimedAtMs)) letter.meddled = true;
    if (state === "delivered") this.#mustBe(letter, true, "it is delivered on disk");
    if (state === "queued" && before !== state) this.#mustBe(letter, false, "it is queued again");
    if (state === "failed" || state === "dead") this.#mustBe(letter, false, `it is ${state} on disk (${reason})`);
    if (state === "uncertain") this.#mayBeUncertain(letter);
  }

  /** An agent that sent it has the note in its inbox from the same moment on. */
  #senderIsTold({ id, from }: Message, mail: readonly MailWrite[]): void {
    const agents = this.#world.life?.daemon?.context.loop.fleet.agents;
    if (from === null || agents?.has(from) !== true) return;
    const isNote = ({ message, was }: MailWrite) =>
      was === null && message.to === from && message.completion?.child === id;
    if (!mail.some(isNote)) this.#wrong(`${id} is uncertain on disk and its sender is not told`);
  }

  /** Its person or a dialog was at the program since; or another runs in its place, too lately for a listing to have told. */
  #isMeddledWith(program: Program, sinceMs: number): boolean {
    const { machine, checker, clock } = this.#world;
    const justNow = (ms: number | undefined) => clock.now() - (ms ?? Number.NEGATIVE_INFINITY) < HEARD_AFTER_MS;
    const pane = machine.panes().find((one) => one.program.agent === program.agent && one.program !== program);
    return program.screen.oddAtMs >= sinceMs || (pane !== undefined && justNow(checker.respawnedAtMs.get(pane)));
  }

  #mustBe(letter: Letter, taken: boolean, why: string): void {
    // That completions wait is said in the same words each time.
    if (letter.meddled || letter.taken > 0 === taken || letter.word.startsWith("?")) return;
    this.#wrong(`${letter.word} was ${taken ? "never" : "already"} given, and ${why}`);
  }

  /** The program went, its person or a dialog came between, it heard no Enter, or tmux was silent. */
  #mayBeUncertain(letter: Letter): void {
    const { pasted, meddled, word, reason } = letter;
    if (meddled || word.startsWith("?") || this.blindAtMs >= letter.claimedAtMs) return;
    if (pasted === null) {
      this.#wrong(`${word} is uncertain (${reason}) and never was pasted`);
      return;
    }
    const { program, swallowed } = pasted;
    const lives = this.#world.machine.panes().some((pane) => pane.program === program && pane.dead === null);
    if (!lives || program.screen.swallowed - swallowed >= ENTERS) return;
    this.#wrong(`${word} is uncertain (${reason}), and nothing came between`);
  }

  #wrong(what: string): void {
    this.#world.checker.wrong(what);
  }
}

/** Completions count in the inbox, and once: not beside the message that carries them, nor beside their doubtful one. */
function countsOf(own: readonly Message[]): MailCounts {
  const count = (counts: (message: Message) => boolean): number => own.filter(counts).length;
  const doubtful = new Set(own.flatMap(({ state, batch }) => (state === "uncertain" ? (batch ?? []) : [])));
  const isInDoubt = ({ lease }: Message): boolean => lease?.untilMs === null && doubtful.has(lease.batch);
  const isTold = ({ kind }: Message): boolean => kind === "completion";
  return {
    queued: count((one) => one.state === "queued" && !isTold(one) && one.batch === undefined),
    inbox: count((one) => isTold(one) && (one.state === "queued" || (one.state === "leased" && !isInDoubt(one)))),
    dead: count(({ state }) => state === "dead" || state === "failed"),
    uncertain: count(({ state }) => state === "uncertain"),
  };
}
