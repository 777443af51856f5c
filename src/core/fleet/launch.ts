/**
 * Launches: an agent's first, and each further one of the same agent. The record goes to disk first, then the tab is
 * made, which carries the mark from its first moment: whatever dies in between, the next sighting finds either a tab with
 * a record or a record that lost its tab, and never a tab that nobody knows.
 */
import type { Fact } from "../belief/fact.js";
import { derive } from "../derive.js";
import type { AgentId, AgentRecord, Launch, Place, Role, WakePolicy, Worktree } from "../model.js";
import { recorded } from "./believe.js";
import type { Draft } from "./draft.js";
import type { Tab } from "./effect.js";
import { type Agent, type Fleet, isGone, type Making, markOf, type Ticket } from "./fleet.js";
import { automaticLabel, conductorOf, holderOf } from "./labels.js";
import { mayRestart } from "./may-restart.js";
import { newAgent } from "./new-agent.js";
import { isPrompted } from "./prompted.js";
import { AGENT_GONE, grant, refuse } from "./reply.js";

export interface SpawnAsk {
  readonly ask: "spawn";
  readonly id: AgentId;
  /** Null for an automatic one. */
  readonly label: string | null;
  readonly ifAbsent: boolean;
  /** An ended agent that goes to the archive once this one's tab stands. */
  readonly replaces?: AgentId;
  readonly provider: string;
  readonly role: Role;
  readonly parent: AgentId | null;
  readonly group: string | null;
  readonly heartbeatMs?: number;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly launch?: Launch;
  readonly envNames: readonly string[];
  /** The id of the conversation that its arguments begin, where they name one. */
  readonly nativeSession?: string;
  readonly prompt: string | null;
  readonly wake?: WakePolicy;
  /** The prompt is not among the arguments and is to be typed. */
  readonly promptDue: boolean;
  /** A git worktree of its own, made before the tab; it works there instead of in `cwd`. */
  readonly worktree?: WorktreeAsk;
  readonly tab: TabAsk;
  /** The daemon's socket, for the agent's hooks. */
  readonly socket: string;
}

/** The rest of a tab; drover's own variables are added to `env` here. */
export type TabAsk = Omit<Tab, "mark" | "windowName" | "command" | "cwd" | "worktree">;

/** The git worktree that an agent is to have for its own. */
export interface WorktreeAsk {
  readonly repo: string;
  /** The folder for the repository's worktrees; the agent's is named by its label. */
  readonly folder: string;
  /** Null for one named by the label. */
  readonly branch: string | null;
  /** Where in the worktree it works: the caller's folder below the repository's, `""` for its root. */
  readonly below: string;
}

export interface RestartAsk {
  readonly ask: "restart";
  readonly id: AgentId;
  readonly command: readonly string[];
  readonly launch: Launch;
  readonly envNames: readonly string[];
  /** The saved prompt is to be typed once it is ready. */
  readonly promptDue: boolean;
  /** Whether the command resumes the conversation; another begins otherwise. */
  readonly resumes: boolean;
  /** The id of the other one, where its arguments name one. */
  readonly nativeSession?: string;
  readonly tab: TabAsk;
  readonly socket: string;
}

export function spawn(draft: Draft, ticket: Ticket, ask: SpawnAsk): void {
  const present = presentFor(draft.fleet, ask);
  if (present === null) {
    born(draft, ticket, ask);
    return;
  }
  const isConductor = ask.role === "conductor" && present === conductorOf(draft.fleet, ask.tab.sessionName);
  if (!ask.ifAbsent && !isConductor) {
    refuse(draft, ticket, {
      code: "CONFLICT",
      message: `${present.record.label} is the label of a live agent`,
      hint: "choose another label, or ask for it only if absent",
    });
  } else if (present.record.id === ask.replaces) {
    refuse(draft, ticket, { code: "CONFLICT", message: `${present.record.label} still runs and cannot be replaced` });
  } else if (present.making === null) {
    grant(draft, ticket, present.record.id, false, true);
  } else {
    const making = { ...present.making, waiting: [...present.making.waiting, ticket] };
    draft.keep({ ...present, making });
  }
}

/** The live agent that stands where this one would: of the same label, or the session's conductor. */
function presentFor(fleet: Fleet, ask: SpawnAsk): Agent | null {
  const holder = ask.label === null ? null : holderOf(fleet, ask.label);
  if (holder !== null || ask.role !== "conductor") return holder;
  return conductorOf(fleet, ask.tab.sessionName);
}

function born(draft: Draft, ticket: Ticket, ask: SpawnAsk): void {
  const label = ask.label ?? automaticLabel(draft.fleet, ask.provider);
  const worktree = ask.worktree === undefined ? null : worktreeFor(draft.fleet, label, ask.worktree);
  const below = ask.worktree?.below ?? "";
  const { sessionName } = ask.tab;
  const { id, provider, role, parent, group, command, envNames, prompt, promptDue } = ask;
  const cwd = worktree === null ? ask.cwd : below === "" ? worktree.path : `${worktree.path}/${below}`;
  const making: Making = { sessionName, waiting: [ticket], created: true, before: null, leaves: null };
  const agent = newAgent(
    {
      ...{ id, label, provider, role, parent, group, cwd, command, envNames, prompt, promptDue, worktree },
      ...(ask.heartbeatMs === undefined ? {} : { heartbeatMs: ask.heartbeatMs }),
      ...(ask.launch === undefined ? {} : { launch: ask.launch }),
      ...(ask.nativeSession === undefined ? {} : { nativeSession: ask.nativeSession }),
      ...(ask.wake === undefined ? {} : { wake: ask.wake }),
      ...(ask.replaces === undefined ? {} : { replaces: ask.replaces }),
    },
    { pane: null, making },
    draft.nowMs,
  );
  // One of that label whose daemon died before its tab was made never was an agent: this one is what was wanted.
  for (const other of draft.fleet.agents.values()) {
    const { state, place } = other.record;
    if (other.record.label === label && state === "lost" && place === null) {
      draft.archive(other, { because: "its tab was never made" });
    }
  }
  draft.change(agent, "born", { label, provider, session: sessionName });
  draft.after({ do: "create-tab", id, tab: tabOf(draft.fleet, agent.record, ask.tab, ask.socket) });
  if (promptDue) draft.after({ do: "queue-prompt", id });
}

/** Named by the label; by the label and a number where another agent on the list has that folder. */
function worktreeFor(fleet: Fleet, label: string, ask: WorktreeAsk): Worktree {
  const taken = new Set([...fleet.agents.values()].map(({ record }) => record.worktree?.path));
  let name = label;
  for (let n = 2; taken.has(`${ask.folder}/${name}`); n++) name = `${label}-${n}`;
  const branch = ask.branch ?? `drover/${name}`;
  return { path: `${ask.folder}/${name}`, branch, repo: ask.repo, ownBranch: ask.branch === null };
}

/** The same agent's next launch. What ran before has ended, or its tmux server has. */
export function restart(draft: Draft, ticket: Ticket, ask: RestartAsk): void {
  const agent = draft.fleet.agents.get(ask.id);
  const refusal = agent === undefined ? AGENT_GONE : mayRestart(draft.fleet, agent);
  if (agent === undefined || refusal !== null) {
    refuse(draft, ticket, refusal ?? AGENT_GONE);
    return;
  }
  const { command, launch } = ask;
  const prompted = isPrompted({ ...agent.record, command, launch });
  const launched: Fact = { kind: "launched", prompted };
  const believed = derive(agent.believed, launched, draft.nowMs);
  draft.weighed(agent.record.id, launched);
  const record: AgentRecord = {
    ...recorded(agent.record, believed),
    incarnation: agent.record.incarnation + 1,
    command,
    launch,
    envNames: ask.envNames,
    promptDue: ask.promptDue,
    nativeSession: ask.resumes ? agent.record.nativeSession : (ask.nativeSession ?? null),
    place: withoutProcess(agent.record.place),
  };
  const before = isGone(agent.record.state) ? agent.believed : derive(agent.believed, { kind: "gone" }, draft.nowMs);
  const leaves = agent.pane === null ? null : { pane: agent.pane, ...leftBy(agent.record) };
  const making: Making = { sessionName: ask.tab.sessionName, waiting: [ticket], created: false, before, leaves };
  const fresh = {
    pane: null,
    placedAtMs: null,
    ending: false,
    dyingSinceMs: null,
    betweenSessions: false,
    unheard: null,
  };
  draft.change({ ...agent, record, believed, making, ...fresh }, "state", {
    from: agent.record.state,
    to: record.state,
    turn: record.turn,
    incarnation: record.incarnation,
    source: "request",
    rule: "restart",
    excerpt: ask.resumes ? "resumes its conversation" : "begins anew",
  });
  draft.after({ do: "create-tab", id: ask.id, tab: tabOf(draft.fleet, record, ask.tab, ask.socket) });
  if (ask.promptDue) draft.after({ do: "queue-prompt", id: ask.id });
}

function leftBy({ place, command }: AgentRecord): Omit<NonNullable<Making["leaves"]>, "pane"> {
  return { epoch: place?.epoch ?? "", pid: place?.pid ?? null, ours: command.length > 0 };
}

/** Names the spot still, and no process there: the next launch may have any. */
function withoutProcess(place: Place | null): Place | null {
  if (place === null) return null;
  const { pid, ...rest } = place;
  return rest;
}

function tabOf(fleet: Fleet, record: AgentRecord, ask: TabAsk, socket: string): Tab {
  const { id, label, incarnation, cwd, command, worktree } = record;
  const mark = markOf(fleet, record);
  const env = {
    ...ask.env,
    DROVER_ID: id,
    DROVER_LABEL: label,
    DROVER_SOCKET: socket,
    DROVER_INCARNATION: String(incarnation),
  };
  const tab = { ...ask, env, windowName: label, cwd, command, mark };
  return worktree === null ? tab : { ...tab, worktree: { ...worktree, fresh: incarnation === 1 } };
}
