/**
 * What must be true, told from the machine and the disk alone: nothing here asks the code under test what follows from
 * what. Some of it must hold at every moment, the rest once faults have stopped and all has settled.
 */
import type { Agent } from "#core/fleet/fleet.js";
import type { AgentId, AgentRecord, PaneMark } from "#core/model.js";
import type { Commit } from "#store/store.js";
import { HOME, isOthers, type Pane, type Program } from "./machine.js";
import type { World } from "./world.js";

/** A tab that a restore tool built again after tmux died. */
export interface Rebuilt {
  readonly id: AgentId;
  /** Its names are nobody else's and the ones on record, so that it must be found by them. */
  certain: boolean;
}

const isGone = (record: AgentRecord): boolean => record.state === "exited" || record.state === "lost";

export class Checker {
  readonly wrongs: string[] = [];
  /** Agents that somebody asked to end. */
  readonly asked = new Set<AgentId>();
  /** Agents whose own hook said that they ended: taken at its word until the screen says otherwise. */
  readonly saidEnded = new Set<AgentId>();
  /** Programs of the user's that are handed over. */
  readonly adopting = new Map<AgentId, Program>();
  readonly rebuilt = new Map<Pane, Rebuilt>();
  /** Panes whose program the user started anew, and when. */
  readonly respawnedAtMs = new Map<Pane, number>();
  /** Panes of another drover's agents, and what it wrote on them. */
  readonly others = new Map<Pane, ReadonlyMap<string, string>>();
  readonly #world: World;
  readonly #records = new Map<AgentId, AgentRecord>();

  constructor(world: World) {
    this.#world = world;
  }

  wrong(what: string): void {
    this.wrongs.push(what);
    this.#world.say(`WRONG: ${what}`);
  }

  // ---------------------------------------------------------------- at every moment

  launched(pane: Pane): void {
    const id = pane.program.agent;
    if (id === null) {
      this.wrong("a tab was made that does not know its agent");
      return;
    }
    const others = this.#world.machine.panes().filter((one) => one !== pane && one.program.agent === id);
    const runs = (one: Pane): boolean => one.dead === null && !this.#isUnknown(one) && !this.#isJustRespawned(one);
    if (!this.saidEnded.has(id) && others.some(runs)) this.wrong(`${short(id)} is launched and runs already`);
    if (!this.#records.has(id)) this.wrong(`${short(id)} was launched and is on no record`);
  }

  /** drover is about to change what is in the pane. */
  touched(pane: Pane, how: string): void {
    if (pane.program.agent === null) this.wrong(`drover ${how} ${pane.id}, where the user's own program runs`);
  }

  /** The pane's screen is taken for the agent's: unless a user wrote that on it, it is. */
  reads(pane: Pane, id: AgentId): void {
    const isMarked = pane.options.get("@drover-id") === id || this.adopting.get(id) === pane.program;
    if (pane.program.agent === id || isMarked) return;
    this.wrong(`the screen of ${pane.id}, where ${short(pane.program.agent)} runs, is taken for that of ${short(id)}`);
  }

  marked(pane: Pane, mark: PaneMark): void {
    if (this.adopting.get(mark.id) === pane.program) return;
    this.touched(pane, "marks");
    if (pane.program.agent !== null && mark.id !== pane.program.agent) {
      this.wrong(`drover marks ${pane.id} of ${short(pane.program.agent)} as ${short(mark.id)}`);
    }
  }

  killed(pane: Pane): void {
    this.touched(pane, "kills");
    const id = pane.program.agent;
    if (id === null || pane.dead !== null || this.asked.has(id)) return;
    if (this.#isJustRespawned(pane)) return;
    // A spawn that its caller was told has failed leaves nothing behind.
    if (this.#records.get(id)?.archivedAtMs != null && !this.rebuilt.has(pane)) return;
    this.wrong(`drover kills ${pane.id} of ${short(id)}, which nobody asked to end`);
  }

  written({ agents = [], entries = [] }: Commit): void {
    for (const record of agents) {
      const before = this.#records.get(record.id);
      if (before?.archivedAtMs != null && record.archivedAtMs === null) {
        this.wrong(`${short(record.id)} came back from the archive`);
      }
      if (record.state === "lost" && before !== undefined && !isGone(before) && this.#stillRuns(before)) {
        this.wrong(`${short(record.id)} is given up and runs as it did`);
      }
      this.#records.set(record.id, structuredClone(record));
      // What is handed over is the agent's from the moment it is on disk, and its user's again once it is off the list.
      const own = this.adopting.get(record.id);
      if (own !== undefined) own.agent = record.archivedAtMs === null ? record.id : null;
    }
    for (const { agent, data } of entries) {
      // What is told to a stranger is a dead letter under that name.
      if (data.reason === "orphan") continue;
      if (agent !== null && !this.#records.has(agent)) this.wrong(`${short(agent)} is journaled and on no record`);
    }
    const living = new Set(
      this.#world.machine.panes().map(({ program, dead }) => (dead === null ? program.agent : null)),
    );
    this.#namesAreUnique((record) => living.has(record.id));
  }

  /** The very process that was on record. */
  #stillRuns({ id, place }: AgentRecord): boolean {
    const runs = (pane: Pane): boolean => pane.dead === null && pane.program.pid === place?.pid;
    return this.#world.machine.panes().some((pane) => runs(pane) && pane.program.agent === id);
  }

  /** So lately that whoever acted in the same moment may not have known. */
  #isJustRespawned(pane: Pane): boolean {
    return this.#world.clock.now() - (this.respawnedAtMs.get(pane) ?? 0) < 2_000;
  }

  /** A tab built again that carries no mark: only its name could tell whose it is. */
  #isUnknown(pane: Pane): boolean {
    return this.rebuilt.has(pane) && pane.options.size === 0;
  }

  /** A later launch of the pane's agent lives where that is said to be. */
  #runsLater({ program }: Pane, agent: Agent | undefined): boolean {
    const now = this.#world.machine.panes().find(({ id }) => id === agent?.pane);
    if (now === undefined || now.dead !== null || now.program.agent !== program.agent) return false;
    return (now.program.incarnation ?? 0) > (program.incarnation ?? 0);
  }

  #namesAreUnique(counts: (record: AgentRecord) => boolean): void {
    const holders = new Map<string, AgentId>();
    for (const record of this.#records.values()) {
      if (record.archivedAtMs !== null || isGone(record) || !counts(record)) continue;
      const other = holders.get(record.label);
      if (other !== undefined) this.wrong(`${short(other)} and ${short(record.id)} both live as ${record.label}`);
      holders.set(record.label, record.id);
    }
  }

  /** A spawn was answered. */
  granted(id: AgentId | null, label: string): void {
    const record = id === null ? undefined : this.#records.get(id);
    if (record === undefined) this.wrong(`a spawn of ${label} was granted and is not on disk`);
  }

  /** Whether the disk knows this very process, so that it can be told by it should its mark be taken away. */
  isPlaced(pane: Pane): boolean {
    const id = pane.program.agent;
    return id !== null && this.#records.get(id)?.place?.pid === pane.program.pid;
  }

  // ---------------------------------------------------------------- once all has settled

  async settled(): Promise<void> {
    const { life, machine, kept } = this.#world;
    const fleet = life?.daemon?.context.loop.fleet;
    if (fleet === undefined) return this.wrong("no daemon serves");
    this.#namesAreUnique(() => true);
    const stored = new Map((await kept.agents()).map((record) => [record.id, record]));
    for (const id of this.#records.keys()) if (!stored.has(id)) this.wrong(`${short(id)} was deleted from the store`);
    for (const record of stored.values()) {
      const agent = fleet.agents.get(record.id);
      if (record.archivedAtMs !== null) {
        if (agent !== undefined) this.wrong(`${short(record.id)} is archived and in the fleet`);
      } else if (agent === undefined) this.wrong(`${short(record.id)} is on record and not in the fleet`);
      else if (!sameJson(agent.record, record))
        this.wrong(
          `${short(record.id)} is not on disk as the fleet has it: ${Object.keys(record)
            .filter((key) => !sameJson(record[key as never], agent.record[key as never]))
            .map(
              (key) =>
                `${key} ${JSON.stringify(record[key as never])} for ${JSON.stringify(agent.record[key as never])}`,
            )}`,
        );
    }
    for (const agent of fleet.agents.values()) this.#agentIsTrue(agent);
    for (const pane of machine.panes()) {
      const id = pane.program.agent;
      if (id === null) this.#usersIsUntouched(pane, fleet.byPane.get(pane.id));
      else this.#paneIsKnown(pane, fleet.agents.get(id), stored.get(id));
    }
  }

  /** What is said to live, lives, and where it is said to. */
  #agentIsTrue(agent: Agent): void {
    const { id, state } = agent.record;
    if (!this.#records.has(id)) this.wrong(`${short(id)} is in the fleet and was never on disk`);
    if (agent.making !== null) this.wrong(`${short(id)} is still being made`);
    if (isGone(agent.record)) return;
    const pane = agent.pane === null ? undefined : this.#world.machine.pane(agent.pane);
    if (pane === undefined) this.wrong(`${short(id)} is ${state} in ${agent.pane}, which is no pane`);
    else if (pane.program.agent !== id) {
      this.wrong(`${short(id)} is ${state} in ${pane.id}, where ${short(pane.program.agent)} runs`);
    } else if (pane.dead !== null) this.wrong(`${short(id)} is ${state}, and its program ended`);
  }

  #usersIsUntouched(pane: Pane, mapped: AgentId | undefined): void {
    if (mapped !== undefined) this.wrong(`${pane.id} is the user's and is said to hold ${short(mapped)}`);
    const written = this.others.get(pane);
    // Another drover's mark that somebody copied here is not ours to take off.
    const isOurs = pane.options.size > 0 && !isOthers(pane);
    if (written === undefined && isOurs) this.wrong(`${pane.id} is the user's and still carries a mark`);
    if (written !== undefined && !sameJson([...pane.options], [...written])) {
      this.wrong(`${pane.id} is another drover's, and what that wrote on it was changed`);
    }
  }

  /** What lives of ours is on the list, in its place, under its name. */
  #paneIsKnown(pane: Pane, agent: Agent | undefined, record: AgentRecord | undefined): void {
    const id = pane.program.agent;
    const rebuilt = this.rebuilt.get(pane);
    // Said to have ended, off the list, started again elsewhere, or to be known by nothing: it is the user's now.
    const elsewhere = agent !== undefined && agent.pane !== null && agent.pane !== pane.id;
    const isUsers = !rebuilt?.certain || agent === undefined || record?.state === "exited" || elsewhere;
    if (this.#isUnknown(pane) && isUsers) return;
    // Its user started the program of an earlier launch anew while the next was being made: that one is given to them.
    if (elsewhere && pane.options.size === 0 && this.respawnedAtMs.has(pane)) return;
    // What is left of an earlier launch, its mark taken off by its user as the daemon died that had started the next.
    if (pane.dead !== null && pane.options.size === 0 && this.#runsLater(pane, agent)) return;
    if (elsewhere && isOthers(pane)) return;
    // Somebody wrote another drover's mark over ours: what is off the list by then is not ours to touch.
    if (agent === undefined && (pane.options.size === 0 || isOthers(pane))) return;
    if (record === undefined || agent === undefined) {
      this.wrong(`${pane.id} runs ${short(id)}, which is ${record === undefined ? "on no record" : "archived"}`);
      return;
    }
    const where = `${pane.id} in ${pane.window.session.name}:${pane.window.name}`;
    if (pane.dead !== null) {
      if (record.state !== "exited") this.wrong(`${short(id)} ended in ${pane.id} and is ${record.state}`);
      if (record.state === "exited" && (record.exit?.code ?? null) !== pane.dead.code) {
        this.wrong(`${short(id)} ended with ${pane.dead.code}, on record is ${record.exit?.code}`);
      }
    } else if (isGone(record)) this.wrong(`${short(id)} lives in ${where} and is ${record.state}`);
    if (agent.pane !== pane.id) this.wrong(`${short(id)} is in ${where}, and said to be in ${agent.pane}`);
    const { place } = record;
    const { window } = pane;
    const isPlace =
      place?.epoch === this.#world.machine.epoch &&
      place?.pane === pane.id &&
      place.window === window.id &&
      place.windowName === window.name &&
      place.session === window.session.id &&
      place.sessionName === window.session.name;
    if (!isPlace) this.wrong(`${short(id)} is in ${where}, on record in ${JSON.stringify(place)}`);
    if (isOthers(pane)) return;
    if (pane.options.get("@drover-id") !== id) this.wrong(`${where} runs ${short(id)} and carries another mark`);
    if (pane.options.get("@drover-label") !== record.label) {
      this.wrong(`${where} runs ${record.label}, and its mark says ${pane.options.get("@drover-label")}`);
    }
    if (pane.options.get("@drover-home") !== HOME) this.wrong(`${where} runs ${short(id)} and its mark names no fleet`);
  }
}

function short(id: AgentId | null): string {
  return id === null ? "nobody" : id.slice(-3);
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
