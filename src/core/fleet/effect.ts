/** What a decision is: the next fleet, and what `daemon/carry-out.ts` is to do about it. */
import type { Fact } from "../belief/fact.js";
import type { MailWrite } from "../delivery/message.js";
import type { Refusal } from "../fault.js";
import type { NewEntry } from "../journal.js";
import type { AgentId, AgentRecord, NewTab, PaneId, PaneMark, Worktree } from "../model.js";
import type { Fleet, Ticket } from "./fleet.js";

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

/** A tab to be made, and what has to be there before it. */
export interface Tab extends NewTab {
  /** Must be there before the program starts. `fresh`: it must not have been there before. */
  readonly worktree?: Worktree & { readonly fresh: boolean };
}

export interface Decision {
  readonly fleet: Fleet;
  readonly effects: readonly Effect[];
  /** What `derive` weighed on the way, in order, whether or not it changed anything: who records an agent is told. */
  readonly weighed: readonly Weighed[];
}

export interface Weighed {
  readonly agent: AgentId;
  readonly fact: Fact;
}
