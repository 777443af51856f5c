/** Ends one agent because a person asked for it. The daemon's own end is not here. */
import { Fault } from "#core/fault.js";
import { type Agent, isGone, isReadable } from "#core/fleet/fleet.js";
import { mayInterrupt } from "#core/fleet/may-interrupt.js";
import { isSessionName } from "#core/fleet/resume.js";
import type { AgentId } from "#core/model.js";
import { resumeHint } from "#core/screen/last-words.js";
import type { Provider } from "#core/screen/reading.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { lookNow, theAgent, thePane, theProvider } from "./ground.js";

/** From being asked until the tab is killed (SPEC §4). */
export const GRACE_MS = 5_000;
const AFTER_ASKING_MS = 3_000;
/** How often a program that said goodbye is looked at, and how long tmux may take to tell how a dead one ended. */
const END_LOOK_MS = 50;
const STATUS_LIMIT_MS = 500;
/** Longer than programs wait for what may follow an Escape; then longer than one that is slow may take to read it. */
const BETWEEN_KEYS_MS = [150, 900];
/** How long an interrupted turn may go on being shown. */
const INTERRUPTED_MS = 1_500;
/** How long what was pasted may take to be seen. */
const ECHO_LIMIT_MS = 1_000;
/** How long an interrupted turn may take to give the prompt back. */
const PROMPT_BACK_MS = 1_000;

/**
 * Asks the program to end as a person would, then SIGTERM, then kills the tab. `force` skips the asking. To be called
 * under `lives`, so that it never meets another launch than the one it began with.
 */
export async function stopAgent(context: Context, id: AgentId, force: boolean): Promise<void> {
  const agent = theAgent(context, id);
  if (isGone(agent.record.state)) {
    // It only said so, and may still be at work on its last: what is started next must not meet it.
    if (isReadable(agent)) await closeTab(context, id);
    return;
  }
  await context.loop.ask({ ask: "stopping", id, data: { force } });
  try {
    await end(context, agent, force);
  } catch (error) {
    // What still runs is to get its mail again.
    const because = asFault(error).message;
    await context.loop.ask({ ask: "not-stopped", id, because }).catch(() => {});
    throw error;
  }
}

async function end(context: Context, agent: Agent, force: boolean): Promise<void> {
  const { id } = agent.record;
  const startedAtMs = context.clock.now();
  const askUntilMs = startedAtMs + AFTER_ASKING_MS;
  let over = !force && (await sayGoodbye(context, agent, askUntilMs)) && (await ended(context, id, askUntilMs));
  if (!over) {
    const pane = context.loop.fleet.agents.get(id)?.pane ?? null;
    if (pane !== null) {
      await context.mux.signal(pane, "SIGTERM").catch((error) => context.log.warn("SIGTERM failed", { error }));
      over = await ended(context, id, startedAtMs + GRACE_MS);
    }
  }
  if (!over) context.log.warn("an agent would not end: its tab is closed", { agent: id });
  await readLastWords(context, id).catch((error) => context.log.debug("last words not read", { agent: id, error }));
  await closeTab(context, id);
}

/** A program that ended as it was asked to says how to take its conversation up again; its tab is still there to be read. */
async function readLastWords(context: Context, id: AgentId): Promise<void> {
  const agent = context.loop.fleet.agents.get(id);
  if (agent === undefined || agent.pane === null || agent.record.state !== "exited") return;
  const provider = theProvider(context, agent);
  if (provider.resume === null) return;
  const session = resumeHint(provider.name, await context.mux.capture(agent.pane));
  if (isSessionName(session)) await context.loop.ask({ ask: "session", id, session });
}

/**
 * Sends the keys that interrupt a turn. Throws a Fault: CONFLICT where a dialog is open, which they would answer, NOT_READY
 * where no turn is under way, neither by its screen now nor by what is believed.
 */
export function interruptAgent(context: Context, id: AgentId): Promise<void> {
  return context.exclusive.run(id, async () => {
    const before = theAgent(context, id);
    const { record } = before;
    thePane(before);
    if (isGone(record.state)) throw new Fault("NOT_READY", `${record.label} is ${record.state}`);
    const { reading } = await lookNow(context, before);
    const agent = theAgent(context, id);
    const pane = thePane(agent);
    const { state } = agent.record;
    const works = reading.shown === "working";
    if (reading.question !== null || reading.shown === "blocked" || (state === "blocked" && !works)) {
      throw new Fault("CONFLICT", `${record.label} asks something: the key that interrupts would answer it`, {
        hint: `answer it (drover answer ${record.label}), or attach and look`,
      });
    }
    if (!works && !mayInterrupt(state)) throw new Fault("NOT_READY", `${record.label} has no turn under way`);
    await pressInterrupt(context, id, theProvider(context, agent).interruptKeys);
    context.mux.lookSoon(pane);
    await context.loop.ask({ ask: "note", id, kind: "interrupted", data: { state } });
  });
}

/**
 * One key after the other: two Escapes in one piece are another key (opencode 1.18). A program that is slow to read has
 * them in one piece all the same; where it works on, they are pressed once more, further apart.
 */
async function pressInterrupt(context: Context, id: AgentId, keys: readonly string[]): Promise<void> {
  for (const betweenMs of keys.length > 1 ? BETWEEN_KEYS_MS : BETWEEN_KEYS_MS.slice(0, 1)) {
    for (const [n, key] of keys.entries()) {
      if (n > 0) {
        await context.loop.pause(betweenMs);
        // One may have opened meanwhile, which the next key would answer.
        const { reading } = await lookNow(context, theAgent(context, id));
        if (reading.question !== null || reading.shown === "blocked") return;
      }
      await context.mux.keys(thePane(theAgent(context, id)), [key]);
    }
    if (keys.length < 2 || !(await worksOn(context, id))) return;
  }
}

/** Whether it still works a while after it was interrupted; looked at until it does not. */
async function worksOn(context: Context, id: AgentId): Promise<boolean> {
  const untilMs = context.clock.now() + INTERRUPTED_MS;
  for (;;) {
    await context.loop.pause(INTERRUPTED_MS / 6);
    const { reading } = await lookNow(context, theAgent(context, id));
    if (reading.shown !== "working") return false;
    if (context.clock.now() >= untilMs) return true;
  }
}

/** As `askToEnd`, once nobody else types in the pane; false where that is not before `untilMs`. */
async function sayGoodbye(context: Context, agent: Agent, untilMs: number): Promise<boolean> {
  const { clock, exclusive } = context;
  let begun = false;
  const asked = exclusive.run(agent.record.id, async () => {
    if (clock.now() >= untilMs) return false;
    begun = true;
    return askToEnd(context, agent);
  });
  const late = new Promise<boolean>((resolve) => {
    clock.wake(untilMs, () => {
      if (!begun) resolve(false);
    });
  });
  return Promise.race([asked, late]);
}

/**
 * Types what a person would type. Words go in only where an empty composer stands: pasted into a dialog they would answer
 * it. False where nothing could be asked.
 */
async function askToEnd(context: Context, agent: Agent): Promise<boolean> {
  const { mux } = context;
  const provider = theProvider(context, agent);
  const { quit } = provider;
  const { id } = agent.record;
  if (quit.length === 0) return false;
  try {
    // Asked anew each time: after a restart of tmux the same id is another's pane.
    const pane = () => thePane(theAgent(context, id));
    const typesWords = quit.some((step) => step.text !== undefined);
    if (typesWords && !(await promptBack(context, agent, provider))) return false;
    for (const step of quit) {
      if (step.text !== undefined) {
        await mux.paste(pane(), step.text);
        await context.loop.pause(Math.max(provider.pasteSettleMs, 50));
        if (!(await stands(context, id))) return false;
        await mux.keys(pane(), ["Enter"]);
      } else await mux.keys(pane(), step.keys ?? []);
      await context.loop.pause(100);
    }
    return true;
  } catch (error) {
    // Its pane may have gone in the middle of this: that is what was wanted.
    context.log.info("an agent could not be asked to end", { agent: agent.record.id, error });
    return false;
  }
}

/**
 * Whether the words came to stand in the composer: a program may take a while to draw them. A dialog that opened meanwhile
 * swallowed them, and Enter would answer it.
 */
async function stands(context: Context, id: AgentId): Promise<boolean> {
  const giveUpAtMs = context.clock.now() + ECHO_LIMIT_MS;
  for (;;) {
    const { reading } = await lookNow(context, theAgent(context, id));
    if (reading.question !== null) return false;
    if (reading.composer?.empty !== true) return true;
    if (context.clock.now() >= giveUpAtMs) return false;
    await context.loop.pause(50);
  }
}

/** Interrupts what goes on until the prompt waits, empty. */
async function promptBack(context: Context, agent: Agent, provider: Provider): Promise<boolean> {
  const { id } = agent.record;
  const giveUpAtMs = context.clock.now() + PROMPT_BACK_MS;
  for (let tries = 0; ; tries++) {
    const { reading } = await lookNow(context, theAgent(context, id));
    const waits = reading.shown === "ready" || reading.shown === "finished" || reading.shown === "interrupted";
    if (waits && reading.composer?.empty !== false) return true;
    if (context.clock.now() >= giveUpAtMs) return false;
    if (tries === 0) await pressInterrupt(context, id, provider.interruptKeys);
    await context.loop.pause(100);
  }
}

/**
 * Waits until it ended. In a tab of ours that is when its process is dead and tmux told how: a screen says goodbye, and the
 * title goes, before the program is done with what it does last.
 */
async function ended(context: Context, id: AgentId, untilMs: number): Promise<boolean> {
  const { loop, mux, clock } = context;
  const limitMs = Math.max(0, untilMs - clock.now());
  if (!(await loop.until(id, limitMs, (agent) => agent === undefined || isGone(agent.record.state)))) return false;
  let deadSinceMs: number | null = null;
  for (;;) {
    const agent = loop.fleet.agents.get(id);
    if (agent === undefined || agent.pane === null || agent.record.command.length === 0) return true;
    if (agent.record.exit !== null || agent.record.state === "lost") return true;
    if (deadSinceMs !== null && clock.now() - deadSinceMs >= STATUS_LIMIT_MS) return true;
    if (clock.now() >= untilMs) return deadSinceMs !== null;
    const sighting = await mux.sight();
    loop.post({ kind: "sighting", sighting });
    const dead = "panes" in sighting && sighting.panes.find(({ pane }) => pane === agent.pane)?.dead === true;
    if (dead) deadSinceMs ??= clock.now();
    if (loop.fleet.agents.get(id) === agent) await loop.pause(END_LOOK_MS);
  }
}

/** Whatever is left of its tab goes, and the record says that it ended. */
async function closeTab(context: Context, id: AgentId): Promise<void> {
  const agent = context.loop.fleet.agents.get(id);
  if (agent === undefined) return;
  // In a tab that its user opened, a program that ended by itself leaves the user's shell behind.
  if (agent.record.command.length === 0 && isGone(agent.record.state)) return;
  if (agent.pane !== null) {
    try {
      await context.mux.killPane(agent.pane);
    } catch (error) {
      // Gone already is as good as killed; a tmux that does not answer is not.
      if (!(error instanceof Fault) || (error.code !== "TMUX_REFUSED" && error.code !== "NOT_FOUND")) throw error;
    }
  }
  await context.loop.ask({ ask: "ended", id, exit: agent.record.exit });
}
