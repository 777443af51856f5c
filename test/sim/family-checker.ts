/**
 * What must be true of completions, told from what parents really were given and what lies on the disk: each reaches its
 * parent, is a dead letter for a reason that holds, or is open still; none reaches it twice but marked, after a lease that
 * was over.
 */
import type { Lease, Message } from "#core/delivery/message.js";
import type { AgentId, AgentRecord } from "#core/model.js";
import type { Commit } from "#store/store.js";
import { isOthers, type Program } from "./machine.js";
import type { World } from "./world.js";

interface Entry {
  readonly id: string;
  readonly to: AgentId;
  readonly order: number;
  readonly key: string;
  readonly child: string;
  readonly kind: string;
  /** Its first line, as it is handed over. */
  readonly heading: string;
  readonly text: string;
  state: Message["state"];
  lease: Lease | null;
  /** Batches in which it was given, in truth. */
  readonly given: string[];
}

interface Batch extends Lease {
  readonly to: AgentId;
  readonly ids: string[];
  given: boolean;
}

const HAPPENED: Readonly<Record<string, string>> = {
  done: "finished its turn",
  error: "failed",
  blocked: "waits for a person",
  exited: "ended",
  task: "ended",
  report: "reports",
};
const NUDGE = /^\[drover\] \d+ completions? waits?:/;
const BLOCKS = 3;
const HAND_OVERS = 5;
/** How long ago a policy may have been another's that a decision was made by. */
const LATELY_MS = 5_000;

export class FamilyChecker {
  readonly entries = new Map<string, Entry>();
  /** Batches that their reader gave back. */
  readonly rejected = new Set<string>();
  readonly #batches = new Map<string, Batch>();
  readonly #byKey = new Map<string, Entry>();
  readonly #records = new Map<AgentId, AgentRecord>();
  readonly #mutedAtMs = new Map<AgentId, number>();
  /** Where in its inbox something ever waited for a parent. */
  readonly #places = new Map<AgentId, Set<number>>();
  /** How often a launch was told that something waits. */
  readonly #nudges = new Map<string, number>();
  /** Identities of what children came to, by their records. */
  readonly #due = new Map<string, string>();
  readonly #world: World;
  handed = 0;
  redelivered = 0;

  constructor(world: World) {
    this.#world = world;
  }

  // ---------------------------------------------------------------- what lies on disk

  written({ agents = [], mail = [] }: Commit): void {
    const leased = new Set(mail.flatMap(({ message }) => (message.state === "leased" ? [message.to] : [])));
    for (const record of agents) this.#recorded(record, leased.has(record.id));
    const ended = new Set(mail.flatMap(({ message: { batch } }) => batch ?? []));
    const told = mail.filter(({ message }) => message.completion !== undefined);
    for (const { message, was, text } of told) if (was === null) this.#isNew(message, text ?? "");
    for (const { message, was } of told) if (was !== null) this.#becomes(message, ended);
    for (const { message } of told) {
      if (message.state !== "queued") continue;
      const places = this.#places.get(message.to);
      if (places === undefined) this.#places.set(message.to, new Set([message.order]));
      else places.add(message.order);
    }
  }

  #recorded(record: AgentRecord, leases: boolean): void {
    const { id, parent, state, turn, incarnation, wake } = record;
    const before = this.#records.get(id);
    const slot = JSON.stringify(record.stopBlocks ?? null);
    if (slot !== JSON.stringify(before?.stopBlocks ?? null) && !leases && !this.#world.refused) {
      this.#wrong(`the Stop of ${short(id)} cost a write, and nothing was handed over`);
    }
    this.#records.set(id, structuredClone(record));
    if (wake === "mute") this.#mutedAtMs.set(id, this.#nowMs);
    if (before?.wake === "mute") this.#mutedAtMs.set(id, this.#nowMs);
    if (parent === null || before === undefined || record.archivedAtMs !== null) return;
    const kind = kindOf(state);
    const isNews = kind !== kindOf(before.state) || (kind !== "exited" && turn !== before.turn);
    if (kind === null || !isNews) return;
    const part = kind === "exited" && incarnation > 1 ? `:${incarnation}` : "";
    this.#due.set(`${id}:${turn}:${kind}${part}`, `${record.label} became ${state} in turn ${turn}`);
  }

  #isNew(message: Message, text: string): void {
    const { id, to, order, state, completion } = message;
    if (completion === undefined) return;
    const { key, child, kind, label, turn } = completion;
    const known = this.#byKey.get(key);
    // The ledger of an agent that was removed went with it.
    if (known !== undefined && this.#records.get(known.to)?.archivedAtMs == null) {
      this.#wrong(`${key} is on disk twice`);
    }
    const heading = `${label}${turn > 0 ? ` (turn ${turn})` : ""} ${HAPPENED[kind]}`;
    const entry: Entry = { id, to, order, key, child, kind, heading, text, state, lease: null, given: [] };
    this.entries.set(id, entry);
    this.#byKey.set(key, entry);
    if (state === "dead") this.#mustBeDead(entry, message);
    else if (state !== "queued") this.#wrong(`${key} came to the disk as ${state}`);
    else if (this.#records.get(to)?.archivedAtMs !== null) this.#wrong(`${key} waits for nobody`);
  }

  /** `ended`: the batches whose typed message changed with it. */
  #becomes(message: Message, ended: ReadonlySet<string>): void {
    const entry = this.entries.get(message.id);
    if (entry === undefined) {
      this.#wrong(`${message.id} was changed and never committed`);
      return;
    }
    const { key, state: before } = entry;
    const { state, reason } = message;
    entry.state = state;
    if (before === "acked") this.#wrong(`${key} was consumed and is ${state}`);
    if (state === "leased") {
      if (before !== "queued") this.#wrong(`${key} was ${before} and is leased`);
      if (message.lease != null) this.#leased(entry, message.lease);
      return;
    }
    const batch = before === "leased" ? this.#batches.get(entry.lease?.batch ?? "") : undefined;
    const wasGiven = entry.given.includes(batch?.batch ?? "");
    // What somebody else had a hand in, nobody can know.
    const meddled = batch?.taker === "wake" && this.#isMeddled(batch.batch);
    const isOver =
      batch === undefined || (batch.untilMs === null ? ended.has(batch.batch) : this.#nowMs >= batch.untilMs);
    if (state === "queued" && wasGiven && !meddled) {
      if (batch?.taker === "wake") this.#wrong(`${key} comes back, and was given when its parent was woken`);
      else if (!isOver) this.#wrong(`${key} was given, and comes back before its lease is over`);
    }
    if (state === "acked" && reason === null && entry.given.length === 0 && !meddled) {
      this.#wrong(`${key} is LOST: acknowledged by ${entry.lease?.taker}, and never given`);
    }
    if (state === "acked" && reason === "superseded") {
      if (!this.#hasLater(entry)) this.#wrong(`${key} was put aside, and nothing took its place`);
      if (!isOver && wasGiven) this.#wrong(`${key} was put aside while it was handed over`);
    }
    if (state === "dead") this.#mustBeDead(entry, message);
  }

  #leased(entry: Entry, lease: Lease): void {
    entry.lease = lease;
    const launch = lease.token === undefined ? lease.incarnation : this.#world.hooks.launches.get(lease.token);
    if (launch !== lease.incarnation)
      this.#wrong(`a hook of launch ${launch} took ${entry.key} for ${lease.incarnation}`);
    const batch = this.#batches.get(lease.batch) ?? { ...lease, to: entry.to, ids: [], given: false };
    if (batch.given) this.#wrong(`batch ${lease.batch.slice(-4)} grew after it was given`);
    batch.ids.push(entry.id);
    this.#batches.set(lease.batch, batch);
  }

  #hasLater({ id, to, child, kind, order }: Entry): boolean {
    const later = (one: Entry): boolean => one.to === to && one.child === child && one.kind === kind;
    return [...this.entries.values()].some((one) => one.id !== id && one.order > order && later(one));
  }

  #mustBeDead({ key, to, child }: Entry, { reason, attempts, lease }: Message): void {
    const record = this.#records.get(to);
    const removed = record?.archivedAtMs != null;
    const parent = this.#records.get(child as AgentId)?.parent ?? null;
    const muted = record?.wake === "mute" || this.#nowMs - (this.#mutedAtMs.get(to) ?? 0) < LATELY_MS;
    const holds: Readonly<Record<string, boolean>> = {
      orphan: record === undefined,
      no_parent: parent === null && to === child,
      parent_removed: removed,
      recipient_removed: removed,
      muted,
      unresolvable: attempts >= HAND_OVERS,
      rejected: this.rejected.has(lease?.batch ?? ""),
    };
    if (holds[reason ?? ""] !== true) this.#wrong(`${key} is a dead letter, and it is not so that ${reason}`);
  }

  // ---------------------------------------------------------------- what parents are given

  /** A Stop hook of the program printed this, for it to go on with. */
  printed(program: Program, text: string): void {
    this.#world.say(`${program.pid} goes on with ${JSON.stringify(text.slice(0, 120))}`);
    const batch = this.#given(program.agent, text, false);
    if (batch === undefined) return;
    if (batch.taker !== "stop-hook") this.#wrong(`a Stop hook printed what is leased by ${batch.taker}`);
    if (batch.incarnation !== program.incarnation) {
      this.#wrong(`launch ${program.incarnation} was given what launch ${batch.incarnation} had taken`);
    }
    if (++program.blocks > BLOCKS) this.#wrong(`${program.pid} was kept from ending its turn ${program.blocks} times`);
  }

  /** The program was given a prompt. */
  taken(program: Program, prompt: string, byPerson: boolean): void {
    if (NUDGE.test(prompt) && !byPerson) this.#nudged(program);
    if (!prompt.includes("[drover batch ")) return;
    const batch = this.#given(program.agent, prompt, byPerson);
    if (batch !== undefined && batch.taker !== "wake") this.#wrong(`what is leased by ${batch.taker} was typed`);
  }

  /** Each nudge tells of something that the one before could not. */
  #nudged({ agent, incarnation, pid }: Program): void {
    if (agent === null) return;
    const launch = `${agent}:${incarnation}`;
    const times = (this.#nudges.get(launch) ?? 0) + 1;
    this.#nudges.set(launch, times);
    const places = this.#places.get(agent)?.size ?? 0;
    if (times > places) this.#wrong(`${pid} was nudged ${times} times, and ${places} ever waited`);
  }

  /** A reader printed what it had drained. */
  read(to: AgentId, batchId: string, messages: readonly { id: string; body?: string; redelivered?: boolean }[]): void {
    const batch = this.#batches.get(batchId);
    if (batch === undefined) {
      this.#wrong(`${short(to)} read a batch that is not on disk`);
      return;
    }
    if (messages.length !== batch.ids.length)
      this.#wrong(`${short(to)} read ${messages.length} of ${batch.ids.length}`);
    for (const { id, body, redelivered } of messages) {
      this.#handed(batch, id, to, redelivered === true, false);
      const entry = this.entries.get(id);
      if (entry !== undefined && body !== entry.text) this.#wrong(`${entry.key} was read in other words`);
    }
    batch.given = true;
  }

  #given(to: AgentId | null, text: string, byPerson: boolean): Batch | undefined {
    let last: Batch | undefined;
    for (const [, id = ""] of text.matchAll(/\[drover batch (\w+)\]/g)) {
      const batch = this.#batches.get(id);
      if (batch === undefined) {
        this.#wrong(`${short(to)} was given batch ${id.slice(-4)}, which is not on disk`);
        continue;
      }
      if (batch.given && !byPerson && !this.#isMeddled(id)) this.#wrong(`batch ${id.slice(-4)} was given twice`);
      for (const one of batch.ids) {
        const entry = this.entries.get(one);
        if (entry === undefined) continue;
        const at = text.indexOf(entry.heading);
        if (at < 0) this.#wrong(`${entry.key} is in batch ${id.slice(-4)}, and not in its words`);
        const marked = text.startsWith(" [redelivered", at + entry.heading.length);
        if (!text.includes(entry.text.trimEnd())) this.#wrong(`${entry.key} was given in other words`);
        this.#handed(batch, one, to, marked, byPerson);
      }
      batch.given = true;
      last = batch;
    }
    return last;
  }

  #handed(batch: Batch, id: string, to: AgentId | null, marked: boolean, byPerson: boolean): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    const { key } = entry;
    this.handed++;
    if (marked) this.redelivered++;
    if (to !== entry.to) this.#wrong(`${key} was given to ${short(to)}, and is ${short(entry.to)}'s`);
    // A reader that took so long was told what is another's by now; a person sends on what they find.
    const isLate = batch.untilMs !== null && this.#nowMs >= batch.untilMs;
    // What was taken for an agent that is removed as it is read is a dead letter all the same.
    const isGone = this.#records.get(entry.to)?.archivedAtMs != null;
    const excused = isLate || isGone || byPerson || (batch.taker === "wake" && this.#isMeddled(batch.batch));
    const holds = entry.state === "leased" && entry.lease?.batch === batch.batch;
    if (!holds && !excused) this.#wrong(`${key} was given and lies ${entry.state} on disk`);
    if (entry.given.length > 0 && !marked && !excused) this.#wrong(`${key} was given twice, and not marked`);
    entry.given.push(batch.batch);
  }

  /** Somebody was told that it is on disk. */
  granted(id: string): void {
    if (!this.entries.has(id)) this.#wrong(`completion ${id} was granted and is not on disk`);
  }

  // ---------------------------------------------------------------- once all has settled

  settled(): void {
    for (const [key, what] of this.#due) {
      if (!this.#byKey.has(key)) this.#wrong(`${what}, and nobody was told (${key})`);
    }
    for (const entry of this.entries.values()) {
      const { key, state, lease } = entry;
      if (this.#isOnItsWay(entry)) this.#wrong(`${key} is still ${state} by ${lease?.taker}`);
      if (state === "queued" && this.#isFree(entry.to))
        this.#wrong(`${key} still waits, and ${short(entry.to)} is free`);
    }
  }

  get isQuiet(): boolean {
    const moves = (one: Entry): boolean => this.#isOnItsWay(one) || (one.state === "queued" && this.#isFree(one.to));
    return ![...this.entries.values()].some(moves);
  }

  #isOnItsWay({ state, lease }: Entry): boolean {
    if (state !== "leased" || lease === null) return false;
    if (lease.untilMs !== null) return true;
    return this.#world.mail.stateOf(`batch ${lease.batch}`) !== "uncertain";
  }

  /** A parent that would have been woken by now. */
  #isFree(to: AgentId): boolean {
    const { life, machine } = this.#world;
    const agent = life?.daemon?.context.loop.fleet.agents.get(to);
    if (agent === undefined) return true;
    if ((agent.record.wake ?? "type") !== "type") return false;
    const pane = machine.panes().find((one) => one.id === agent.pane && one.program.agent === to);
    if (pane === undefined || pane.dead !== null || isOthers(pane)) return false;
    const { screen } = pane.program;
    return !screen.busy && screen.draft === "" && ["ready", "finished", "interrupted"].includes(screen.shown);
  }

  #isMeddled(batch: string): boolean {
    return this.#world.mail.isMeddled(`batch ${batch}`);
  }

  get #nowMs(): number {
    return this.#world.clock.now();
  }

  #wrong(what: string): void {
    this.#world.checker.wrong(what);
  }
}

function kindOf(state: AgentRecord["state"]): "done" | "error" | "exited" | "blocked" | null {
  if (state === "done" || state === "error") return state;
  if (state === "exited" || state === "lost") return "exited";
  return null;
}

function short(id: string | null): string {
  return id === null ? "nobody" : id.slice(-3);
}
