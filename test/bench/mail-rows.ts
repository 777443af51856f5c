/** What mail costs: durable commits beside the bare database, a long queue beside a short one, and a parent that is woken. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import { systemClock } from "#host/clock.js";
import { systemDice } from "#host/dice.js";
import { silentLog } from "#host/log.js";
import { writeTask } from "#host/task-files.js";
import { type Operation, openLevel, writeBatch } from "#store/database.js";
import { GroupCommit } from "#store/group-commit.js";
import { agentEntryKey, entryKey, mailKey, mailTextKey, messageKey } from "#store/keys.js";
import { openLevelStore } from "#store/level-store.js";
import { BenchFleet } from "./fleet.js";
import { figure, median, pause, percentile, type Row } from "./row.js";

const WRITERS = 100;
const ROUND_MS = 600;
const ROUNDS = 7;
const SHARE = 0.6;
const TEXT = "Look at the failing test and say what it takes.";

/** A message queued by each of 100 writers over and over: the store's commits, and the same rows in bare `level`. */
export async function commitRow(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const store = await openLevelStore({ dir: join(folder, "store"), log: silentLog, clock: systemClock });
  const db = await openLevel(join(folder, "bare"), true);
  const group = new GroupCommit<{ rows: readonly Operation[]; done(): void }>(async (items) => {
    await writeBatch(
      db,
      items.flatMap(({ rows }) => rows),
      { sync: true },
    );
    for (const { done } of items) done();
  });
  let order = 0;
  const ours = async (): Promise<void> => {
    const message = newMessage(++order);
    const mail = [{ message, was: null, text: TEXT }];
    await store.commit({ mail, entries: [entryOf(message)] });
  };
  const bare = (): Promise<void> => {
    const message = newMessage(++order);
    return new Promise((done) => group.add({ rows: rowsOf(message, order), done }));
  };
  try {
    const rates = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      rates.bare.push(await rate(bare));
      rates.ours.push(await rate(ours));
    }
    const [own, level] = [median(rates.ours), median(rates.bare)];
    return {
      name: "commit",
      what: `durable commits of a message and its journal entry, ${WRITERS} writers`,
      budget: `>= ${100 * SHARE} % of bare level`,
      measured: `${figure(own)} a second, ${figure((100 * own) / level)} %`,
      baseline: `${figure(level)} a second`,
      within: own >= SHARE * level,
      values: { perSecond: own, barePerSecond: level },
    };
  } finally {
    await store.close();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many a second all writers together get done. */
async function rate(write: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (; performance.now() - beganMs < ROUND_MS; done++) await write();
    }),
  );
  return (1_000 * done) / (performance.now() - beganMs);
}

const TO = "01BENCH0000000000000000000" as AgentId;

function newMessage(order: number): Message {
  const ids = { id: `01BENCH${String(order).padStart(19, "0")}`, to: TO, from: null };
  const counts = { order, rev: 1, attempts: 0, characters: TEXT.length };
  const rest = { kind: "message", state: "queued", reason: null, claim: null, turn: null } as const;
  return { ...ids, ...counts, ...rest, createdAtMs: 0, updatedAtMs: 0 };
}

const entryOf = ({ id, to, state }: Message) => ({
  ...{ atMs: Date.now(), kind: "mail" as const, agent: to, data: { message: id, from: null, to: state } },
  set: { mail: { queued: 1, inbox: 0, dead: 0, uncertain: 0 } },
});

/** The rows that the store makes of it, without its checksums and its looking for what lies there. */
function rowsOf(message: Message, seq: number): Operation[] {
  const put = (key: string, value: unknown): Operation => ({
    type: "put",
    key,
    value: Buffer.from(value === "" ? "" : JSON.stringify(value)),
  });
  const { id, to, order } = message;
  return [
    put(mailKey(to, order), message),
    put(messageKey(id), [to, order]),
    put(mailTextKey(to, order), TEXT),
    put(entryKey(seq), entryOf(message)),
    put(agentEntryKey(to, seq), ""),
  ];
}

const SHORT = 10;
const LONG = 10_000;
const SENDS = 100;
const AT_ONCE = 50;
/** The same within what a shared machine's disk does to either. */
const FLAT = 1.5;

/** A message to an agent that cannot take it: with ten in its queue, and with ten thousand. */
export async function queueRow(): Promise<Row> {
  const fleet = new BenchFleet();
  try {
    await fleet.open();
    await fleet.spawn("agent-000", []);
    await fleet.settled();
    const { client } = fleet;
    await client.request("POST", "/v1/agents/agent-000/stop", { force: true });
    const send = () => client.request("POST", "/v1/agents/agent-000/send", { text: TEXT });
    const fill = async (upTo: number): Promise<void> => {
      for (let waits = await queued(fleet); waits < upTo; waits = await queued(fleet)) {
        const left = upTo - waits;
        const writers = Math.min(AT_ONCE, left);
        await Promise.all(
          Array.from({ length: writers }, async () => {
            for (let n = Math.floor(left / writers); n > 0; n--) await send();
          }),
        );
      }
    };
    const cost = async (): Promise<number[]> => {
      const took: number[] = [];
      for (let n = 0; n < SENDS; n++) {
        const beganMs = performance.now();
        await send();
        took.push(performance.now() - beganMs);
      }
      return took;
    };
    await cost();
    await client.request("DELETE", "/v1/dead", {}).catch(() => {});
    await fill(SHORT);
    const short = await cost();
    await fill(LONG - SENDS);
    const long = await cost();
    const [a, b] = [median(short), median(long)];
    return {
      name: "queue",
      what: `a message queued behind a few hundred, and behind ${LONG}`,
      budget: `flat: p50 <= ${FLAT} times`,
      measured: `p50 ${figure(b)}, p99 ${figure(percentile(long, 99))} ms`,
      baseline: `p50 ${figure(a)}, p99 ${figure(percentile(short, 99))} ms`,
      within: b <= FLAT * a,
      values: { shortMs: a, longMs: b, longP99Ms: percentile(long, 99) },
    };
  } finally {
    await fleet.close();
  }
}

async function queued(fleet: BenchFleet): Promise<number> {
  return (await fleet.agents()).find(({ label }) => label === "agent-000")?.mail.queued ?? 0;
}

const WAKES = 60;
const WAKE_LIMIT_MS = 400;
/** What typing waits between a paste and Enter, whatever the provider (core/delivery/typing.ts). */
const SETTLE_MS = 150;
const GIVE_UP_MS = 20_000;

/** A task of an idle parent ends: from its completion on disk to the prompt in the parent's own transcript. */
export async function wakeRow(): Promise<Row> {
  const fleet = new BenchFleet();
  try {
    await fleet.open();
    const transcript = join(fleet.folder, "parent.jsonl");
    const idle = join(fleet.folder, "idle.json");
    const { id } = await fleet.spawn("parent-000", ["--hooks", "--script", idle, "--transcript", transcript]);
    await fleet.settled();
    const committed = new Map<string, number>();
    const subscription = fleet.client.events("/v1/events", {
      onEvent(event, data) {
        const entry = data as { kind?: string; at?: string; what?: string; to?: string; sender?: string };
        if (event !== "entry" || entry.kind !== "mail" || entry.what !== "completion" || entry.to !== "queued") return;
        committed.set(entry.sender ?? "", Date.parse(entry.at ?? ""));
      },
    });
    const late: number[] = [];
    for (let n = 0; n < WAKES; n++) {
      const word = `wake-${n}.`;
      const task = systemDice.id();
      const now = Date.now();
      writeTask(fleet.paths.tasksDir, {
        ...{ id: task, owner: id, incarnation: 1, label: "parent-000", pane: null, command: ["true"], cwd: "/" },
        ...{ pid: process.pid, begun: null, startedAtMs: now },
        end: { code: 0, signal: null, failed: null, tail: word, cut: false, endedAtMs: now },
      });
      await fleet.client.request("POST", "/v1/tasks", {});
      const takenAtMs = await taken(transcript, word);
      const fromMs = committed.get(task);
      if (fromMs !== undefined) late.push(takenAtMs - fromMs - SETTLE_MS);
      await fleet.settled();
      // Past the debounce: each is the first of its burst.
      await pause(600);
    }
    subscription.stop();
    const [p50, p99] = [median(late), percentile(late, 99)];
    return {
      name: "wake",
      what: "an idle parent: completion on disk to submitted in its pane, beyond the settle time",
      budget: `p99 <= ${WAKE_LIMIT_MS} ms`,
      measured: `p50 ${figure(p50)}, p99 ${figure(p99)} ms (${late.length} wakes)`,
      baseline: "",
      within: p99 <= WAKE_LIMIT_MS && late.length >= WAKES / 2,
      values: { p50Ms: p50, p99Ms: p99, wakes: late.length },
    };
  } finally {
    await fleet.close();
  }
}

/** When its transcript says that it was given a prompt with this word. */
async function taken(transcript: string, word: string): Promise<number> {
  for (const giveUpAtMs = Date.now() + GIVE_UP_MS; Date.now() < giveUpAtMs; await pause(10)) {
    for (const line of readFileSync(transcript, "utf8").split("\n").slice(0, -1)) {
      const { atMs, event, text } = JSON.parse(line) as { atMs: number; event: string; text?: string };
      if (event === "prompt" && text?.includes(word)) return atMs;
    }
  }
  throw new Error(`the parent was not given ${word}`);
}
