/** What happens in a seed: people ask for things, users and accidents rearrange tmux, programs work and end. */

import type { AgentId, AgentRecord } from "#core/model.js";
import type { HookMeaning } from "#core/screen/hook-meanings.js";
import type { Context } from "#daemon/context.js";
import { removeAgent } from "#daemon/remove.js";
import { stopAgent } from "#daemon/stop.js";
import type { ToldHook } from "#daemon/told-hook.js";
import { isOthers, OTHER_HOME, optionsOf, type Pane, type Program, type Window } from "./machine.js";
import type { World } from "./world.js";

const LABELS = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"];
const SESSIONS = ["work", "api"];

export type Move = (world: World) => void | Promise<void>;

export interface Story {
  readonly name: string;
  /** What may happen, and how often beside the rest. */
  readonly moves: readonly (readonly [weight: number, move: Move])[];
  /** A program was given a prompt. */
  works?(world: World, program: Program): void;
  /** How often a long while passes before the next thing happens. */
  readonly lulls?: number;
  /** The script of one of its hooks stands still for a while. */
  heldUp?(world: World, program: Program): void;
  /** A Stop hook asks the daemon, and one printed its answer. */
  asks?(world: World, told: ToldHook): void;
  prints?(world: World, program: Program): void;
  /** Something was just typed into the pane. */
  befalls?(world: World, pane: Pane): void;
  /** Faults have stopped: people see to what waits for them, until nothing is left to be done. */
  tidies?(world: World): Promise<void>;
}

const MOVES: Story["moves"] = [
  [16, spawn],
  [3, spawnTwice],
  [4, stop],
  [4, remove],
  [4, rename],
  [4, (world) => restart(world)],
  [3, adopt],
  [8, programEnds],
  [6, programWorks],
  [3, hook],
  [5, moveWindow],
  [5, joinPane],
  [5, breakPane],
  [5, swapPanes],
  [3, renumber],
  [4, renameWindow],
  [2, renameSession],
  [4, respawn],
  [4, killPane],
  [1, killSession],
  [4, copyOptions],
  [2, loseOptions],
  [4, openOwn],
  [3, openOthers],
  [1, copyOthers],
  [1, forgetHome],
  [1.5, restartTmux],
  [2, (world) => world.life?.die("by accident")],
];

/** Who is where, and who lives: people, accidents and drover rearrange a whole fleet. */
export const fleetStory: Story = { name: "fleet", moves: MOVES };

/** One thing happens. */
export function happen(world: World): void {
  const { moves } = world.story;
  let at = world.chance.next() * moves.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, move] of moves) {
    at -= weight;
    if (at >= 0) continue;
    void move(world);
    if (world.chance.flip(0.5)) world.life?.link.nudge();
    return;
  }
}

/** The user's own windows, there from the start. */
export function furnish(world: World): void {
  for (const session of SESSIONS) {
    const name = `zsh-${world.chance.below(1e6)}`;
    const window = world.machine.newWindow(world.machine.session(session), name);
    world.machine.newPane(window, null, false);
  }
}

// -------------------------------------------------------------------- what people ask drover for

/** Asks the daemon that lives, if one serves; what it refuses is no news. */
export async function ask(world: World, what: string, request: (context: Context) => Promise<void>): Promise<void> {
  const context = world.life?.daemon?.context;
  if (context === undefined) return;
  world.say(`ask ${what}`);
  try {
    await request(context);
    world.say(`granted ${what}`);
  } catch (error) {
    world.say(`refused ${what}: ${(error as Error).message}`);
  }
}

export function spawn(world: World, label = world.chance.pick(LABELS) ?? "ada", ifAbsent = world.chance.flip(0.5)) {
  const { chance } = world;
  const conductor = chance.flip(0.1);
  const prompt = chance.flip(0.3) ? world.mark("do-") : null;
  const session = chance.pick(SESSIONS) ?? "work";
  return ask(world, `spawn ${label}${ifAbsent ? " --if-absent" : ""}`, async ({ loop, dice }) => {
    const { agent } = await loop.ask({
      ask: "spawn",
      id: dice.id() as AgentId,
      label: conductor ? null : label,
      ifAbsent,
      provider: "practice",
      role: conductor ? "conductor" : "worker",
      parent: null,
      group: null,
      cwd: "/",
      command: ["/bin/practice"],
      envNames: [],
      prompt,
      promptDue: prompt !== null,
      tab: { sessionName: session, env: {}, columns: 80, rows: 24 },
      socket: "/simulated",
    });
    world.checker.granted(agent, label);
  });
}

/** Two faces, one label, one moment. */
function spawnTwice(world: World): void {
  const label = world.chance.pick(LABELS);
  void spawn(world, label, true);
  void spawn(world, label, world.chance.flip(0.5));
}

export function anyRecord(world: World): AgentRecord | undefined {
  const fleet = world.life?.daemon?.context.loop.fleet;
  return fleet === undefined ? undefined : world.chance.pick([...fleet.agents.values()])?.record;
}

function stop(world: World): void {
  const record = anyRecord(world);
  if (record === undefined) return;
  world.checker.asked.add(record.id);
  void ask(world, `stop ${record.label}`, (context) => stopAgent(context, record.id, world.chance.flip(0.5)));
}

function remove(world: World): void {
  const record = anyRecord(world);
  if (record === undefined) return;
  const force = world.chance.flip(0.5);
  if (force) world.checker.asked.add(record.id);
  void ask(world, `rm ${record.label}${force ? " --force" : ""}`, async (context) => {
    await removeAgent(context, record.id, force);
  });
}

function rename(world: World): void {
  const record = anyRecord(world);
  const label = world.chance.pick([...LABELS, ...LABELS.map((name) => `${name}-new`)]) ?? "ada";
  if (record === undefined) return;
  void ask(world, `rename ${record.label} ${label}`, async ({ loop }) => {
    await loop.ask({ ask: "rename", id: record.id, label });
  });
}

/** As daemon/restart.ts does, the looking for programs on the disk left out. */
export function restart(world: World, id?: AgentId): void {
  const named = world.life?.daemon?.context.loop.fleet.agents.get(id as AgentId)?.record;
  const record = id === undefined ? anyRecord(world) : named;
  if (record === undefined || record.command.length === 0) return;
  world.checker.asked.add(record.id);
  void ask(world, `restart ${record.label} ${record.id.slice(-3)}`, async (context) => {
    await stopAgent(context, record.id, world.chance.flip(0.5));
    await context.loop.ask({
      ask: "restart",
      id: record.id,
      command: ["/bin/practice"],
      launch: { program: ["/bin/practice"], args: [] },
      envNames: [],
      promptDue: false,
      resumes: false,
      tab: { sessionName: record.place?.sessionName ?? "work", env: {}, columns: 80, rows: 24 },
      socket: "/simulated",
    });
  });
}

/** Somebody started an agent by hand and hands it over. */
function adopt(world: World): void {
  const own = world.chance.pick(world.machine.panes().filter((pane) => pane.program.agent === null));
  if (own === undefined) return;
  void ask(world, `adopt ${own.id}`, async ({ loop, mux, dice }) => {
    const sighting = await mux.sight();
    if ("blind" in sighting) return;
    const pane = sighting.panes.find((one) => one.pane === own.id);
    if (pane === undefined || pane.pid !== own.program.pid) return;
    const id = dice.id() as AgentId;
    world.checker.adopting.set(id, own.program);
    await loop.ask({
      ask: "adopt",
      id,
      label: world.chance.pick(LABELS) ?? "ada",
      provider: "practice",
      role: "worker",
      parent: null,
      group: null,
      cwd: "/",
      pane,
      epoch: sighting.epoch,
      alone: own.window.panes.length === 1,
    });
  });
}

const MEANINGS: readonly HookMeaning[] = ["started", "turn-started", "turn-ended", "asks", "interrupted", "ended"];

/** An agent's hook comes: now, late, twice, or from a launch long past. */
export function hook(world: World): void {
  const record = anyRecord(world);
  if (record === undefined) return;
  const means = world.chance.pick(MEANINGS) ?? "started";
  // Who says itself that it ended, and is then removed, may be closed.
  if (means === "ended") {
    world.checker.asked.add(record.id);
    world.checker.saidEnded.add(record.id);
  }
  const incarnation = record.incarnation - (world.chance.flip(0.3) ? 1 : 0);
  world.say(`hook ${means} of ${record.label}, launch ${incarnation}`);
  for (let times = world.chance.between(1, 2); times > 0; times--) {
    const atMs = world.clock.now() + world.chance.below(2_000);
    world.clock.wake(atMs, () => hookComes(world, record.id, incarnation, means));
  }
}

export function hookComes(world: World, agent: AgentId, incarnation: number, means: HookMeaning): void {
  world.life?.daemon?.context.loop.post({
    kind: "hook",
    agent,
    incarnation,
    means,
    session: null,
    beginsSession: false,
    name: means,
    evidence: { source: "hook", rule: `practice/${means}`, excerpt: "" },
  });
}

// -------------------------------------------------------------------- what programs do

export function ours({ machine }: World): Pane[] {
  return machine.panes().filter((pane) => pane.program.agent !== null);
}

function anyPane(world: World): Pane | undefined {
  // Half the time one of ours: the user's own shells are many, and nothing is to happen to them.
  return world.chance.pick(world.chance.flip(0.7) ? ours(world) : world.machine.panes());
}

function programEnds(world: World): void {
  const pane = world.chance.pick(ours(world));
  if (pane !== undefined) world.end(pane, { code: world.chance.pick([0, 0, 1, 3]) ?? 0, signal: null });
}

function programWorks(world: World): void {
  const pane = world.chance.pick(ours(world));
  if (pane === undefined || pane.dead !== null) return;
  const { screen } = pane.program;
  screen.worksByItself();
  world.clock.wake(world.clock.now() + world.chance.below(4_000), () => {
    screen.shown = "finished";
  });
}

// -------------------------------------------------------------------- what users do to their tmux

function moveWindow(world: World): void {
  const window = world.chance.pick(world.machine.windows());
  const to = world.chance.pick(world.machine.sessions());
  if (window === undefined || to === undefined || isUnsettled(world, window)) return;
  // A window that an agent left behind and that its user takes to where one of that name once was would be taken for it.
  if (LABELS.includes(window.name) && window.panes.every(({ program }) => program.agent === null)) return;
  world.say(`user: move-window ${window.id} to ${to.name}`);
  world.machine.moveWindow(window, to);
}

function joinPane(world: World): void {
  const pane = anyPane(world);
  const to = world.chance.pick(world.machine.windows());
  if (pane === undefined || to === undefined || pane.window === to || isUnsettled(world, pane.window, to)) return;
  world.say(`user: join-pane ${pane.id} to ${to.id}`);
  world.machine.joinPane(pane, to);
}

function breakPane(world: World): void {
  const pane = anyPane(world);
  if (pane === undefined || pane.window.panes.length < 2) return;
  world.say(`user: break-pane ${pane.id}`);
  world.machine.breakPane(pane, `broken-${world.chance.below(1e6)}`);
}

function swapPanes(world: World): void {
  const a = anyPane(world);
  const b = anyPane(world);
  if (a === undefined || b === undefined || a === b || isUnsettled(world, a.window, b.window)) return;
  world.say(`user: swap-pane ${a.id} ${b.id}`);
  world.machine.swapPanes(a, b);
}

function renumber(world: World): void {
  for (const session of world.machine.sessions()) {
    for (const [index, window] of session.windows.entries()) window.index = index;
  }
}

function renameWindow(world: World): void {
  const window = world.chance.pick(world.machine.windows());
  if (window === undefined) return;
  doubt(world, window);
  window.name = `mine-${world.chance.below(1e6)}`;
  world.say(`user: rename-window ${window.id} ${window.name}`);
}

function renameSession(world: World): void {
  const session = world.chance.pick(world.machine.sessions());
  if (session === undefined) return;
  doubt(world, ...session.windows);
  session.name = `mine-${world.chance.below(1e6)}`;
  world.say(`user: rename-session ${session.id} ${session.name}`);
}

/** The same command again, in the same pane; `-k` where the first one still runs. */
function respawn(world: World): void {
  const pane = world.chance.pick(ours(world));
  // Neither mark nor process left: nobody could know it, so nobody does both at once.
  if (pane === undefined || pane.options.get("@drover-id") !== pane.program.agent) return;
  const { agent, incarnation } = pane.program;
  pane.program = world.machine.program(agent);
  pane.program.incarnation = incarnation;
  pane.dead = null;
  world.begun(pane);
  world.checker.respawnedAtMs.set(pane, world.clock.now());
  world.say(`user: respawn-pane ${pane.id}, now ${pane.program.pid}`);
}

function killPane(world: World): void {
  const pane = anyPane(world);
  if (pane === undefined) return;
  world.say(`user: kill-pane ${pane.id}`);
  world.machine.remove(pane);
}

function killSession(world: World): void {
  const session = world.chance.pick(world.machine.sessions());
  if (session === undefined) return;
  world.say(`user: kill-session ${session.name}`);
  for (const window of [...session.windows]) for (const pane of [...window.panes]) world.machine.remove(pane);
}

/** A user copies the options of an agent's pane to another, be it theirs or an agent's. */
function copyOptions(world: World): void {
  const from = world.chance.pick(ours(world));
  const to = anyPane(world);
  if (from === undefined || to === undefined || from === to || from.options.size === 0) return;
  if (!world.checker.isPlaced(from)) return;
  if (isUnsettled(world, to.window) || (to.program.agent !== null && !world.checker.isPlaced(to))) return;
  // Ours taken off it again, it would be a pane without a mark that is called as an agent of ours may have been.
  if (world.checker.others.has(to)) return;
  world.say(`user: copies options of ${from.id} to ${to.id}`);
  to.options = new Map(from.options);
}

/** The mark of another drover's agent, on an agent's own pane. */
function copyOthers(world: World): void {
  const from = world.chance.pick(
    [...world.checker.others.keys()].filter((pane) => world.machine.panes().includes(pane)),
  );
  const to = world.chance.pick(ours(world));
  if (from === undefined || to === undefined || isUnsettled(world, to.window) || !world.checker.isPlaced(to)) return;
  world.say(`user: copies another drover's options of ${from.id} to ${to.id}`);
  to.options = new Map(from.options);
}

/** As an older drover left it. */
function forgetHome(world: World): void {
  const pane = world.chance.pick(ours(world).filter((one) => !isOthers(one)));
  if (pane === undefined) return;
  world.say(`user: takes the fleet's name off ${pane.id}`);
  pane.options.delete("@drover-home");
}

function loseOptions(world: World): void {
  const pane = world.chance.pick(ours(world));
  if (pane === undefined || isUnsettled(world, pane.window) || !world.checker.isPlaced(pane)) return;
  world.say(`user: unsets the options of ${pane.id}`);
  pane.options = new Map();
}

function openOwn(world: World): void {
  const name = world.chance.pick(SESSIONS) ?? "work";
  const window = world.machine.newWindow(world.machine.session(name), `own-${world.chance.below(1e6)}`);
  const pane = world.machine.newPane(window, null, false);
  world.say(`user: new-window ${pane.id}`);
}

/** Another drover, with a home of its own, starts an agent; of one of our names, perhaps, and maybe in our session. */
function openOthers(world: World): void {
  const { machine, chance, checker } = world;
  const label = chance.pick(LABELS) ?? "ada";
  const window = machine.newWindow(machine.session(chance.pick(SESSIONS) ?? "work"), label);
  const pane = machine.newPane(window, null, true);
  const id = `OTHER-${chance.below(1e6)}` as AgentId;
  pane.options = optionsOf({ id, label, incarnation: 1, home: OTHER_HOME });
  checker.others.set(pane, new Map(pane.options));
  world.say(`another drover: ${pane.id}=${label}`);
}

/** tmux dies; after a while it is there again, empty or built anew by a restore tool that knows names and commands. */
export async function restartTmux(world: World): Promise<void> {
  const { machine, chance, checker, clock } = world;
  if (machine.server === null) return;
  const before = machine.windows().map((window) => ({ window, session: window.session.name }));
  world.say("tmux dies");
  const died = machine.servers;
  machine.kill();
  const rebuilds = chance.flip(0.7);
  const inMemory = [...(world.life?.daemon?.context.loop.fleet.agents.values() ?? [])].map(({ record }) => record);
  const known = [...(await world.kept.agents()), ...inMemory].filter((record) => record.archivedAtMs === null);
  const goneMs = chance.flip(0.3) ? chance.between(1, 300) : chance.between(1, 8_000);
  clock.wake(clock.now() + goneMs, () => {
    // Another lived since (an agent was spawned into it): what stood in this one is nobody's last state any more.
    if (machine.server !== null || machine.servers !== died) return;
    machine.start();
    if (rebuilds) {
      for (const { window, session } of before) {
        const isHere = (at: { windowName: string; sessionName: string } | null): boolean =>
          at?.windowName === window.name && at.sessionName === session;
        // Names are all there is to go by, so those of an agent's window are nobody else's and known to drover.
        const [only] = window.panes;
        const isAgents = window.panes.length === 1 && only?.dead === null && only.program.agent !== null;
        const isNamed =
          isAgents && known.every((record) => isHere(record.place) === (record.id === only.program.agent));
        const name = isNamed ? window.name : `own-${chance.below(1e6)}`;
        const anew = machine.newWindow(machine.session(session), name);
        for (const { program, dead } of window.panes) {
          const agent = dead === null ? program.agent : null;
          const pane = machine.newPane(anew, agent, false);
          world.begun(pane);
          if (agent === null) continue;
          const record = known.find(({ id }) => id === agent);
          const certain = isNamed && record?.archivedAtMs === null && record.state !== "exited";
          checker.rebuilt.set(pane, { id: agent, certain });
        }
      }
    } else furnish(world);
    world.say(
      `tmux is back as ${machine.epoch}: ${machine
        .panes()
        .map((p) => `${p.id}:${p.program.agent?.slice(-3) ?? "user"}`)
        .join(" ")}`,
    );
  });
}

/** What is in these windows was changed before drover may have found it by its names. */
function doubt(world: World, ...windows: Window[]): void {
  for (const window of windows) {
    for (const pane of window.panes) {
      const rebuilt = world.checker.rebuilt.get(pane);
      if (rebuilt !== undefined && pane.options.size === 0) rebuilt.certain = false;
    }
  }
}

/** Built again, and still to be known by its name alone. */
function isUnsettled(world: World, ...windows: Window[]): boolean {
  return windows.some((w) => w.panes.some((pane) => world.checker.rebuilt.has(pane) && pane.options.size === 0));
}
