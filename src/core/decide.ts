/**
 * Joins what the core knows: the fleet, one event and the time in; the next fleet and what to do about it out. Nothing
 * here touches the world. `daemon/carry-out.ts` carries the effects out and brings what came of them back as events, so
 * the same events always give the same effects, and every plan can be printed and tested without tmux.
 */
import type { MailWrite } from "./delivery/message.js";
import { type HookMeaning, reviewAtMs } from "./derive.js";
import type { FaultCode } from "./fault.js";
import { paneAdopted, paneRefused } from "./fleet/adopt.js";
import { believe } from "./fleet/believe.js";
import { decideClosed } from "./fleet/closed.js";
import { Draft } from "./fleet/draft.js";
import { type Agent, type Fleet, inPane, isReadable, type Ticket } from "./fleet/fleet.js";
import { decideHook } from "./fleet/hook.js";
import { tabFailed, tabMade } from "./fleet/launch.js";
import { type Ask, decideRequest } from "./fleet/requests.js";
import { decideSighting } from "./fleet/sight.js";
import type { NewEntry } from "./journal.js";
import type {
  AgentId,
  AgentRecord,
  Evidence,
  LivePane,
  PaneId,
  PaneMark,
  Sighting,
  WindowId,
  Worktree,
} from "./model.js";
import type { Reading } from "./screen/reading.js";

export type { Ask, Ticket };

export type Event =
  | { readonly kind: "sighting"; readonly sighting: Sighting }
  /** tmux says that a window closed: a hint. */
  | { readonly kind: "closed"; readonly window: WindowId }
  /** A pane of ours was looked at. */
  | { readonly kind: "reading"; readonly pane: PaneId; readonly reading: Reading }
  | HookEvent
  | { readonly kind: "request"; readonly ticket: Ticket; readonly ask: Ask }
  /** What came of `create-tab`. `epoch` names the tmux server it was made in, empty where that is gone again. */
  | { readonly kind: "tab-made"; readonly id: AgentId; readonly pane: LivePane; readonly epoch: string }
  | { readonly kind: "tab-failed"; readonly id: AgentId; readonly why: Refusal }
  /** What came of `adopt-pane`. */
  | { readonly kind: "pane-adopted"; readonly id: AgentId }
  | { readonly kind: "pane-refused"; readonly id: AgentId; readonly why: Refusal }
  /** Time passed that someone asked to be told of (`wakeAtMs`). */
  | { readonly kind: "clock" };

export interface HookEvent {
  readonly kind: "hook";
  readonly agent: AgentId;
  /** The launch that sent it; null where the hook did not say. */
  readonly incarnation: number | null;
  /** Null where the event says nothing about the state; it still deserves a look. */
  readonly means: HookMeaning | null;
  /** The program's name for the conversation, where the hook tells it. */
  readonly session: string | null;
  /** Whether the event says that this conversation begins, or is taken up, in the agent itself. */
  readonly beginsSession: boolean;
  readonly name: string;
  readonly evidence: Evidence;
}

export type Effect =
  /** One durable batch. Its entries are published once it is on disk; then `afterwards` is carried out, and only then. */
  | {
      readonly do: "commit";
      readonly agents: readonly AgentRecord[];
      readonly entries: readonly NewEntry[];
      readonly mail?: readonly MailWrite[];
      readonly afterwards: readonly Effect[];
    }
  | { readonly do: "create-tab"; readonly id: AgentId; readonly tab: Tab }
  /** `afterwards` is carried out whether or not it could be done: the next sighting makes up for it. */
  | {
      readonly do: "mark";
      readonly pane: PaneId;
      readonly mark: PaneMark;
      readonly windowName: string | null;
      readonly afterwards?: readonly Effect[];
    }
  /** The first mark on a pane that is taken in; what came of it is an event. */
  | {
      readonly do: "adopt-pane";
      readonly id: AgentId;
      readonly pane: PaneId;
      readonly mark: PaneMark;
      readonly windowName: string | null;
    }
  /** The pane is its user's alone again. */
  | { readonly do: "unmark"; readonly pane: PaneId }
  | { readonly do: "kill-pane"; readonly pane: PaneId }
  | { readonly do: "look"; readonly pane: PaneId }
  /** A fresh listing, to come back as a sighting. */
  | { readonly do: "sight" }
  /** Put the prompt it was born with into its queue. */
  | { readonly do: "queue-prompt"; readonly id: AgentId }
  /**
   * `unwritten`: also where the store refused what was decided. A full disk must not keep a person from stopping an agent
   * or hide that an answer was given; a birth or a claim counts only once it is on disk.
   */
  | { readonly do: "answer"; readonly ticket: Ticket; readonly answer: Answer; readonly unwritten: boolean }
  | { readonly do: "refuse"; readonly ticket: Ticket; readonly why: Refusal };

/** What a request is told when it was done: the agent it was about, if any, and whether that is a new one. */
export interface Answer {
  readonly agent: AgentId | null;
  readonly created: boolean;
}

export interface Refusal {
  readonly code: FaultCode;
  readonly message: string;
  readonly hint?: string;
}

/** A tab to be made, as the multiplexer wants it. */
export interface Tab {
  readonly sessionName: string;
  readonly windowName: string;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mark: PaneMark;
  readonly columns: number;
  readonly rows: number;
  /** Must be there before the program starts. `fresh`: it must not have been there before. */
  readonly worktree?: Worktree & { readonly fresh: boolean };
}

export interface Decision {
  readonly fleet: Fleet;
  readonly effects: readonly Effect[];
}

export function decide(fleet: Fleet, event: Event, nowMs: number): Decision {
  const draft = new Draft(fleet, nowMs);
  switch (event.kind) {
    case "sighting":
      decideSighting(draft, event.sighting);
      break;
    case "closed":
      decideClosed(draft, event.window);
      break;
    case "reading": {
      const agent = inPane(fleet, event.pane);
      if (agent !== null && isReadable(agent)) believe(draft, agent, { kind: "still", reading: event.reading });
      break;
    }
    case "hook":
      decideHook(draft, event);
      break;
    case "request":
      decideRequest(draft, event.ticket, event.ask);
      break;
    case "tab-made":
      tabMade(draft, event.id, event.pane, event.epoch);
      break;
    case "tab-failed":
      tabFailed(draft, event.id, event.why);
      break;
    case "pane-adopted":
      paneAdopted(draft, event.id);
      break;
    case "pane-refused":
      paneRefused(draft, event.id, event.why);
      break;
    case "clock":
      if (fleet.sightAtMs !== null && fleet.sightAtMs <= nowMs) {
        draft.wantSightAt(null);
        draft.after({ do: "sight" });
      }
      for (const agent of fleet.agents.values()) {
        const atMs = reviewOf(agent);
        if (agent.pane !== null && atMs !== null && atMs <= nowMs) draft.after({ do: "look", pane: agent.pane });
      }
      break;
  }
  return draft.decision();
}

/** When `decide` wants to be told the time, in ms; null for never. */
export function wakeAtMs(fleet: Fleet): number | null {
  let earliest = fleet.sightAtMs;
  if (fleet.sight === null || "blind" in fleet.sight) return earliest;
  for (const agent of fleet.agents.values()) {
    const atMs = reviewOf(agent);
    if (atMs !== null && (earliest === null || atMs < earliest)) earliest = atMs;
  }
  return earliest;
}

/** When a doubt about the agent will have lasted long enough to be settled by a look at an unmoving screen. */
function reviewOf(agent: Agent): number | null {
  return isReadable(agent) ? reviewAtMs(agent.believed) : null;
}
