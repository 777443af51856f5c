/** Waits for the answer to a message: until it is delivered, and then until the turn that it began is over. */
import { Fault } from "#core/fault.js";
import type { AgentJson, MessageJson, OutputJson, QuestionJson } from "#wire/agent.js";
import type { MessageWhyJson } from "#wire/requests.js";
import type { DaemonClient } from "../../kit/daemon-client.js";
import { reasonWords } from "../../kit/mail-words.js";
import { shortDialog } from "../../kit/short-dialog.js";
import { agentPath } from "../agent-ref.js";
import { askAgain } from "../ask-again.js";
import { DAEMON_AWAY_MS, followAgent } from "../follow-agent.js";
import { offersLine } from "./question-lines.js";

/** States after a turn. A dialog is in the middle of one, and a program that is gone may have been. */
const ENDED: readonly AgentJson["state"][] = ["idle", "done", "error"];
const OUTPUT_LIMIT_MS = 30_000;
/**
 * A turn that was seen to end leaves its agent done; one that is merely idle was interrupted, or is about to be seen at work
 * again (opencode's first, on a slow machine).
 */
const IDLE_FOR_MS = 2_000;
/**
 * So long the turn of a message that was taken may be unseen, as long as a daemon may be away. What begins none, as commands
 * do, keeps other mail no longer either.
 */
const WAIT_FOR_MS = DAEMON_AWAY_MS;

interface Patience {
  readonly idleForMs: number;
  readonly waitForMs: number;
}

const PATIENCE: Patience = { idleForMs: IDLE_FOR_MS, waitForMs: WAIT_FOR_MS };

export interface Answer {
  readonly message: MessageJson;
  /** The last response of the agent, of the turn that the message began. */
  readonly output: OutputJson;
  readonly agent: AgentJson;
  readonly state: AgentJson["state"];
}

/** How it is waited. */
export interface Waiting {
  /** No limit where absent. */
  readonly seconds?: number | undefined;
  /** Says to a person what is waited for meanwhile. */
  note(text: string): void;
  /** Where the answer comes to when nobody waits for it any more; null for nowhere. */
  readonly later?: string | null;
}

/** What is needed of the way to the daemon. */
type Daemon = Pick<DaemonClient, "ensure" | "events" | "request">;

/**
 * Nothing is asked again and again: the agent's events are followed, through a daemon that dies too: it is started again,
 * unless it was told to end. Throws a Fault: TIMED_OUT, with the message as it then
 * is; UNCERTAIN or NOT_READY where it came to that instead of being delivered; CONFLICT where the program ended first, or the
 * message began no turn; STALE where the answer is that to a later one by now; DAEMON_UNREACHABLE where the daemon went and none came.
 */
export async function answerTo(
  daemon: Daemon,
  sent: MessageJson,
  waiting: Waiting,
  patience = PATIENCE,
): Promise<Answer> {
  const { message, agent } = await turnEnd(daemon, sent, waiting, patience);
  const limit = { timeoutMs: OUTPUT_LIMIT_MS };
  const output = await askAgain(daemon, () =>
    daemon.request<OutputJson>("GET", agentPath(agent.id, "/output"), undefined, limit),
  );
  if (message.turn !== undefined && output.turn > message.turn) {
    // Never the answer to something else for this one.
    const hint = waiting.later ?? `"drover output ${agent.label} --scrollback 500" may show it`;
    const what = `${agent.label} has been through another turn since, and its answer is not at hand`;
    throw new Fault("STALE", what, { hint, detail: { message } });
  }
  return { message, output, agent, state: agent.state };
}

function turnEnd(
  daemon: Daemon,
  sent: MessageJson,
  { seconds, note, later }: Waiting,
  { idleForMs, waitForMs }: Patience,
): Promise<{ message: MessageJson; agent: AgentJson }> {
  let message = sent;
  let agent: AgentJson | null = null;
  let settling: NodeJS.Timeout | undefined;
  let unbegun: NodeJS.Timeout | undefined;
  let asked: string | null = null;
  let saidGone = false;
  return new Promise((resolve, reject) => {
    const over = (fault: Fault | null): void => {
      clearTimeout(timer);
      for (const one of [settling, unbegun]) clearTimeout(one);
      events.stop();
      if (fault !== null) reject(fault);
      else if (agent !== null) resolve({ message, agent });
    };
    const look = (): void => {
      if (agent === null) return;
      const question = agent.state === "blocked" ? agent.question : null;
      if (question !== null && question.fingerprint !== asked) note(blockedLine(agent.label, question));
      asked = question?.fingerprint ?? asked;
      if (isGone(agent) && message.state === "queued" && !saidGone) note(goneLine(agent));
      saidGone = isGone(agent);
      const fault = endedBadly(message, agent);
      const isOver = isAnswered(message, agent);
      if (!hasNoTurn(message, agent)) {
        clearTimeout(unbegun);
        unbegun = undefined;
      } else {
        const none = new Fault("CONFLICT", `${agent.label} took the message, and began no turn`, {
          detail: { message },
        });
        unbegun ??= setTimeout(() => over(none), waitForMs);
      }
      const isIdle = isOver && agent.turn === message.turn && agent.state === "idle";
      if (fault !== null || (isOver && !isIdle)) over(fault);
      else if (isIdle) settling ??= setTimeout(() => over(null), idleForMs);
      else {
        clearTimeout(settling);
        settling = undefined;
      }
    };
    const askAfter = (): void => {
      daemon.request<MessageWhyJson>("GET", `/v1/messages/${message.id}`).then(
        (told) => {
          message = told.message;
          look();
        },
        (error: unknown) => {
          // Of a daemon that died the stream tells, and the next one is asked.
          if (error instanceof Fault && error.code === "DAEMON_UNREACHABLE") return;
          over(error instanceof Fault ? error : new Fault("INTERNAL", String(error)));
        },
      );
    };
    const events = followAgent(
      daemon,
      sent.to,
      {
        note,
        onAgent(now, entry) {
          agent = now;
          // What became of the message while no daemon was there is asked for too.
          if (entry === null || (entry.kind === "mail" && entry.message === message.id)) askAfter();
          else look();
        },
        onEnd: (why) => over(new Fault(why.code, why.message, { cause: why, hint: why.hint, detail: { message } })),
      },
      waitForMs,
    );
    const late = (): void => {
      const seen =
        message.state === "delivered" ? `${agent?.label} is still ${agent?.state}` : `it is ${message.state}`;
      const is = events.isLost ? "the daemon does not answer" : seen;
      const rest = message.state === "delivered" ? `drover output ${agent?.label}` : `drover why ${message.id}`;
      // A dialog is in the way, before the message or in its turn.
      const next = agent?.state === "blocked" ? `drover answer ${agent.label}` : rest;
      const hint = `it goes on without you${later ? `, and ${later}` : ""}; look with "${next}"`;
      over(new Fault("TIMED_OUT", `no answer after ${seconds} s: ${is}`, { detail: { message }, hint }));
    };
    const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1_000);
  });
}

function blockedLine(label: string, question: QuestionJson): string {
  const { text, fingerprint } = question;
  const offers = offersLine(question);
  const asks = `${shortDialog(text)}${offers === "" ? "" : ` (${offers})`}`;
  return `${label} waits for a person: ${asks}; answer it with "drover answer ${label} CHOICE --if ${fingerprint}"`;
}

function isGone({ state }: AgentJson): boolean {
  return state === "exited" || state === "lost";
}

function goneLine({ label, state }: AgentJson): string {
  return `${label} is ${state} before it was given the message; "drover restart ${label}" starts it again, for that`;
}

function isAnswered({ state, turn }: MessageJson, agent: AgentJson): boolean {
  if (state !== "delivered" || turn === undefined) return false;
  return agent.turn > turn || (agent.turn === turn && ENDED.includes(agent.state));
}

/** It was taken, and its agent rests as before: it may have begun none. */
function hasNoTurn({ state, turn }: MessageJson, agent: AgentJson): boolean {
  return state === "delivered" && turn !== undefined && agent.turn < turn && ENDED.includes(agent.state);
}

/** Null where there still may be an answer. */
function endedBadly(message: MessageJson, agent: AgentJson): Fault | null {
  const detail = { message };
  const why = message.reason === null ? "it came to no end" : reasonWords(message.reason);
  if (message.state === "uncertain") {
    return new Fault("UNCERTAIN", `whether ${agent.label} took the prompt is not known: ${why}`, { detail });
  }
  if (message.state === "failed" || message.state === "dead") {
    return new Fault("NOT_READY", `nothing was sent to ${agent.label}: ${why}`, { detail });
  }
  if (agent.archived) return new Fault("NOT_FOUND", `${agent.label} was removed`, { detail });
  if (!isGone(agent) || isAnswered(message, agent)) return null;
  // What still waits is given to the next launch.
  return message.state === "delivered"
    ? new Fault("CONFLICT", `${agent.label} is ${agent.state}, and had not answered`, { detail })
    : null;
}
