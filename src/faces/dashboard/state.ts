/** What the dashboard knows and shows, as one value; what can happen to it; and what it can wish for. No I/O, no clock. */
import type { Row } from "#core/screen/still.js";
import type { AgentJson, HealthJson, MessageJson, QuestionJson, WhyJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import type { MailJson, MessageWhyJson, ProviderJson } from "#wire/requests.js";
import type { ChangedRowsJson, WholeScreenJson } from "#wire/screen.js";
import type { Sight } from "../kit/sight.js";
import type { Key, Mouse } from "./driver/driver.js";
import type { LineEditor } from "./driver/line-editor.js";
import type { MailPanel } from "./mail.js";

/** A line of the fleet list. It names an agent rather than holding it, so that a change of state leaves the list alone. */
export type Item =
  | { readonly kind: "section"; readonly section: string }
  | { readonly kind: "agent"; readonly id: string };

/** What the list's sections are. */
export const GROUPINGS = ["session", "group", "parent"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The daemon, as far as the dashboard can tell. */
export type Link =
  | { readonly at: "connecting" }
  | { readonly at: "live" }
  /** Somebody told it to end; it is not for us to start it again unasked. */
  | { readonly at: "stopped" }
  /** `why`: one sentence for a person. */
  | { readonly at: "gone"; readonly why: string };

export interface Screen {
  readonly columns: number;
  readonly rows: readonly Row[];
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly title: string;
}

export interface Preview {
  readonly agent: string;
  readonly screen: Screen | null;
  /** Why there is no screen: the pane is gone, the agent has none. */
  readonly missing: string | null;
  /** Rows scrolled up from the bottom; 0 follows the live screen. */
  readonly back: number;
  /** Columns scrolled to the right; null shows the part with the cursor. */
  readonly left: number | null;
  /** History and screen as text, fetched when someone scrolls past the top; null until then. */
  readonly history: readonly string[] | "loading" | null;
}

export const NEW_FIELDS = ["provider", "label", "session", "folder", "prompt"] as const;
export type NewField = (typeof NEW_FIELDS)[number];

export interface NewForm {
  readonly field: NewField;
  /** Index into State.providers. */
  readonly provider: number;
  readonly label: LineEditor;
  readonly session: LineEditor;
  readonly folder: LineEditor;
  readonly prompt: LineEditor;
  readonly busy: boolean;
  readonly problem: string | null;
}

/** What a confirmation is about. */
export type Confirm =
  | { readonly what: "stop" | "restart" | "interrupt" | "remove" | "remove-force"; readonly agent: string }
  | { readonly what: "answer"; readonly agent: string; readonly choice: number; readonly fingerprint: string }
  /** Messages, by their ids. */
  | { readonly what: "retry" | "purge"; readonly ids: readonly string[] };

/** What has the keyboard. */
export type Mode =
  | { readonly at: "list" }
  /** `before`: what was selected when the filter was opened. */
  | { readonly at: "filter"; readonly editor: LineEditor; readonly before: Item | null }
  | { readonly at: "help"; readonly top: number }
  /** The mail panel's list, and the story of the message selected in it. */
  | { readonly at: "mail" }
  | { readonly at: "letter" }
  | { readonly at: "confirm"; readonly confirm: Confirm }
  | {
      readonly at: "why";
      readonly agent: string;
      readonly why: WhyJson | null;
      readonly problem: string | null;
      readonly top: number;
    }
  | {
      readonly at: "send";
      readonly agent: string;
      readonly editor: LineEditor;
      readonly busy: boolean;
      readonly problem: string | null;
    }
  /** A text of one's own for the dialog of that fingerprint. */
  | { readonly at: "reply"; readonly agent: string; readonly fingerprint: string; readonly editor: LineEditor }
  | { readonly at: "new"; readonly form: NewForm };

/** What is ticked here and not sent, by place, and the text of one's own. */
export interface Ticks {
  readonly agent: string;
  readonly fingerprint: string;
  readonly places: readonly number[];
  readonly text: string;
}

export interface Notice {
  readonly text: string;
  readonly tone: "info" | "good" | "bad";
  /** A bad one stays until a key is pressed. */
  readonly untilMs: number | null;
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

export interface State {
  readonly size: { readonly columns: number; readonly rows: number };
  /** The time of the last event. */
  readonly nowMs: number;
  readonly host: string;
  readonly home: string;
  /** Where the dashboard was started: the folder a new agent is offered. */
  readonly folder: string;
  /** What one types for drover here. */
  readonly command: string;
  readonly link: Link;
  readonly health: HealthJson | null;
  /** Whether the daemon sees tmux: unless it does, all states are as last seen. */
  readonly sight: Sight;
  /** The last journal entry applied; null until a snapshot came. */
  readonly seq: number | null;
  readonly agents: ReadonlyMap<string, AgentJson>;
  readonly items: readonly Item[];
  readonly grouping: Grouping;
  /** By agent's id: the section it stands in (sections.ts). */
  readonly sections: ReadonlyMap<string, string>;
  readonly folded: ReadonlySet<string>;
  readonly filter: string;
  /** Selection by identity, so that it stays through every change of the list. */
  readonly selected: Item | null;
  /** Where the selection stood, for when what was selected is gone. */
  readonly selectedIndex: number;
  readonly selectedAtMs: number;
  /** First item shown. */
  readonly top: number;
  readonly zoomed: boolean;
  readonly preview: Preview | null;
  readonly mode: Mode;
  /** Open in the place of list and preview; null where it is not. */
  readonly mail: MailPanel | null;
  readonly notice: Notice | null;
  /** An answer on its way. */
  readonly answering: { readonly agent: string; readonly fingerprint: string } | null;
  readonly ticks: Ticks | null;
  /** When the selected agent's dialog replaced another under the person's finger. */
  readonly questionChangedAtMs: number;
  /** The last key, click or paste. */
  readonly inputAtMs: number;
  /** `id since` of the endings already reported as seen. */
  readonly seen: string | null;
  readonly providers: readonly ProviderJson[] | null;
  readonly history: readonly string[];
  readonly drafts: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export type Event =
  | { readonly on: "key"; readonly key: Key }
  | { readonly on: "mouse"; readonly mouse: Mouse }
  | { readonly on: "paste"; readonly text: string }
  | { readonly on: "resize"; readonly size: { columns: number; rows: number } }
  | { readonly on: "clock" }
  | { readonly on: "link"; readonly link: Link }
  | { readonly on: "health"; readonly health: HealthJson }
  | { readonly on: "snapshot"; readonly snapshot: SnapshotJson }
  | { readonly on: "entry"; readonly entry: EntryJson }
  | { readonly on: "screen"; readonly agent: string; readonly screen: WholeScreenJson }
  | { readonly on: "rows"; readonly agent: string; readonly changed: ChangedRowsJson }
  | { readonly on: "screen-missing"; readonly agent: string; readonly why: string }
  | { readonly on: "history"; readonly agent: string; readonly rows: readonly string[] | null }
  | { readonly on: "providers"; readonly providers: readonly ProviderJson[] | null; readonly refused?: Refusal }
  | { readonly on: "why"; readonly agent: string; readonly why: WhyJson | null; readonly refused?: Refusal }
  | { readonly on: "mail"; readonly of: string | null; readonly mail: MailJson | null; readonly refused?: Refusal }
  | { readonly on: "letter"; readonly id: string; readonly letter: MessageWhyJson | null; readonly refused?: Refusal }
  | {
      readonly on: "mail-done";
      readonly what: "retry" | "purge";
      readonly count: number;
      readonly refused?: Refusal;
    }
  | { readonly on: "completed"; readonly before: string; readonly after: string }
  | {
      readonly on: "answered";
      readonly agent: string;
      readonly choice: string;
      readonly refused?: Refusal;
      /** With a STALE refusal: the question that is open now. */
      readonly question?: QuestionJson | null;
    }
  | {
      readonly on: "sent";
      readonly agent: string;
      readonly text: string;
      readonly message?: MessageJson;
      readonly refused?: Refusal;
    }
  | { readonly on: "spawned"; readonly agent?: AgentJson; readonly refused?: Refusal }
  | {
      readonly on: "done";
      readonly what: "stop" | "restart" | "interrupt" | "remove";
      readonly agent: string;
      readonly label: string;
      readonly refused?: Refusal;
    }
  | { readonly on: "attached"; readonly agent: string; readonly problem: string | null };

export type Wish =
  | { readonly do: "watch"; readonly agent: string | null }
  | { readonly do: "seen"; readonly agent: string }
  | {
      readonly do: "answer";
      readonly agent: string;
      readonly choice?: string;
      readonly text?: string;
      readonly says: string;
      readonly fingerprint: string;
    }
  | { readonly do: "send"; readonly agent: string; readonly text: string }
  | {
      readonly do: "spawn";
      readonly provider: string;
      readonly label: string;
      readonly session: string;
      readonly folder: string;
      readonly prompt: string;
    }
  /** `label` is said again when it is done: by then the agent may be gone from the list. */
  | { readonly do: "stop" | "restart" | "interrupt"; readonly agent: string; readonly label: string }
  | { readonly do: "remove"; readonly agent: string; readonly label: string; readonly force: boolean }
  | { readonly do: "attach"; readonly agent: string }
  | { readonly do: "why"; readonly agent: string }
  | { readonly do: "history"; readonly agent: string; readonly rows: number }
  | { readonly do: "providers" }
  | { readonly do: "mail"; readonly of: string | null }
  | { readonly do: "letter"; readonly id: string }
  | { readonly do: "retry" | "purge"; readonly ids: readonly string[] }
  | { readonly do: "complete"; readonly text: string }
  | { readonly do: "save" }
  | { readonly do: "start-daemon" }
  | { readonly do: "repaint" }
  | { readonly do: "quit" };

export type Step = readonly [State, readonly Wish[]];

/** How many prompts are remembered. */
export const HISTORY_LIMIT = 100;

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

/** The agent the keys act on, or null where a section or nothing is selected. */
export function selectedAgent(state: State): AgentJson | null {
  return state.selected?.kind === "agent" ? (state.agents.get(state.selected.id) ?? null) : null;
}

/** What has the keyboard once a question or a text of ours is closed. */
export function home(state: State): Mode {
  return { at: state.mail === null ? "list" : "mail" };
}

export function notice(state: State, tone: Notice["tone"], text: string): State {
  return { ...state, notice: { tone, text, untilMs: tone === "bad" ? null : state.nowMs + 5_000 } };
}

/** A refusal as one sentence. */
export function sentence(refused: Refusal): string {
  return refused.hint ? `${refused.message} (${refused.hint})` : refused.message;
}
