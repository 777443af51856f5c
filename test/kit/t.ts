/**
 * The project's own door to uvu. Bare uvu 0.5.6 exits 0 when a `before` hook throws, an `after.each` throws, a test
 * throws something that is not an Error, `.run()` is forgotten, or `.only` is left in; it has no time limits. Here each
 * of these fails.
 */
import { suite as uvuSuite } from "uvu";

type Body = () => void | Promise<void>;

export interface Suite {
  (name: string, body: Body, limitMs?: number): void;
  /** Declared but not run where `condition` holds; `why` is printed. */
  skipIf(condition: boolean, why: string): (name: string, body: Body, limitMs?: number) => void;
  before(body: Body): void;
  after(body: Body): void;
  beforeEach(body: Body): void;
  afterEach(body: Body): void;
  /** Must be called once, last. */
  run(): void;
}

/**
 * Limits are written down for a quiet machine and are given this many times over: they only say when to give up, so that
 * a machine with a dozen others' work on it must not meet them, and one where all goes well never notices.
 */
const PATIENCE = Number(process.env.TEST_PATIENCE ?? 4);

/** How long a program may take that a test runs to its end; for `timeout` of child processes. */
export const RUN_LIMIT_MS = 20_000 * PATIENCE;

/** A process with nothing left to do ends at once; a slow machine is given longer. */
const LEFT_MS = 10_000;

const unfinished = new Set<string>();
process.on("exit", () => {
  if (unfinished.size === 0) return;
  console.error(`suites that did not run to their end: ${[...unfinished].join(", ")}`);
  process.exitCode = 1;
});

export function suite(title: string, limitMs = 10_000): Suite {
  const inner = uvuSuite(title);
  const hookErrors: unknown[] = [];
  unfinished.add(title);

  const test = ((name: string, body: Body, ownLimitMs = limitMs) => {
    inner(name, () => limited(body, ownLimitMs, name));
  }) as Suite;
  test.skipIf = (condition, why) => (condition ? (name) => inner.skip(`${name} (${why})`, () => {}) : test);
  const hook = (body: Body) => async () => {
    try {
      await limited(body, Math.max(limitMs, 30_000), "hook");
    } catch (error) {
      hookErrors.push(error);
    }
  };
  test.before = (body) => inner.before(hook(body));
  test.beforeEach = (body) => inner.before.each(hook(body));
  test.afterEach = (body) => inner.after.each(hook(body));
  const afters: Body[] = [];
  test.after = (body) => afters.push(body);
  test.run = () => {
    // The last test stands for every hook: it runs the `after` bodies and fails where any hook failed.
    inner(`(hooks of ${title})`, async () => {
      for (const body of afters) await hook(body)();
      unfinished.delete(title);
      if (unfinished.size === 0) endIfLeftRunning();
      if (hookErrors.length > 0) throw asError(hookErrors[0]);
    });
    inner.run();
  };
  return test;
}

/** What a test leaves running is a failure of its own, named, rather than the runner's time limit minutes later. */
function endIfLeftRunning(): void {
  setTimeout(() => {
    console.error(`still running after the last test: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  }, LEFT_MS * PATIENCE).unref();
}

async function limited(body: Body, quietMs: number, name: string): Promise<void> {
  const limitMs = quietMs * PATIENCE;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${name}" took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([Promise.resolve().then(body), limit]);
  } catch (error) {
    throw asError(error);
  } finally {
    clearTimeout(timer);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`thrown, and not an Error: ${String(error)}`);
}

/**
 * Waits until `look` gives something other than false, null or undefined; `show` is printed when it gives up. `limitMs`
 * (8 s) is what a quiet machine is given, see PATIENCE.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  options: { limitMs?: number; show?: () => string | Promise<string> } = {},
): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + (options.limitMs ?? 8_000) * PATIENCE;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== false && seen !== null && seen !== undefined) return seen as NonNullable<T>;
    } catch (error) {
      last = error;
    }
    if (Date.now() > giveUpAt) {
      const shown = options.show ? `\n${await options.show()}` : "";
      throw new Error(`gave up waiting until ${what}${last ? ` (${asError(last).message})` : ""}${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
