import * as assert from "uvu/assert";
import { endOfBatch } from "#core/delivery/inbox/give-back.js";
import type { Inbox, InboxEffect, InboxEvent } from "#core/delivery/inbox/state.js";
import { BATCH_CHARACTERS, LEASE_MS } from "#core/delivery/inbox/take.js";
import { DEBOUNCE_MS, inboxWakeAtMs, openInbox, stepInbox } from "#core/delivery/inbox.js";
import type { Message } from "#core/delivery/message.js";
import type { Recipient } from "#core/delivery/recipient.js";
import type { AgentId, WakePolicy } from "#core/model.js";
import { suite } from "../../kit/t.js";

const test = suite("inbox");
const TO = "P" as AgentId;

const recipient = (over: Partial<Recipient> = {}): Recipient => ({
  ...{ there: true, ready: false, state: "it is working", sinceMs: 1, incarnation: 1, turn: 1 },
  ...{ epoch: "t1", pid: null, pasteSettleMs: 0 },
  ...over,
});

/** `kind` and `child` as in `done a`. */
function entry(order: number, what = `done c${order}`, over: Partial<Message> = {}): Message {
  const [kind = "done", child = "c"] = what.split(" ");
  const completion = { child, label: child, turn: order, kind: kind as "done", key: `${child}:${order}:${kind}` };
  return {
    ...{ id: `M${order}`, to: TO, order, rev: 1, from: child as AgentId, kind: "completion", state: "queued" },
    ...{ reason: null, attempts: 0, characters: 10, claim: null, turn: null, createdAtMs: 0, updatedAtMs: 0 },
    completion,
    ...over,
  } as Message;
}

/** The inbox and its hands: what it wants written is written at once, unless `refuse`. */
class Play {
  box: Inbox;
  readonly said: string[] = [];
  refuse = false;
  hold = false;
  readonly held: number[] = [];
  constructor(
    open: Message[],
    over: Partial<Recipient> | null = {},
    policy: WakePolicy = "type",
    blocks = 0,
    nudgedOrder = 0,
  ) {
    const known = { policy, quiet: true, blocks, lastBlock: null, typing: false, nudgedOrder };
    this.box = openInbox(TO, open, { recipient: over === null ? null : recipient(over), ...known });
  }
  tell(event: InboxEvent, nowMs: number): this {
    const [box, effects] = stepInbox(this.box, event, nowMs);
    this.box = box;
    for (const effect of effects) this.#do(effect, nowMs);
    return this;
  }
  #do(effect: InboxEffect, nowMs: number): void {
    if (effect.do === "hand-over") this.said.push(`${nowMs} hand-over ${ids(effect.entries)}`);
    else if (effect.do === "nudge")
      this.said.push(`${nowMs} nudge ${effect.count}${effect.look ? " if it may be" : ""}`);
    else if (effect.do === "wake") {
      this.said.push(`${nowMs} wake${effect.look ? " if it may be" : ""}`);
      this.tell({ kind: "take", ticket: 0, taker: "wake", batch: `W${nowMs}` }, nowMs);
    } else {
      const { number, changes, blocks } = effect.write;
      const what = changes.map(({ message: m, from }) => `${m.id} ${from ?? "new"}>${m.state}`).join(", ");
      this.said.push(`${nowMs} write ${what}${blocks === null ? "" : ` blocks ${blocks}`}`);
      if (this.hold) this.held.push(number);
      else this.tell({ kind: this.refuse ? "unwritten" : "written", number }, nowMs);
    }
  }
  stop(active: boolean | null, nowMs: number, token = `T${nowMs}`): this {
    return this.tell({ kind: "take", ticket: 1, taker: "stop-hook", batch: `S${nowMs}`, active, token }, nowMs);
  }
  drain(nowMs: number): this {
    return this.tell({ kind: "take", ticket: 2, taker: "drain", batch: `D${nowMs}` }, nowMs);
  }
  /** What the typed message came to, on disk. */
  typed(batch: string, arrived: boolean, tried: boolean, nowMs: number): this {
    this.tell({ kind: "changed", changes: endOfBatch(this.box, batch, { arrived, tried }, nowMs) }, nowMs);
    return this.tell({ kind: "woken", taken: arrived }, nowMs);
  }
  take(): string {
    return this.said.splice(0).join("\n");
  }
  states(): string {
    return this.box.entries
      .all()
      .map(({ id, state }) => `${id} ${state}`)
      .join(", ");
  }
}

const lease = (taker: "drain" | "stop-hook") => ({ batch: "B", taker, incarnation: 1, untilMs: 90_000 });
const ids = (entries: readonly Message[]): string => entries.map(({ id }) => id).join(" ") || "nothing";
const ready = (over: Partial<Recipient> = {}) => recipient({ ready: true, state: "it is idle", ...over });

test("the Stop hook takes all there is, slot and claim in one write, and the next one of that turn is the proof", () => {
  const play = new Play([entry(1), entry(2)]);
  play.stop(false, 10);
  assert.is(play.take(), "10 write M1 queued>leased, M2 queued>leased blocks 1\n10 hand-over M1 M2");
  play.stop(true, 50);
  assert.is(play.take(), "50 write M1 leased>acked, M2 leased>acked\n50 hand-over nothing");
  assert.is(play.states(), "");
});

test("an agent with nothing pending costs no write, whatever its Stop hook says", () => {
  const play = new Play([]);
  for (const active of [false, true, null]) play.stop(active, 10);
  assert.is(play.take(), Array(3).fill("10 hand-over nothing").join("\n"));
});

test("at most three blocks in a row: absent counts as true, false begins anew", () => {
  const play = new Play([]);
  const chat = (n: number, active: boolean | null): string => {
    play.tell({ kind: "added", message: entry(n) }, n);
    play.take();
    play.stop(active, n);
    return play.take().split("\n").at(-1) ?? "";
  };
  assert.equal(
    [chat(1, null), chat(2, true), chat(3, null), chat(4, true), chat(5, null)],
    ["1 hand-over M1", "2 hand-over M2", "3 hand-over M3", "4 hand-over nothing", "5 hand-over nothing"],
  );
  assert.is(chat(6, false), "6 hand-over M4 M5 M6");
  assert.is(play.box.blocks, 1);
});

test("a slot that cannot be saved blocks nothing and claims nothing", () => {
  const play = new Play([entry(1)]);
  play.refuse = true;
  play.stop(false, 10);
  assert.is(play.take(), "10 write M1 queued>leased blocks 1\n10 hand-over nothing");
  assert.is(`${play.states()} ${play.box.blocks}`, "M1 queued 0");
  play.refuse = false;
  play.stop(null, 20);
  assert.is(play.take().split("\n").at(-1), "20 hand-over M1");
});

test("while a claim is being written its entries are nobody else's", () => {
  const play = new Play([entry(1)]);
  play.hold = true;
  play.stop(false, 10).drain(11);
  assert.is(play.take(), "10 write M1 queued>leased blocks 1\n11 hand-over nothing");
  play.tell({ kind: "written", number: play.held[0]! }, 12);
  assert.is(play.take(), "12 hand-over M1");
});

test("a lease that nobody acknowledges comes back, is marked, and is dead the fifth time", () => {
  const play = new Play([entry(1)]);
  for (let n = 0; n < 5; n++) {
    const at = n * 100_000;
    play.drain(at);
    assert.is(inboxWakeAtMs(play.box), at + LEASE_MS);
    play.take();
    play.tell({ kind: "clock" }, at + LEASE_MS - 1);
    assert.is(play.take(), "");
    play.tell({ kind: "clock" }, at + LEASE_MS);
    const what = n < 4 ? "queued" : "dead";
    assert.is(play.take(), `${at + LEASE_MS} write M1 leased>${what}`);
    if (n < 4) assert.is(play.box.entries.all()[0]?.returns, n + 1);
  }
  assert.is(play.states(), "");
});

test("what comes back is acknowledged by a late proof, and never handed out again", () => {
  const play = new Play([entry(1)]);
  play.stop(false, 10, "tok");
  play.tell({ kind: "clock" }, 10 + LEASE_MS);
  play.take();
  play.tell({ kind: "arrived", token: "tok" }, 40_000);
  assert.is(play.take(), "40000 write M1 queued>acked");
});

test("a Stop that is told of late proves what the one before handed over", () => {
  const play = new Play([entry(1), entry(2, "done b", { state: "leased", lease: lease("drain") })]);
  play.stop(false, 10);
  play.take();
  play.tell({ kind: "arrived", atStop: true }, 20);
  assert.is(play.take(), "20 write M1 leased>acked");
});

test("a Stop that goes on for a later block proves nothing of one that was never printed", () => {
  const play = new Play([entry(1)]);
  play.stop(false, 10);
  play.tell({ kind: "commit", message: entry(2, "done b") }, 1_000);
  play.stop(false, 2_000);
  play.take();
  play.stop(true, 3_000);
  assert.is(play.take(), "3000 write M2 leased>acked\n3000 hand-over nothing");
  play.stop(true, 4_000).tell({ kind: "clock" }, 10 + LEASE_MS);
  assert.is(play.states(), "M1 queued");
});

test("a proof that comes while the entry is being written of is not lost", () => {
  const play = new Play([entry(1)]);
  play.stop(false, 10, "tok");
  play.hold = true;
  play.tell({ kind: "clock" }, 10 + LEASE_MS);
  play.tell({ kind: "arrived", token: "tok" }, 40_000);
  play.hold = false;
  play.take();
  play.tell({ kind: "written", number: play.held[0]! }, 40_001);
  assert.is(play.take(), "40001 write M1 queued>acked");
});

test("what was never printed is as if it had never been taken, and no later Stop proves it", () => {
  const play = new Play([entry(1)]);
  play.stop(false, 10, "tok").tell({ kind: "unprinted", token: "tok" }, 20);
  assert.equal([play.states(), play.box.entries.all()[0]?.attempts], ["M1 queued", 0]);
  play.take();
  play.stop(true, 30);
  assert.is(play.take(), "30 write M1 queued>leased blocks 2\n30 hand-over M1");
});

test("a Stop left in the spool proves nothing of what was leased to itself, though that lease is over", () => {
  const play = new Play([entry(1)]);
  play.stop(false, 10, "one").tell({ kind: "arrived", token: "one" }, 20);
  play.tell({ kind: "added", message: entry(2) }, 30).stop(true, 1_000, "two");
  play.tell({ kind: "clock" }, 1_000 + LEASE_MS).take();
  play.tell({ kind: "unprinted", token: "two" }, 40_000).tell({ kind: "arrived", atStop: true }, 40_000);
  assert.equal([play.states(), play.box.entries.all()[0]?.attempts], ["M2 queued", 0]);
  play.stop(true, 41_000);
  assert.is(play.take().split("\n").at(-1), "41000 hand-over M2", "nor does the next one, for which nobody was kept");
  assert.is(play.box.entries.all()[0]?.returns, 0, "nobody read it: it is no redelivery");
});

test("nor while it is being written that the lease is over, or after another start", () => {
  const play = new Play([entry(1)]);
  play.stop(true, 10, "one").hold = true;
  play.tell({ kind: "clock" }, 10 + LEASE_MS);
  play.tell({ kind: "unprinted", token: "one" }, 40_000).tell({ kind: "arrived", atStop: true }, 40_000);
  play.hold = false;
  play.tell({ kind: "written", number: play.held[0]! }, 40_001);
  const [left] = play.box.entries.all();
  assert.equal([left?.state, left?.lease, left?.attempts, left?.returns], ["queued", null, 0, 0]);
  assert.is(play.box.unprinted.size, 0);
});

test("an idle parent is woken at once, a burst within half a second becomes one, a busy one is left alone", () => {
  const play = new Play([], {});
  play.tell({ kind: "commit", message: entry(1) }, 10);
  assert.is(play.take(), "10 write M1 new>queued");
  play.tell({ kind: "recipient", recipient: ready(), policy: "type" }, 20);
  assert.is(play.take(), "20 wake\n20 write M1 queued>leased\n20 hand-over M1");
  play.tell({ kind: "quiet", quiet: false }, 21).tell({ kind: "commit", message: entry(2) }, 22);
  play.typed("W20", true, true, 100).tell({ kind: "quiet", quiet: true }, 101);
  play.take();
  play.tell({ kind: "commit", message: entry(3) }, 110);
  assert.is(play.take(), "110 write M3 new>queued", "half a second has not passed");
  assert.is(inboxWakeAtMs(play.box), 20 + DEBOUNCE_MS);
  play.tell({ kind: "clock" }, 20 + DEBOUNCE_MS);
  assert.is(play.take(), "520 wake\n520 write M2 queued>leased, M3 queued>leased\n520 hand-over M2 M3");
});

test("a wake that the pane refuses gives its entries back uncounted, for the Stop hook or the next edge", () => {
  const play = new Play([entry(1)], { ready: true, sinceMs: 0 });
  play.tell({ kind: "clock" }, 10);
  play.take();
  play.typed("W10", false, false, 1_000);
  assert.equal([play.states(), play.box.entries.all()[0]?.attempts], ["M1 queued", 0]);
  play.tell({ kind: "clock" }, 1_100);
  assert.is(play.take(), "", "not again at the same edge");
  play.tell({ kind: "recipient", recipient: ready({ turn: 2, sinceMs: 1_200 }), policy: "type" }, 1_200);
  assert.match(play.take(), /^1200 wake/);
});

test("a wake that met a pane being drawn anew is tried again soon, however long its agent has rested", () => {
  const play = new Play([entry(1)], { ready: true, sinceMs: -60_000 });
  play.tell({ kind: "clock" }, 10);
  play.take();
  const recipient = ready({ sinceMs: -60_000, doubtSinceMs: 900 });
  play.tell({ kind: "recipient", recipient, policy: "type" }, 900);
  play.typed("W10", false, false, 1_000);
  play.tell({ kind: "clock" }, 1_250);
  assert.match(play.take(), /^1250 wake/);
});

test("the torn-down turn: what lands after the hook looked and before the agent rests goes out on that edge", () => {
  const play = new Play([], {});
  play.stop(false, 10);
  play.tell({ kind: "commit", message: entry(1) }, 11);
  assert.is(play.take(), "10 hand-over nothing\n11 write M1 new>queued");
  play.tell({ kind: "recipient", recipient: ready({ turn: 1, sinceMs: 12 }), policy: "type" }, 12);
  assert.match(play.take(), /^12 wake/);
});

test("the last one wins for a child and a kind; another kind, or what is being handed over, is left alone", () => {
  const play = new Play([entry(1, "done a"), entry(2, "blocked a"), entry(3, "done b")]);
  play.tell({ kind: "commit", message: entry(4, "done a") }, 10);
  assert.is(play.take(), "10 write M1 queued>acked, M4 new>queued");
  assert.is(play.states(), "M2 queued, M3 queued, M4 queued");
  play.drain(20);
  play.tell({ kind: "commit", message: entry(5, "done b") }, 30);
  play.take();
  play.tell({ kind: "clock" }, 20 + LEASE_MS);
  assert.is(play.states(), "M2 queued, M4 queued, M5 queued", "what comes back to a later one is not told again");
});

test("nudge says how many there are, once for the newest; pull and mute say nothing", () => {
  const nudge = new Play([entry(1)], { ready: true }, "nudge");
  nudge.tell({ kind: "clock" }, 10);
  assert.is(nudge.take(), "10 nudge 1");
  const nudged = { incarnation: 1, order: 1 };
  nudge.tell({ kind: "woken", taken: true, nudged }, 20).tell({ kind: "clock" }, 60_000);
  assert.is(nudge.take(), "");
  nudge.tell({ kind: "added", message: entry(2) }, 61_000);
  assert.is(nudge.take(), "61000 nudge 2");
  for (const policy of ["pull", "mute"] as const) {
    const play = new Play([entry(1)], { ready: true }, policy);
    play.tell({ kind: "clock" }, 60_000);
    assert.is(play.take(), "");
  }
});

test("a nudge that its pane refused comes again where it may be; one of an earlier day or launch is known", () => {
  const play = new Play([entry(1)], { ready: true, sinceMs: 0 }, "nudge");
  play.tell({ kind: "clock" }, 10).tell({ kind: "woken", taken: false }, 20).take();
  play.tell({ kind: "clock" }, inboxWakeAtMs(play.box)!);
  assert.is(play.take(), "270 nudge 1 if it may be");
  const told = { taken: true, nudged: { incarnation: 1, order: 1 } };
  const later = new Play([entry(1)], { ready: true }, "nudge", 0, 1);
  later.tell({ kind: "clock" }, 10);
  assert.is(later.take(), "", "said before the daemon was started anew");
  later.tell({ kind: "recipient", recipient: ready({ incarnation: 2 }), policy: "nudge" }, 20);
  assert.is(later.take(), "20 nudge 1", "the next launch was not told");
  later.tell({ kind: "woken", ...told }, 30).tell({ kind: "clock" }, 60_000);
  assert.is(later.take(), "60000 nudge 1", "what the launch before was told");
});

test("what is being typed cannot be given back: what becomes of its message decides", () => {
  const play = new Play([entry(1)], { ready: true });
  play.tell({ kind: "clock" }, 10).take();
  play.tell({ kind: "rejected", batch: "W10" }, 20);
  assert.is(play.take(), "");
  assert.is(play.typed("W10", true, true, 30).states(), "");
  const drained = new Play([entry(1)]);
  drained.drain(10).take();
  drained.tell({ kind: "rejected", batch: "D10" }, 20);
  assert.is(drained.take(), "20 write M1 leased>dead");
});

test("the sweep tries again what nothing else would", () => {
  const play = new Play([entry(1)], { ready: true, sinceMs: 0 });
  play.tell({ kind: "clock" }, 10);
  play.typed("W10", false, false, 100_000);
  play.take();
  play.tell({ kind: "clock" }, inboxWakeAtMs(play.box)!);
  assert.match(play.take(), / wake if it may be\n/);
});

test("what a program would cut its Stop hook does not take, nor what is behind it: it is typed at the next edge", () => {
  const mostBytes = 10_000;
  const stop = (play: Play, nowMs: number) =>
    play.tell({ kind: "take", ticket: 1, taker: "stop-hook", batch: `S${nowMs}`, active: false, mostBytes }, nowMs);
  const [some, large] = [{ bytes: 4_000 }, { bytes: 9_990 }];
  const play = new Play([
    entry(1, "done a", some),
    entry(2, "done b", some),
    entry(3, "done c", large),
    entry(4, "done d", some),
  ]);
  stop(play, 10);
  assert.match(play.take(), /10 hand-over M1 M2$/);
  stop(play, 20);
  assert.match(play.take(), /20 hand-over nothing$/);
  assert.is(play.box.blocks, 0);
  play.tell({ kind: "recipient", recipient: ready(), policy: "type" }, 30);
  assert.match(play.take(), /30 wake\n.*\n30 hand-over M3 M4$/);
  const unknown = new Play([entry(1, "done a", { characters: 3_400 })]);
  stop(unknown, 10);
  assert.match(unknown.take(), /10 hand-over nothing$/, "it may be of three bytes each");
});

test("a batch holds what fits, at least one entry, and the rest waits for the next", () => {
  const long = { characters: BATCH_CHARACTERS };
  const play = new Play([entry(1, "done a", long), entry(2, "done b", { characters: 1 })]);
  play.drain(10).drain(20);
  assert.match(play.take(), /10 hand-over M1\n.*\n20 hand-over M2$/);
});

test("an agent that is taken off the list leaves dead letters; a refused write of them is tried again, later", () => {
  const play = new Play([entry(1), entry(2)]);
  play.drain(5).take();
  play.tell({ kind: "added", message: entry(3) }, 6);
  play.refuse = true;
  play.tell({ kind: "recipient", recipient: null, policy: "type" }, 10);
  assert.is(
    play.take(),
    "5 write M1 queued>leased, M2 queued>leased\n5 hand-over M1 M2\n10 write M1 leased>dead, M2 leased>dead, M3 queued>dead"
      .split("\n")
      .at(-1),
  );
  play.refuse = false;
  play.tell({ kind: "clock" }, 500);
  assert.is(play.take(), "", "not at once");
  play.tell({ kind: "clock" }, 3_000);
  assert.match(play.take(), /M3 queued>dead/);
  assert.is(play.states(), "");
});

test("what is not on disk any more is left out, and the rest is handed over", () => {
  const play = new Play([entry(1), entry(2)]);
  play.hold = true;
  play.drain(10);
  play.hold = false;
  play.tell({ kind: "unwritten", number: play.held[0]!, lost: new Set(["M1"]) }, 11);
  play.take();
  play.drain(12);
  assert.is(play.take().split("\n").at(-1), "12 hand-over M2");
});

test("another launch of the program is not blamed for the blocks of the one before", () => {
  const play = new Play([entry(1)], {}, "type", 3);
  play.stop(true, 10);
  assert.is(play.take(), "10 hand-over nothing");
  play.tell({ kind: "recipient", recipient: recipient({ incarnation: 2 }), policy: "type" }, 20).stop(true, 30);
  assert.is(play.take().split("\n").at(-1), "30 hand-over M1");
});

test.run();
