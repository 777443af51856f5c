/** The keys in what lies above everything: a question of ours, the help, the explanation of a state. */
import { type Action, scrolling } from "./action.js";

export const readingKeys: readonly Action[] = [
  { name: "confirm", where: "confirm", keys: ["y", "enter"], hint: "yes", does: "do it", group: "Dashboard" },
  {
    name: "cancel",
    where: "confirm",
    keys: ["n", "escape", "q", "C-g", "C-c"],
    hint: "no",
    does: "leave it",
    group: "Dashboard",
  },
  ...scrolling("help"),
  {
    name: "cancel",
    where: "help",
    keys: ["escape", "q", "?", "enter", "C-g", "C-c"],
    hint: "close",
    does: "close",
    group: "Dashboard",
  },
  ...scrolling("why"),
  {
    name: "cancel",
    where: "why",
    keys: ["escape", "q", "w", "enter", "C-g", "C-c"],
    hint: "close",
    does: "close",
    group: "Dashboard",
  },
];
