import { Fault } from "#core/fault.js";
import type { HealthJson, SightJson } from "#wire/agent.js";
import { type Ink, STATE_LOOK } from "../../kit/ink.js";
import { staleRunFile } from "../../kit/stale-run-file.js";
import type { Context } from "../context.js";

/** Never starts the daemon: it says how things are. */
export async function run(context: Context): Promise<number> {
  const daemon = await context.runningDaemon();
  const { runFile } = context.paths;
  if (!daemon) {
    const stale = staleRunFile(runFile, null);
    throw new Fault("DAEMON_UNREACHABLE", `no drover daemon is running${stale === null ? "" : `; ${stale}`}`, {
      hint: 'any command starts it: "drover ls", or "drover daemon"',
    });
  }
  const health = await daemon.request<HealthJson>("GET", "/v1/health");
  if (context.json) context.value(health);
  else context.lines(statusLines(health, daemon.socket, context.ink));
  const stale = staleRunFile(runFile, health.pid);
  if (stale !== null) context.note(`warning: ${stale}`);
  return 0;
}

function statusLines(health: HealthJson, socket: string, ink: Ink): string[] {
  const { total = 0, ...counts } = health.agents;
  const states = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([state, n]) => ink.paint(STATE_LOOK[state as keyof typeof STATE_LOOK]?.tint ?? "plain", `${n} ${state}`));
  const { tmux, store } = health;
  const version = tmux.version ? ` ${tmux.version}` : "";
  const sight = blindTime(tmux.sight, tmux.sightSince);
  const owner = health.owner === "dashboard" ? "until the last dashboard leaves" : "until told to stop";
  return [
    `daemon  ${health.status === "ok" ? ink.paint("green", "ok") : ink.paint("red", health.status)}, drover ${health.version}, pid ${health.pid}, runs ${owner}`,
    `socket  ${socket}`,
    `tmux    ${tmux.connected ? `connected${version}` : ink.paint("yellow", `not connected${version}${sight}`)} at ${tmux.socket}`,
    `store   ${store.ok ? "ok" : ink.paint("red", "cannot be written")}, ${store.path}, entry ${health.seq}`,
    ...storeLosses(store).map((says) => `        ${ink.paint("yellow", says)}`),
    `agents  ${total === 0 ? "none" : `${total}: ${states.join(", ")}`}`,
    ...tapLines(health.taps, ink),
  ];
}

/** Nothing where no pane is to be tapped. */
function tapLines({ open, refused }: NonNullable<HealthJson["taps"]> = { open: 0, refused: 0 }, ink: Ink): string[] {
  if (open + refused === 0) return [];
  const panes = `${open} ${open === 1 ? "pane is" : "panes are"} tapped`;
  return [`taps    ${panes}${refused === 0 ? "" : ink.paint("yellow", `, ${refused} could not be`)}`];
}

/** What the store lost, as clauses; none where it is whole. */
export function storeLosses({ loss = null, quarantined = 0 }: HealthJson["store"]): string[] {
  const values = `${quarantined} ${quarantined === 1 ? "value" : "values"} could not be read and ${quarantined === 1 ? "was" : "were"} set aside`;
  return [...(loss === null ? [] : [loss]), ...(quarantined === 0 ? [] : [values])];
}

/** ` since 12:01 (no-server)`; empty where tmux is seen. */
function blindTime(sight: SightJson = "ok", since: string | null = null): string {
  if (sight === "ok") return "";
  return `${since === null ? "" : ` since ${new Date(since).toTimeString().slice(0, 5)}`} (${sight})`;
}
