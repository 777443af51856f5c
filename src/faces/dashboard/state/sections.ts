/**
 * The sections of the fleet list: by session, by group, or by parent. A section goes by a key, a session's by its name
 * alone, and folds are kept by it. By parent, an agent that has children stands first in the section of its own.
 */
import type { AgentJson } from "#wire/agent.js";

/** A line of the fleet list. It names an agent rather than holding it, so that a change of state leaves the list alone. */
export type Item =
  | { readonly kind: "section"; readonly section: string }
  | { readonly kind: "agent"; readonly id: string };

/** What the list's sections are. */
export const GROUPINGS = ["session", "group", "parent"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Session names hold no colon, so that no key is another grouping's. */
const NONE: Readonly<Record<Grouping, string>> = { session: "", group: "group:", parent: "parent:" };

/** The key of each agent's section, by the agent's id. */
export function sectionsOf(agents: ReadonlyMap<string, AgentJson>, grouping: Grouping): Map<string, string> {
  const parents = new Set<string>();
  if (grouping === "parent") for (const { parent } of agents.values()) if (parent !== null) parents.add(parent);
  const sections = new Map<string, string>();
  for (const agent of agents.values()) {
    const { id, session, group, parent } = agent;
    if (grouping === "session") sections.set(id, session);
    else if (grouping === "group") sections.set(id, `group:${group ?? ""}`);
    else sections.set(id, `parent:${parent ?? (parents.has(id) ? id : "")}`);
  }
  return sections;
}

/** What stands above a section. */
export function sectionTitle(
  state: { readonly agents: ReadonlyMap<string, AgentJson>; readonly formerLabels: ReadonlyMap<string, string> },
  section: string,
): string {
  if (section === NONE.session) return "no session";
  if (section === NONE.group) return "no group";
  if (section === NONE.parent) return "no parent";
  if (section.startsWith(NONE.group)) return section.slice(NONE.group.length);
  if (!section.startsWith(NONE.parent)) return section;
  const id = section.slice(NONE.parent.length);
  const parent = state.agents.get(id);
  if (parent !== undefined) return `${parent.label} and its children`;
  const former = state.formerLabels.get(id);
  return former ? `${former} (removed) and its children` : "removed parent";
}

/** Whether it gathers those that belong nowhere: it comes last. */
export function isRest(section: string): boolean {
  return section === NONE.session || section === NONE.group || section === NONE.parent;
}

/** Whether the agent leads its section. */
export function leads(agent: AgentJson, section: string): boolean {
  return section === `parent:${agent.id}`;
}

export function sameItem(a: Item | null, b: Item | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "agent") return b.kind === "agent" && a.id === b.id;
  return b.kind === "section" && a.section === b.section;
}
