/** The options of a command line, as they were given. */
import { Fault } from "#core/fault.js";

export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  has(long: string): boolean {
    return this.#values[long] !== undefined;
  }

  text(long: string): string | undefined {
    const value = this.#values[long];
    return typeof value === "string" ? value : undefined;
  }

  texts(long: string): readonly string[] {
    const value = this.#values[long];
    return Array.isArray(value) ? (value as string[]) : [];
  }

  /** A whole number from `least` up; throws a Fault (USAGE) where it is something else. */
  count(long: string, least = 0): number | undefined {
    const text = this.text(long);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new Fault("USAGE", `--${long} takes a whole number from ${least} up, not "${text}"`);
    }
    return value;
  }
}
