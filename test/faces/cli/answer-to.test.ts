/** Waiting for an answer, told by a daemon of the test's own. */
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { answerTo } from "#faces/cli/talk/answer-to.js";
import type { EventHandlers } from "#faces/kit/subscription.js";
import type { AgentJson, MessageJson } from "#wire/agent.js";
import { suite } from "../../kit/t.js";
import { agent, QUESTION } from "./agents.js";

const test = suite("waiting for an answer");

const message = (state: MessageJson["state"], more: Partial<MessageJson> = {}): MessageJson => ({
  id: "01M",
  to: agent().id,
  from: null,
  kind: "message",
  state,
  reason: null,
  attempts: 1,
  createdAt: "",
  updatedAt: "",
  ...more,
});
const DELIVERED = message("delivered", { turn: 2 });
/** Of such a one nobody asks when its next turn begins. */
const AT_WORK = { state: "working" } as const;

/** A turn, as it is told step by step; `kept` is the message as the daemon has it from that step on. */
type Step = Partial<AgentJson> & { readonly kept?: MessageJson };

/** Says how it ended, and after which step. */
async function waits(
  sent: MessageJson,
  steps: readonly Step[],
  seconds?: number,
  idleForMs = 3_600_000,
  first: Partial<AgentJson> = {},
  more: {
    readonly lost?: boolean;
    readonly waitForMs?: number;
    readonly turn?: number;
    note?(text: string): void;
    hint?(text: string): void;
  } = {},
): Promise<string> {
  let kept = sent;
  let step = 0;
  const daemon = {
    ensure: async () => more.note?.("started"),
    request: async <T>(_method: string, path: string): Promise<T> => {
      const answer = path.startsWith("/v1/messages/")
        ? { message: kept, history: [] }
        : { text: `step ${step}`, turn: more.turn ?? 2 };
      return answer as T;
    },
    events: (_path: string, handlers: EventHandlers) => {
      let stopped = false;
      void (async () => {
        handlers.onEvent("snapshot", { agents: [agent({ turn: 1, ...first })] }, null);
        for (const { kept: now, ...set } of steps) {
          await new Promise(setImmediate);
          if (stopped) return;
          step++;
          if (now !== undefined) kept = now;
          handlers.onEvent("entry", { kind: now === undefined ? "state" : "mail", message: "01M", set }, null);
        }
        if (more.lost) handlers.onLost?.(new Fault("DAEMON_UNREACHABLE", "it ended"));
      })();
      return { stop: () => (stopped = true), retry() {} };
    },
  };
  try {
    const answer = await answerTo(
      daemon,
      sent,
      { seconds, note: more.note ?? (() => {}) },
      { idleForMs, waitForMs: more.waitForMs ?? 3_600_000 },
    );
    return `${answer.output.text}: ${answer.state}`;
  } catch (error) {
    if (error instanceof Fault) more.hint?.(error.hint ?? "");
    return error instanceof Fault ? `${error.code} ${error.message}` : String(error);
  }
}

test("it is over with the turn that the message began, however long it was queued", async () => {
  const steps: Step[] = [{ state: "working", turn: 2 }, { state: "blocked" }, { state: "working" }, { state: "done" }];
  assert.is(await waits(DELIVERED, steps), "step 4: done");
  assert.is(await waits(message("queued"), [{ state: "done" }, { kept: DELIVERED }, ...steps]), "step 6: done");
  assert.is(
    await waits(DELIVERED, [
      { state: "working", turn: 2 },
      { state: "working", turn: 3 },
    ]),
    "step 2: working",
  );
});

test("each dialog in between is said once, and a daemon that died is started again", async () => {
  const said: string[] = [];
  const ask = (fingerprint: string) => ({ ...QUESTION, fingerprint });
  const steps: Step[] = [
    { state: "working", turn: 2 },
    { state: "blocked", question: ask("f1") },
    { state: "blocked", question: ask("f1"), unread: true },
    { state: "working", question: null },
    { state: "blocked", question: ask("f2") },
  ];
  const note = (text: string): void => void said.push(text);
  const gone = await waits(DELIVERED, steps, undefined, undefined, AT_WORK, { lost: true, waitForMs: 1, note });
  assert.is(gone, "DAEMON_UNREACHABLE the daemon ended, and none came in its place");
  assert.equal(
    said.map((text) => text.replace(/waits for a person: .*; answer it with/, "waits:")),
    ['api waits: "drover answer api CHOICE --if f1"', 'api waits: "drover answer api CHOICE --if f2"', "started"],
  );
});

test("what a dialog offers is said with it, and that a program ended before it was given the message", async () => {
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  await waits(DELIVERED, [{ state: "blocked", turn: 2, question: QUESTION }], 0.05, undefined, {}, { note });
  await waits(message("queued"), [{ state: "exited" }, { unread: true }], 0.05, undefined, {}, { note });
  assert.match(said.shift() ?? "", "(1 Yes · 2 No, and say why); answer it with");
  assert.equal(said, ['api is exited before it was given the message; "drover restart api" starts it again, for that']);
});

test("an agent that is idle for a moment in the middle has not answered; one that stays so has no more to say", async () => {
  const working: Step = { state: "working", turn: 2 };
  assert.is(
    await waits(DELIVERED, [working, { state: "idle" }, { state: "working" }, { state: "done" }]),
    "step 4: done",
  );
  assert.is(await waits(DELIVERED, [working, { state: "idle" }], undefined, 1), "step 2: idle");
});

test("what becomes of the message instead, and a program that ends, is said; a time-out says how things stand", async () => {
  const become = (state: MessageJson["state"]) => [{ kept: message(state, { reason: "why" }) }];
  assert.is(
    await waits(message("queued"), become("uncertain")),
    "UNCERTAIN whether api took the prompt is not known: why",
  );
  assert.is(await waits(message("queued"), become("dead")), "NOT_READY nothing was sent to api: why");
  const ended: Step[] = [{ state: "exited", turn: 2 }];
  assert.is(await waits(DELIVERED, ended), "CONFLICT api is exited, and had not answered");
  assert.is(await waits(message("queued"), ended, 0.05), "TIMED_OUT no answer after 0.05 s: it is queued");
  const other = await waits(DELIVERED, [{ state: "done", turn: 3 }], undefined, undefined, {}, { turn: 3 });
  assert.is(other, "STALE api has been through another turn since, and its answer is not at hand");
  const blocked = { state: "blocked", turn: 2 } as const;
  const late = await waits(DELIVERED, [], 0.05, undefined, blocked);
  assert.is(late, "TIMED_OUT no answer after 0.05 s: api is still blocked");
  const look = async (sent: MessageJson, first: Partial<AgentJson>) => {
    const hinted: string[] = [];
    await waits(sent, [], 0.05, undefined, first, { hint: (text) => hinted.push(text) });
    return hinted.join("");
  };
  assert.match(await look(message("queued"), blocked), 'look with "drover answer api"');
  assert.match(await look(message("queued"), { state: "working" }), 'look with "drover why 01M"');
  assert.match(await look(DELIVERED, { state: "working", turn: 2 }), 'look with "drover output api"');
});

test("a daemon that is gone is not spoken for: it is said that it does not answer, after a while or at the time-out", async () => {
  const working: Step[] = [{ state: "working", turn: 2 }];
  const gone = await waits(DELIVERED, working, 0.05, undefined, {}, { lost: true });
  assert.is(gone, "TIMED_OUT no answer after 0.05 s: the daemon does not answer");
  const waited = await waits(DELIVERED, working, undefined, undefined, AT_WORK, { lost: true, waitForMs: 1 });
  assert.is(waited, "DAEMON_UNREACHABLE the daemon ended, and none came in its place");
});

test("a message that begins no turn (a command) is not waited for without end", async () => {
  const none = { waitForMs: 1 };
  assert.is(
    await waits(message("queued"), [{ kept: DELIVERED }], undefined, undefined, { state: "idle" }, none),
    "CONFLICT api took the message, and began no turn",
  );
  const began: Step[] = [{ state: "working", turn: 2 }, { state: "done" }];
  assert.is(await waits(DELIVERED, began, undefined, undefined, { state: "idle" }), "step 2: done");
});

test.run();
