/**
 * The story of the mail: agents are written to while daemons die, tmux is started anew, and everything that can come
 * between a paste and its Enter does.
 */
import { isDeadLetter } from "#core/delivery/message.js";
import type { AgentId } from "#core/model.js";
import { sendToAgent } from "#daemon/send.js";
import type { Pane, Program } from "./machine.js";
import {
  anyRecord,
  ask,
  fleetStory,
  hook,
  hookComes,
  type Move,
  ours,
  restartTmux,
  type Story,
  spawn,
} from "./story.js";
import type { World } from "./world.js";

/** Moves of the fleet's story that come less often here, by their names. */
const SELDOM = 0.25;

export const mailStory: Story = {
  name: "mail",
  moves: [
    [20, (world) => spawn(world)],
    [40, send],
    [15, sendSeveral],
    [6, sendAtOnce],
    [4, personTypes],
    [4, dialogOpens],
    [2, screenIsGarbled],
    [3, retry],
    [1, purge],
    ...fleetStory.moves
      .filter(([, move]) => move !== hook)
      .map(([weight, move]): [number, Move] => [weight * SELDOM, move]),
  ],
  works,
  befalls,
  tidies,
};

/** A text with a word of its own: short, long, of several lines, or like a command. */
function newText(world: World): string {
  const { chance } = world;
  const word = world.mark("m");
  return (
    chance.pick([word, `${word} please`, `please do ${word} and then tell`, `${word} first\nthen that`, `/${word}`]) ??
    word
  );
}

function send(world: World): void {
  const to = anyRecord(world);
  const from = world.chance.flip(0.5) ? anyRecord(world) : undefined;
  if (to !== undefined) sendTo(world, to.id, newText(world), from?.id, false);
}

function sendSeveral(world: World): void {
  const to = anyRecord(world);
  if (to === undefined) return;
  for (let n = world.chance.between(2, 4); n > 0; n--) sendTo(world, to.id, newText(world), undefined, false);
}

function sendAtOnce(world: World): void {
  const to = anyRecord(world);
  if (to !== undefined) sendTo(world, to.id, newText(world), undefined, true);
}

export function sendTo(world: World, to: string, text: string, from: string | undefined, now: boolean): void {
  void ask(world, `send ${to.slice(-3)} ${JSON.stringify(text)}${now ? " --now" : ""}`, async (context) => {
    const sender = from === undefined ? {} : { from };
    try {
      const { state } = await sendToAgent(context, to as never, { text, ...sender, now });
      if (state === "delivered" || state === "queued") world.mail.told(text, state);
    } catch (error) {
      if ((error as { code?: string }).code === "NOT_READY") world.mail.told(text, "failed");
      throw error;
    }
  });
}

/** Somebody has dead letters sent again; who may have been given one is asked first. */
function retry(world: World): void {
  void ask(world, "inbox retry", async ({ mail }) => {
    const some = mail
      .list()
      .map(({ message }) => message)
      .filter(isDeadLetter);
    const free = some.filter(({ id, to }) => {
      const letter = world.mail.letters.get(id);
      const stands = ours(world).some(({ program }) => program.agent === to && program.screen.draft !== "");
      return letter !== undefined && letter.taken === 0 && !stands;
    });
    if (free.length > 0) await mail.dead.retry(free.slice(0, 2));
  });
}

function purge(world: World): void {
  void ask(world, "inbox purge", async ({ mail }) => {
    const [first] = mail
      .list()
      .map(({ message }) => message)
      .filter(isDeadLetter);
    if (first !== undefined) await mail.dead.purge([first]);
  });
}

// -------------------------------------------------------------------- what befalls agents

/** Every second program tells of its turns by hooks, some of which are lost, late, or come twice. */
function works(world: World, program: Program): void {
  const { screen } = program;
  const hooked = program.pid % 2 === 0;
  if (hooked) tells(world, program, "turn-started");
  world.clock.wake(world.clock.now() + world.chance.between(40, 1_500), () => {
    if (screen.shown === "working") screen.shown = "finished";
    if (hooked) tells(world, program, "turn-ended");
    world.life?.link.nudge();
  });
}

/** Less than the shortest turn: one that comes after the screen showed the turn's end would be counted as another. */
const HOOK_LATE_MS = 40;

function tells(world: World, { agent }: Program, means: "turn-started" | "turn-ended"): void {
  const { chance, clock } = world;
  const incarnation = world.life?.daemon?.context.loop.fleet.agents.get(agent as AgentId)?.record.incarnation;
  if (agent === null || incarnation === undefined) return;
  for (let times = chance.pick([0, 1, 1, 1, 1, 1, 2]) ?? 1; times > 0; times--) {
    clock.wake(clock.now() + chance.below(HOOK_LATE_MS), () => hookComes(world, agent, incarnation, means));
  }
}

function anAgent(world: World): Program | undefined {
  return world.chance.pick(ours(world).filter(({ dead }) => dead === null))?.program;
}

function personTypes(world: World): void {
  const program = anAgent(world);
  if (program !== undefined) types(world, program);
}

function types(world: World, { pid, screen }: Program): void {
  const { chance, clock } = world;
  world.say(`the person of ${pid} types`);
  screen.personTypes("hm");
  const submits = chance.flip(0.5);
  clock.wake(clock.now() + chance.below(3_000), () => {
    world.say(`the person of ${pid} ${submits ? "sends" : "clears"} it`);
    if (submits) screen.personSubmits();
    else screen.personClears();
  });
}

function dialogOpens(world: World): void {
  const program = anAgent(world);
  if (program !== undefined) asks(world, program);
}

function asks(world: World, { pid, screen }: Program): void {
  const { chance, clock } = world;
  world.say(`${pid} opens a dialog`);
  screen.opensDialog(`leave ${chance.below(1e6)}`);
  clock.wake(clock.now() + chance.between(20, 8_000), () => {
    world.say(`the person of ${pid} answers`);
    screen.personAnswers();
  });
}

function screenIsGarbled(world: World): void {
  const program = anAgent(world);
  if (program === undefined) return;
  const { chance, clock } = world;
  world.say(`${program.pid} shows nothing that can be read`);
  program.screen.becomesGarbled(true);
  clock.wake(clock.now() + chance.between(20, 4_000), () => program.screen.becomesGarbled(false));
}

/** Just typed to; now, or before drover looks again, something else happens there. */
function befalls(world: World, pane: Pane): void {
  const { chance, clock } = world;
  if (!world.faulty || !chance.flip(0.2)) return;
  const { program } = pane;
  const accidents: readonly (readonly [number, () => void])[] = [
    [6, () => world.life?.die("while it types")],
    [6, () => program.screen.turnsDeaf(chance.between(1, 4))],
    [3, () => asks(world, program)],
    [3, () => types(world, program)],
    [2, () => program.screen.personSubmits()],
    [2, () => world.end(pane, { code: 1, signal: null })],
    [1, () => world.machine.remove(pane)],
    [1, () => world.machine.breakPane(pane, `broken-${chance.below(1e6)}`)],
    [1, () => void restartTmux(world)],
    [1, () => program.screen.becomesGarbled(true)],
  ];
  const [, accident] = chance.pick(accidents.flatMap((one) => Array.from({ length: one[0] }, () => one))) ?? [];
  clock.wake(clock.now() + chance.below(400), () => {
    if (world.faulty && pane.program === program && pane.dead === null) accident?.();
  });
}

// -------------------------------------------------------------------- and then

const TIDY_MS = 4_000;
/** Nobody leaves words of their own in a box for longer. */
const DRAFT_STANDS_MS = 12_000;
const TIDIES = 60;

export async function tidies(world: World): Promise<void> {
  const { clock, machine, checker, hooks } = world;
  for (let n = 0; n < TIDIES && checker.wrongs.length === 0; n++) {
    for (const { program } of machine.panes()) {
      const { screen } = program;
      screen.turnsDeaf(0);
      if (screen.garbled) screen.becomesGarbled(false);
      screen.personAnswers();
      // A person has it try again, and it gets through.
      if (screen.shown === "error") screen.shown = "finished";
      if (clock.now() - screen.draftSinceMs > DRAFT_STANDS_MS) screen.personClears();
      // To drover it has failed, and shows nothing that a person could clear.
      if (!screen.busy && screen.draft === "" && hooks.failedLate.delete(program)) {
        world.say(`the person of ${program.pid} has it try again`);
        screen.personTypes("again");
        screen.personSubmits();
      }
    }
    await clock.advanceAsync(TIDY_MS);
    if (world.mail.isQuiet && world.family.isQuiet) break;
  }
  await clock.advanceAsync(TIDY_MS);
}
