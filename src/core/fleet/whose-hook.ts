/**
 * Whose a hook is. What the environment of its process says (id, pane) is inherited and may be another's: an agent starts
 * programs of its own kind, a tmux server started inside of one hands its variables to every pane, and Codex's TUIs share
 * a background server that runs the hooks of all panes with the environment of the first (seen with 0.169). So what
 * several tell is held together, and a hook that fits nobody is nobody's.
 */
import { isOpen } from "../belief/believed.js";
import type { AgentId, PaneId } from "../model.js";
import { type Agent, type Fleet, inPane, isGone } from "./fleet.js";

export interface HookSender {
  /** The program that speaks, as the hook tables name it. */
  readonly speaks: string;
  /** `DROVER_ID`; null for an agent that drover did not start. */
  readonly id: AgentId | null;
  /** `TMUX_PANE`, in this daemon's own tmux server; null where it is not known. */
  readonly pane: PaneId | null;
  /** The program's name for the conversation; null where the event does not tell. */
  readonly session: string | null;
  /** The event says that this conversation begins, or is taken up, in the agent itself. */
  readonly begins: boolean;
  /** A person's prompt begins a turn, of which no screen shows anything yet. */
  readonly prompts: boolean;
  /** `id` was written into this agent's own command, and is no environment that was handed on. */
  readonly named?: boolean;
  /** The program itself says that this is a conversation of its user's, and no helper's. */
  readonly users?: boolean;
}

/** Why a hook is nobody's: no agent fits, its program is not the agent's, or its conversation is not. */
export type Stray = "nobody" | "other-program" | "other-thread";

/**
 * The agent whose hook it is. `learns`: its conversation is the agent's from now on, though another was known.
 * `speaksOf` names what the program of a provider speaks, null where it has no hooks of its own to be told apart by.
 */
export function whoseHook(
  fleet: Fleet,
  sender: HookSender,
  speaksOf: (provider: string) => string | null,
): { readonly agent: Agent; readonly learns: boolean } | { readonly stray: Stray } {
  const { session, pane, speaks } = sender;
  const told = sender.id === null ? null : (fleet.agents.get(sender.id) ?? null);
  const fits = (agent: Agent): boolean => (speaksOf(agent.record.provider) ?? speaks) === speaks;
  const isThere = (agent: Agent): boolean => pane === null || agent.pane === null || agent.pane === pane;
  const talks = (agent: Agent): boolean => session !== null && agent.record.nativeSession === session && fits(agent);

  const talking = told !== null && talks(told) ? told : ([...fleet.agents.values()].find(talks) ?? null);
  if (talking !== null && (speaks === "codex" || isThere(talking))) return { agent: talking, learns: false };

  const placed = pane === null ? null : inPane(fleet, pane);
  const agent = told !== null && isThere(told) ? told : placed;
  const mayBeAnothers = agent === null || speaksOf(agent.record.provider) === "codex";
  if (speaks === "codex" && session !== null && mayBeAnothers && sender.named !== true) {
    const newcomers = [...fleet.agents.values()].filter(
      ({ record }) => record.nativeSession === null && !isGone(record.state) && speaksOf(record.provider) === speaks,
    );
    const newcomer = newcomerFor(newcomers, agent, sender.prompts);
    if (newcomer !== null) return { agent: newcomer, learns: false };
    return { stray: agent === null ? "nobody" : fits(agent) ? "other-thread" : "other-program" };
  }
  if (agent === null) return { stray: "nobody" };
  if (!fits(agent)) return { stray: "other-program" };
  const known = agent.record.nativeSession;
  if (session === null || known === null) return { agent, learns: false };
  const isUsers = sender.users === true;
  const learns =
    known !== session && (isUsers || sender.begins || (sender.prompts && speaks !== "codex" && speaks !== "opencode"));
  // In the middle of a turn nobody begins another conversation in the agent itself: what it started does. Unless the one
  // before was ended just now: what shows that (`/clear`) may look like a turn.
  const mayBegin = isUsers || agent.betweenSessions === true || !isOpen(agent.believed);
  if (known !== session && !(learns && mayBegin)) return { stray: "other-thread" };
  return { agent, learns };
}

/**
 * Which of the agents whose conversation is not known yet tells of a new one, where the environment may be another's: the
 * only one there is, if it is named; else the only one at work. A prompt is told before the screen shows work.
 */
function newcomerFor(newcomers: readonly Agent[], named: Agent | null, prompts: boolean): Agent | null {
  if (newcomers.length === 1 && newcomers[0] === named) return named;
  const busy = prompts ? [] : newcomers.filter(({ believed }) => isOpen(believed));
  return busy.length === 1 ? (busy[0] ?? null) : null;
}
