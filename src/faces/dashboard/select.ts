/** Moving through the fleet list: the selection, the folds, and which part of the list is seen. */
import { relist, sameItem } from "./fleet.js";
import { listRows } from "./layout.js";
import type { Item, State } from "./state.js";

export function selectIndex(state: State, index: number): State {
  const at = Math.max(0, Math.min(index, state.items.length - 1));
  const item = state.items[at];
  if (!item) return state;
  const moved = sameItem(item, state.selected) ? state : { ...state, selected: item, selectedAtMs: state.nowMs };
  return reveal({ ...moved, selectedIndex: at });
}

/** Selects an agent wherever it is: unfolds its session, and drops a filter that hides it. */
export function selectAgent(state: State, id: string): State {
  const agent = state.agents.get(id);
  if (!agent) return state;
  let shown = state;
  if (shown.folded.has(agent.session) && shown.filter === "") shown = setFolded(shown, agent.session, false);
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

export function setFolded(state: State, session: string, folded: boolean): State {
  const set = new Set(state.folded);
  if (folded) set.add(session);
  else set.delete(session);
  return reveal(relist({ ...state, folded: set }));
}

export function sessionOf(state: State, item: Item | null): string | null {
  if (item === null) return null;
  return item.kind === "session" ? item.session : (state.agents.get(item.id)?.session ?? null);
}

/** `←`: folds the session, and stands on it. */
export function fold(state: State): State {
  const session = sessionOf(state, state.selected);
  if (session === null) return state;
  const onSession = selectIndex(
    state,
    state.items.findIndex((item) => item.kind === "session" && item.session === session),
  );
  return setFolded(onSession, session, true);
}

/** `→`: unfolds the session, or goes into it. */
export function unfold(state: State): State {
  if (state.selected?.kind !== "session") return state;
  if (state.folded.has(state.selected.session)) return setFolded(state, state.selected.session, false);
  return selectIndex(state, state.selectedIndex + 1);
}

export function toggle(state: State): State {
  const session = sessionOf(state, state.selected);
  if (session === null) return state;
  return state.folded.has(session) ? setFolded(state, session, false) : fold(state);
}

/** Folds every session, or where all are folded, unfolds them all. */
export function foldAll(state: State): State {
  const sessions = new Set([...state.agents.values()].map((agent) => agent.session));
  const all = [...sessions].every((session) => state.folded.has(session));
  return reveal(relist({ ...state, folded: all ? new Set() : sessions }));
}
