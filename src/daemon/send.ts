/**
 * Types a prompt into an agent and says truly what became of it. `core/delivery/typing.ts` decides each step; here its
 * effects are carried out against the pane, each look past every cache. One prompt at a time for each agent.
 */
import {
  beginTyping,
  isOver,
  type Prompt,
  stepTyping,
  type Typing,
  type TypingEffect,
  type TypingEvent,
  wakeAtMs,
} from "#core/delivery/typing.js";
import { Fault } from "#core/fault.js";
import { isGone } from "#core/fleet/fleet.js";
import { iso } from "#core/fleet/view.js";
import type { AgentId, PaneId } from "#core/model.js";
import type { MessageJson } from "#wire/agent.js";
import type { SendRequest } from "#wire/requests.js";
import { asFault } from "./carry-out.js";
import { type Context, lookNow, theAgent, theProvider } from "./context.js";
import { checkText } from "./schemas.js";

/**
 * Returns the message once it is known to be delivered. Throws NOT_READY where it was certainly not submitted (the reason
 * says why), UNCERTAIN where nobody can say; the detail holds the message as it then is.
 */
export async function sendToAgent(context: Context, id: AgentId, asked: SendRequest): Promise<MessageJson> {
  checkText("the text", asked.text);
  const from = asked.from === undefined ? null : theAgent(context, asked.from).record.id;
  const createdAt = iso(context.clock.now());
  return context.exclusive.run(id, async () => {
    const { label, turn } = theAgent(context, id).record;
    const messageId = context.dice.id();
    const typing = await type(context, id, asked.text);
    await journal(context, id, typing, { message: messageId, from, characters: asked.text.length });
    const message: MessageJson = {
      id: messageId,
      to: id,
      from,
      kind: "message",
      state: typing.at === "delivered" ? "delivered" : typing.at === "uncertain" ? "uncertain" : "failed",
      reason: "message" in typing ? typing.message : null,
      attempts: 1,
      createdAt,
      updatedAt: iso(context.clock.now()),
    };
    if (typing.at === "delivered") return { ...message, turn: turn + 1 };
    throw refusal(label, typing, message);
  });
}

/**
 * Types the prompt that an agent was born with. Granted once by the core, on disk, before anything is typed; given back
 * only where nothing was sent, to be tried at the next ready edge. Never throws.
 */
export async function typePrompt(context: Context, id: AgentId): Promise<void> {
  try {
    await context.exclusive.run(id, async () => {
      const { prompt } = theAgent(context, id).record;
      if (prompt === null) return;
      await context.loop.ask({ ask: "claim-prompt", id });
      const typing = await type(context, id, prompt);
      if (typing.at === "refused" && typing.why !== "empty-text") await context.loop.ask({ ask: "release-prompt", id });
      await journal(context, id, typing, { message: "prompt", from: null, characters: prompt.length });
    });
  } catch (error) {
    context.log.warn("an agent's first prompt was not typed", { agent: id, code: asFault(error).code, error });
  }
}

function journal(context: Context, id: AgentId, typing: Typing, about: Record<string, unknown>): Promise<unknown> {
  const because = "because" in typing ? typing.because : "message" in typing ? typing.message : null;
  return context.loop.ask({ ask: "note", id, kind: "sent", data: { ...about, outcome: typing.at, because } });
}

function refusal(label: string, typing: Typing, message: MessageJson): Fault {
  const why = message.reason ?? "it came to no end";
  const detail = { message };
  if (typing.at === "uncertain") {
    return new Fault("UNCERTAIN", `whether ${label} took the prompt is not known: ${why}`, {
      hint: "attach and look before you send it again",
      detail,
    });
  }
  if (typing.at === "refused" && typing.why === "empty-text") return new Fault("INVALID", why, { detail });
  const hint = typing.at === "refused" ? undefined : "the text may stand in its input box, unsent";
  return new Fault(
    "NOT_READY",
    `nothing was sent to ${label}: ${why}`,
    hint === undefined ? { detail } : { hint, detail },
  );
}

/** Drives the typing of one prompt to its end. */
async function type(context: Context, id: AgentId, text: string): Promise<Typing> {
  const { loop, clock } = context;
  const agent = theAgent(context, id);
  const { incarnation, turn } = agent.record;
  const pane = agent.pane;
  if (pane === null || isGone(agent.record.state)) {
    return { at: "refused", why: "gone", message: `it is ${agent.record.state}` };
  }
  const prompt: Prompt = { text, incarnation, pasteSettleMs: theProvider(context, agent).pasteSettleMs };
  const inbox: TypingEvent[] = [];
  let wakeUp = (): void => {};
  const post = (event: TypingEvent): void => {
    inbox.push(event);
    wakeUp();
  };
  const unwatch = loop.watch(id, (now) => {
    if (now === undefined || now.pane !== pane || isGone(now.record.state)) post({ kind: "gone" });
    else if (now.record.turn > turn) post({ kind: "turn-started" });
  });
  try {
    let [typing, effects] = beginTyping(prompt, clock.now());
    for (;;) {
      for (const effect of effects) void carryOut(context, id, pane, effect, typing.at === "gate").then(post);
      if (isOver(typing)) {
        // What begins like a command may be one that opens no turn: that it did must be seen.
        if (typing.at === "delivered" && typing.because === "composer-emptied" && !/^[/!]/.test(text.trimStart())) {
          await loop.ask({ ask: "submitted", id, turn, incarnation });
        }
        return typing;
      }
      if (inbox.length === 0) {
        await new Promise<void>((resolve) => {
          const cancel = clock.wake(wakeAtMs(typing) ?? clock.now(), resolve);
          wakeUp = () => {
            cancel();
            resolve();
          };
        });
      }
      [typing, effects] = stepTyping(typing, inbox.shift() ?? { kind: "clock" }, clock.now());
    }
  } finally {
    unwatch();
  }
}

/** Never throws: what failed is an event too. `first` is the look that decides whether anything may be typed at all. */
async function carryOut(
  context: Context,
  id: AgentId,
  pane: PaneId,
  effect: TypingEffect,
  first: boolean,
): Promise<TypingEvent> {
  const { mux } = context;
  try {
    if (effect.do === "look") return await look(context, id, pane, first);
    // After a restart of tmux the same id is another's pane.
    if (context.loop.fleet.agents.get(id)?.pane !== pane) return { kind: "gone" };
    if (effect.do === "paste") await mux.paste(pane, effect.text);
    else await mux.keys(pane, ["Enter"]);
    return { kind: "done", effect: effect.do };
  } catch (error) {
    return { kind: "failed", effect: effect.do, message: asFault(error).message };
  }
}

async function look(context: Context, id: AgentId, pane: PaneId, first: boolean): Promise<TypingEvent> {
  const ours = !first || (await isOurs(context, id, pane));
  const agent = context.loop.fleet.agents.get(id);
  if (agent === undefined || agent.pane !== pane) return { kind: "gone" };
  const { reading } = await lookNow(context, agent);
  const now = context.loop.fleet.agents.get(id);
  if (now === undefined) return { kind: "gone" };
  const { state, incarnation } = now.record;
  return { kind: "read", reading, state, incarnation, ours: ours && !isGone(state) };
}

/** By a fresh listing: the pane carries the agent's mark, its program runs, and tmux passes input on to it. */
async function isOurs(context: Context, id: AgentId, pane: PaneId): Promise<boolean> {
  const sighting = await context.mux.sight();
  if ("blind" in sighting) throw new Fault("TMUX_UNREACHABLE", "tmux does not answer");
  const live = sighting.panes.find((one) => one.pane === pane);
  return live !== undefined && live.mark?.id === id && !live.dead && !live.inputOff;
}
