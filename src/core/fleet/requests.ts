/** What faces ask for, as far as the fleet decides it: births, names, looks, ends. Typing into panes is not here. */
import type { Refusal, Tab } from "../decide.js";
import { newborn } from "../derive.js";
import type { JournalKind } from "../journal.js";
import type { AgentId, AgentRecord, Evidence, Exit, LivePane, Role } from "../model.js";
import { believe } from "./believe.js";
import type { Draft } from "./draft.js";
import { type Agent, isGone, type Ticket } from "./fleet.js";
import { automaticLabel, holderOf } from "./labels.js";
import { JUST_PLACED_MS, placeOf } from "./reconcile.js";
import { view } from "./view.js";

export type Ask =
  | SpawnAsk
  /** A person looked at it. */
  | { readonly ask: "seen"; readonly id: AgentId }
  /** It is being asked to end. */
  | { readonly ask: "stopping"; readonly id: AgentId; readonly data: Readonly<Record<string, unknown>> }
  /** The tab is gone, by our hand: the end was seen. */
  | { readonly ask: "ended"; readonly id: AgentId; readonly exit: Exit | null }
  /** Off the list and into the archive. `force` also where it lives: its tab is killed. */
  | { readonly ask: "remove"; readonly id: AgentId; readonly force: boolean }
  /** The prompt it was born with is about to be typed; granted once, ever. */
  | { readonly ask: "claim-prompt"; readonly id: AgentId }
  /** Nothing of it was sent after all: to be typed at the next ready edge. */
  | { readonly ask: "release-prompt"; readonly id: AgentId }
  /** Something was done to the agent that changes nothing by itself: for the journal. */
  | {
      readonly ask: "note";
      readonly id: AgentId | null;
      readonly kind: JournalKind;
      readonly data: Readonly<Record<string, unknown>>;
    };

export interface SpawnAsk {
  readonly ask: "spawn";
  readonly id: AgentId;
  /** Null for an automatic one. */
  readonly label: string | null;
  readonly ifAbsent: boolean;
  readonly provider: string;
  readonly role: Role;
  readonly parent: AgentId | null;
  readonly group: string | null;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly envNames: readonly string[];
  readonly prompt: string | null;
  /** The prompt is not among the arguments and is to be typed. */
  readonly promptDue: boolean;
  /** The rest of the tab; drover's own variables are added to `env` here. */
  readonly tab: Omit<Tab, "mark" | "windowName" | "command" | "cwd">;
  /** The daemon's socket, for the agent's hooks. */
  readonly socket: string;
}

export function decideRequest(draft: Draft, ticket: Ticket, ask: Ask): void {
  if (ask.ask === "spawn") spawn(draft, ticket, ask);
  else if (ask.ask === "note") {
    draft.note(ask.id, ask.kind, ask.data);
    grant(draft, ticket, ask.id, false, true);
  } else {
    const agent = draft.fleet.agents.get(ask.id);
    const refusal: Refusal | null =
      agent === undefined ? { code: "NOT_FOUND", message: "the agent is gone" } : about(draft, agent, ask);
    if (refusal !== null) refuse(draft, ticket, refusal);
    else grant(draft, ticket, ask.id, false, ask.ask !== "remove" && ask.ask !== "claim-prompt");
  }
}

type AboutOne = Exclude<Ask, { ask: "spawn" | "note" }>;

/** Decides what is asked of one agent; null where it was granted. */
function about(draft: Draft, agent: Agent, ask: AboutOne): Refusal | null {
  const { record } = agent;
  switch (ask.ask) {
    case "seen":
      believe(draft, agent, { kind: "seen" });
      return null;
    case "stopping":
      draft.keep({ ...agent, ending: true });
      draft.note(ask.id, "stopping", ask.data);
      return null;
    case "ended":
      if (!isGone(record.state)) believe(draft, { ...agent, pane: null }, { kind: "ended", exit: ask.exit });
      draft.leave(ask.id);
      return null;
    case "remove":
      return remove(draft, agent, ask.force);
    case "claim-prompt":
      if (record.promptDue !== true) return { code: "CONFLICT", message: "its prompt was typed already" };
      draft.change({ ...agent, record: { ...record, promptDue: false } }, "sent", {
        what: "the prompt it was spawned with",
        characters: record.prompt?.length ?? 0,
      });
      return null;
    case "release-prompt":
      draft.change({ ...agent, record: { ...record, promptDue: true } }, "sent", { what: "nothing, after all" });
      return null;
  }
}

function spawn(draft: Draft, ticket: Ticket, ask: SpawnAsk): void {
  const present = presentFor(draft, ask);
  if (present === null) {
    born(draft, ticket, ask);
    return;
  }
  const isConductor = ask.role === "conductor" && isConductorOf(present, ask.tab.sessionName);
  if (!ask.ifAbsent && !isConductor) {
    refuse(draft, ticket, {
      code: "CONFLICT",
      message: `${present.record.label} is the label of a live agent`,
      hint: "choose another label, or ask for it only if absent",
    });
  } else if (present.making === null) {
    grant(draft, ticket, present.record.id, false, true);
  } else {
    const making = { ...present.making, waiting: [...present.making.waiting, ticket] };
    draft.keep({ ...present, making });
  }
}

/** The record first, on disk; then the tab, which carries the mark from its first moment. */
function born(draft: Draft, ticket: Ticket, ask: SpawnAsk): void {
  const label = ask.label ?? automaticLabel(draft.fleet, ask.provider);
  const believed = newborn(draft.nowMs);
  const record: AgentRecord = {
    id: ask.id,
    label,
    provider: ask.provider,
    role: ask.role,
    parent: ask.parent,
    group: ask.group,
    incarnation: 1,
    turn: 0,
    cwd: ask.cwd,
    command: ask.command,
    envNames: ask.envNames,
    prompt: ask.prompt,
    promptDue: ask.promptDue,
    worktree: null,
    nativeSession: null,
    state: believed.state,
    sinceMs: believed.sinceMs,
    evidence: null,
    reason: null,
    unread: false,
    exit: null,
    place: null,
    createdAtMs: draft.nowMs,
    archivedAtMs: null,
  };
  const told = view(record, null, null);
  const making = { sessionName: ask.tab.sessionName, waiting: [ticket] };
  const agent: Agent = {
    record,
    believed,
    told,
    pane: null,
    placedAtMs: null,
    making,
    ending: false,
    promptTriedMs: null,
    dyingSinceMs: null,
  };
  draft.change(agent, "born", { label, provider: ask.provider, session: ask.tab.sessionName });
  const mark = { id: ask.id, label, incarnation: 1 };
  const env = {
    ...ask.tab.env,
    DROVER_ID: ask.id,
    DROVER_LABEL: label,
    DROVER_SOCKET: ask.socket,
    DROVER_INCARNATION: "1",
  };
  draft.after({
    do: "create-tab",
    id: ask.id,
    tab: { ...ask.tab, env, windowName: label, cwd: ask.cwd, command: ask.command, mark },
  });
}

/** The live agent that stands where this one would: of the same label, or the session's conductor. */
function presentFor(draft: Draft, ask: SpawnAsk): Agent | null {
  if (ask.label !== null) {
    const holder = holderOf(draft.fleet, ask.label);
    if (holder !== null) return holder;
  }
  if (ask.role !== "conductor") return null;
  for (const agent of draft.fleet.agents.values()) {
    if (isConductorOf(agent, ask.tab.sessionName)) return agent;
  }
  return null;
}

function isConductorOf({ record, making }: Agent, sessionName: string): boolean {
  if (record.role !== "conductor" || isGone(record.state)) return false;
  return (making?.sessionName ?? record.place?.sessionName) === sessionName;
}

/** What came of making the tab. Everyone who waited for it is answered once the place is on disk. */
export function tabMade(draft: Draft, id: AgentId, pane: LivePane, epoch: string): void {
  const agent = draft.fleet.agents.get(id);
  if (agent === undefined || agent.making === null) return;
  const place = placeOf(pane, epoch);
  const record = { ...agent.record, place };
  const placed = { ...agent, record, pane: pane.pane, placedAtMs: draft.nowMs, making: null };
  draft.change(placed, "launched", {
    session: place.sessionName,
    window: place.window,
    pane: place.pane,
    incarnation: record.incarnation,
  });
  for (const [n, ticket] of agent.making.waiting.entries()) {
    // Its birth is on disk already; where it is can be seen again.
    grant(draft, ticket, id, n === 0, true);
  }
  draft.after({ do: "look", pane: pane.pane });
}

/** Refusals after which the tab may be there all the same: nobody heard. */
const UNHEARD: ReadonlySet<string> = new Set(["TMUX_UNREACHABLE", "TIMED_OUT", "INTERNAL"]);

/**
 * It never came to be: the record was on disk, so it goes to the archive with the reason. Where that is not certain the
 * record stays, and the next sighting finds it by its mark or gives it up.
 */
export function tabFailed(draft: Draft, id: AgentId, why: Refusal): void {
  const agent = draft.fleet.agents.get(id);
  if (agent === undefined || agent.making === null) return;
  if (UNHEARD.has(why.code)) {
    draft.keep({ ...agent, making: null, placedAtMs: draft.nowMs });
    draft.note(id, "fault", { what: "whether the tab was made is not known", code: why.code });
    draft.wantSightAt(draft.nowMs + JUST_PLACED_MS);
    const hint = `${agent.record.label} may have been started all the same: look before you try again`;
    for (const ticket of agent.making.waiting) refuse(draft, ticket, { ...why, hint });
    return;
  }
  const proof: Evidence = { source: "request", rule: "spawn/refused", excerpt: why.message.slice(0, 400) };
  const record: AgentRecord = { ...agent.record, state: "error", reason: why.message, evidence: proof };
  draft.archive({ ...agent, record, making: null }, { because: why.message, code: why.code });
  for (const ticket of agent.making.waiting) refuse(draft, ticket, why);
}

function remove(draft: Draft, agent: Agent, force: boolean): Refusal | null {
  const { label, state } = agent.record;
  if (agent.making !== null) return { code: "CONFLICT", message: `${label} is just being started` };
  if (!isGone(state) && !force) {
    return {
      code: "CONFLICT",
      message: `${label} is ${state}; only an agent that ended is removed`,
      hint: "stop it first, or remove it by force",
    };
  }
  draft.archive(agent, { state, force });
  // A tab that its user opened, where an agent ran for a while, stays the user's.
  const isOurs = agent.record.command.length > 0;
  if (agent.pane !== null && isOurs) draft.after({ do: "kill-pane", pane: agent.pane });
  return null;
}

function grant(draft: Draft, ticket: Ticket, agent: AgentId | null, created: boolean, unwritten: boolean): void {
  draft.after({ do: "answer", ticket, answer: { agent, created }, unwritten });
}

function refuse(draft: Draft, ticket: Ticket, why: Refusal): void {
  draft.after({ do: "refuse", ticket, why });
}
