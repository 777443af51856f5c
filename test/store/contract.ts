/** What every store promises; run by LevelDB and by the twin in memory. */
import * as assert from "uvu/assert";
import type { JournalEntry, NewEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Store } from "#store/store.js";
import { type Suite, until } from "../kit/t.js";

export function agentId(n: number): AgentId {
  return `01JD000000000000000000${String(n).padStart(4, "0")}` as AgentId;
}

export function record(n: number, over: Partial<AgentRecord> = {}): AgentRecord {
  return {
    id: agentId(n),
    label: `worker-${n}`,
    provider: "claude",
    role: "worker",
    parent: null,
    group: null,
    incarnation: 1,
    turn: 0,
    cwd: "/home/me/ünïcode 界",
    command: ["claude", "--flag"],
    envNames: ["A"],
    prompt: "first\n\tsecond",
    worktree: null,
    nativeSession: null,
    state: "idle",
    sinceMs: 1_700_000_000_000 + n,
    evidence: { source: "title", rule: "claude/title", excerpt: "✳" },
    reason: null,
    unread: false,
    exit: null,
    place: null,
    createdAtMs: 1_700_000_000_000 + n,
    archivedAtMs: null,
    ...over,
  };
}

export function entry(n: number, agent: number | null = 1): NewEntry {
  return { atMs: 1_000 + n, kind: "state", agent: agent === null ? null : agentId(agent), data: { n }, set: null };
}

export const told = (entries: readonly JournalEntry[]): string => entries.map((e) => `${e.seq}:${e.data.n}`).join(" ");

/** `open` gives an empty store that keeps `journalLimit` entries. */
export function contract(test: Suite, open: (journalLimit?: number) => Promise<Store>): void {
  test("a new store is empty", async () => {
    const store = await open();
    assert.equal(await store.agents(), []);
    assert.is(await store.agent(agentId(1)), null);
    assert.is(store.seq(), 0);
    assert.is(store.oldestSeq(), 0);
    assert.equal(await store.journal(0, 10), []);
    assert.equal(await store.latest(10), []);
    assert.equal(store.health().ok, true);
    await store.close();
  });

  test("records come back as they were, the oldest agent first, the last version only", async () => {
    const store = await open();
    await store.commit({ agents: [record(2), record(1)] });
    await store.commit({ agents: [record(3), record(2, { label: "renamed", archivedAtMs: 5 })] });
    assert.equal(await store.agents(), [record(1), record(2, { label: "renamed", archivedAtMs: 5 }), record(3)]);
    assert.equal(await store.agent(agentId(3)), record(3));
    assert.is(await store.agent(agentId(4)), null);
    await store.close();
  });

  test("what an agent's hooks told is kept, the last of it, until the agent is archived", async () => {
    const store = await open();
    const told = { response: { turn: 3, text: "ünïcode\n\n\tdone 界" }, transcript: "/a/b.jsonl" };
    await store.commit({ agents: [record(1), record(2)], told: [{ agent: agentId(1), told }] });
    await store.commit({ told: [{ agent: agentId(2), told: { response: null, transcript: null } }] });
    assert.equal(await store.told(agentId(1)), told);
    assert.equal(await store.told(agentId(2)), { response: null, transcript: null });
    assert.is(await store.told(agentId(3)), null);
    assert.is((await store.agents()).length, 2);
    await store.commit({ agents: [record(1, { archivedAtMs: 5 })] });
    assert.is(await store.told(agentId(1)), null);
    await store.close();
  });

  test("entries are numbered in the order of their commits, without gaps", async () => {
    const store = await open();
    assert.is(told(await store.commit({ entries: [entry(1), entry(2)] })), "1:1 2:2");
    assert.is(told(await store.commit({ agents: [record(1)] })), "");
    assert.is(told(await store.commit({})), "");
    const both = await Promise.all([store.commit({ entries: [entry(3)] }), store.commit({ entries: [entry(4)] })]);
    assert.is(both.map(told).join(" "), "3:3 4:4");
    assert.is(store.seq(), 4);
    assert.is(store.oldestSeq(), 1);
    assert.equal(await store.journal(3, 1), [{ ...entry(4), seq: 4 }]);
    await store.close();
  });

  test("the journal is read from a number on, and from its end, to a limit", async () => {
    const store = await open();
    await store.commit({ entries: [1, 2, 3, 4, 5].map((n) => entry(n)) });
    assert.is(told(await store.journal(0, 2)), "1:1 2:2");
    assert.is(told(await store.journal(2, 100)), "3:3 4:4 5:5");
    assert.is(told(await store.journal(5, 100)), "");
    assert.is(told(await store.journal(99, 100)), "");
    assert.is(told(await store.latest(2)), "4:4 5:5");
    assert.is(told(await store.latest(100)), "1:1 2:2 3:3 4:4 5:5");
    assert.is(told(await store.latest(0)), "");
    await store.close();
  });

  test("one agent's journal holds its entries only", async () => {
    const store = await open();
    await store.commit({ entries: [entry(1, 1), entry(2, 2), entry(3, null), entry(4, 1), entry(5, 1), entry(6, 2)] });
    assert.is(told(await store.journal(0, 10, agentId(1))), "1:1 4:4 5:5");
    assert.is(told(await store.journal(1, 1, agentId(1))), "4:4");
    assert.is(told(await store.latest(2, agentId(1))), "4:4 5:5");
    assert.is(told(await store.latest(9, agentId(2))), "2:2 6:6");
    assert.is(told(await store.latest(9, agentId(3))), "");
    await store.close();
  });

  test("pages fit together, however long the journal is", async () => {
    const store = await open();
    await store.commit({ entries: Array.from({ length: 1_234 }, (_, i) => entry(i + 1, (i % 2) + 1)) });
    assert.is((await store.journal(0, 5_000)).length, 1_234);
    assert.is((await store.latest(1_100)).map((e) => e.seq)[0], 135);
    assert.is(told(await store.latest(2, undefined, 10)), "8:8 9:9");
    assert.is(told(await store.latest(2, agentId(2), 10)), "6:6 8:8");
    assert.equal(
      (await store.latest(600, agentId(2))).map((e) => e.seq),
      Array.from({ length: 600 }, (_, i) => 36 + 2 * i),
    );
    await store.close();
  });

  test("what is changed after a commit, or in an answer, changes nothing in the store", async () => {
    const store = await open();
    const mine = { ...record(1), command: ["a"] };
    const data = { n: 1 };
    const committed = store.commit({ agents: [mine], entries: [{ ...entry(1), data }] });
    mine.command.push("b");
    data.n = 2;
    await committed;
    ((await store.agents())[0]!.command as string[]).push("c");
    assert.equal((await store.agent(agentId(1)))!.command, ["a"]);
    assert.is(told(await store.journal(0, 1)), "1:1");
    await store.close();
  });

  test("the journal is kept to its limit and says where it begins", async () => {
    const store = await open(32);
    for (let n = 1; n <= 100; n++) await store.commit({ entries: [entry(n, n % 2)] });
    await until("the journal is trimmed", () => store.oldestSeq() > 100 - 32 - 4);
    assert.ok(store.oldestSeq() <= 100 - 32 + 1, `no more than asked: ${store.oldestSeq()}`);
    const all = await store.journal(0, 1_000);
    assert.is(all[0]!.seq, store.oldestSeq());
    assert.is(all.length, 100 - store.oldestSeq() + 1);
    const ones = await store.journal(0, 1_000, agentId(1));
    assert.equal(
      ones.map((e) => e.seq),
      all.filter((e) => e.agent === agentId(1)).map((e) => e.seq),
    );
    await store.close();
  });
}
