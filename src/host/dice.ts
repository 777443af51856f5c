/** Chance and new identities, handed to whoever needs them when they are built. */
import { randomInt } from "node:crypto";
import { monotonicFactory } from "ulid";

/** Chance, as it is handed to whoever needs it. */
export interface Dice {
  /** A whole number from 0 up to but not including `n`. */
  below(n: number): number;
  /** A new ULID; later ones sort after earlier ones. */
  id(): string;
}

/** Node's own chance rather than the web's, which ulid would take: loading that costs a start some 10 ms. */
const ulid = monotonicFactory(() => randomInt(2 ** 24) / 2 ** 24);

/** The machine's. */
export const systemDice: Dice = {
  below: (n) => randomInt(n),
  id: () => ulid(),
};
