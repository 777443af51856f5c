/** A decision in the making: the next fleet, what goes on disk, and what is done afterwards. */
import type { Fact } from "../belief/fact.js";
import type { MailCounts, MailWrite } from "../delivery/message.js";
import type { JournalKind, NewEntry } from "../journal.js";
import type { AgentId, AgentRecord, PaneId } from "../model.js";
import type { Decision, Effect, Weighed } from "./effect.js";
import { type Agent, type Doubt, type Fleet, withArchived } from "./fleet.js";
import { difference, view } from "./view.js";

/** What tmux is told to do to a pane may fail; a sighting soon after shows whether it is to be told again. */
const REMEDIES: ReadonlySet<Effect["do"]> = new Set(["mark", "unmark", "kill-pane"]);
const REMEDY_LOOK_MS = 2_000;

export class Draft {
  readonly nowMs: number;
  private now: Fleet;
  private agents: Map<AgentId, Agent> | null = null;
  private byPane: Map<PaneId, AgentId> | null = null;
  private readonly records = new Map<AgentId, AgentRecord>();
  private readonly entries: NewEntry[] = [];
  private readonly writes: MailWrite[] = [];
  private readonly effects: Effect[] = [];
  private readonly weighings: Weighed[] = [];

  constructor(fleet: Fleet, nowMs: number) {
    this.now = fleet;
    this.nowMs = nowMs;
  }

  /** The fleet as it stands with what was decided so far. */
  get fleet(): Fleet {
    return this.now;
  }

  /** Notes that `fact` was weighed, for who records the agent. */
  weighed(agent: AgentId, fact: Fact): void {
    this.weighings.push({ agent, fact });
  }

  /** Takes `agent` in as it now is, with nothing on disk and nobody told. */
  keep(agent: Agent): void {
    const id = agent.record.id;
    const before = this.now.agents.get(id);
    this.writableAgents().set(id, agent);
    if ((before?.pane ?? null) === agent.pane) return;
    const byPane = this.writablePanes();
    if (before?.pane != null && byPane.get(before.pane) === id) byPane.delete(before.pane);
    if (agent.pane !== null) byPane.set(agent.pane, id);
  }

  /** Takes `agent` in, writes its record, and journals `kind` with the fields of its view that changed. */
  change(agent: Agent, kind: JournalKind, data: Readonly<Record<string, unknown>>): void {
    const { record, pane, believed } = agent;
    const isNew = !this.now.agents.has(record.id);
    const told = view(record, pane, believed.question, agent.mail);
    const set = difference(isNew ? null : agent.told, told);
    this.keep({ ...agent, told });
    this.records.set(record.id, record);
    this.entries.push({ atMs: this.nowMs, kind, agent: record.id, data, set: set as Record<string, unknown> | null });
  }

  /** Messages go on disk with whatever else is decided; where one is not what it was taken for, nothing of it does. */
  write(writes: readonly MailWrite[]): void {
    this.writes.push(...writes);
  }

  /**
   * Takes `agent` in with its counts of mail, and journals what came of messages. The counts are told whether or not they
   * changed: what was told before may be what the store refused.
   */
  mailed(agent: Agent, told: readonly Readonly<Record<string, unknown>>[]): void {
    const { record, pane, believed, mail } = agent;
    const now = view(record, pane, believed.question, mail);
    if (record !== this.now.agents.get(record.id)?.record) this.records.set(record.id, record);
    this.keep({ ...agent, told: { ...agent.told, mail: now.mail } });
    this.countsOf(record.id, now.mail, told);
  }

  /** Journals what came of an agent's messages, and tells what they count; of one off the list too. */
  countsOf(agent: AgentId, mail: MailCounts, told: readonly Readonly<Record<string, unknown>>[]): void {
    for (const data of told.length === 0 ? [{}] : told) {
      this.entries.push({ atMs: this.nowMs, kind: "mail", agent, data, set: { mail } });
    }
  }

  /** The agent leaves the fleet for the archive; its id is remembered. */
  archive(agent: Agent, data: Readonly<Record<string, unknown>>): void {
    const record = { ...agent.record, archivedAtMs: this.nowMs };
    this.change({ ...agent, record, pane: null }, "archived", data);
    this.writableAgents().delete(record.id);
    this.now = { ...this.now, ...withArchived(this.now.archived, this.now.remains, [record]) };
  }

  /** The agent is in no pane any more; told where faces believe that it is. */
  leave(id: AgentId): void {
    const agent = this.now.agents.get(id);
    if (agent === undefined || (agent.pane === null && agent.told.pane === "")) return;
    this.change({ ...agent, pane: null }, "place", { closed: agent.told.pane });
  }

  /** Journals something that changes nothing. */
  note(agent: AgentId | null, kind: JournalKind, data: Readonly<Record<string, unknown>>): void {
    this.entries.push({ atMs: this.nowMs, kind, agent, data, set: null });
  }

  /** Done once everything that this decision writes is on disk; at once where it writes nothing. */
  after(effect: Effect): void {
    this.effects.push(effect);
    if (!REMEDIES.has(effect.do)) return;
    const atMs = this.nowMs + REMEDY_LOOK_MS;
    if (this.now.sightAtMs === null || this.now.sightAtMs > atMs) this.wantSightAt(atMs);
  }

  seeing(sight: Fleet["sight"], sightSinceMs: number): void {
    this.now = { ...this.now, sight, sightSinceMs };
  }

  /** Takes note of a listing's number; false where it is an old one. */
  takesIn(taken: number | undefined): boolean {
    if (taken === undefined) return true;
    if (taken <= this.now.taken) return false;
    this.now = { ...this.now, taken };
    return true;
  }

  hint(hinted: ReadonlySet<AgentId>): void {
    this.now = { ...this.now, hinted };
  }

  doubting(doubt: Doubt | null): void {
    if (this.now.doubt !== doubt) this.now = { ...this.now, doubt };
  }

  wantSightAt(sightAtMs: number | null): void {
    if (this.now.sightAtMs !== sightAtMs) this.now = { ...this.now, sightAtMs };
  }

  knowDuplicates(duplicates: ReadonlySet<PaneId>): void {
    this.now = { ...this.now, duplicates };
  }

  decision(): Decision {
    if (this.records.size === 0 && this.entries.length === 0 && this.writes.length === 0)
      return { fleet: this.now, effects: this.effects, weighed: this.weighings };
    const commit: Effect = {
      do: "commit",
      agents: [...this.records.values()],
      entries: this.entries,
      ...(this.writes.length === 0 ? {} : { mail: this.writes }),
      afterwards: this.effects,
    };
    return { fleet: this.now, effects: [commit], weighed: this.weighings };
  }

  private writableAgents(): Map<AgentId, Agent> {
    if (this.agents === null) {
      this.agents = new Map(this.now.agents);
      this.now = { ...this.now, agents: this.agents };
    }
    return this.agents;
  }

  private writablePanes(): Map<PaneId, AgentId> {
    if (this.byPane === null) {
      this.byPane = new Map(this.now.byPane);
      this.now = { ...this.now, byPane: this.byPane };
    }
    return this.byPane;
  }
}
