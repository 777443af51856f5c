/** How long until a subscriber hears of it: of text in a pane, and of a hook. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentJson } from "#wire/agent.js";
import type { EntryJson } from "#wire/events.js";
import { withDashboard } from "./dashboard-rows.js";
import type { BenchFleet } from "./fleet.js";
import { figure, pause, percentile, type Row } from "./row.js";

interface Heard {
  readonly atMs: number;
  readonly entry: EntryJson;
}

/** Everything a subscriber is told, with the moment it was. */
class Subscriber {
  readonly heard: Heard[] = [];
  /** Called with each entry. */
  onHeard: (heard: Heard) => void = () => {};
  readonly stop: () => void;

  constructor(fleet: BenchFleet) {
    const subscription = fleet.client.events("/v1/events", {
      onEvent: (event, data) => {
        if (event !== "entry") return;
        const heard = { atMs: nowMs(), entry: data as EntryJson };
        this.heard.push(heard);
        this.onHeard(heard);
      },
    });
    this.stop = () => subscription.stop();
  }
}

const nowMs = () => performance.timeOrigin + performance.now();

const BEATING = 10;
const BEAT_MS = 18_000;

/** 90 idle agents and ten whose turns begin and end by themselves; each writes down when it painted what. */
export async function textRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(100);
  for (const agent of (await fleet.agents()).slice(-BEATING)) await fleet.remove(agent.label);
  const beating: { id: string; transcript: string }[] = [];
  for (let i = 0; i < BEATING; i++) {
    const transcript = join(fleet.folder, `beat-${i}`);
    beating.push({ id: (await fleet.spawnBeating(`beat-${i}00`, transcript)).id, transcript });
  }
  const { heard, fromMs, untilMs } = await withDashboard(fleet, async () => {
    await pause(3_000);
    const subscriber = new Subscriber(fleet);
    await pause(500);
    const fromMs = Date.now();
    await pause(BEAT_MS);
    subscriber.stop();
    return { heard: subscriber.heard, fromMs, untilMs: Date.now() - 2_000 };
  });
  for (let i = 0; i < BEATING; i++) await fleet.remove(`beat-${i}00`);

  const late: number[] = [];
  let missed = 0;
  for (const { id, transcript } of beating) {
    const states = heard.filter(({ entry }) => entry.agent === id && entry.set?.state !== undefined);
    for (const line of readFileSync(transcript, "utf8").split("\n").slice(0, -1)) {
      const { atMs, event } = JSON.parse(line) as { atMs: number; event: string };
      if (atMs < fromMs || atMs > untilMs || (event !== "turn" && event !== "end")) continue;
      const wanted = event === "turn" ? ["working"] : ["done", "idle"];
      const told = states.find((one) => one.atMs >= atMs && wanted.includes(one.entry.set!.state!));
      if (told === undefined || told.atMs - atMs > 2_000) missed++;
      else late.push(told.atMs - atMs);
    }
  }
  const [p50, p99] = [percentile(late, 50), percentile(late, 99)];
  return {
    name: "text",
    what: "text in a pane to a state change at a subscriber; 100 panes, 10 work, dashboard open",
    budget: "p50 <= 120 ms, p99 <= 300 ms",
    measured: `p50 ${figure(p50)}, p99 ${figure(p99)} ms (${late.length} changes, ${missed} never told)`,
    baseline: "",
    within: p50 <= 120 && p99 <= 300 && missed === 0,
    values: { p50Ms: p50, p99Ms: p99, maxMs: Math.max(...late), changes: late.length, missed },
  };
}

const HOOKS = 100;

/** A hook of an agent posted as its program would, to the entry a subscriber reads. */
export async function hookRow(fleet: BenchFleet): Promise<Row> {
  await fleet.grow(20);
  const [agent] = (await fleet.agents()) as [AgentJson];
  const subscriber = new Subscriber(fleet);
  await pause(300);
  const late: number[] = [];
  for (let i = 0; i < HOOKS; i++) {
    const event = i % 2 === 0 ? "UserPromptSubmit" : "Stop";
    const told = new Promise<number>((resolve) => {
      const timer = setTimeout(() => resolve(Number.POSITIVE_INFINITY), 1_000);
      subscriber.onHeard = ({ atMs, entry }) => {
        if (entry.agent !== agent.id) return;
        clearTimeout(timer);
        resolve(atMs);
      };
    });
    const beganMs = nowMs();
    await postHook(fleet, agent.id, event, { hook_event_name: event, session_id: "bench", stop_hook_active: false });
    late.push((await told) - beganMs);
    await pause(25);
  }
  subscriber.stop();
  const [p50, p99] = [percentile(late, 50), percentile(late, 99)];
  return {
    name: "hook",
    what: "a hook posted to the same subscriber",
    budget: "p99 <= 20 ms",
    measured: `p50 ${figure(p50)}, p99 ${figure(p99)} ms`,
    baseline: "",
    within: p99 <= 20,
    values: { p50Ms: p50, p99Ms: p99, hooks: HOOKS },
  };
}

/** With the header by which the daemon knows the agent; the client of the faces has no use for one. */
async function postHook(fleet: BenchFleet, id: string, event: string, payload: unknown): Promise<void> {
  const { request } = await import("node:http");
  await new Promise<void>((resolve, reject) => {
    const body = JSON.stringify(payload);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-drover-id": id,
    };
    const ask = request({
      socketPath: fleet.client.socket,
      method: "POST",
      path: `/v1/hooks/claude/${event}`,
      headers,
    });
    ask.on("response", (response) => {
      response.resume();
      response.on("end", () => {
        if ((response.statusCode ?? 500) < 400) resolve();
        else reject(new Error(`the hook was answered with ${response.statusCode}`));
      });
    });
    ask.on("error", reject);
    ask.end(body);
  });
}
