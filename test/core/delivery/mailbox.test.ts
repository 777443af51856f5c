import * as assert from "uvu/assert";
import type { Mailbox, MailEvent } from "#core/delivery/mailbox/state.js";
import { isQuiet, openMailbox, stepMailbox, wakeAtMs } from "#core/delivery/mailbox.js";
import type { Message, MessageState } from "#core/delivery/message.js";
import { readReceipt, receiptOf } from "#core/delivery/receipt.js";
import { type Recipient, SWEEP_MS } from "#core/delivery/recipient.js";
import { suite } from "../../kit/t.js";
import { message, read, recipient, TO, written } from "./letters.js";

const test = suite("mailbox");

/** A box and what it wanted done, one word each: `write M1:claimed`. */
class Play {
  box: Mailbox;
  readonly done: string[] = [];
  nowMs = 0;

  constructor(open: readonly Message[], to: Recipient | null = recipient()) {
    const [box, effects] = openMailbox(TO, open, to, 0);
    this.box = box;
    this.take(effects);
  }

  on(...events: MailEvent[]): this {
    for (const event of events) {
      const [box, effects] = stepMailbox(this.box, event, this.nowMs);
      this.box = box;
      this.take(effects);
    }
    return this;
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this.on({ kind: "clock" });
  }

  /** What was wanted since it was asked last. */
  said(): string[] {
    return this.done.splice(0);
  }

  get states(): string {
    return [...this.box.open].map(({ id, state }) => `${id}:${state}`).join(" ");
  }

  private take(effects: readonly ReturnType<typeof openMailbox>[1][number][]): void {
    for (const effect of effects) {
      if (effect.do === "write") {
        const what = [...effect.what.messages.values()].map(
          (w) => `${w.message.id}:${w.message.state}${w.forget ? "!" : ""}`,
        );
        this.done.push(`write ${what.join(" ")}`);
      } else if ("receipt" in effect) this.done.push(`${effect.do} ${effect.receipt}`);
      else this.done.push(effect.do);
    }
  }
}

test("a command that opens no turn lets the next message follow after a second, not at the sweep", () => {
  const p = new Play([message(1), message(2)]);
  p.on({ kind: "held" }, read(""), written, { kind: "text", text: "/status" }, read(""));
  p.on({ kind: "done", effect: "paste" }).after(150).on(read("/status"), written, read("/status"));
  p.on({ kind: "done", effect: "enter" }).said();
  assert.equal(p.on(read("")).said(), [], "that a turn began is not said");
  assert.equal(p.on(written).said(), ["write M1:delivered"]);
  p.on(written).said();
  assert.is(p.states, "M2:queued");
  assert.equal(p.after(900).said(), []);
  assert.equal(p.after(100).said(), ["hold"]);
});

test("a message that comes after such a command is typed at once, or once that second is over", () => {
  for (const [ms, wanted] of [
    [2_000, ["hold"]],
    [400, []],
  ] as const) {
    const p = new Play([message(1)]);
    p.on({ kind: "held" }, read(""), written, { kind: "text", text: "/status" }, read(""));
    p.on({ kind: "done", effect: "paste" }).after(150).on(read("/status"), written, read("/status"));
    p.on({ kind: "done", effect: "enter" }, read(""), written, written).said();
    assert.is(p.states, "");
    assert.equal(
      p
        .after(ms)
        .on({ kind: "added", message: message(2) })
        .said(),
      wanted,
      `${ms} ms later`,
    );
    assert.equal(p.after(600).said(), ms < 1_000 ? ["hold"] : []);
  }
});

test("a command whose screen looks like a turn, and that was none, spends no turn; one that was does", () => {
  for (const turn of [0, 1]) {
    const p = new Play([message(1), message(2)]);
    p.on({ kind: "held" }, read(""), written, { kind: "text", text: "/clear" }, read(""));
    p.on({ kind: "done", effect: "paste" }).after(150).on(read("/clear"), written, read("/clear"));
    p.on({ kind: "done", effect: "enter" }, { kind: "recipient", recipient: recipient({ turn, ready: turn === 0 }) });
    p.on(read("", { shown: "working" }), written, written).said();
    assert.is(p.states, "M2:queued");
    assert.equal(p.after(1_000).said(), turn === 0 ? ["hold"] : [], `turn ${turn}`);
  }
});

test("the way things go: claimed on disk before anything is typed, a receipt with each step", () => {
  const p = new Play([message(1), message(2)]);
  assert.equal(p.said(), ["hold"]);
  assert.equal(p.on({ kind: "held" }).said(), ["look"]);
  assert.equal(p.on(read("")).said(), ["write M1:claimed"]);
  assert.equal(p.on(read("")).said(), [], "nothing is typed before that is on disk");
  assert.equal(p.on(written).said(), ["fetch"]);
  assert.equal(p.on({ kind: "text", text: "hello" }).said(), ["look"]);
  assert.equal(p.on(read("")).said(), ["paste M1/1:pasted"]);
  assert.equal(p.on({ kind: "done", effect: "paste" }).after(150).said(), ["look"]);
  assert.equal(p.on(read("hello")).said(), ["write M1:typed"]);
  assert.equal(p.on(read("hello")).after(6_000).said(), [], "Enter is not pressed before that is on disk");
  assert.equal(p.on(written).said(), ["look"]);
  assert.equal(p.on(read("hello")).said(), ["enter M1/1:entered 1"]);
  assert.equal(p.on({ kind: "done", effect: "enter" }).said(), ["look", "write M1:submitted"]);
  assert.equal(p.on(read("")).said(), ["submitted"]);
  assert.equal(p.on(written).said(), ["write M1:delivered"]);
  assert.equal(p.on(written).said(), []);
  assert.is(p.states, "M2:queued");
  assert.is(p.box.left?.turn, 1);
});

test("the next goes out after another turn, not before; the sweep does not care", () => {
  const taken = () => {
    const p = new Play([message(1), message(2)]);
    p.on({ kind: "held" }, read(""), written, { kind: "text", text: "hello" }, read(""), {
      kind: "done",
      effect: "paste",
    });
    p.after(150).on(read("hello"), written, read("hello"));
    p.on({ kind: "done", effect: "enter" }, read(""), written, written);
    p.said();
    return p;
  };
  const again = recipient({ sinceMs: 2 });
  assert.equal(taken().on({ kind: "recipient", recipient: again }).said(), []);
  assert.equal(
    taken()
      .on({ kind: "recipient", recipient: recipient({ turn: 1, sinceMs: 9 }) })
      .said(),
    ["hold"],
  );
  assert.equal(
    taken()
      .after(SWEEP_MS - 1)
      .said(),
    [],
  );
  assert.equal(taken().after(SWEEP_MS).said(), ["hold"]);
});

test("who is not ready is left alone, and who refused once is tried at the next edge, at a reconnect, by the sweep", () => {
  const busy = recipient({ ready: false, state: "it is working" });
  assert.equal(new Play([message(1)], busy).said(), []);
  const refused = () => {
    const p = new Play([message(1)]).on({ kind: "held" }, read("a draft"));
    assert.equal([p.box.at.at, p.box.waits], ["resting", "a draft stands in its input box"]);
    p.said();
    return p;
  };
  assert.equal(refused().on({ kind: "recipient", recipient: recipient() }).said(), []);
  assert.equal(
    refused()
      .on({ kind: "recipient", recipient: recipient({ sinceMs: 2 }) })
      .said(),
    ["hold"],
  );
  assert.equal(refused().on({ kind: "reconnected" }).said(), ["hold"]);
});

test("who rests and was met while it drew itself anew is asked again soon, not at its next edge", () => {
  const p = new Play([message(1)], recipient({ sinceMs: -60_000 }));
  p.on({ kind: "held" }, { kind: "recipient", recipient: recipient({ sinceMs: -60_000, doubtSinceMs: 0 }) });
  p.on(read("", { shown: "unclear" }));
  assert.equal([p.box.at.at, p.box.waits], ["resting", "its screen shows it unclear"]);
  p.said();
  assert.ok(wakeAtMs(p.box)! <= 1_000, `asked again at ${wakeAtMs(p.box)}`);
  assert.equal(p.after(1_000).said(), ["hold"]);
});

test("who was called ready by a hook before its screen was is asked again soon, and ever less often", () => {
  const p = new Play([message(1)]).on({ kind: "held" }, read("still drawing"));
  const asked: number[] = [];
  for (let n = 0; n < 9; n++) {
    const atMs = wakeAtMs(p.box)!;
    asked.push(atMs);
    p.nowMs = atMs;
    p.on({ kind: "clock" }, { kind: "held" }, read("still drawing"));
  }
  assert.equal(asked.slice(0, 5), [250, 500, 999, 1997, 3993]);
  assert.is(asked.at(-1)! - asked.at(-2)!, SWEEP_MS);
  p.said();
  p.nowMs = wakeAtMs(p.box)!;
  assert.equal(p.on({ kind: "clock" }, { kind: "held" }, read("")).said(), ["hold", "look", "write M1:claimed"]);
});

/** What becomes of a message found half way: the state on disk, the receipt, the server and the recipient. */
function found(state: MessageState, says: string | null, epoch = "t1", to: Recipient | null = recipient()): string {
  const p = new Play([message(1, state)], to).on({ kind: "held" });
  assert.equal(p.said(), ["hold", "receipts"]);
  p.on({ kind: "receipts", answer: { epoch, says } });
  if (p.box.at.at === "fetching") p.on({ kind: "text", text: "hello" });
  return p.box.at.at === "typing" ? `goes on at ${p.box.at.typing.at}` : p.states;
}

test("after a crash the receipt says how far it got, and it goes on from there", () => {
  assert.is(found("claimed", null), "M1:queued");
  assert.is(found("claimed", "M0/7:entered 2"), "M1:queued", "another message's");
  assert.is(found("claimed", "M1/2:pasted"), "M1:queued", "another claim's");
  assert.is(found("claimed", "M1/1:pasted"), "goes on at pasted");
  assert.is(found("claimed", "M1/1:entered 2"), "goes on at entered");
  assert.is(found("typed", "M1/1:pasted"), "goes on at pasted");
  assert.is(found("submitted", "M1/1:entered 1"), "goes on at entered");
  assert.is(found("typed", null), "M1:uncertain", "somebody took the receipt away");
});

test("what was found half way and not typed is given at once to who is ready", () => {
  for (const [receipt, to] of [
    [null, recipient()],
    ["M1/1:pasted", recipient({ incarnation: 2 })],
  ] as const) {
    const p = new Play([message(1, "claimed")], to).on({ kind: "held" });
    p.on({ kind: "receipts", answer: { epoch: "t1", says: receipt } });
    p.said();
    assert.equal(p.on(written).said(), ["hold"]);
  }
});

test("what went with its program or its tmux is queued again, unless it may have been taken", () => {
  assert.is(found("claimed", null, "t2"), "M1:queued");
  assert.is(found("typed", null, "t2"), "M1:uncertain", "Enter may have been pressed");
  assert.is(found("submitted", null, "t2"), "M1:uncertain");
  const gone = recipient({ there: false });
  assert.is(found("typed", "M1/1:pasted", "t1", gone), "M1:queued");
  assert.is(found("typed", "M1/1:entered 1", "t1", gone), "M1:uncertain");
  assert.is(found("typed", "M1/1:entered 1", "t1", recipient({ turn: 1 })), "M1:delivered");
  assert.is(found("typed", "M1/1:pasted", "t1", recipient({ incarnation: 2 })), "M1:queued");
  const taken = recipient({ incarnation: 2, turn: 1 });
  assert.is(found("typed", "M1/1:pasted", "t1", taken), "M1:uncertain", "a person may have pressed Enter");
});

test("a program that its user started anew in the same pane has not what was typed into the one before", () => {
  const claim = { incarnation: 1, epoch: "t1", turn: 0, pid: 7 };
  const becomes = (to: Partial<Recipient>): string => {
    const open = [message(1, "submitted", { claim })];
    const p = new Play(open, recipient(to)).on({ kind: "held" });
    p.on({ kind: "receipts", answer: { epoch: "t1", says: "M1/1:entered 1" } });
    return p.states;
  };
  assert.is(becomes({ pid: 8 }), "M1:uncertain");
  assert.is(becomes({ pid: 8, turn: 1 }), "M1:uncertain", "the turn may be another's");
  assert.is(becomes({ incarnation: 2, turn: 1 }), "M1:uncertain", "as after a restart");
  assert.is(becomes({ pid: 7, turn: 1, there: false }), "M1:delivered", "the turn was its own before it ended");
});

test("receipts that cannot be read are asked for again", () => {
  const p = new Play([message(1, "claimed")]).on({ kind: "held" }, { kind: "receipts", answer: null });
  p.said();
  assert.equal(p.after(999).said(), []);
  assert.equal(p.after(1).said(), ["receipts"]);
});

test("a paste that tmux did not confirm is looked up, never repeated blindly", () => {
  const pasting = () => {
    const p = new Play([message(1)]).on({ kind: "held" }, read(""), written, { kind: "text", text: "hello" }, read(""));
    p.on({ kind: "failed", effect: "paste", message: "no answer" });
    assert.is(p.said().at(-1), "receipts");
    return p;
  };
  const there = pasting().on({ kind: "receipts", answer: { epoch: "t1", says: "M1/1:pasted" } });
  assert.equal(there.said(), ["fetch"]);
  assert.equal(there.on({ kind: "text", text: "hello" }, read("hello")).said(), ["look", "write M1:typed"]);
  assert.equal(there.on(written, read("hello")).said(), ["look", "enter M1/1:entered 1"]);
  const not = pasting().on({ kind: "receipts", answer: { epoch: "t1", says: null } });
  assert.equal(not.said(), ["write M1:queued"]);
});

test("a claim that cannot be written types nothing; another hand's claim is left to it", () => {
  const p = new Play([message(1)]).on({ kind: "held" }, read(""), { kind: "unwritten", stale: false });
  assert.equal([p.states, p.box.at.at, [...p.box.open][0]?.attempts], ["M1:queued", "resting", 0]);
  const now = new Play([message(1, "queued", { now: true })]);
  now.on({ kind: "held" }, read(""), { kind: "unwritten", stale: false });
  now.said();
  assert.equal(now.after(2_000).said(), ["write M1:failed!"], "what was to go at once is not found again on disk");
  const stale = new Play([message(1), message(2)]).on({ kind: "held" }, read(""), { kind: "unwritten", stale: true });
  assert.is(stale.states, "M2:queued");
});

test("what is over and cannot be written is written later, and nothing is begun before", () => {
  const p = new Play([message(1, "claimed"), message(2)]).on({ kind: "held" });
  p.on({ kind: "receipts", answer: { epoch: "t1", says: null } }, { kind: "unwritten", stale: false });
  p.said();
  assert.equal(p.on({ kind: "recipient", recipient: recipient({ sinceMs: 5 }) }).said(), []);
  assert.equal(p.after(2_000).said(), ["write M1:queued"]);
});

test("what must go now or never is given back where it would have to wait", () => {
  const now = message(2, "queued", { now: true });
  assert.equal(new Play([now], recipient({ there: false, ready: false })).said(), ["write M2:failed!"]);
  assert.equal(new Play([message(1), now]).said(), ["write M2:failed!"]);
  const draft = new Play([now]).on({ kind: "held" }, read("a draft"));
  assert.equal(draft.said(), ["hold", "look", "write M2:failed!"]);
  assert.is(draft.on(written).states, "");
});

test("with its recipient gone for good, all that waits is dead, once the one under way is over", () => {
  const p = new Play([message(1, "claimed"), message(2), message(3, "uncertain")]);
  p.on({ kind: "recipient", recipient: null }, { kind: "held" });
  p.on({ kind: "receipts", answer: { epoch: "t1", says: null } }, written);
  assert.is(p.said().at(-1), "write M1:dead M2:dead");
  assert.is(p.on(written).states, "M1:dead M2:dead M3:uncertain");
  assert.is(wakeAtMs(p.box), null);
});

test("a receipt says whose it is, of which claim, and how far it got", () => {
  const m = message(1, "claimed", { attempts: 3 });
  for (const enters of [0, 1, 3]) assert.is(readReceipt(receiptOf(m, enters), m), enters);
  for (const odd of [null, "", "M1", "M1/3", "M1/2:pasted", "M2/3:pasted"])
    assert.is(readReceipt(odd, m), null, String(odd));
});

test("a message that may have opened no turn keeps others waiting no longer than the sweep", () => {
  const p = new Play([message(1, "typed")]).on({ kind: "held" });
  p.on({ kind: "receipts", answer: { epoch: "t1", says: null } }, written);
  assert.is(p.states, "M1:uncertain");
  assert.equal([isQuiet(p.box, SWEEP_MS - 1), isQuiet(p.box, SWEEP_MS)], [false, true]);
});

test("why nobody can say whether an entered text was taken names what is gone", () => {
  const reason = (epoch: string, incarnation: number): string | null | undefined => {
    const p = new Play([message(1, "submitted")], recipient({ incarnation })).on({ kind: "held" });
    p.on({ kind: "receipts", answer: { epoch, says: null } });
    assert.is(p.states, "M1:uncertain");
    return p.box.open.get("M1")?.reason;
  };
  assert.is(reason("t1", 1), "the receipt of its typing is gone");
  assert.is(reason("t1", 2), "its program ended after Enter was pressed");
  assert.is(reason("t2", 1), "tmux ended after Enter was pressed");
});

test.run();
