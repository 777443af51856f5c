/** The agents as the daemon tells of them: events applied, the list ordered, and who needs a person first. */
import type { AgentJson, SightJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import { attentionQueue } from "../../kit/attention.js";
import type { Sight } from "../../kit/sight.js";
import { type Item, isRest, leads, sameItem, sectionsOf, sectionTitle } from "./sections.js";
import { type State, selectedAgent } from "./state.js";

export function applySnapshot(state: State, snapshot: SnapshotJson): State {
  const agents = new Map(snapshot.agents.filter((agent) => !agent.archived).map((agent) => [agent.id, agent]));
  const { seq, sight = "ok", sightSince: since = null } = snapshot;
  const removedMail = new Map(Object.entries(snapshot.removedMail ?? {}));
  return relist({ ...state, agents, removedMail, seq, sight: { sight, since } });
}

/** Applies one journal entry. One already applied (the snapshot held it) changes nothing. */
export function applyEntry(state: State, entry: EntryJson): State {
  if (state.seq !== null && entry.seq <= state.seq) return state;
  const counted = { ...state, seq: entry.seq, sight: sightIn(entry) ?? state.sight };
  if (entry.agent === null || entry.set === undefined || entry.set === null) return counted;
  const before = state.agents.get(entry.agent);
  const agents = new Map(state.agents);
  if (entry.kind === "archived" || entry.set.archived === true) return takeOff(counted, entry.agent);
  if (before !== undefined) agents.set(entry.agent, { ...before, ...entry.set });
  else if (isWhole(entry.set)) agents.set(entry.agent, entry.set);
  else if (entry.kind === "mail" && entry.set.mail) return withRemovedMail(counted, entry.agent, entry.set.mail);
  else return counted;
  const after = agents.get(entry.agent);
  const sameList =
    state.filter === "" &&
    before !== undefined &&
    after !== undefined &&
    before.session === after.session &&
    before.group === after.group &&
    before.parent === after.parent &&
    before.label === after.label &&
    before.createdAt === after.createdAt;
  return sameList ? { ...counted, agents } : relist({ ...counted, agents });
}

/** What an entry says of the daemon's sight; null where it says nothing. */
function sightIn({ kind, sight, sightSince }: EntryJson): Sight | null {
  if (kind !== "daemon" || typeof sight !== "string") return null;
  return { sight: sight as SightJson, since: typeof sightSince === "string" ? sightSince : null };
}

/** Puts what a reply said of an agent in place at once, without waiting for its journal entry. */
export function putAgent(state: State, agent: AgentJson): State {
  if (agent.archived) return takeOff(state, agent.id);
  return relist({ ...state, agents: new Map(state.agents).set(agent.id, agent) });
}

/** Its mail outlives it. */
function takeOff(state: State, id: string): State {
  const gone = state.agents.get(id);
  if (gone === undefined) return state;
  const agents = new Map(state.agents);
  agents.delete(id);
  const formerLabels = new Map(state.formerLabels).set(id, gone.label);
  return relist({ ...withRemovedMail(state, id, gone.mail), agents, formerLabels });
}

function withRemovedMail(state: State, id: string, mail: AgentJson["mail"]): State {
  return { ...state, removedMail: new Map(state.removedMail).set(id, mail) };
}

function isWhole(set: Partial<AgentJson>): set is AgentJson {
  return set.id !== undefined && set.label !== undefined && set.state !== undefined && set.session !== undefined;
}

/**
 * Works the list out anew. Sections by name, agents by birth: an order that never jumps under the eye or the finger, so
 * that an agent is found where it was. What needs a person is told by the header, by the section rows and by `g`.
 */
export function relist(state: State): State {
  const sections = sectionsOf(state.agents, state.grouping);
  const filled = new Map<string, AgentJson[]>();
  for (const agent of state.agents.values()) {
    if (!matches(agent, state.filter)) continue;
    const section = sections.get(agent.id)!;
    const mates = filled.get(section);
    if (mates) mates.push(agent);
    else filled.set(section, [agent]);
  }
  const titles = [...filled.keys()].map((section) => ({ section, title: sectionTitle(state, section) }));
  titles.sort((a, b) => Number(isRest(a.section)) - Number(isRest(b.section)) || byName(a.title, b.title));
  const items: Item[] = [];
  for (const { section } of titles) {
    items.push({ kind: "section", section });
    // A filter shows what it finds, folded away or not.
    if (state.folded.has(section) && state.filter === "") continue;
    const agents = filled.get(section)!;
    const first = (agent: AgentJson) => Number(!leads(agent, section));
    agents.sort((a, b) => first(a) - first(b) || compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
    for (const agent of agents) items.push({ kind: "agent", id: agent.id });
  }
  return settle({ ...state, sections, items });
}

/** `s2` before `s10`. A collator of the language's own would cost the first frame several milliseconds. */
function byName(a: string, b: string): number {
  const [these, those] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(these.length, those.length); i++) {
    const [x, y] = [these[i]!, those[i]!];
    const order = i % 2 === 1 ? Number(x) - Number(y) : compare(x.toLowerCase(), y.toLowerCase());
    if (order !== 0) return order;
  }
  return these.length - those.length || compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Every word of the filter occurs in the label, provider, session, window, group, state, or what the state is called here. */
export function matches(agent: AgentJson, filter: string): boolean {
  if (filter === "") return true;
  const text =
    `${agent.label}\n${agent.provider}\n${agent.session}\n${agent.windowName ?? ""}\n${agent.group ?? ""}\n${agent.state}\n${nickname(agent)}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function nickname(agent: AgentJson): string {
  if (agent.state === "blocked") return "need you";
  return agent.state === "error" ? "failed" : agent.unread ? "unread" : "";
}

/** Keeps the selection on what it was on; where that is gone from the list, on what stands in its place now. */
function settle(state: State): State {
  const { items } = state;
  // Before the first snapshot, what an earlier run had selected is waited for.
  if (state.seq === null) return state;
  let index = items.findIndex((item) => sameItem(item, state.selected));
  // Who types a filter looks for an agent, not for the section that it stands in.
  if (state.mode.at === "filter" && state.filter !== "" && state.selected?.kind === "section") index = -1;
  if (index < 0 && state.selected?.kind === "agent" && state.filter === "") {
    // Folded away: its section stands for it.
    const section = state.sections.get(state.selected.id);
    index = items.findIndex((item) => item.kind === "section" && item.section === section);
  }
  // Nothing was selected, or a filter hides it: the first that is found.
  if (index < 0 && (state.selected === null || state.filter !== "")) {
    index = items.findIndex((item) => item.kind === "agent");
  }
  if (index < 0) index = Math.min(state.selectedIndex, items.length - 1);
  const selected = items[index] ?? null;
  const top = Math.max(0, Math.min(state.top, items.length - 1));
  if (sameItem(selected, state.selected)) return { ...state, selectedIndex: Math.max(0, index), top };
  return { ...state, selected, selectedIndex: Math.max(0, index), selectedAtMs: state.nowMs, top };
}

export type Counts = Record<AgentJson["state"], number> & { total: number };

/** How many agents there are in each state. */
export function count(agents: Iterable<AgentJson>): Counts {
  const counts = none();
  for (const { state } of agents) add(counts, state);
  return counts;
}

/** The same of each section of the list; with a filter, of what it shows. */
export function countSections(state: State): ReadonlyMap<string, Counts> {
  const all = new Map<string, Counts>();
  for (const agent of state.agents.values()) {
    const section = state.sections.get(agent.id);
    if (section === undefined || !matches(agent, state.filter)) continue;
    let counts = all.get(section);
    if (counts === undefined) {
      counts = none();
      all.set(section, counts);
    }
    add(counts, agent.state);
  }
  return all;
}

/** The same of one section. */
export function countIn(state: State, section: string): Counts {
  return countSections(state).get(section) ?? none();
}

function add(counts: Counts, state: AgentJson["state"]): void {
  counts[state]++;
  counts.total++;
}

function none(): Counts {
  return {
    total: 0,
    starting: 0,
    idle: 0,
    working: 0,
    blocked: 0,
    done: 0,
    error: 0,
    exited: 0,
    lost: 0,
    unclear: 0,
  };
}

/**
 * The one after the selected agent in that queue (or among those of it that are `only` in that state), round to the
 * first; null where nobody needs anyone.
 */
export function nextInNeed(state: State, only?: AgentJson["state"]): AgentJson | null {
  const queue = attentionQueue(state.agents.values()).filter((agent) => only === undefined || agent.state === only);
  const at = queue.findIndex((agent) => agent.id === selectedAgent(state)?.id);
  return queue[(at + 1) % Math.max(1, queue.length)] ?? null;
}

/** Whether an agent's program still runs, as far as anyone knows. */
export function lives(agent: AgentJson): boolean {
  return agent.state !== "exited" && agent.state !== "lost";
}
