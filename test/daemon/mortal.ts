/** What tests in which the daemon dies before its n-th effect of a delivery are made of. */
import { PracticeAgent } from "./practice.js";

const EFFECTS = new Set(["commit", "paste", "enter"]);

/** Lets `left` effects happen; whoever wants another has died, and hears nothing any more. */
export class Mortal {
  left = Number.POSITIVE_INFINITY;
  dead = false;

  bind<T extends object>(body: T): T {
    return new Proxy(body, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (!EFFECTS.has(String(name))) return call;
        return (...args: unknown[]) => {
          if (this.left-- > 0) return call(...args);
          this.dead = true;
          return new Promise(() => {});
        };
      },
    });
  }
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
