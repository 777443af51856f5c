/** The keys in what lies above everything: a question of ours, the help, the explanation of a state. */
import { type Action, closing, scrolling } from "./action.js";

/** A text over everything; `opener` is the key that showed it, which also takes it away. */
function reading(where: Action["where"], opener: string): Action[] {
  return [...scrolling(where), closing(where, ["escape", "q", opener, "enter"], "close", "close")];
}

export const readingKeys: readonly Action[] = [
  { name: "confirm", where: "confirm", keys: ["y", "enter"], hint: "yes", does: "do it", group: "Dashboard" },
  closing("confirm", ["n", "escape", "q"], "no", "leave it"),
  ...reading("help", "?"),
  ...reading("why", "w"),
];
