/** Reconciling a thousand records with a listing of a thousand panes: where nothing changed, and where everything did. */
import { boot, type Fleet } from "#core/fleet/fleet.js";
import { reconcile } from "#core/fleet/reconcile.js";
import type { AgentId, AgentRecord, LivePane, Sighting } from "#core/model.js";
import { figure, median, percentile, type Row } from "./row.js";

const AGENTS = 1000;
const ROUNDS = 50;
const EPOCH = "bench";

export function reconcileRow(): Row {
  const still = times(fleetIn(EPOCH), listing("same", true));
  const moved = times(fleetIn(EPOCH), listing("elsewhere", true));
  const unmarked = times(fleetIn("before"), listing("same", false));
  const worst = Math.max(percentile(still, 95), percentile(moved, 95), percentile(unmarked, 95));
  const shown = [still, moved, unmarked].map((all) => figure(median(all))).join(" / ");
  return {
    name: "reconcile",
    what: `reconcile ${AGENTS} records with ${AGENTS} panes: unchanged / all moved / found by name`,
    budget: "<= 10 ms of CPU",
    measured: `p50 ${shown}, p95 at most ${figure(worst)} ms`,
    baseline: "",
    within: worst <= 10,
    values: { stillMs: median(still), movedMs: median(moved), unmarkedMs: median(unmarked), p95Ms: worst },
  };
}

/** ms of processor time of each round. */
function times(fleet: Fleet, sighting: Sighting): number[] {
  const { agents, archived, remains } = fleet;
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.cpuUsage();
    reconcile(agents, archived, remains, sighting, null, 0);
    const { user, system } = process.cpuUsage(began);
    all.push((user + system) / 1000);
  }
  return all;
}

const idOf = (n: number): AgentId => `01BENCH${String(n).padStart(19, "0")}` as AgentId;

function fleetIn(epoch: string): Fleet {
  const records = Array.from({ length: AGENTS }, (_, n): AgentRecord => {
    const label = `agent-${n}`;
    return {
      id: idOf(n),
      label,
      provider: "claude",
      role: "worker",
      parent: null,
      group: null,
      incarnation: 1,
      turn: 0,
      cwd: "/",
      command: ["claude"],
      envNames: [],
      prompt: null,
      worktree: null,
      nativeSession: null,
      state: "idle",
      sinceMs: 0,
      evidence: null,
      reason: null,
      unread: false,
      exit: null,
      place: {
        epoch,
        session: "$1",
        sessionName: "same",
        window: `@${n}`,
        windowName: label,
        pane: `%${n}`,
        pid: 1000 + n,
      },
      createdAtMs: 0,
      archivedAtMs: null,
    };
  });
  return boot(records, new Map());
}

function listing(sessionName: string, marked: boolean): Sighting {
  const panes = Array.from({ length: AGENTS }, (_, n): LivePane => {
    const label = `agent-${n}`;
    return {
      pane: `%${n}`,
      window: `@${n}`,
      session: "$1",
      sessionName,
      windowName: label,
      windowIndex: n,
      activityS: 0,
      historyRows: 0,
      cursorX: 0,
      cursorY: 0,
      columns: 80,
      rows: 24,
      dead: false,
      exit: null,
      inMode: false,
      inputOff: false,
      alternate: false,
      pid: 1000 + n,
      title: "",
      command: "node",
      mark: marked ? { id: idOf(n), label, incarnation: 1 } : null,
    };
  });
  return { epoch: EPOCH, panes };
}
