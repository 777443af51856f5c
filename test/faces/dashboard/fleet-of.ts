/** Agents, events and a dashboard to play them to, in a few words each. */
import type { Key } from "#faces/dashboard/driver/driver.js";
import { initial, type Saved } from "#faces/dashboard/state/begin.js";
import type { Event } from "#faces/dashboard/state/event.js";
import { sectionTitle } from "#faces/dashboard/state/sections.js";
import { selectAgent } from "#faces/dashboard/state/select.js";
import type { State } from "#faces/dashboard/state/state.js";
import type { Wish } from "#faces/dashboard/state/wish.js";
import { update } from "#faces/dashboard/update.js";
import type { AgentJson, QuestionJson } from "#wire/agent.js";
import { unicodeLook } from "./memory-canvas.js";

/** 2026-03-04 12:00:00 UTC, on a whole minute. */
export const NOON = Date.UTC(2026, 2, 4, 12, 0, 0);

export function agent(label: string, more: Partial<AgentJson> & { ageMs?: number } = {}): AgentJson {
  const { ageMs = 60_000, ...fields } = more;
  return {
    id: `id-${label}`,
    label,
    provider: "claude",
    role: "worker",
    parent: null,
    group: null,
    session: "api",
    window: "@1",
    pane: "%1",
    state: "idle",
    since: new Date(NOON - ageMs).toISOString(),
    reason: null,
    turn: 1,
    incarnation: 1,
    cwd: "/home/kim/api",
    worktree: null,
    nativeSession: null,
    unread: fields.state === "done",
    mail: { queued: 0, inbox: 0, dead: 0, uncertain: 0 },
    question: null,
    exit: null,
    createdAt: new Date(NOON - 3_600_000).toISOString(),
    archived: false,
    ...fields,
  };
}

export function question(text: string, choices: readonly string[], more: Partial<QuestionJson> = {}): QuestionJson {
  return {
    kind: "permission",
    text,
    choices: choices.map((choice, index) => ({ key: String(index + 1), text: choice, selected: index === 0 })),
    fingerprint: `fp-${text.length}-${choices.length}`,
    ...more,
  };
}

export function key(name: string): Key {
  const [, ctrl, alt, bare] = /^(C-)?(M-)?(.+)$/.exec(name)!;
  const typed = bare === "space" ? " " : bare!;
  const text = typed.length === 1 && !ctrl && !alt ? typed : null;
  return { name: bare!, ctrl: ctrl !== undefined, alt: alt !== undefined, shift: false, text };
}

/** A dashboard without a terminal or a daemon: events in, wishes noted. */
export class Played {
  state: State;
  wishes: Wish[] = [];

  constructor(agents: readonly AgentJson[] | null, size = { columns: 120, rows: 40 }, saved: Saved | null = null) {
    const begin = { size, nowMs: NOON, host: "mill", home: "/home/kim", folder: "/home/kim/api", saved };
    this.state = initial(begin);
    if (agents !== null) this.on({ on: "snapshot", snapshot: { seq: 10, agents: [...agents] } });
  }

  on(event: Event, atMs = this.state.nowMs): this {
    const [state, wishes] = update(this.state, event, atMs, unicodeLook);
    this.state = state;
    this.wishes.push(...wishes);
    return this;
  }

  /** Presses keys one after another; a word longer than a key name is `type`d instead. */
  press(...names: string[]): this {
    for (const name of names) this.on({ on: "key", key: key(name) });
    return this;
  }

  type(text: string): this {
    return this.press(...[...text].map((char) => (char === " " ? "space" : char)));
  }

  click(x: number, y: number): this {
    return this.on({ on: "mouse", mouse: { action: "press", button: "left", x, y } });
  }

  wheel(way: "up" | "down", x: number, y: number): this {
    return this.on({ on: "mouse", mouse: { action: `wheel-${way}`, button: "none", x, y } });
  }

  /** Changes one agent as a journal entry would. */
  change(label: string, set: Partial<AgentJson>, kind = "state"): this {
    const seq = (this.state.seq ?? 0) + 1;
    return this.on({ on: "entry", entry: { seq, at: new Date(NOON).toISOString(), kind, agent: `id-${label}`, set } });
  }

  select(label: string): this {
    this.state = selectAgent(this.state, `id-${label}`);
    return this;
  }

  selected(): string {
    const { selected } = this.state;
    if (selected === null) return "";
    return selected.kind === "section"
      ? `[${sectionTitle(this.state, selected.section)}]`
      : (this.state.agents.get(selected.id)?.label ?? "?");
  }

  /** The list as text: `▾api`, `a blocked`. */
  list(): string {
    return this.state.items
      .map((item) =>
        item.kind === "section" ? `[${sectionTitle(this.state, item.section)}]` : this.state.agents.get(item.id)!.label,
      )
      .join(" ");
  }

  /** The wishes since the last call, those for watching left out. */
  wished(): string[] {
    const said = this.wishes.filter((wish) => wish.do !== "watch").map((wish) => words(wish));
    this.wishes = [];
    return said;
  }
}

function words(wish: Wish): string {
  const { do: does, ...rest } = wish;
  return [does, ...Object.values(rest).map(String)].join(" ");
}
