/** The state a run begins with, and what it leaves for the next one. */
import type { Grouping, Item } from "./sections.js";
import type { State } from "./state.js";

export function initial(begin: {
  size: { columns: number; rows: number };
  nowMs: number;
  host: string;
  home: string;
  folder: string;
  command?: string;
  saved: Saved | null;
}): State {
  const { saved } = begin;
  const selected: Item | null =
    saved?.selected == null
      ? null
      : "agent" in saved.selected
        ? { kind: "agent", id: saved.selected.agent }
        : { kind: "section", section: saved.selected.section };
  return {
    size: begin.size,
    nowMs: begin.nowMs,
    host: begin.host,
    home: begin.home,
    folder: begin.folder,
    command: begin.command ?? "drover",
    link: { at: "connecting" },
    health: null,
    sight: { sight: "ok", since: null },
    seq: null,
    agents: new Map(),
    removedMail: new Map(),
    formerLabels: new Map(),
    items: [],
    grouping: saved?.grouping ?? "session",
    sections: new Map(),
    folded: new Set(saved?.folded ?? []),
    filter: "",
    selected,
    selectedIndex: 0,
    selectedAtMs: begin.nowMs,
    top: 0,
    zoomed: false,
    preview: null,
    mode: { at: "list" },
    mail: null,
    notice: null,
    answering: null,
    ticks: null,
    questionChangedAtMs: 0,
    inputAtMs: begin.nowMs,
    seen: null,
    providers: null,
    history: saved?.history ?? [],
    drafts: saved?.drafts ?? {},
  };
}

/** What a later run should find. The filter is off then: a list that hides agents must not greet anyone. */
export function toSave(state: State): Saved {
  const { selected } = state;
  return {
    selected:
      selected === null ? null : selected.kind === "agent" ? { agent: selected.id } : { section: selected.section },
    folded: [...state.folded],
    grouping: state.grouping,
    history: state.history,
    drafts: state.drafts,
  };
}

/** Kept between runs. */
export interface Saved {
  readonly selected: { readonly agent: string } | { readonly section: string } | null;
  readonly folded: readonly string[];
  readonly grouping: Grouping;
  /** Prompts sent, oldest first. */
  readonly history: readonly string[];
  /** What was written to an agent and not sent. */
  readonly drafts: Readonly<Record<string, string>>;
}

/** How many prompts are remembered. */
export const HISTORY_LIMIT = 100;
