/**
 * Follows the debug logs of agents that drover started, for what they tell of a model that is not reached
 * (core/screen/debug-log.ts). Whose provider names a variable for it (`debugLog`) has a file for each launch, beside the
 * spool, which only the user may read; it is cut short when it gets long and goes with its launch.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { rm, stat, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentChange } from "#core/fleet/changes.js";
import { type Agent, type Fleet, isReadable } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import { backoffIn } from "#core/screen/debug-log.js";
import { type Following, followFile } from "#host/follow-file.js";
import type { Ground } from "./ground.js";

const FOLDER = "debug-logs";
const LIMIT_BYTES = 1_048_576;
const MEASURE_BYTES = 32_768;

interface Followed {
  readonly path: string;
  readonly file: Following;
  /** Bytes heard since its size was looked at. */
  unmeasured: number;
}

/** Makes the file of a launch, and names it; null where there is no place for it. */
export function makeDebugLog(spoolDir: string | null, launch: Launch): string | null {
  const path = debugLogOf(spoolDir, launch);
  if (path === null) return null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "w", 0o600));
    return path;
  } catch {
    return null;
  }
}

interface Launch {
  readonly id: AgentId;
  readonly incarnation: number;
}

function debugLogOf(spoolDir: string | null, { id, incarnation }: Launch): string | null {
  return spoolDir === null ? null : join(dirname(spoolDir), FOLDER, `${id}-${incarnation}.log`);
}

/** Its program appends, and goes on at the new end. */
async function cut(path: string): Promise<void> {
  if ((await stat(path)).size > LIMIT_BYTES) await truncate(path);
}

export class DebugLogs {
  readonly #ground: Ground;
  readonly #followed = new Map<AgentId, Followed>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** To be called with what every event changed, and once at the start with all that are known. */
  changed(changes: readonly AgentChange[]): void {
    for (const { id, now } of changes) {
      if (now === null) this.#drop(id, true);
      else this.#choose(id, now);
    }
  }

  /** The files stay: their programs run on. */
  close(): void {
    for (const id of [...this.#followed.keys()]) this.#drop(id, false);
  }

  #choose(id: AgentId, agent: Agent): void {
    if (!this.#ground.providers.get(agent.record.provider)?.debugLog) return;
    const path = isReadable(agent) ? debugLogOf(this.#ground.spoolDir, agent.record) : null;
    if (this.#followed.get(id)?.path === path) return;
    this.#drop(id, true);
    if (path === null) return;
    const file = followFile(path, this.#ground.log, (line) => this.#hear(id, path, line));
    this.#followed.set(id, { path, file, unmeasured: 0 });
  }

  #hear(id: AgentId, path: string, line: string): void {
    const followed = this.#followed.get(id);
    const agent = this.#ground.loop.fleet.agents.get(id);
    if (followed?.path !== path || agent === undefined) return;
    followed.unmeasured += line.length + 1;
    if (followed.unmeasured > MEASURE_BYTES) {
      followed.unmeasured = 0;
      cut(path).catch((error) => this.#ground.log.warn("a debug log could not be cut", { path, error }));
    }
    const found = backoffIn(line);
    if (found === null) return;
    const { incarnation, provider } = agent.record;
    const evidence = { source: "transcript", rule: `${provider}/debug-log`, excerpt: found.note } as const;
    const { writtenAtMs } = found;
    const agoMs = this.#ground.clock.now() - writtenAtMs;
    this.#ground.facts.tell(id, () => ({ fact: "transcript", means: "turn-retries", agoMs, ...evidence }));
    this.#ground.loop.post({
      kind: "transcript",
      agent: id,
      incarnation,
      session: null,
      means: "turn-retries",
      evidence,
      writtenAtMs,
    });
  }

  #drop(id: AgentId, forGood: boolean): void {
    const followed = this.#followed.get(id);
    if (followed === undefined) return;
    followed.file.close();
    this.#followed.delete(id);
    if (forGood) void rm(followed.path, { force: true }).catch(() => {});
  }

  /** Removes the files of launches that ended while no daemon ran; at once, since the next launch's may be there soon. */
  sweep(now: Fleet): void {
    const { spoolDir, log } = this.#ground;
    if (spoolDir === null) return;
    const folder = join(dirname(spoolDir), FOLDER);
    const kept = new Set([...now.agents.values()].map(({ record }) => debugLogOf(spoolDir, record)));
    try {
      if (!existsSync(folder)) return;
      for (const name of readdirSync(folder)) {
        if (!kept.has(join(folder, name))) rmSync(join(folder, name), { force: true });
      }
    } catch (error) {
      log.warn("debug logs could not be removed", { folder, error });
    }
  }
}
