/**
 * Carries the core's effects out and posts what came of them. This is where a Fault from tmux or the store is met: it
 * becomes an event, a refusal to whoever asked, or a line in the log, and never ends the daemon.
 */
import type { Effect, Event, Refusal, Tab } from "#core/decide.js";
import { Fault } from "#core/fault.js";
import type { JournalEntry } from "#core/journal.js";
import type { AgentId, LivePane, PaneMark } from "#core/model.js";
import type { Clock } from "#host/clock.js";
import { ensureWorktree } from "#host/git.js";
import type { Log } from "#host/log.js";
import type { Store } from "#store/store.js";
import type { Multiplexer } from "#tmux/multiplexer.js";
import { Backlog, type Order } from "./backlog.js";
import type { Feed } from "./feed.js";
import type { Loop } from "./loop.js";

export interface Hands {
  readonly store: Store;
  readonly mux: Multiplexer;
  readonly clock: Clock;
  readonly log: Log;
  readonly feed: Feed;
  readonly loop: Loop;
  /** Puts the prompt an agent was born with into its queue. */
  queuePrompt(id: AgentId): void;
}

type Commit = Effect & { do: "commit" };

/** How long tmux is given to answer again after the making of a tab went unheard, and how often it is asked. */
const UNHEARD_LIMIT_MS = 5_000;
const UNHEARD_LOOK_MS = 100;
/** How long after a failed write the next is tried. */
const RETRY_MS = 2_000;

export class CarryOut {
  readonly #hands: Hands;
  /** What the store refused, to be written again. */
  readonly #backlog = new Backlog();
  #rewriting = false;
  #decided: Order = 0;
  /** Commits on their way to the disk. */
  readonly #onTheirWay = new Set<Promise<void>>();
  #cancelRetry: (() => void) | null = null;
  #closed = false;
  /** With what the store refused last. */
  #refusal = new Fault("STORE_BROKEN", "the store cannot be written");

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  /** Whether something decided is not on disk because the store refused it. */
  get behind(): boolean {
    return this.#rewriting || !this.#backlog.isEmpty;
  }

  /** Resolves when all that was decided until now is on disk, or the store has refused it. */
  async written(): Promise<void> {
    await Promise.all(this.#onTheirWay);
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#one(effect);
  }

  #one(effect: Effect): void {
    const { mux, loop } = this.#hands;
    switch (effect.do) {
      case "commit": {
        const writing = this.#commit(effect).finally(() => this.#onTheirWay.delete(writing));
        this.#onTheirWay.add(writing);
        break;
      }
      case "create-tab":
        void this.#createTab(effect);
        break;
      case "mark":
        void this.#try("mark a pane", mux.mark(effect.pane, effect.mark, effect.windowName)).then(() =>
          this.perform(effect.afterwards ?? []),
        );
        break;
      case "adopt-pane":
        void this.#adoptPane(effect);
        break;
      case "unmark":
        this.#try("take the mark off a pane", mux.unmark(effect.pane));
        break;
      case "kill-pane":
        this.#try("close a tab", mux.killPane(effect.pane));
        break;
      case "look":
        mux.lookSoon(effect.pane);
        break;
      case "sight":
        void mux.sight().then((sighting) => loop.post({ kind: "sighting", sighting }));
        break;
      case "queue-prompt":
        this.#hands.queuePrompt(effect.id);
        break;
      case "answer":
        loop.settle(effect.ticket, effect.answer);
        break;
      case "refuse":
        loop.settle(effect.ticket, faultOf(effect.why));
        break;
    }
  }

  async #commit(commit: Commit): Promise<void> {
    const { store, feed, log, loop } = this.#hands;
    const decidedFor = epochOf(loop);
    const order = ++this.#decided;
    const mail = commit.mail ?? [];
    if (this.behind && mail.length > 0) {
      this.#unwritten(commit.afterwards, this.#refusal);
      return;
    }
    if (this.behind) {
      // What came later must not reach the disk earlier.
      this.#backlog.keep(order, commit);
      this.#unwritten(commit.afterwards, this.#refusal);
      return;
    }
    let written: JournalEntry[];
    try {
      written = await store.commit({ agents: commit.agents, entries: commit.entries, mail });
    } catch (error) {
      const fault = asFault(error);
      if (mail.length > 0) {
        // Whoever changes mail holds it until it is written, and knows best what is still true by then.
        log.warn("the store refused a change of mail", { code: fault.code });
        this.#unwritten(commit.afterwards, fault);
        return;
      }
      log.error("the store refused a commit", { code: fault.code, error: fault });
      this.#backlog.keep(order, commit);
      this.#refusal = fault;
      this.#unwritten(commit.afterwards, fault);
      this.#retryLater();
      return;
    }
    this.#backlog.passedBy(order, commit.agents);
    feed.publish(written);
    // Where tmux was started anew meanwhile, a pane id that was decided on is somebody else's now.
    if (epochOf(loop) === decidedFor) this.perform(commit.afterwards);
    else for (const effect of commit.afterwards) this.#elsewhere(effect);
  }

  /** What was decided for another tmux server: whatever it was to do to a pane there has no object any more. */
  #elsewhere(effect: Effect): void {
    if (effect.do === "mark") this.perform(effect.afterwards ?? []);
    else if (effect.do === "adopt-pane") {
      const why: Refusal = { code: "NOT_FOUND", message: "tmux was started anew, and the pane is gone" };
      this.#hands.loop.post({ kind: "pane-refused", id: effect.id, why });
    } else if (effect.do !== "unmark" && effect.do !== "kill-pane") this.#one(effect);
  }

  /** What was to follow a write that failed: what must be on disk first is not done, and whoever asked is told. */
  #unwritten(effects: readonly Effect[], fault: Fault): void {
    const why: Refusal = { code: fault.code, message: fault.message };
    for (const effect of effects) {
      if (effect.do === "answer" && !effect.unwritten) this.#hands.loop.settle(effect.ticket, fault);
      else if (effect.do === "adopt-pane") this.#hands.loop.post({ kind: "pane-refused", id: effect.id, why });
      else if (effect.do === "create-tab") this.#hands.loop.post({ kind: "tab-failed", id: effect.id, why });
      else if (effect.do === "mark") {
        this.#one({ ...effect, afterwards: [] });
        this.#unwritten(effect.afterwards ?? [], fault);
      } else if (effect.do !== "kill-pane" && effect.do !== "queue-prompt") this.#one(effect);
    }
  }

  /** Nothing is tried again after this. */
  close(): void {
    this.#cancelRetry?.();
    this.#closed = true;
  }

  #retryLater(): void {
    if (this.#cancelRetry !== null || this.#closed) return;
    const { clock, store, feed, log } = this.#hands;
    this.#cancelRetry = clock.wake(clock.now() + RETRY_MS, async () => {
      if (this.#onTheirWay.size > 0) {
        // One of these may be refused yet, and was decided before what would be written now.
        this.#cancelRetry = null;
        this.#retryLater();
        return;
      }
      const { agents, entries, giveBack } = this.#backlog.take();
      this.#rewriting = true;
      let written: JournalEntry[] = [];
      try {
        written = await store.commit({ agents, entries });
        log.info("the store takes commits again", { entries: entries.length });
      } catch (error) {
        log.debug("the store still refuses", { code: asFault(error).code });
        giveBack();
      }
      this.#rewriting = false;
      this.#cancelRetry = null;
      feed.publish(written);
      if (this.behind) this.#retryLater();
    });
  }

  async #createTab(effect: Effect & { do: "create-tab" }): Promise<void> {
    const { loop, log } = this.#hands;
    let event: Event;
    try {
      event = { kind: "tab-made", id: effect.id, ...(await this.#makeTab(effect.tab)) };
    } catch (error) {
      const fault = asFault(error);
      log.warn("a tab could not be made", { agent: effect.id, code: fault.code });
      event = { kind: "tab-failed", id: effect.id, why: refusalOf(fault) };
    }
    loop.post(event);
  }

  /**
   * Makes the tab. Where the connection was lost in the middle of it, the mark says whether it was made; if it was not,
   * it is tried once more.
   */
  async #makeTab(tab: Tab): Promise<{ pane: LivePane; epoch: string }> {
    const { mux, loop } = this.#hands;
    if (tab.worktree !== undefined) await ensureWorktree(tab.worktree, tab.worktree.fresh);
    for (let tries = 1; ; tries++) {
      try {
        const before = epochOf(loop);
        const pane = await mux.createTab(tab);
        const sighting = await mux.sight();
        // The tab was made a moment ago; if tmux went silent since, its epoch is that of the last sighting.
        if ("blind" in sighting) return { pane, epoch: epochOf(loop) };
        // Not there any more: gone with the server before, perhaps, and this one has given its id to another.
        const isThere = sighting.panes.some((one) => one.pane === pane.pane && one.mark?.id === tab.mark.id);
        return { pane, epoch: isThere ? sighting.epoch : before };
      } catch (error) {
        if (tries > 1 || asFault(error).code !== "TMUX_UNREACHABLE") throw error;
        const made = await this.#findTab(tab.mark);
        if (made === "unknown") throw error;
        if (made !== null) return made;
      }
    }
  }

  /** Looks until tmux answers. Null where no pane carries the mark; a server that is gone took its panes with it. */
  async #findTab({ id, incarnation }: PaneMark): Promise<{ pane: LivePane; epoch: string } | null | "unknown"> {
    const { mux, clock } = this.#hands;
    const giveUpAtMs = clock.now() + UNHEARD_LIMIT_MS;
    while (clock.now() < giveUpAtMs) {
      const sighting = await mux.sight();
      if ("epoch" in sighting) {
        const pane = sighting.panes.find(({ mark }) => mark?.id === id && mark.incarnation === incarnation);
        return pane === undefined ? null : { pane, epoch: sighting.epoch };
      }
      if (sighting.blind === "no-server") return null;
      await new Promise<void>((resolve) => clock.wake(clock.now() + UNHEARD_LOOK_MS, resolve));
    }
    return "unknown";
  }

  async #adoptPane({ id, pane, mark, windowName }: Effect & { do: "adopt-pane" }): Promise<void> {
    const { mux, loop } = this.#hands;
    try {
      await mux.mark(pane, mark, windowName);
      loop.post({ kind: "pane-adopted", id });
    } catch (error) {
      loop.post({ kind: "pane-refused", id, why: refusalOf(asFault(error)) });
    }
  }

  #try(what: string, done: Promise<void>): Promise<void> {
    return done.catch((error) => this.#hands.log.warn(`could not ${what}`, { code: asFault(error).code, error }));
  }
}

function epochOf(loop: Loop): string {
  const { sight } = loop.fleet;
  return sight !== null && "epoch" in sight ? sight.epoch : "";
}

export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Fault("INTERNAL", message, { cause: error });
}

function faultOf(why: Refusal): Fault {
  return new Fault(why.code, why.message, why.hint === undefined ? {} : { hint: why.hint });
}

function refusalOf(fault: Fault): Refusal {
  const { code, message, hint } = fault;
  return hint === undefined ? { code, message } : { code, message, hint };
}
