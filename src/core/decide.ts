/**
 * Joins what the core knows: the fleet, one event and the time in; the next fleet and what to do about it out. Nothing
 * here touches the world. `daemon/carry-out.ts` carries the effects out and brings what came of them back as events, so
 * the same events always give the same effects, and every plan can be printed and tested without tmux.
 */
import { reviewAtMs } from "./belief/doubt.js";
import type { Refusal } from "./fault.js";
import { paneAdopted, paneRefused } from "./fleet/adopt.js";
import { believe } from "./fleet/believe.js";
import { decideClosed } from "./fleet/closed.js";
import { Draft } from "./fleet/draft.js";
import type { Answer, Decision, Effect, Tab, Weighed } from "./fleet/effect.js";
import { type Agent, type Fleet, inPane, isReadable, type Ticket } from "./fleet/fleet.js";
import { decideHook, type HookEvent } from "./fleet/hook.js";
import { type Ask, decideRequest } from "./fleet/requests.js";
import { decideSighting } from "./fleet/sight.js";
import { tabFailed, tabMade } from "./fleet/tab-made.js";
import { decideTranscript, type TranscriptEvent } from "./fleet/transcript.js";
import type { AgentId, LivePane, PaneId, Sighting, WindowId } from "./model.js";
import type { Reading } from "./screen/reading.js";

export type { Answer, Ask, Decision, Effect, HookEvent, Refusal, Tab, Ticket, TranscriptEvent, Weighed };

/** What comes into the inbox: seen, told, asked or timed. */
export type Event =
  | { readonly kind: "sighting"; readonly sighting: Sighting }
  /** tmux says that a window closed: a hint. */
  | { readonly kind: "closed"; readonly window: WindowId }
  /** A pane of ours was looked at. */
  | { readonly kind: "reading"; readonly pane: PaneId; readonly reading: Reading }
  | HookEvent
  | TranscriptEvent
  | { readonly kind: "request"; readonly ticket: Ticket; readonly ask: Ask }
  /** What came of `create-tab`. `epoch` names the tmux server it was made in, empty where that is gone again. */
  | { readonly kind: "tab-made"; readonly id: AgentId; readonly pane: LivePane; readonly epoch: string }
  | { readonly kind: "tab-failed"; readonly id: AgentId; readonly why: Refusal }
  /** What came of `adopt-pane`. */
  | { readonly kind: "pane-adopted"; readonly id: AgentId }
  | { readonly kind: "pane-refused"; readonly id: AgentId; readonly why: Refusal }
  /** Time passed that someone asked to be told of (`wakeAtMs`). */
  | { readonly kind: "clock" };

/** What follows from `event`: the fleet after it and, in order, what is to be done. Neither is changed in place. */
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
      if (agent === null || !isReadable(agent) || isDeadPane(event.reading)) break;
      believe(draft, agent, { kind: "still", reading: event.reading });
      break;
    }
    case "hook":
      decideHook(draft, event);
      break;
    case "transcript":
      decideTranscript(draft, event);
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

/** tmux's own words below the last screen of a program that ended (server-fn.c; remain-on-exit-format): the listing says how. */
function isDeadPane({ shown, evidence }: Reading): boolean {
  return shown === "unclear" && /^Pane is dead(?: \(|$)/.test(evidence.excerpt);
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
