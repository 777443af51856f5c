/** A message that goes through its program's own door, in its recipient's queue. */
import * as assert from "uvu/assert";
import type { HandAnswer } from "#core/delivery/handing.js";
import type { Mailbox, MailEvent } from "#core/delivery/mailbox/state.js";
import { openMailbox, stepMailbox, wakeAtMs } from "#core/delivery/mailbox.js";
import type { Message } from "#core/delivery/message.js";
import { suite } from "../../kit/t.js";
import { message, read, recipient, TO, written } from "./letters.js";

const test = suite("handing over");

const gone: MailEvent = { kind: "recipient", recipient: recipient({ incarnation: 2 }) };
const queued = message(1);
const door = { session: "s", atMs: 7 };
const claimed: Message = {
  ...queued,
  state: "claimed",
  attempts: 1,
  claim: { incarnation: 1, epoch: "t1", turn: 0, door },
};

const byDoor = read("a draft", { door: { session: "s" } });
const held: MailEvent = { kind: "held" };
const text = (said: string): MailEvent => ({ kind: "text", text: said });
const handed = (answer: HandAnswer): MailEvent => ({ kind: "handed", answer });
const receipts: MailEvent = { kind: "receipts", answer: { epoch: "t1", says: null } };

/** What is wanted after each event, in words: `write claimed, hand s@0`. */
class Play {
  box: Mailbox;
  nowMs = 0;
  readonly done: string[] = [];

  constructor(message: Message) {
    const [box, effects] = openMailbox(TO, [message], recipient(), 0);
    this.box = box;
    this.#take(effects);
  }

  on(...events: MailEvent[]): string {
    this.done.length = 0;
    for (const event of events) {
      const [box, effects] = stepMailbox(this.box, event, this.nowMs);
      this.box = box;
      this.#take(effects);
    }
    return this.done.join(", ");
  }

  after(ms: number): string {
    this.nowMs += ms;
    return this.on({ kind: "clock" });
  }

  get state(): string {
    const [message] = this.box.open;
    return message === undefined
      ? `left as ${this.box.left?.state}`
      : `${message.state} ${message.reason ?? ""}`.trim();
  }

  #take(effects: readonly ReturnType<typeof openMailbox>[1][number][]): void {
    for (const effect of effects) {
      if (effect.do === "write") {
        this.done.push(`write ${effect.what.story.map(({ message }) => message.state).join("+")}`);
      } else if (effect.do === "hand") this.done.push(`hand ${effect.door.session}@${effect.door.atMs} ${effect.text}`);
      else this.done.push(effect.do);
    }
  }
}

/** On its way through the door. */
function handing(): Play {
  const p = new Play(queued);
  p.nowMs = 7;
  assert.is(p.on(held, byDoor), "look, write claimed", "a draft is left alone");
  assert.is(p.on(written), "fetch", "nothing is handed over before that is on disk");
  assert.is(p.on(text("he\u0007llo")), "hand s@7 hello");
  return p;
}

test("the way things go: claimed on disk with its name, handed over, there", () => {
  const p = handing();
  assert.is(p.on(handed("there")), "submitted, write submitted+delivered");
  p.on(written);
  assert.equal([p.state, p.box.left?.turn], ["left as delivered", 1]);
});

test("a dialog, or a screen that shows a turn, keeps it out of the door as well", () => {
  const p = new Play(queued);
  assert.is(p.on(held, read("", { door: { session: "s" }, shown: "blocked" })), "look");
  assert.is(p.box.waits, "a dialog waits for an answer");
});

test("nobody can say: it is handed over again under the same name, until somebody can", () => {
  const p = handing();
  assert.is(p.on(handed("unheard")), "");
  assert.is(p.on(handed("there")), "", "an answer to nothing");
  assert.is(wakeAtMs(p.box), 507);
  assert.is(p.after(499), "");
  assert.is(p.after(1), "hand s@7 hello");
  assert.is(p.on(handed("unsent")), "", "nobody listens now, but somebody may have heard it before");
  assert.is(p.after(500), "hand s@7 hello");
  assert.is(p.on(handed("there")), "submitted, write submitted+delivered");
});

test("nobody says for a quarter of a minute, or the program ends meanwhile: uncertain", () => {
  const p = handing();
  for (let n = 0; n < 29; n++) {
    p.on(handed("unheard"));
    assert.is(p.after(500), "hand s@7 hello");
  }
  p.on(handed("unheard"));
  assert.is(p.after(500), "write uncertain");
  assert.is(p.state, "uncertain its program did not say whether it took it");

  const q = handing();
  assert.is(q.on(gone), "", "what is under way may still be answered");
  q.on(handed("unheard"));
  assert.is(q.on(gone), "write uncertain");
  const r = handing();
  r.on(gone);
  assert.is(r.on(handed("there")), "submitted, write submitted+delivered");
});

test("a turn got in between: it waits for the next edge, and goes through the door then, under another name", () => {
  const p = handing();
  assert.is(p.on(handed("busy")), "write queued");
  assert.is(p.on(written), "");
  p.nowMs = 900;
  p.on({ kind: "recipient", recipient: recipient({ turn: 1, sinceMs: 900 }) }, held);
  assert.is(p.on(byDoor), "write claimed");
  assert.is(p.on(written, text("hello")), "fetch, hand s@900 hello");
});

test("what the door will not have is typed, at once: refused, not answered, a command", () => {
  for (const answer of ["refused", "unsent"] as const) {
    const p = handing();
    assert.is(p.on(handed(answer)), "write queued");
    assert.is(p.on(written), "hold");
    assert.is(p.on(held, byDoor), "look", "now the draft is in the way");
    assert.is(p.box.waits, "a draft stands in its input box");
  }
  const p = new Play(queued);
  p.on(held, byDoor, written);
  assert.is(p.on(text("/status")), "write queued");
  assert.is(p.on(written, held, read("", { door: { session: "s" } })), "hold, look, write claimed");
  assert.is(p.on(written, text("/status")), "fetch, look");
});

test("what was to be taken at once is given back where a turn got in between", () => {
  const p = new Play({ ...queued, now: true });
  p.on(held, byDoor, written, text("hello"));
  assert.is(p.on(handed("busy")), "write failed");
});

test("after a crash it is handed over again under its old name, and the program says what became of it", () => {
  for (const answer of ["there", "busy", "unheard"] as const) {
    const p = new Play(claimed);
    assert.is(p.on(held), "receipts");
    assert.is(p.on(receipts), "fetch");
    assert.is(p.on(text("hello")), "hand s@7 hello");
    p.on(handed(answer), written);
    const states = { there: "left as delivered", busy: "queued", unheard: "claimed" };
    assert.is(p.state, states[answer]);
  }
});

test("after a crash nobody listens there: the dead daemon may have been heard, so that it is not typed", () => {
  const p = new Play(claimed);
  p.on(held, receipts, text("hello"));
  assert.is(p.on(handed("unsent")), "");
  p.after(500);
  assert.is(p.on(handed("unsent")), "");
  assert.is(p.state, "claimed");
});

test("after a crash the program or tmux is another: uncertain; tmux is silent: it is asked again", () => {
  const p = new Play(claimed);
  p.on(held);
  assert.is(p.on({ kind: "receipts", answer: null }), "");
  assert.is(p.after(1_000), "receipts");
  assert.is(p.on({ kind: "receipts", answer: { epoch: "t2", says: null } }), "write uncertain");
  const q = new Play(claimed);
  assert.is(q.on(gone, held, receipts), "receipts, write uncertain");
});

test.run();
