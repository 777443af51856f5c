/** What is made of an agent's events, and of a daemon that goes, told by a daemon of the test's own. */
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { Context } from "#faces/cli/context.js";
import { followAgent } from "#faces/cli/follow-agent.js";
import { run as wait } from "#faces/cli/life/wait.js";
import { parse } from "#faces/cli/parse.js";
import type { EventHandlers } from "#faces/kit/subscription.js";
import { suite, until } from "../../kit/t.js";
import { agent } from "./agents.js";

const test = suite("following an agent");

/** Follows one, and says what was heard of it; `starts` is whether a daemon that is gone can be started. */
function follows({ starts = true, awayMs = 3_600_000 } = {}) {
  const heard: string[] = [];
  let handlers: EventHandlers | undefined;
  const daemon = {
    async ensure() {
      heard.push("ensure");
      if (!starts) throw new Fault("DAEMON_UNREACHABLE", "it cannot be started");
    },
    events(path: string, given: EventHandlers) {
      heard.push(path);
      handlers = given;
      return { stop: () => void heard.push("stop"), retry: () => void heard.push("retry") };
    },
  };
  const followed = followAgent(
    daemon,
    "01A",
    {
      onAgent: ({ state }, entry) => void heard.push(entry === null ? state : `${entry.kind} ${state}`),
      onEnd: ({ code, message }) => void heard.push(`${code} ${message}`),
      note: (text) => void heard.push(text),
    },
    awayMs,
  );
  const lose = () => handlers!.onLost!(new Fault("DAEMON_UNREACHABLE", "it ended"));
  return { heard, followed, on: handlers!, lose };
}
const snapshot = { agents: [agent({ state: "working" })] };

test("the agent is told as it is at first and after each of its entries, and as it was where the daemon is back", async () => {
  const { heard, followed, on, lose } = follows();
  on.onOpen!();
  on.onEvent("snapshot", snapshot, null);
  on.onEvent("entry", { kind: "state", set: { state: "done" } }, null);
  lose();
  assert.is(followed.isLost, true);
  lose();
  await until("it is tried again", () => heard.includes("retry"));
  on.onOpen!();
  assert.is(followed.isLost, false);
  followed.stop();
  assert.equal(heard, ["/v1/events?agent=01A", "working", "state done", "ensure", "retry", "done", "stop"]);
});

test("a daemon that cannot be started is given up, and each loss tries it again; an agent that is none ends it at once", async () => {
  const gone = follows({ starts: false, awayMs: 20 });
  gone.on.onEvent("snapshot", snapshot, null);
  gone.lose();
  await until("it was tried", () => gone.heard.includes("ensure"));
  await new Promise(setImmediate);
  gone.lose();
  const end = "DAEMON_UNREACHABLE the daemon ended, and none came in its place";
  await until("it ends", () => gone.heard.includes(end));
  assert.equal(gone.heard.slice(2), ["ensure", "ensure", "stop", end]);
  const none = follows();
  none.on.onEvent("snapshot", { agents: [] }, null);
  assert.equal(none.heard.slice(1), ["stop", "NOT_FOUND the agent was removed"]);
});

test("a daemon that was told to end is not started, and that is said once", () => {
  const { heard, followed, on, lose } = follows();
  on.onEvent("snapshot", snapshot, null);
  on.onEvent("bye", {}, null);
  lose();
  lose();
  followed.stop();
  assert.equal(heard.slice(2), ["the daemon was stopped; waiting for the next one", "stop"]);
});

test("drover wait starts a daemon that died under it again, and goes on waiting", async () => {
  const heard: string[] = [];
  let handlers: EventHandlers | undefined;
  const daemon = {
    request: async () => ({ agent: snapshot.agents[0] }),
    async ensure() {
      heard.push("ensure");
      handlers!.onEvent("entry", { kind: "state", set: { state: "done" } }, null);
    },
    events(_path: string, given: EventHandlers) {
      handlers = given;
      return { stop() {}, retry() {} };
    },
  };
  const context = { daemon: async () => daemon, line: (text: string) => heard.push(text) } as unknown as Context;
  const waiting = wait(context, parse(["wait", "api"]));
  await until("it follows", () => handlers !== undefined);
  handlers!.onEvent("snapshot", snapshot, null);
  handlers!.onLost?.(new Fault("DAEMON_UNREACHABLE", "it ended"));
  assert.is(await waiting, 0);
  assert.equal(heard, ["ensure", "api is done"]);
});

test.run();
