/**
 * The story of families: children end their turns, fail, ask and go while their parents work, rest, are drained, renamed,
 * restarted and removed, and everything that stands between a completion and its parent breaks now and then.
 */
import type { AgentId, WakePolicy } from "#core/model.js";
import { commitCompletion } from "#daemon/completions.js";
import { acknowledge, drain, report } from "#daemon/drain.js";
import type { Program } from "./machine.js";
import { mailStory, sendTo, tidies } from "./mail-story.js";
import { anyRecord, ask, fleetStory, hook, type Move, ours, restart, type Story } from "./story.js";
import type { World } from "./world.js";

/** Moves of the fleet's story that come less often here. */
const SELDOM = 0.12;

const PARENTS = ["pat", "quin"];
const CHILDREN = ["ada", "bob", "cyd", "dan"];

export const familyStory: Story = {
  name: "family",
  moves: [
    [8, (world) => spawn(world, PARENTS, null)],
    [14, (world) => spawn(world, CHILDREN, parentFor(world))],
    [45, childPrompted],
    [16, parentPrompted],
    [10, drains],
    [8, reports],
    [5, taskEnds],
    [3, policy],
    [3, parentRestarts],
    [4, (world) => world.life?.die("by accident")],
    ...fleetStory.moves
      .filter(([, move]) => move !== hook)
      .map(([weight, move]): [number, Move] => [weight * SELDOM, move]),
  ],
  lulls: 0.04,
  works,
  befalls: (world, pane) => {
    if (world.chance.flip(0.4)) mailStory.befalls?.(world, pane);
  },
  prints: (world, program) => perhapsSoon(world, 0.12, () => accident(world, program)),
  heldUp: (world, { agent }) => {
    if (agent !== null && world.chance.flip(0.5)) restart(world, agent);
  },
  asks: (world) => perhapsSoon(world, 0.05, () => world.life?.die("while it answers a Stop hook")),
  tidies,
};

function perhapsSoon(world: World, probability: number, call: () => void): void {
  const { chance, clock } = world;
  if (!world.faulty || !chance.flip(probability)) return;
  clock.wake(clock.now() + chance.below(30), () => world.faulty && call());
}

/** Just given something by its Stop hook. */
function accident(world: World, program: Program): void {
  const { chance } = world;
  if (chance.flip(0.7)) world.life?.die("after a Stop hook printed");
  else endProgram(world, program);
}

function endProgram(world: World, program: Program): void {
  const pane = ours(world).find((one) => one.program === program);
  if (pane !== undefined) world.end(pane, { code: world.chance.pick([0, 1]) ?? 0, signal: null });
}

// -------------------------------------------------------------------- what people ask drover for

function spawn(world: World, labels: readonly string[], parent: AgentId | null): void {
  const { chance } = world;
  const label = chance.pick(labels) ?? "ada";
  void ask(world, `spawn ${label} of ${parent?.slice(-3) ?? "nobody"}`, async ({ loop, dice }) => {
    const wake = chance.pick<WakePolicy | null>([null, null, null, "type", "nudge", "pull"]) ?? null;
    await loop.ask({
      ask: "spawn",
      id: dice.id() as AgentId,
      label,
      ifAbsent: true,
      provider: "practice",
      role: "worker",
      parent,
      group: null,
      cwd: "/",
      command: ["/bin/practice"],
      envNames: [],
      prompt: null,
      promptDue: false,
      ...(wake === null ? {} : { wake }),
      tab: { sessionName: "work", env: {}, columns: 80, rows: 24 },
      socket: "/simulated",
    });
  });
}

/** One that lives, mostly; or a name that nobody bears. */
function parentFor(world: World): AgentId | null {
  if (world.chance.flip(0.03)) return "01STRANGER" as AgentId;
  return pick(world, isParent)?.id ?? null;
}

type Known = { readonly id: AgentId; readonly label: string; readonly parent: AgentId | null };

const isParent = ({ label, parent }: Known): boolean =>
  parent === null && PARENTS.some((name) => label.startsWith(name));
const isChild = ({ parent }: Known): boolean => parent !== null;

function pick(world: World, wanted: (record: Known) => boolean): Known | undefined {
  const { agents } = world.life?.daemon?.context.loop.fleet ?? { agents: new Map() };
  const all = [...agents.values()].map(({ record }) => record as Known);
  return world.chance.pick(all.filter(wanted)) ?? anyRecord(world);
}

function childPrompted(world: World): void {
  const child = pick(world, isChild);
  if (child !== undefined) sendTo(world, child.id, `${world.mark("m")} work`, undefined, false);
}

function parentPrompted(world: World): void {
  const parent = pick(world, isParent);
  if (parent !== undefined) sendTo(world, parent.id, `${world.mark("m")} lead`, undefined, false);
}

function parentRestarts(world: World): void {
  const parent = pick(world, isParent);
  if (parent !== undefined) restart(world, parent.id);
}

function policy(world: World): void {
  const parent = pick(world, isParent);
  const wake = world.chance.pick<WakePolicy>(["type", "type", "type", "nudge", "pull", "mute"]) ?? "type";
  if (parent === undefined) return;
  void ask(world, `policy of ${parent.id.slice(-3)}: ${wake}`, async ({ loop }) => {
    await loop.ask({ ask: "wake", id: parent.id, wake });
  });
}

/** A reader: it may die before it prints, or before it acknowledges; it may take its time, or give all back. */
function drains(world: World): void {
  const parent = pick(world, isParent);
  if (parent === undefined) return;
  const { chance, clock, family } = world;
  const { id } = parent;
  const asked = chance.flip(0.3) ? { limit: chance.between(1, 2) } : {};
  void ask(world, `drain of ${id.slice(-3)}`, async (context) => {
    const { messages, batch } = await drain(context, id, asked);
    if (batch === undefined || (world.faulty && chance.flip(0.15))) return;
    const reject = world.faulty && chance.flip(0.05);
    if (reject) family.rejected.add(batch);
    clock.wake(clock.now() + chance.below(1_500), () => {
      if (!reject) {
        world.say(`a reader of ${id.slice(-3)} prints ${messages.length}`);
        family.read(id, batch, messages);
      }
      if (world.faulty && chance.flip(0.2)) return;
      clock.wake(clock.now() + (chance.flip(0.1) ? chance.below(45_000) : chance.below(400)), () => {
        void ask(world, `ack of ${id.slice(-3)}`, async (now) => {
          await acknowledge(now, id, { batch, reject });
        });
      });
    });
  });
}

/** Said again under the same name until somebody answers. */
function untilGranted(world: World, what: string, commit: Parameters<typeof ask>[2]): void {
  let isDone = false;
  const attempt = (left: number): void => {
    void ask(world, what, async (context) => {
      await commit(context);
      isDone = true;
    });
    world.clock.wake(world.clock.now() + 2_500, () => {
      if (!isDone && left > 0) attempt(left - 1);
    });
  };
  attempt(3);
}

function reports(world: World): void {
  const child = pick(world, isChild);
  if (child === undefined) return;
  const n = world.word();
  untilGranted(world, `report of ${child.id.slice(-3)}`, async (context) => {
    const { message } = await report(context, { from: child.id, text: `said-${n}`, token: `r${n}` });
    world.family.granted(message.id);
  });
}

function taskEnds(world: World): void {
  const parent = pick(world, isParent);
  if (parent === undefined) return;
  const n = world.word();
  untilGranted(world, `task ${n} ends`, async (context) => {
    const told = { child: `task-${n}`, label: `task-${n}`, turn: 0, kind: "task" as const, summary: `said-${n}` };
    const { message } = await commitCompletion(context, { ...told, parent: parent.id });
    world.family.granted(message.id);
  });
}

// -------------------------------------------------------------------- what programs do

/** What drover launched has hooks, three of four. */
const isHooked = ({ incarnation, pid }: Program): boolean => incarnation !== null && pid % 4 !== 0;
/** Codex before 0.140 does not say whether a turn goes on for its Stop hook. */
const saysWhy = ({ pid }: Program): boolean => pid % 5 !== 0;

function works(world: World, program: Program): void {
  const prompt = program.screen.prompts.at(-1) ?? "";
  if (isHooked(program)) world.hooks.run(program, "UserPromptSubmit", { prompt }, () => goesOn(world, program, false));
  else goesOn(world, program, false);
}

function goesOn(world: World, program: Program, active: boolean): void {
  const { chance, clock } = world;
  const { screen } = program;
  clock.wake(clock.now() + chance.between(40, 1_200), () => {
    if (!world.lives(program) || screen.shown !== "working") return;
    if (screen.question !== null) return goesOn(world, program, active);
    const luck = chance.next();
    if (luck < 0.05) fails(world, program);
    else if (luck < 0.1) asksPerson(world, program, active);
    else if (luck < 0.13) endProgram(world, program);
    else ends(world, program, active);
  });
}

function fails(world: World, program: Program): void {
  const { screen } = program;
  screen.shown = "error";
  if (isHooked(program)) world.hooks.run(program, "StopFailure", { error: "overloaded" }, () => {});
  world.life?.link.nudge();
}

function asksPerson(world: World, program: Program, active: boolean): void {
  const { chance, clock } = world;
  const { screen } = program;
  world.say(`${program.pid} opens a dialog`);
  screen.opensDialog(`leave ${world.word()}`);
  if (isHooked(program)) world.hooks.run(program, "PermissionRequest", { tool_name: "Bash" }, () => {});
  world.life?.link.nudge();
  clock.wake(clock.now() + chance.between(200, 8_000), () => screen.personAnswers());
  goesOn(world, program, active);
}

/** The turn is over, unless its Stop hook has something to go on with. */
function ends(world: World, program: Program, active: boolean): void {
  const { screen } = program;
  const rests = (): void => {
    screen.shown = "finished";
    world.life?.link.nudge();
  };
  if (!isHooked(program)) {
    rests();
    return;
  }
  const says = saysWhy(program);
  if (says && !active) program.blocks = 0;
  const payload = { ...(says ? { stop_hook_active: active } : {}), last_assistant_message: `said-${world.word()}` };
  world.hooks.run(program, "Stop", payload, (printed) => {
    if (!world.lives(program) || screen.shown !== "working") return;
    if (printed?.decision === "block") goesOn(world, program, true);
    else rests();
  });
}
