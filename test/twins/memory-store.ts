/** The store in memory: the same promises as LevelDB's (test/store/contract.ts), without a disk. */
import { isSettled, type Message } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import type { JournalEntry } from "#core/journal.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Told } from "#core/output/told.js";
import type { Commit, Store, StoreHealth } from "#store/store.js";

export class MemoryStore implements Store {
  /** While set, every commit is refused with it and writes nothing. */
  refuse: Fault | null = null;
  /** While set, every commit is written only then. */
  busy: Promise<void> | null = null;
  /** What was found damaged when it was opened, and how many values were set aside. */
  loss: string | null = null;
  quarantined = 0;
  readonly #agents = new Map<AgentId, AgentRecord>();
  readonly #told = new Map<AgentId, Told>();
  readonly #journalLimit: number;
  readonly #mail = new Map<string, { message: Message; text: string }>();
  readonly #mailKeptMs: number;
  readonly #nowMs: () => number;
  #entries: JournalEntry[] = [];
  #seq = 0;

  constructor(options: { journalLimit?: number; mailKeptMs?: number; nowMs?: () => number } = {}) {
    this.#journalLimit = options.journalLimit ?? 100_000;
    this.#mailKeptMs = options.mailKeptMs ?? 14 * 86_400_000;
    this.#nowMs = options.nowMs ?? (() => 0);
  }

  async agents(): Promise<AgentRecord[]> {
    return [...this.#agents.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(copy);
  }

  async agent(id: AgentId): Promise<AgentRecord | null> {
    const record = this.#agents.get(id);
    return record === undefined ? null : copy(record);
  }

  async told(id: AgentId): Promise<Told | null> {
    const told = this.#told.get(id);
    return told === undefined ? null : copy(told);
  }

  async commit(commit: Commit): Promise<JournalEntry[]> {
    if (this.busy !== null) await this.busy;
    if (this.refuse !== null) throw this.refuse;
    const mail = new Map(this.#mail);
    for (const { message, was, text, forget } of commit.mail ?? []) {
      const found = mail.get(message.id);
      const open = found === undefined || isSettled(found.message) ? null : found.message.rev;
      if (open !== was) throw new Fault("STALE", `message ${message.id} is not what it was taken for`);
      const key = message.completion?.key;
      const isKnown = [...mail.values()].some((kept) => kept.message.completion?.key === key);
      if (was === null && key !== undefined && isKnown) throw new Fault("STALE", "there is such a completion already");
      if (forget) mail.delete(message.id);
      else mail.set(message.id, { message: copy(message), text: found?.text ?? text ?? "" });
    }
    this.#mail.clear();
    for (const [id, kept] of mail) {
      const { message } = kept;
      if (!isSettled(message) || message.updatedAtMs >= this.#nowMs() - this.#mailKeptMs) this.#mail.set(id, kept);
    }
    for (const { agent, told } of commit.told ?? []) this.#told.set(agent, copy(told));
    for (const record of commit.agents ?? []) {
      this.#agents.set(record.id, copy(record));
      if (record.archivedAtMs !== null) this.#told.delete(record.id);
    }
    const entries = (commit.entries ?? []).map((entry) => ({ ...copy(entry), seq: ++this.#seq }));
    this.#entries.push(...entries);
    if (this.#entries.length > this.#journalLimit) this.#entries = this.#entries.slice(-this.#journalLimit);
    return entries.map(copy);
  }

  seq(): number {
    return this.#seq;
  }

  oldestSeq(): number {
    return this.#entries[0]?.seq ?? 0;
  }

  async journal(after: number, limit: number, agent?: AgentId): Promise<JournalEntry[]> {
    const wanted = this.#entries.filter((entry) => entry.seq > after && (!agent || entry.agent === agent));
    return wanted.slice(0, limit).map(copy);
  }

  async latest(limit: number, agent?: AgentId, before = Number.MAX_SAFE_INTEGER): Promise<JournalEntry[]> {
    const wanted = this.#entries.filter(
      (entry) => (agent === undefined || entry.agent === agent) && entry.seq < before,
    );
    return limit <= 0 ? [] : wanted.slice(-limit).map(copy);
  }

  async completion(key: string): Promise<Message | null> {
    return this.#messages((message) => message.completion?.key === key)[0] ?? null;
  }

  async sweepMail(to: AgentId): Promise<void> {
    for (const [id, { message }] of this.#mail) if (message.to === to && isSettled(message)) this.#mail.delete(id);
  }

  async mail(): Promise<Message[]> {
    return this.#messages((message) => !isSettled(message));
  }

  async delivered(to: AgentId, limit: number): Promise<Message[]> {
    const all = this.#messages((message) => isSettled(message) && message.to === to);
    return limit <= 0 ? [] : all.slice(-limit);
  }

  async message(id: string): Promise<Message | null> {
    const found = this.#mail.get(id);
    return found === undefined ? null : copy(found.message);
  }

  async text(message: Message): Promise<string | null> {
    return this.#mail.get(message.id)?.text ?? null;
  }

  async lastOrder(to: AgentId): Promise<number> {
    return Math.max(0, ...this.#messages((message) => message.to === to).map((message) => message.order));
  }

  #messages(wanted: (message: Message) => boolean): Message[] {
    const found = [...this.#mail.values()].map(({ message }) => message).filter(wanted);
    return found.sort((a, b) => (a.to === b.to ? a.order - b.order : a.to < b.to ? -1 : 1)).map(copy);
  }

  health(): StoreHealth {
    return {
      path: "memory",
      ok: this.refuse === null,
      quarantined: this.quarantined,
      readOnly: this.refuse?.message ?? null,
      loss: this.loss,
    };
  }

  async close(): Promise<void> {}
}

/** What a store hands out or takes in is nobody else's to change; only what JSON can say survives, as on disk. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
