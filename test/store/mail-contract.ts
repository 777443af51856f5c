/** What every store promises of messages; run by LevelDB and by the twin in memory. */
import * as assert from "uvu/assert";
import type { Message, MessageState } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { Store } from "#store/store.js";
import { type Suite, until } from "../kit/t.js";
import { agentId, entry, record, told } from "./contract.js";

export function message(to: number, order: number, over: Partial<Message> = {}): Message {
  return {
    id: `01MSG${to}${String(order).padStart(20, "0")}`,
    to: agentId(to),
    order,
    rev: 1,
    from: null,
    kind: "message",
    state: "queued",
    reason: null,
    attempts: 0,
    characters: 4,
    claim: null,
    turn: null,
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    ...over,
  };
}

/** The next version of a message, as a write. */
export const becomes = (old: Message, state: MessageState, over: Partial<Message> = {}) => ({
  message: { ...old, rev: old.rev + 1, state, ...over },
  was: old.rev,
});

export interface MailStoreOptions {
  readonly mailKeptMs?: number;
  readonly nowMs?: () => number;
}

export function mailContract(test: Suite, open: (options?: MailStoreOptions) => Promise<Store>): void {
  const refusal = async (done: Promise<unknown>): Promise<string> =>
    done.then(
      () => "written",
      (error) => (error instanceof Fault ? error.code : String(error)),
    );

  test("messages come back by recipient and in order, each with its text", async () => {
    const store = await open();
    const all = [message(2, 1), message(1, 10), message(1, 9), message(1, 2)];
    for (const one of all) await store.commit({ mail: [{ message: one, was: null, text: `text ${one.order} é\n` }] });
    assert.equal(await store.mail(), [message(1, 2), message(1, 9), message(1, 10), message(2, 1)]);
    assert.is(await store.text(message(1, 9)), "text 9 é\n");
    assert.equal(await store.message(message(2, 1).id), message(2, 1));
    assert.is(await store.message("01NOBODY"), null);
    assert.is(await store.lastOrder(agentId(1)), 10);
    assert.is(await store.lastOrder(agentId(3)), 0);
    await store.close();
  });

  test("a message is claimed once, however many try, and who fails writes nothing of all it had", async () => {
    const store = await open();
    const one = message(1, 1);
    await store.commit({ mail: [{ message: one, was: null, text: "t" }] });
    const claims = await Promise.all(
      [1, 2, 3].map((n) => refusal(store.commit({ entries: [entry(n)], mail: [becomes(one, "claimed")] }))),
    );
    assert.equal(claims, ["written", "STALE", "STALE"]);
    assert.is(told(await store.journal(0, 10)), "1:1", "the entries of the others are not there");
    const other = { message: message(1, 2), was: null, text: "t" };
    assert.is(await refusal(store.commit({ agents: [record(1)], mail: [other, becomes(one, "claimed")] })), "STALE");
    assert.is(await store.agent(agentId(1)), null);
    assert.equal(
      (await store.mail()).map((m) => `${m.order} ${m.state} ${m.rev}`),
      ["1 claimed 2"],
    );
    assert.is(await refusal(store.commit({ mail: [{ message: one, was: null, text: "t" }] })), "STALE");
    await store.close();
  });

  test("steps that are committed in one moment follow one another", async () => {
    const store = await open();
    const one = message(1, 1);
    const claim = becomes(one, "claimed");
    const typed = becomes(claim.message, "typed");
    const done = await Promise.all([
      store.commit({ mail: [{ message: one, was: null, text: "t" }], entries: [entry(1)] }),
      store.commit({ mail: [claim], entries: [entry(2)] }),
      store.commit({ mail: [typed], entries: [entry(3)] }),
    ]);
    assert.is(done.map(told).join(" "), "1:1 2:2 3:3");
    assert.equal(await store.mail(), [typed.message]);
    await store.close();
  });

  test("what is delivered leaves the queue, is kept for a time with its text, and then goes", async () => {
    let nowMs = 100_000;
    const store = await open({ mailKeptMs: 10_000, nowMs: () => nowMs });
    for (const order of [1, 2, 3]) {
      const one = message(1, order);
      await store.commit({ mail: [{ message: one, was: null, text: `t${order}` }] });
      if (order < 3) await store.commit({ mail: [becomes(one, "delivered", { updatedAtMs: nowMs + order })] });
    }
    assert.equal(
      (await store.mail()).map((m) => m.order),
      [3],
    );
    assert.equal(
      (await store.delivered(agentId(1), 10)).map((m) => m.order),
      [1, 2],
    );
    assert.equal(
      (await store.delivered(agentId(1), 1)).map((m) => m.order),
      [2],
    );
    assert.equal((await store.delivered(agentId(2), 10)).length, 0);
    assert.is((await store.message(message(1, 1).id))?.state, "delivered");
    assert.is(await store.text(message(1, 2)), "t2");
    assert.is(await store.lastOrder(agentId(1)), 3);
    nowMs += 10_002;
    await until("the oldest is gone", async () => {
      await store.commit({ entries: [entry(1)] });
      return (await store.message(message(1, 1).id)) === null;
    });
    assert.equal(
      (await store.delivered(agentId(1), 10)).map((m) => m.order),
      [2],
    );
    assert.is(await store.text(message(1, 1)), null);
    await store.close();
  });

  test("what is forgotten is gone with its text, once", async () => {
    const store = await open();
    const one = message(1, 1, { state: "dead" });
    await store.commit({ mail: [{ message: one, was: null, text: "t" }] });
    await store.commit({ mail: [{ message: one, was: 1, forget: true }] });
    assert.equal(await store.mail(), []);
    assert.is(await store.text(one), null);
    assert.is(await store.message(one.id), null);
    assert.is(await refusal(store.commit({ mail: [{ message: one, was: 1, forget: true }] })), "STALE");
    await store.close();
  });

  test("a completion is found by its identity while it waits and after it was given, and there is one of each", async () => {
    const store = await open();
    const one = completion(1, 1, "C:1:done");
    await store.commit({ mail: [{ message: one, was: null, text: "t" }] });
    assert.equal(await store.completion("C:1:done"), one);
    assert.is(await store.completion("C:2:done"), null);
    const again = completion(2, 7, "C:1:done");
    assert.is(await refusal(store.commit({ mail: [{ message: again, was: null, text: "t" }] })), "STALE");
    await store.commit({ mail: [becomes(one, "acked")] });
    assert.is((await store.completion("C:1:done"))?.state, "acked");
    assert.equal(await store.mail(), []);
    assert.is(await refusal(store.commit({ mail: [{ message: again, was: null, text: "t" }] })), "STALE");
    await store.close();
  });

  test("the identity of what was given is kept as long as that is", async () => {
    let nowMs = 100_000;
    const store = await open({ mailKeptMs: 10_000, nowMs: () => nowMs });
    const one = completion(1, 1, "C:1:done");
    await store.commit({ mail: [{ message: one, was: null, text: "t" }] });
    await store.commit({ mail: [becomes(one, "acked", { updatedAtMs: nowMs })] });
    nowMs += 9_000;
    await store.commit({ entries: [entry(1)] });
    assert.is((await store.completion("C:1:done"))?.state, "acked");
    nowMs += 2_000;
    await until("it is forgotten", async () => {
      await store.commit({ entries: [entry(1)] });
      return (await store.completion("C:1:done")) === null;
    });
    await store.commit({ mail: [{ message: completion(1, 2, "C:1:done"), was: null, text: "t" }] });
    await store.close();
  });

  test("two of one identity in one moment: one is written", async () => {
    const store = await open();
    const both = [1, 2].map((order) => ({ message: completion(1, order, "C:1:done"), was: null, text: "t" }));
    const done = await Promise.all(both.map((write) => refusal(store.commit({ mail: [write] }))));
    assert.equal(done, ["written", "STALE"]);
    assert.is((await store.mail()).length, 1);
    await store.close();
  });

  test("the ledger of a recipient that is swept goes, and nobody else's", async () => {
    const store = await open();
    for (const to of [1, 2]) {
      const one = completion(to, 1, `C:${to}:done`);
      const waits = completion(to, 2, `D:${to}:done`);
      await store.commit({
        mail: [
          { message: one, was: null, text: "t" },
          { message: waits, was: null, text: "u" },
        ],
      });
      await store.commit({ mail: [becomes(one, "acked")] });
    }
    await store.sweepMail(agentId(1));
    assert.is(await store.completion("C:1:done"), null);
    assert.is(await store.message(completion(1, 1, "").id), null);
    assert.is((await store.completion("D:1:done"))?.state, "queued");
    assert.is((await store.completion("C:2:done"))?.state, "acked");
    assert.equal((await store.delivered(agentId(1), 10)).length, 0);
    await store.close();
  });
}

function completion(to: number, order: number, key: string): Message {
  const about = { child: "C", label: "c", turn: 1, kind: "done" as const, key };
  return message(to, order, { kind: "completion", completion: about });
}
