/** What tests in which the daemon dies before its n-th effect are made of. */
import { PracticeAgent } from "./practice.js";

/** What a delivery does to the world; what is only asked is not counted. */
const OF_A_DELIVERY: readonly string[] = ["commit", "paste", "enter"];

/** Lets `left` effects happen; whoever wants another has died, and so has everything it would have heard. */
export class Mortal {
  left = Number.POSITIVE_INFINITY;
  dead = false;
  readonly #effects: readonly string[];

  constructor(effects = OF_A_DELIVERY) {
    this.#effects = effects;
  }

  bind<T extends object>(body: T): T {
    return new Proxy(body, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (!this.#effects.includes(String(name))) return call;
        return (...args: unknown[]) => {
          if (!this.dead && this.left-- > 0) return call(...args);
          this.dead = true;
          return new Promise(() => {});
        };
      },
    });
  }
}

/** A story that takes more effects than this never ends. */
const EFFECTS_LIMIT = 80;
/** So many are played at once: they mostly wait. */
const AT_ONCE = 8;

/**
 * Plays a story with a daemon that dies before effect n, for n = 0, 1, 2 … until one runs through; `dies` says whether it
 * came to that. How often it died.
 */
export async function everyDeath(dies: (n: number) => Promise<boolean>): Promise<number> {
  for (let from = 0; from < EFFECTS_LIMIT; from += AT_ONCE) {
    const died = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => dies(from + n)));
    if (died.includes(false)) return from + died.indexOf(false);
  }
  throw new Error("the story never ends");
}

/** Takes a prompt, works for a moment, and is done. */
export class Diligent extends PracticeAgent {
  finished: () => void = () => {};

  override key(key: string): void {
    super.key(key);
    if (this.shown !== "working") return;
    setTimeout(() => {
      this.shown = "finished";
      this.finished();
    }, 3);
  }
}
