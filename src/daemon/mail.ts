/**
 * The mail of all agents. `core/delivery/mailbox.ts` decides for each recipient what is done next; here that is carried
 * out against the store and the pane, and what came of it is told to it. Everything that changes a message goes through
 * the core's commits (`ask: "mail"`), so that it is on disk, journaled and told in one batch.
 */
import type { Mailbox, MailEffect, MailEvent, Pending } from "#core/delivery/mailbox/state.js";
import { isQuiet, openMailbox, stepMailbox, wakeAtMs } from "#core/delivery/mailbox.js";
import { isDeadLetter, isInInbox, isSettled, type MailWrite, type Message } from "#core/delivery/message.js";
import type { Recipient } from "#core/delivery/recipient.js";
import { Tally } from "#core/delivery/tally.js";
import { Fault } from "#core/fault.js";
import { isReady } from "#core/fleet/believe.js";
import { type Agent, type Fleet, isGone } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import { DeadLetters } from "./dead-letters.js";
import { handOver } from "./doors.js";
import { type Ground, theProvider } from "./ground.js";
import { Inboxes } from "./inboxes.js";
import { byRecipient, type CommitHow, type NewMessage, nudgedBy, type Story, writeOf } from "./mail-commit.js";
import { lookAt, paneOf } from "./mail-look.js";

export const QUEUE_LIMIT = 10_000;
const AGAIN_MS = 1_000;

interface Box {
  now: Mailbox;
  /** New messages on their way to the disk. */
  readonly adding: Set<Message>;
  lastOrder: number;
  /** Null before the first change. */
  tally: Tally | null;
  /** Lets others type into the pane again. */
  release: (() => void) | null;
  cancelWake: (() => void) | null;
  /** Its receipt was taken away. */
  dropped: boolean;
  readonly watchers: Set<() => void>;
}

export class Mail {
  readonly inboxes: Inboxes;
  readonly dead: DeadLetters;
  readonly #ground: Ground;
  /** Says which step of a delivery is being passed; tests let the daemon die there. */
  readonly #pass: (point: string) => void;
  readonly #boxes = new Map<AgentId, Box>();
  readonly #opening = new Map<AgentId, Promise<Box>>();
  #closed = false;

  constructor(ground: Ground, pass: (point: string) => void) {
    this.#ground = ground;
    this.#pass = pass;
    this.inboxes = new Inboxes(ground, this, pass);
    this.dead = new DeadLetters(ground, {
      inboxes: this.inboxes,
      known: (to) => this.#boxes.get(to)?.now ?? null,
      queueOf: (to) => this.#boxOf(to),
      post: (to, event) => this.#post(to, event),
      commit: (to, ...what) => this.commit(to, ...what).catch((error) => this.#recount(to, error)),
    });
    this.begun = new Promise((resolve) => {
      this.#begun = resolve;
    });
  }

  /** Resolves once everything the store holds is taken up: nothing new is taken in before. */
  readonly begun: Promise<void>;
  #begun: () => void = () => {};

  /** What the store holds for inboxes: to be called before anything is heard of what is leased there. */
  takeUp(messages: readonly Message[]): void {
    for (const [to, all] of byRecipient(messages)) this.inboxes.takeUp(to, all);
  }

  /** Takes up the rest. To be called once tmux was looked at for the first time. */
  async begin(messages: readonly Message[]): Promise<void> {
    for (const [to, all] of byRecipient(messages)) {
      const open = all.filter((message) => !isInInbox(message));
      const lastOrder = await this.#ground.store.lastOrder(to);
      // What an inbox had to have written may have opened its box before: that stays, and learns of the rest.
      if (!this.#boxes.has(to)) this.#open(to, open, lastOrder);
      else {
        for (const message of open) this.#post(to, { kind: "added", message });
        // What was counted for that write was the inbox alone.
        const known = open.map((message) => ({ message, was: null }));
        this.#boxes.get(to)?.tally?.take(known, new Set());
        void this.commit(to, [], [], {}).catch(() => {});
      }
    }
    this.inboxes.begin();
    this.#begun();
    for (const to of this.#boxes.keys()) this.dead.trim(to);
    for (const { record } of this.#ground.loop.fleet.agents.values()) {
      if (record.promptDue === true) this.queuePrompt(record.id);
    }
  }

  /** To be called after every change of the fleet. */
  changed(before: Fleet, now: Fleet): void {
    this.inboxes.changed(before, now);
    for (const [id] of this.#boxes) {
      const agent = now.agents.get(id);
      if (agent !== before.agents.get(id)) this.#post(id, { kind: "recipient", recipient: this.recipientOf(agent) });
    }
  }

  reconnected(): void {
    this.inboxes.reconnected();
    for (const id of this.#boxes.keys()) this.#post(id, { kind: "reconnected" });
  }

  close(): void {
    this.#closed = true;
    this.inboxes.close();
    for (const box of this.#boxes.values()) {
      box.cancelWake?.();
      box.release?.();
    }
  }

  /** All that is not delivered, in order, with why the oldest of a queue waits. */
  list(to?: AgentId): { message: Message; waits: string | null }[] {
    const boxes =
      to === undefined ? [...this.#boxes.values()] : [this.#boxes.get(to)].filter((box) => box !== undefined);
    const typed = boxes.flatMap(({ now }) => {
      // In their order, so that a long queue is gone through once.
      let before = 0;
      return [...now.open].map((message) => {
        const waits = message.state === "queued" ? waitsWords(before, now.waits) : null;
        if (!isDeadLetter(message) && !isSettled(message)) before++;
        return { message, waits };
      });
    });
    const { agents } = this.#ground.loop.fleet;
    const told = this.inboxes.list(to).map((message) => {
      const recipient = message.state === "queued" ? this.recipientOf(agents.get(message.to)) : null;
      return { message, waits: recipient === null || recipient.ready ? null : recipient.state };
    });
    return [...typed, ...told];
  }

  /** A place in a recipient's queue that is nobody else's. */
  async nextOrder(to: AgentId): Promise<number> {
    return ++(await this.#boxOf(to)).lastOrder;
  }

  /** Whether nothing is being typed to it, nor waits to be. */
  isQuiet(to: AgentId): boolean {
    const box = this.#boxes.get(to);
    return box === undefined || (isQuiet(box.now, this.#ground.clock.now()) && box.adding.size === 0);
  }

  /** A dead letter that was written elsewhere; from here on it is one of ours. */
  takeIn(message: Message): void {
    this.#post(message.to, { kind: "added", message });
    this.dead.trim(message.to);
  }

  /** Tells which step is being passed. */
  pass(point: string): void {
    this.#pass(point);
  }

  /**
   * A batch of completions was seen to arrive. Where it was typed, and nobody could say whether it was taken, that is
   * settled now. Throws the store's Fault.
   */
  async arrived(to: AgentId, batch: string): Promise<void> {
    const box = this.#boxes.get(to);
    const carrier = [...(box?.now.open ?? [])].find((message) => message.batch === batch);
    if (box === undefined || carrier === undefined) {
      await this.inboxes.tell(to, { kind: "arrived", batch });
      return;
    }
    // On its way still: it comes to that by itself.
    if (carrier.state !== "uncertain" || box.now.writing !== null || box.now.pending !== null) return;
    const was = box.now.open.revOf(carrier.id) ?? carrier.rev;
    const updatedAtMs = this.#ground.clock.now();
    const message: Message = { ...carrier, rev: was + 1, state: "delivered", reason: null, updatedAtMs };
    const carried = this.inboxes.endOf(carrier, { arrived: true, tried: true });
    const story = [{ message, from: carrier.state }, ...carried];
    const gone = new Set([carrier.id]);
    await this.commit(to, [{ message, was }, ...carried.map(writeOf)], story, { gone });
    this.#post(to, { kind: "forgotten", ids: gone });
    this.inboxes.changedWith(to, carried);
  }

  /**
   * Puts a message into its recipient's queue; it is on disk when this resolves. Throws a Fault: TOO_MANY, NOT_FOUND, or
   * the store's.
   */
  async enqueue(wanted: NewMessage, takesPrompt = false): Promise<Message> {
    const { to, id, from, kind, text, now, carries, tellsOf, beatAtMs } = wanted;
    await this.begun;
    const box = await this.#boxOf(to);
    if (box.now.open.queuedCount + box.adding.size >= QUEUE_LIMIT) {
      throw new Fault("TOO_MANY", `${QUEUE_LIMIT} messages wait for this agent already`);
    }
    const nowMs = this.#ground.clock.now();
    const message: Message = {
      id,
      to,
      order: ++box.lastOrder,
      rev: 1,
      from,
      kind,
      state: "queued",
      reason: null,
      attempts: 0,
      characters: text.length,
      claim: null,
      ...(now === true ? { now } : {}),
      ...(carries === undefined ? {} : { batch: carries.batch }),
      ...(tellsOf === undefined ? {} : { tellsOf }),
      turn: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    box.adding.add(message);
    this.#pass("queueing");
    try {
      const carried = carries?.changes ?? [];
      const writes = [{ message, was: null, text }, ...carried.map(writeOf)];
      const story = [{ message, from: null }, ...carried];
      const beat = beatAtMs === undefined ? {} : { beatAtMs };
      await this.commit(to, writes, story, { must: true, ...beat, ...(takesPrompt ? { takesPrompt } : {}) });
    } catch (error) {
      box.adding.delete(message);
      this.#recount(to, error);
    }
    this.#pass("queued");
    box.adding.delete(message);
    carries?.written();
    this.#post(to, { kind: "added", message });
    return message;
  }

  /** Never throws. What cannot be written now is tried again. */
  queuePrompt(id: AgentId): void {
    const again = (): void => {
      const { loop, clock, log, dice } = this.#ground;
      const record = loop.fleet.agents.get(id)?.record;
      if (this.#closed || record?.promptDue !== true || record.prompt === null) return;
      const waits = this.list(id).some(({ message }) => message.kind === "prompt" && !isDeadLetter(message));
      const { prompt } = record;
      const done = waits
        ? this.commit(id, [], [], { takesPrompt: true })
        : this.enqueue({ id: dice.id(), to: id, from: null, kind: "prompt", text: prompt }, true);
      done.catch((error) => {
        log.warn("an agent's first prompt could not be queued", { agent: id, code: asFault(error).code });
        void this.commit(id, [], [], { takesPrompt: false }).catch(() => {});
        clock.wake(clock.now() + 2 * AGAIN_MS, again);
      });
    };
    again();
  }

  /** Resolves once `test` says something of the recipient's queue, with that; with null where `limitMs` passed first. */
  until<T>(to: AgentId, limitMs: number, test: (box: Mailbox | null) => T | null): Promise<T | null> {
    const box = this.#boxes.get(to);
    const first = test(box?.now ?? null);
    if (first !== null || box === undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      const { clock } = this.#ground;
      const done = (value: T | null): void => {
        box.watchers.delete(watch);
        cancel();
        resolve(value);
      };
      const watch = (): void => {
        const value = test(box.now);
        if (value !== null) done(value);
      };
      const cancel = clock.wake(clock.now() + limitMs, () => done(null));
      box.watchers.add(watch);
    });
  }

  // ------------------------------------------------------------ one recipient

  async #boxOf(to: AgentId): Promise<Box> {
    const found = this.#boxes.get(to);
    if (found !== undefined) return found;
    const opening =
      this.#opening.get(to) ??
      this.#ground.store.lastOrder(to).then((last) => this.#boxes.get(to) ?? this.#open(to, [], last));
    this.#opening.set(to, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(to);
    }
  }

  #open(to: AgentId, open: readonly Message[], lastOrder: number): Box {
    const { clock, loop } = this.#ground;
    const [now, effects] = openMailbox(to, open, this.recipientOf(loop.fleet.agents.get(to)), clock.now());
    const box: Box = {
      now,
      adding: new Set(),
      lastOrder,
      tally: null,
      release: null,
      cancelWake: null,
      dropped: false,
      watchers: new Set(),
    };
    this.#boxes.set(to, box);
    this.#after(to, box, effects);
    return box;
  }

  #post(to: AgentId, event: MailEvent): void {
    const box = this.#boxes.get(to);
    if (box === undefined || this.#closed) return;
    const before = box.now;
    const [now, effects] = stepMailbox(before, event, this.#ground.clock.now());
    box.now = now;
    this.#after(to, box, effects);
  }

  #after(to: AgentId, box: Box, effects: readonly MailEffect[]): void {
    if (box.now.at.at === "resting") {
      this.#letGo(box);
      if (box.now.recipient === null && !box.dropped) {
        box.dropped = true;
        void this.#ground.mux.dropReceipt(to).catch(() => {});
      }
    }
    for (const effect of effects) this.#perform(to, box, effect);
    const { clock } = this.#ground;
    box.cancelWake?.();
    const atMs = wakeAtMs(box.now);
    box.cancelWake = atMs === null ? null : clock.wake(atMs, () => this.#post(to, { kind: "clock" }));
    for (const watch of [...box.watchers]) watch();
    this.inboxes.quiet(to);
  }

  /** Resolves once nobody else types into the recipient's pane. */
  #hold(to: AgentId, box: Box): Promise<void> {
    if (box.release !== null) return Promise.resolve();
    return new Promise((held) => {
      const work = () =>
        new Promise<void>((release) => {
          box.release = release;
          if (this.#closed) release();
          held();
        });
      void this.#ground.exclusive.run(to, work);
    });
  }

  #letGo(box: Box): void {
    box.release?.();
    box.release = null;
  }

  #perform(to: AgentId, box: Box, effect: MailEffect): void {
    const { loop } = this.#ground;
    switch (effect.do) {
      case "hold":
        this.#letGo(box);
        void this.#hold(to, box).then(() => this.#post(to, { kind: "held" }));
        break;
      case "write":
        void this.#write(to, box, effect.what);
        break;
      case "fetch":
        void this.#fetch(to, box, effect.message);
        break;
      case "receipts":
        void this.#hold(to, box)
          .then(() => this.#receipts(to))
          .then((answer) => {
            // While tmux is silent nobody else is kept from the pane.
            if (answer === null) this.#letGo(box);
            this.#post(to, { kind: "receipts", answer });
          });
        break;
      case "hand":
        void this.#hand(to, box, effect);
        break;
      case "submitted":
        void loop.ask({ ask: "submitted", id: to, turn: effect.turn, incarnation: effect.incarnation }).catch(() => {});
        break;
      default:
        void this.#atPane(to, box, effect);
    }
  }

  async #write(to: AgentId, box: Box, { messages, story }: Pending): Promise<void> {
    const { log } = this.#ground;
    const gone = new Set([...messages.values()].filter(({ forget }) => forget).map(({ message }) => message.id));
    const writes = [...messages.values()].map(({ message, forget }): MailWrite => {
      const was = box.now.open.revOf(message.id) ?? null;
      const write = { message: { ...message, rev: (was ?? 0) + 1 }, was };
      return forget ? { ...write, forget } : write;
    });
    const name = story.at(-1)?.message.state ?? "";
    this.#pass(`${name}-writing`);
    // What a message carries is settled with it.
    const ends = [...messages.values()].flatMap(({ message, forget }) => {
      if (message.batch === undefined || (!forget && !isSettled(message))) return [];
      return { message, arrived: isSettled(message) };
    });
    const nudged = [...messages.values()].map(({ message }) => nudgedBy(message)).find((told) => told !== null);
    const told = nudged === undefined ? {} : { nudged };
    const carried = ends.flatMap(({ message, arrived }) => {
      return this.inboxes.endOf(message, { arrived, tried: message.attempts > 0 });
    });
    let event: MailEvent = { kind: "written" };
    try {
      await this.commit(to, [...writes, ...carried.map(writeOf)], [...story, ...carried], { gone, ...told });
      this.#pass(`${name}-written`);
    } catch (error) {
      const { code } = asFault(error);
      log.warn("a change of mail was not written", { agent: to, code, messages: [...messages.keys()] });
      event = { kind: "unwritten", stale: code === "STALE" };
    }
    if (event.kind === "written") this.inboxes.changedWith(to, carried);
    this.#post(to, event);
    if ([...messages.values()].some(({ message }) => isDeadLetter(message))) this.dead.trim(to);
    if (event.kind === "written") for (const { arrived } of ends) this.inboxes.woken(to, arrived, nudged);
    // Nobody can say whether it was taken: that is for a person now, and what comes next may be told.
    for (const { message } of messages.values()) {
      if (message.batch !== undefined && message.state === "uncertain") this.inboxes.woken(to, true, nudged);
    }
  }

  /** One durable batch, with what is counted and journaled of it. Throws the store's Fault, or NOT_FOUND for `must`. */
  async commit(
    id: AgentId,
    writes: readonly MailWrite[],
    story: readonly Story[],
    { gone = new Set(), ...how }: CommitHow,
  ): Promise<void> {
    const box = await this.#boxOf(id);
    box.tally ??= new Tally([...box.now.open, ...this.inboxes.list(id)]);
    const undo = box.tally.take(writes, gone);
    try {
      await this.#ground.loop.ask({ ask: "mail", id, writes, story, counts: box.tally.counts(), ...how });
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** What was counted with a commit that was refused is told already, and is not so. Throws the refusal on. */
  #recount(to: AgentId, refusal: unknown): never {
    if (asFault(refusal).code !== "NOT_FOUND") void this.commit(to, [], [], {}).catch(() => {});
    throw refusal;
  }

  async #fetch(to: AgentId, box: Box, message: Message): Promise<void> {
    const { store, log, clock } = this.#ground;
    const at = box.now.at;
    try {
      this.#post(to, { kind: "text", text: await store.text(message) });
    } catch (error) {
      log.warn("a message could not be read", { message: message.id, error });
      clock.wake(clock.now() + AGAIN_MS, () => {
        if (box.now.at === at && !this.#closed) void this.#fetch(to, box, message);
      });
    }
  }

  /** Null where they cannot be read now, or where tmux showed since that it is another server than was looked at. */
  async #receipts(to: AgentId): Promise<{ epoch: string; says: string | null } | null> {
    const { mux, loop } = this.#ground;
    const seen = () => loop.fleet.sight;
    const sight = seen();
    // Nothing is left of a server that is not there.
    if (sight !== null && "blind" in sight && sight.blind === "no-server") return { epoch: "", says: null };
    try {
      const { epoch, says } = await mux.receipts();
      const now = seen();
      if (now === null || "blind" in now || now.epoch !== epoch) return null;
      return { epoch, says: says.get(to) ?? null };
    } catch {
      return null;
    }
  }

  async #atPane(to: AgentId, box: Box, effect: MailEffect & { do: "look" | "paste" | "enter" }): Promise<void> {
    const { mux } = this.#ground;
    // What comes of an attempt says nothing of a later one.
    const id = underWay(box.now);
    const tell = (event: MailEvent): void => {
      if (underWay(box.now) === id) this.#post(to, event);
    };
    const kind = effect.do;
    try {
      if (effect.do === "look") {
        if (effect.first) this.#pass("looking");
        tell(await lookAt(this.#ground, to, effect.first));
        return;
      }
      const pane = paneOf(this.#ground, to);
      this.#pass(effect.do === "paste" ? "pasting" : "entering");
      const receipt = { agent: to, says: effect.receipt };
      await (effect.do === "paste" ? mux.paste(pane, effect.text, receipt) : mux.enter(pane, receipt));
      this.#pass(effect.do === "paste" ? "pasted" : "entered");
      tell({ kind: "done", effect: kind });
    } catch (error) {
      tell({ kind: "failed", effect: kind, message: asFault(error).message });
    }
  }

  async #hand(to: AgentId, box: Box, { message: id, door, text }: MailEffect & { do: "hand" }): Promise<void> {
    const incarnation = box.now.open.get(id)?.claim?.incarnation ?? 0;
    this.#pass("handing");
    const sent = (): void => this.#pass("handing-sent");
    const answer = await handOver(this.#ground, { id: to, incarnation }, { id, text, door }, sent);
    this.#pass("handed");
    if (box.now.at.at === "handing" && box.now.at.id === id) this.#post(to, { kind: "handed", answer });
  }

  recipientOf(agent: Agent | undefined): Recipient | null {
    if (agent === undefined) return null;
    const { state, sinceMs, incarnation, turn, place } = agent.record;
    const there = agent.pane !== null && agent.making === null && !isGone(state);
    return {
      there,
      ready: there && isReady(state),
      state: there || isGone(state) ? `it is ${state}` : "it is not in its tab yet",
      sinceMs,
      incarnation,
      turn,
      epoch: place?.epoch ?? "",
      pid: place?.pid ?? null,
      pasteSettleMs: theProvider(this.#ground, agent).pasteSettleMs,
    };
  }
}

/** Why a message waits: its recipient's reason, or who is before it. */
export function waitsOf(box: Mailbox, message: Message): string | null {
  return waitsWords(box.open.before(message), box.waits);
}

function waitsWords(before: number, waits: string | null): string | null {
  if (before === 0) return waits;
  const others = before === 1 ? "one message is before it" : `${before} messages are before it`;
  return waits === null ? others : `${others}; ${waits}`;
}

function underWay({ at }: Mailbox): string | null {
  return at.at === "checking" || at.at === "typing" ? at.id : null;
}
