/**
 * A machine with a tmux server on it, as far as identity goes: sessions, windows, panes, their options and the programs in
 * them. One server never gives an id twice; the next begins at 0 again. What stands here is the truth, which the checker
 * knows; a daemon sees and touches it only through link.ts.
 */
import type { AgentId, Exit, LivePane, PaneId, PaneMark, SessionId, WindowId } from "#core/model.js";
import type { SimAgent } from "./agent.js";

export interface Program {
  readonly pid: number;
  /** Who was launched here, or handed over, in truth; null where it is the user's own. */
  agent: AgentId | null;
  /** Which launch of its agent its environment names; null where drover did not start it. */
  incarnation: number | null;
  /** How often in a row its Stop hook kept it from ending its turn. */
  blocks: number;
  readonly screen: SimAgent;
}

export interface Pane {
  readonly id: PaneId;
  program: Program;
  /** How its program ended, where the pane was kept. */
  dead: Exit | null;
  /** From when tmux knows with what the program ended. */
  statusAtMs: number;
  options: Map<string, string>;
  readonly remains: boolean;
  window: Window;
}

export interface Window {
  readonly id: WindowId;
  name: string;
  session: Session;
  index: number;
  panes: Pane[];
}

export interface Session {
  readonly id: SessionId;
  name: string;
  windows: Window[];
}

interface Server {
  readonly epoch: string;
  /** Receipts of what was typed. */
  readonly receipts: Map<AgentId, string>;
  sessions: Session[];
  nextSession: number;
  nextWindow: number;
  nextPane: number;
}

export class Machine {
  server: Server | null = null;
  readonly #newScreen: () => SimAgent;
  readonly #born: (program: Program) => void;
  #epochs = 0;
  #pids = 100;

  /** `born` is told of every program that starts. */
  constructor(newScreen: () => SimAgent, born: (program: Program) => void) {
    this.#newScreen = newScreen;
    this.#born = born;
  }

  /** How many tmux servers have been started so far. */
  get servers(): number {
    return this.#epochs;
  }

  get epoch(): string | null {
    return this.server?.epoch ?? null;
  }

  start(): Server {
    this.server ??= {
      epoch: `tmux-${++this.#epochs}`,
      receipts: new Map(),
      sessions: [],
      nextSession: 0,
      nextWindow: 0,
      nextPane: 0,
    };
    return this.server;
  }

  /** Everything in it ends. */
  kill(): void {
    this.server = null;
  }

  panes(): Pane[] {
    return (this.server?.sessions ?? []).flatMap((s) => s.windows.flatMap((w) => w.panes));
  }

  windows(): Window[] {
    return (this.server?.sessions ?? []).flatMap((s) => s.windows);
  }

  sessions(): Session[] {
    return this.server?.sessions ?? [];
  }

  pane(id: PaneId): Pane | undefined {
    return this.panes().find((pane) => pane.id === id);
  }

  session(name: string): Session {
    const server = this.start();
    let session = server.sessions.find((one) => one.name === name);
    if (session === undefined) {
      session = { id: `$${server.nextSession++}`, name, windows: [] };
      server.sessions.push(session);
    }
    return session;
  }

  newWindow(session: Session, name: string): Window {
    const window: Window = { id: `@${this.start().nextWindow++}`, name, session, index: freeIndex(session), panes: [] };
    session.windows.push(window);
    return window;
  }

  /** A pane in `window` that runs a program of `agent`, or the user's. */
  newPane(window: Window, agent: AgentId | null, remains: boolean): Pane {
    const pane: Pane = {
      id: `%${this.start().nextPane++}`,
      program: this.program(agent),
      dead: null,
      statusAtMs: 0,
      options: new Map(),
      remains,
      window,
    };
    window.panes.push(pane);
    return pane;
  }

  program(agent: AgentId | null): Program {
    const program: Program = {
      ...{ pid: ++this.#pids, agent, incarnation: null, blocks: 0 },
      screen: this.#newScreen(),
    };
    this.#born(program);
    return program;
  }

  /** The program ends: its pane stays, dead, or goes. */
  end(pane: Pane, exit: Exit, statusAtMs: number): void {
    if (pane.dead !== null || !this.panes().includes(pane)) return;
    pane.dead = exit;
    pane.statusAtMs = statusAtMs;
    if (!pane.remains) this.remove(pane);
  }

  /** Takes the pane away; an empty window goes with it, and an empty session. */
  remove(pane: Pane): void {
    pane.window.panes = pane.window.panes.filter((one) => one !== pane);
    this.#sweep();
  }

  moveWindow(window: Window, to: Session): void {
    window.session.windows = window.session.windows.filter((one) => one !== window);
    window.session = to;
    window.index = freeIndex(to);
    to.windows.push(window);
    this.#sweep();
  }

  joinPane(pane: Pane, to: Window): void {
    pane.window.panes = pane.window.panes.filter((one) => one !== pane);
    pane.window = to;
    to.panes.push(pane);
    this.#sweep();
  }

  breakPane(pane: Pane, name: string): void {
    this.joinPane(pane, this.newWindow(pane.window.session, name));
  }

  swapPanes(a: Pane, b: Pane): void {
    if (a === b) return;
    const [atA, atB] = [a.window, b.window];
    atA.panes = atA.panes.map((one) => (one === a ? b : one === b ? a : one));
    if (atB !== atA) atB.panes = atB.panes.map((one) => (one === b ? a : one));
    [a.window, b.window] = [atB, atA];
  }

  #sweep(): void {
    if (this.server === null) return;
    for (const session of this.server.sessions) session.windows = session.windows.filter((w) => w.panes.length > 0);
    this.server.sessions = this.server.sessions.filter((session) => session.windows.length > 0);
  }
}

function freeIndex(session: Session): number {
  const taken = new Set(session.windows.map((window) => window.index));
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}

/** The fleet under test. */
export const HOME = "h1";
/** Another drover's, on the same tmux server. */
export const OTHER_HOME = "h2";

export function optionsOf({ id, label, incarnation, home }: PaneMark): Map<string, string> {
  const options = new Map([
    ["@drover-id", id as string],
    ["@drover-label", label],
    ["@drover-incarnation", String(incarnation)],
  ]);
  return home === undefined ? options : options.set("@drover-home", home);
}

/** Whether another drover's mark stands on it. */
export const isOthers = ({ options }: Pane): boolean => options.get("@drover-home") === OTHER_HOME;

/** The pane as a listing at `nowMs` tells it. */
export function listed(pane: Pane, nowMs: number): LivePane {
  const { window, dead, options } = pane;
  const [id, label, incarnation] = ["@drover-id", "@drover-label", "@drover-incarnation"].map((o) => options.get(o));
  const home = options.get("@drover-home");
  const isMarked = id !== undefined && label !== undefined && incarnation !== undefined;
  return {
    pane: pane.id,
    window: window.id,
    session: window.session.id,
    sessionName: window.session.name,
    windowName: window.name,
    windowIndex: window.index,
    activityS: Math.floor(nowMs / 1000),
    historyRows: 0,
    cursorX: 0,
    cursorY: 0,
    columns: 80,
    rows: 4,
    dead: dead !== null,
    exit: dead === null ? null : nowMs < pane.statusAtMs ? { code: null, signal: null } : dead,
    inMode: false,
    inputOff: false,
    alternate: false,
    pid: pane.program.pid,
    title: "",
    command: pane.program.agent === null ? "zsh" : "practice",
    mark: isMarked
      ? { id: id as AgentId, label, incarnation: Number(incarnation), ...(home === undefined ? {} : { home }) }
      : null,
  };
}
