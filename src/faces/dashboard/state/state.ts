/** What the dashboard knows and shows, as one value. No I/O, no clock. */
import type { Row } from "#core/screen/still.js";
import type { AgentJson, HealthJson, MessageJson } from "#wire/agent.js";
import type { ProviderJson } from "#wire/requests.js";
import type { Sight } from "../../kit/sight.js";
import type { MailPanel } from "./mail-panel.js";
import type { Mode } from "./mode.js";
import type { Grouping, Item } from "./sections.js";

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
  /** Mail of agents taken off the list, by their ids: what died with them is still for a person to see. */
  readonly removedMail: ReadonlyMap<string, AgentJson["mail"]>;
  /** What agents off the list were called, by their ids; empty while nobody has said. */
  readonly formerLabels: ReadonlyMap<string, string>;
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

/** The agent the keys act on, or null where a section or nothing is selected. */
export function selectedAgent(state: State): AgentJson | null {
  return state.selected?.kind === "agent" ? (state.agents.get(state.selected.id) ?? null) : null;
}

/** An agent's label, on the list or off it; `otherwise` where nobody knows. */
export function labelOf({ agents, formerLabels }: State, id: string, otherwise: string): string {
  return agents.get(id)?.label ?? (formerLabels.get(id) || otherwise);
}

/** The message the keys of the mail panel act on, or null where none is shown. */
export function selectedMessage(state: State): MessageJson | null {
  return state.mail?.messages?.[state.mail.index] ?? null;
}

/** What has the keyboard once a question or a text of ours is closed. */
export function home(state: State): Mode {
  return { at: state.mail === null ? "list" : "mail" };
}

export function notice(state: State, tone: Notice["tone"], text: string): State {
  return { ...state, notice: { tone, text, untilMs: tone === "bad" ? null : state.nowMs + 5_000 } };
}
