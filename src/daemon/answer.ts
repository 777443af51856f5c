/**
 * Gives a person's answer to the dialog on an agent's screen, only if it still is the dialog that was meant (SPEC §7). The
 * keys are pressed in answering-hand.ts.
 */
import { type Wish, wishOf } from "#core/delivery/answering.js";
import { Fault } from "#core/fault.js";
import type { AgentId, Question } from "#core/model.js";
import type { AnswerRequest } from "#wire/requests.js";
import { questionJson } from "./agent-json.js";
import { Hand, SEEN_MS } from "./answering-hand.js";
import type { Context } from "./context.js";
import { lookUntil } from "./dialog-look.js";
import { theAgent, thePane, theProvider } from "./ground.js";

export interface Answered {
  /** The question that was answered. */
  readonly question: Question;
  /** What it asks now, where it asks on. */
  readonly next: Question | null;
}

/**
 * Throws STALE where another dialog, or none, is on the screen (the detail holds the present one), INVALID for a choice it
 * does not have, UNCERTAIN where the dialog did not go.
 */
export async function answerAgent(context: Context, id: AgentId, asked: AnswerRequest): Promise<Answered> {
  return context.exclusive.run(id, async () => {
    const agent = theAgent(context, id);
    const { label } = agent.record;
    const pane = thePane(agent);
    const provider = theProvider(context, agent);
    // A program may tell of its dialog before it draws it.
    const isTold = () => context.loop.fleet.agents.get(id)?.believed.state === "blocked";
    const seen = await lookUntil(context, id, SEEN_MS, (now) => now.question !== null || now.gone || !isTold());
    const question = seen?.question ?? null;
    if (question === null) {
      throw new Fault("STALE", `${label} asks nothing now`, { detail: { question: null } });
    }
    if (asked.if !== undefined && asked.if !== question.fingerprint) {
      throw new Fault("STALE", `${label} asks something else now`, {
        hint: "look at the question it asks now, and answer that one",
        detail: { question: questionJson(question) },
      });
    }
    const means = (shown: Question) => wishOf(shown, provider.replies, asked.choice ?? null, asked.text ?? null);
    const hand = new Hand(context, id, pane, provider, question, seen?.answers ?? 0);
    const shown = await hand.seek((part) => isCarriedOut(part, means(part)));
    const wish = means(shown);
    if ("wrong" in wish) {
      throw new Fault("INVALID", wish.wrong, { hint: offers(shown), detail: { question: questionJson(shown) } });
    }
    const outcome = await hand.give(wish, shown);
    if (outcome.pressed === 0 && outcome.fault !== null) throw outcome.fault(label);
    await context.loop.ask({
      ask: "answered",
      id,
      fingerprint: question.fingerprint,
      data: {
        by: asked.by ?? "unknown",
        question: question.kind,
        choice: given(wish, question.kind).slice(0, 200),
        fingerprint: question.fingerprint,
        confirmed: outcome.fault === null,
      },
    });
    if (outcome.fault !== null) throw outcome.fault(label);
    // What asks the very same has another name by now.
    const now = context.loop.fleet.agents.get(id)?.believed.question ?? null;
    return { question, next: outcome.next?.fingerprint === question.fingerprint ? now : outcome.next };
  });
}

/** Whether the part of the list that is shown has what is wanted: the choice, or the field. */
function isCarriedOut({ choices }: Question, wish: ReturnType<typeof wishOf>): boolean {
  if ("wrong" in wish) return false;
  return wish.picks.length > 0 || choices.some(({ field }) => field !== undefined);
}

/** For the journal. What is typed to log in is a password or a key: it is kept nowhere. */
function given({ picks, text }: Wish, kind: Question["kind"]): string {
  const words = kind === "login" ? "a text" : `"${text}"`;
  return [...picks.map((pick) => pick.text), ...(text === null ? [] : [words])].join(", ");
}

function offers(question: Question): string {
  if (question.field !== undefined) return "it takes a text: --text";
  const shown = question.choices.map(({ key, text, field }, n) => `${key || n + 1} ${text}${field ? " (--text)" : ""}`);
  return shown.join(" · ") || "it offers no choices";
}
