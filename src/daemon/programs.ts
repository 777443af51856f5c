/** Which programs are installed, by looking along a PATH. No process is started, and `installed` answers from memory. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "#host/clock.js";

/** How long an answer of `installed` stands. */
const KEEP_MS = 30_000;

/** Bundled with drover and found without a PATH. */
const BUNDLED: ReadonlyMap<string, string> = new Map([
  ["drover-rehearsal", fileURLToPath(new URL("../../bin/drover-rehearsal.js", import.meta.url))],
]);

export class Programs {
  readonly #clock: Clock;
  readonly #path: string;
  readonly #known = new Map<string, { installed: boolean; untilMs: number }>();

  /** `path` is the daemon's own PATH, for callers that bring none. */
  constructor(clock: Clock, path: string) {
    this.#clock = clock;
    this.#path = path;
  }

  /**
   * The command line that runs `program`: an absolute path from `path` (or the daemon's own), a path relative to `cwd`
   * where it holds a slash, or the bundled program. Null where there is no such program.
   */
  async find(program: string, cwd: string, path: string | undefined): Promise<readonly string[] | null> {
    const bundled = BUNDLED.get(program);
    if (bundled !== undefined) return [process.execPath, bundled];
    if (program.includes("/")) {
      const full = resolve(cwd, program);
      return (await isExecutable(full)) ? [full] : null;
    }
    for (const folder of (path ?? this.#path).split(delimiter)) {
      // An empty or relative entry means the caller's current folder.
      const full = join(isAbsolute(folder) ? folder : resolve(cwd, folder), program);
      if (await isExecutable(full)) return [full];
    }
    return null;
  }

  /** Whether the daemon would find `program`; looked up again after half a minute. */
  async installed(program: string): Promise<boolean> {
    const known = this.#known.get(program);
    if (known !== undefined && known.untilMs > this.#clock.now()) return known.installed;
    const installed = (await this.find(program, "/", undefined)) !== null;
    this.#known.set(program, { installed, untilMs: this.#clock.now() + KEEP_MS });
    return installed;
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
