/**
 * The steps of a delivery, carried out one by one: the recipient's pane is held against other hands, the text is fetched,
 * the screen looked at, the text pasted, Enter pressed, or all of it handed over by the program's API; and after a start,
 * or where tmux did not answer, the receipts are read. What comes of a step is posted to the queue that wanted it.
 */
import type { Mailbox, MailEffect, MailEvent } from "#core/delivery/mailbox/state.js";
import type { Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import { asFault } from "./carry-out.js";
import { handOver } from "./doors.js";
import type { Ground } from "./ground.js";
import { lookAt, paneOf } from "./mail-look.js";

const AGAIN_MS = 1_000;

/** All that a queue wants done but writing. */
type StepEffect = Exclude<MailEffect, { do: "write" }>;
/** A queue as it is at any moment. */
interface Queue {
  readonly now: Mailbox;
}

export class DeliverySteps {
  readonly #ground: Ground;
  /** Says which step of a delivery is being passed; tests let the daemon die there. */
  readonly #pass: (point: string) => void;
  readonly #post: (to: AgentId, event: MailEvent) => void;
  /** Lets others type into a recipient's pane again. */
  readonly #releases = new Map<AgentId, () => void>();
  /** Whose receipts were taken away. */
  readonly #dropped = new Set<AgentId>();
  #closed = false;

  constructor(ground: Ground, pass: (point: string) => void, post: (to: AgentId, event: MailEvent) => void) {
    this.#ground = ground;
    this.#pass = pass;
    this.#post = post;
  }

  perform(to: AgentId, box: Queue, effect: StepEffect): void {
    switch (effect.do) {
      case "hold":
        this.#letGo(to);
        void this.#hold(to).then(() => this.#post(to, { kind: "held" }));
        break;
      case "fetch":
        void this.#fetch(to, box, effect.message);
        break;
      case "receipts":
        void this.#hold(to)
          .then(() => this.#receipts(to))
          .then((answer) => {
            // While tmux is silent nobody else is kept from the pane.
            if (answer === null) this.#letGo(to);
            this.#post(to, { kind: "receipts", answer });
          });
        break;
      case "hand":
        void this.#hand(to, box, effect);
        break;
      case "submitted": {
        const { turn, incarnation } = effect;
        void this.#ground.loop.ask({ ask: "submitted", id: to, turn, incarnation }).catch(() => {});
        break;
      }
      default:
        void this.#atPane(to, box, effect);
    }
  }

  /** Nothing is under way to it: its pane is anybody's, and of one that is gone no receipt is needed any more. */
  rests(to: AgentId, { recipient }: Mailbox): void {
    this.#letGo(to);
    if (recipient !== null || this.#dropped.has(to)) return;
    this.#dropped.add(to);
    void this.#ground.mux.dropReceipt(to).catch(() => {});
  }

  close(): void {
    this.#closed = true;
    for (const release of this.#releases.values()) release();
  }

  /** Resolves once nobody else types into the recipient's pane. */
  #hold(to: AgentId): Promise<void> {
    if (this.#releases.has(to)) return Promise.resolve();
    return new Promise((held) => {
      const work = () =>
        new Promise<void>((release) => {
          this.#releases.set(to, release);
          if (this.#closed) release();
          held();
        });
      void this.#ground.exclusive.run(to, work);
    });
  }

  #letGo(to: AgentId): void {
    this.#releases.get(to)?.();
    this.#releases.delete(to);
  }

  async #fetch(to: AgentId, box: Queue, message: Message): Promise<void> {
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

  async #atPane(to: AgentId, box: Queue, effect: StepEffect & { do: "look" | "paste" | "enter" }): Promise<void> {
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
      const claim = box.now.open.get(id ?? "")?.claim;
      const receipt = { agent: to, says: effect.receipt, ...(claim?.pid === undefined ? {} : { pid: claim.pid }) };
      await (effect.do === "paste" ? mux.paste(pane, effect.text, receipt) : mux.enter(pane, receipt));
      this.#pass(effect.do === "paste" ? "pasted" : "entered");
      tell({ kind: "done", effect: kind });
    } catch (error) {
      tell({ kind: "failed", effect: kind, message: asFault(error).message });
    }
  }

  async #hand(to: AgentId, box: Queue, { message: id, door, text }: StepEffect & { do: "hand" }): Promise<void> {
    const incarnation = box.now.open.get(id)?.claim?.incarnation ?? 0;
    this.#pass("handing");
    const sent = (): void => this.#pass("handing-sent");
    const answer = await handOver(this.#ground, { id: to, incarnation }, { id, text, door }, sent);
    this.#pass("handed");
    if (box.now.at.at === "handing" && box.now.at.id === id) this.#post(to, { kind: "handed", answer });
  }
}

function underWay({ at }: Mailbox): string | null {
  return at.at === "checking" || at.at === "typing" ? at.id : null;
}
