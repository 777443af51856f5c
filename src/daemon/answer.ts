/** Gives a person's answer to the dialog on an agent's screen, only if it still is the dialog that was meant (SPEC §7). */
import { Fault } from "#core/fault.js";
import type { AgentId, Question } from "#core/model.js";
import type { AnswerRequest } from "#wire/requests.js";
import { questionJson } from "./agent-json.js";
import { type Context, lookNow, theAgent, thePane, theProvider } from "./context.js";

/** How long a dialog may take to go after its answer. */
const CONFIRM_MS = 3_000;
const LOOK_AGAIN_MS = [8, 16, 33, 66, 120];

/**
 * Returns the question that was answered. Throws STALE where another dialog, or none, is on the screen (the detail holds
 * the present one), INVALID for a choice it does not have, UNCERTAIN where the dialog did not go.
 */
export async function answerAgent(context: Context, id: AgentId, asked: AnswerRequest): Promise<Question> {
  return context.exclusive.run(id, async () => {
    const agent = theAgent(context, id);
    const { label } = agent.record;
    const pane = thePane(agent);
    const { reading } = await lookNow(context, agent);
    const question = reading.question;
    if (question === null) {
      throw new Fault("STALE", `${label} asks nothing now`, { detail: { question: null } });
    }
    const present = { question: questionJson(question) };
    if (asked.if !== undefined && asked.if !== question.fingerprint) {
      throw new Fault("STALE", `${label} asks something else now`, {
        hint: "look at the question it asks now, and answer that one",
        detail: present,
      });
    }
    const index = choiceIndex(question, asked.choice);
    const choice = question.choices[index];
    if (choice === undefined) {
      throw new Fault("INVALID", `"${asked.choice.slice(0, 60)}" is none of the choices`, {
        hint: question.choices.map((c, n) => `${c.key || n + 1} ${c.text}`).join(" · ") || "it offers no choices",
        detail: present,
      });
    }
    await context.mux.keys(pane, theProvider(context, agent).answerKeys(question, index));
    context.mux.lookSoon(pane);
    const gone = await dialogWent(context, id, question.fingerprint);
    await context.loop.ask({
      ask: "note",
      id,
      kind: "answered",
      data: {
        by: asked.by ?? "unknown",
        question: question.kind,
        choice: choice.text.slice(0, 200),
        fingerprint: question.fingerprint,
        confirmed: gone,
      },
    });
    if (gone) return question;
    throw new Fault("UNCERTAIN", `${label} still shows the question after the answer`, {
      hint: "attach and look",
      detail: present,
    });
  });
}

/** The pane went while it was looked at. */
function isGoneFault(fault: Fault): boolean {
  return fault.code === "TMUX_REFUSED" || fault.code === "NOT_FOUND";
}

/** The choice with that key; else of that number, 1 for the first; else of that text. -1 where there is none. */
function choiceIndex(question: Question, choice: string): number {
  const wanted = choice.trim().toLowerCase();
  const { choices } = question;
  const byKey = choices.findIndex((c) => c.key !== "" && c.key.toLowerCase() === wanted);
  if (byKey >= 0) return byKey;
  if (/^\d{1,2}$/.test(wanted)) return Number(wanted) <= choices.length ? Number(wanted) - 1 : -1;
  return choices.findIndex((c) => c.text.trim().toLowerCase() === wanted);
}

async function dialogWent(context: Context, id: AgentId, fingerprint: string): Promise<boolean> {
  const giveUpAtMs = context.clock.now() + CONFIRM_MS;
  for (let n = 0; context.clock.now() < giveUpAtMs; n++) {
    await context.loop.pause(LOOK_AGAIN_MS[Math.min(n, LOOK_AGAIN_MS.length - 1)] ?? 120);
    const agent = context.loop.fleet.agents.get(id);
    // An answer may end the program ("No, exit"): then the dialog is gone with it.
    if (agent === undefined || agent.pane === null) return true;
    try {
      const { reading } = await lookNow(context, agent);
      if (reading.question?.fingerprint !== fingerprint) return true;
    } catch (error) {
      if (error instanceof Fault && isGoneFault(error)) return true;
      throw error;
    }
  }
  return false;
}
