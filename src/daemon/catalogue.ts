/**
 * What is slow to know of the agent programs: versions, logins, models, hooks. Answers come from memory at once; the rest
 * happens in the background, within a few seconds, and a program is started (`--version`) only where its own file changed
 * since it was asked last. Kept on disk, so that a daemon that starts knows what the one before knew.
 */
import { stat } from "node:fs/promises";
import type { Provider } from "#core/screen/reading.js";
import { readAccount } from "#host/accounts.js";
import { type CatalogueEntry, readCatalogue, writeCatalogue } from "#host/catalogue-file.js";
import type { Clock } from "#host/clock.js";
import type { Log } from "#host/log.js";
import { run } from "#host/processes.js";
import type { Programs } from "./programs.js";

/** All of a refresh, the end of a program that does not answer included: 4 s (SPEC §8). What is left is for the next one. */
const BUDGET_MS = 3_500;
/** Programs asked at a time. */
const AT_ONCE = 2;
/** Not in the first moments of a daemon, whose caller waits for an answer. */
const FIRST_AFTER_MS = 1_500;
/** How old it may be before asking for it starts a refresh. */
const FRESH_MS = 60_000;
/** A file that is started may be a shim, and what is behind it change unseen. */
const ASK_AGAIN_MS = 24 * 3_600_000;
/** Of a program that did not answer yet: old, so that it is asked again. */
const NEVER = 0;
/** Nothing to ask of these: they are bundled, or any program. */
const WITHOUT = new Set(["shell", "generic", "rehearsal"]);

export interface CatalogueParts {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly programs: Programs;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: string;
  /** Runs `program --version` and gives what it prints; null where it does not end in time. For tests. */
  readonly ask?: (program: readonly string[], limitMs: number) => Promise<string | null>;
}

export class Catalogue {
  readonly #parts: CatalogueParts;
  readonly #entries: Map<string, CatalogueEntry>;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  /** How often a program was asked and did not answer in time: such are asked last. */
  readonly #late = new Map<string, number>();
  #refreshing: Promise<void> | null = null;
  #unsaved = false;
  #cancel: () => void = () => {};

  constructor(parts: CatalogueParts) {
    this.#parts = parts;
    this.#entries = new Map(Object.entries(readCatalogue(parts.file)));
  }

  /** Refreshes it a moment from now. */
  begin(): void {
    const { clock } = this.#parts;
    this.#cancel = clock.wake(clock.now() + FIRST_AFTER_MS, () => void this.refresh());
  }

  /** What was learnt in a refresh that still runs is kept. */
  close(): void {
    this.#cancel();
    this.#save();
  }

  /** What is known now; one that is old is refreshed for whoever asks next. Waits for nothing. */
  entry(name: string): CatalogueEntry | null {
    if (this.#parts.clock.now() - this.#refreshedAtMs > FRESH_MS) void this.refresh();
    return this.#entries.get(name) ?? null;
  }

  /** Resolves when the budget is used up or all is known. One at a time; never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh()
      .catch((error) => this.#parts.log.warn("the catalogue of providers could not be refreshed", { error }))
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { clock, providers } = this.#parts;
    const untilMs = clock.now() + BUDGET_MS;
    this.#refreshedAtMs = clock.now();
    const late = (provider: Provider) => this.#late.get(provider.name) ?? 0;
    const queue = [...providers.values()].filter(({ name }) => !WITHOUT.has(name)).sort((a, b) => late(a) - late(b));
    const work = async (): Promise<void> => {
      for (let provider = queue.shift(); provider !== undefined; provider = queue.shift()) {
        const { name } = provider;
        const entry = await this.#look(provider, untilMs);
        if (JSON.stringify(entry) === JSON.stringify(this.#entries.get(name))) continue;
        this.#entries.set(name, entry);
        this.#unsaved = true;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    for (const name of this.#entries.keys()) {
      if (!providers.has(name)) this.#unsaved = this.#entries.delete(name) || this.#unsaved;
    }
    this.#save();
  }

  #save(): void {
    if (!this.#unsaved) return;
    this.#unsaved = false;
    const { file, log } = this.#parts;
    try {
      writeCatalogue(file, Object.fromEntries(this.#entries));
    } catch (error) {
      log.warn("the catalogue of providers could not be written", { file, error });
    }
  }

  /** What is known of it when the time is up: its account, but perhaps no version. */
  async #look(provider: Provider, untilMs: number): Promise<CatalogueEntry> {
    const { clock, programs, env } = this.#parts;
    const [name] = provider.command;
    const found = name === undefined ? null : await programs.find(name, "/", undefined);
    const account = await readAccount(provider.name, env);
    const built = found === null ? "none" : await fileOf(found.at(-1)!);
    const known = this.#entries.get(provider.name);
    const fingerprint = `${built} ${account.fingerprint}`;
    const nowMs = clock.now();
    const isOld = known !== undefined && nowMs - known.askedAtMs > ASK_AGAIN_MS;
    if (known?.fingerprint === fingerprint && (!isOld || found === null)) return known;
    const { loggedIn, models, hooks } = account;
    const entry = { loggedIn, models, hooks, fingerprint };
    if (found === null) return { version: null, ...entry, askedAtMs: nowMs };
    const before = known?.fingerprint.startsWith(`${built} `) ? known : null;
    // Only the account changed: the program need not be asked again.
    if (before?.version && !isOld) return { version: before.version, ...entry, askedAtMs: before.askedAtMs };
    const leftMs = untilMs - nowMs;
    const printed = leftMs > 0 ? await (this.#parts.ask ?? askVersion)(found, leftMs) : null;
    if (printed === null) {
      const late = this.#late.get(provider.name);
      if (leftMs > 0) this.#late.set(provider.name, (late ?? 0) + 1);
      // Others used the time up before it was ever asked: for whoever asks next.
      else if (late === undefined) this.#refreshedAtMs = Number.NEGATIVE_INFINITY;
      return { version: before?.version ?? null, ...entry, askedAtMs: before?.askedAtMs ?? NEVER };
    }
    const version = /\d+\.\d+(?:\.\d+)?(?:[-+][\w.]+)?/.exec(printed)?.[0] ?? null;
    return { version, ...entry, askedAtMs: nowMs };
  }
}

/** Which file it is that would be started, links followed, and which edition of it. */
async function fileOf(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return [path.replaceAll(" ", "_"), size, Math.round(mtimeMs), ino].join(":");
}

/** No update, no colours, no questions. */
const QUIET = { DISABLE_AUTOUPDATER: "1", NO_COLOR: "1", CI: "1" };

async function askVersion([program = "", ...args]: readonly string[], limitMs: number): Promise<string | null> {
  const options = { limitMs, cwd: "/", env: QUIET, withDescendants: true };
  const { stdout, stderr } = await run(program, [...args, "--version"], options).catch(() => ({
    stdout: null,
    stderr: "",
  }));
  return stdout === null ? null : stdout || stderr;
}
