/** Moving through the fleet list: the selection, the folds, and which part of the list is seen. */
import { relist } from "./fleet.js";
import { listRows } from "./layout.js";
import { GROUPINGS, type Item, sameItem } from "./sections.js";
import { type State, selectedAgent } from "./state.js";

export function selectIndex(state: State, index: number): State {
  const at = Math.max(0, Math.min(index, state.items.length - 1));
  const item = state.items[at];
  if (!item) return state;
  const moved = sameItem(item, state.selected) ? state : { ...state, selected: item, selectedAtMs: state.nowMs };
  return reveal({ ...moved, selectedIndex: at });
}

/** Selects an agent wherever it is: unfolds its section, and drops a filter that hides it. */
export function selectAgent(state: State, id: string): State {
  if (!state.agents.has(id)) return state;
  let shown = state;
  const section = sectionOf(shown, { kind: "agent", id });
  if (section !== null && shown.folded.has(section) && shown.filter === "") shown = setFolded(shown, section, false);
  if (!shown.items.some((item) => item.kind === "agent" && item.id === id)) shown = relist({ ...shown, filter: "" });
  return selectIndex(
    shown,
    shown.items.findIndex((item) => item.kind === "agent" && item.id === id),
  );
}

/** Scrolls the list so that the selection is in it. */
export function reveal(state: State): State {
  const rows = Math.max(1, listRows(state));
  const at = state.selectedIndex;
  // A row of what comes next stays in sight on either side.
  const margin = rows >= 4 ? 1 : 0;
  let top = state.top;
  if (at - margin < top) top = at - margin;
  if (at + margin >= top + rows) top = at + margin - rows + 1;
  top = Math.max(0, Math.min(top, state.items.length - rows));
  return top === state.top ? state : { ...state, top };
}

/** Scrolls without moving the selection, as a wheel does. */
export function scrollList(state: State, by: number): State {
  const most = Math.max(0, state.items.length - listRows(state));
  return { ...state, top: Math.max(0, Math.min(most, state.top + by)) };
}

function setFolded(state: State, section: string, folded: boolean): State {
  const set = new Set(state.folded);
  if (folded) set.add(section);
  else set.delete(section);
  return reveal(relist({ ...state, folded: set }));
}

function sectionOf(state: State, item: Item | null): string | null {
  if (item === null) return null;
  return item.kind === "section" ? item.section : (state.sections.get(item.id) ?? null);
}

/** `←`: folds the section, and stands on it. */
export function fold(state: State): State {
  const section = sectionOf(state, state.selected);
  if (section === null) return state;
  const onSection = selectIndex(
    state,
    state.items.findIndex((item) => item.kind === "section" && item.section === section),
  );
  return setFolded(onSection, section, true);
}

/** `→`: unfolds the section, or goes into it. */
export function unfold(state: State): State {
  if (state.selected?.kind !== "section") return state;
  if (state.folded.has(state.selected.section)) return setFolded(state, state.selected.section, false);
  return selectIndex(state, state.selectedIndex + 1);
}

export function toggle(state: State): State {
  const section = sectionOf(state, state.selected);
  if (section === null) return state;
  return state.folded.has(section) ? setFolded(state, section, false) : fold(state);
}

/** Folds every section, or where all are folded, unfolds them all. */
export function foldAll(state: State): State {
  const sections = new Set(state.sections.values());
  const all = [...sections].every((section) => state.folded.has(section));
  const others = [...state.folded].filter((section) => !sections.has(section));
  return reveal(relist({ ...state, folded: new Set(all ? others : [...others, ...sections]) }));
}

/** By session, by group, by parent, and round again. The selection stays on its agent. */
export function regroup(state: State): State {
  const grouping = GROUPINGS[(GROUPINGS.indexOf(state.grouping) + 1) % GROUPINGS.length]!;
  const before = selectedAgent(state);
  const after = reveal(relist({ ...state, grouping }));
  const shown = before !== null && after.items.some((item) => item.kind === "agent" && item.id === before.id);
  return shown ? selectAgent(after, before.id) : after;
}
