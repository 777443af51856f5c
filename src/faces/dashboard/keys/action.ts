/** A row of the table of keys: which keyboard it belongs to, which keys do it, what it does, and when it does not apply. */
import type { Mode } from "../state/mode.js";
import type { State } from "../state/state.js";

export interface Action {
  readonly name: ActionName;
  /** Which keyboard it belongs to. */
  readonly where: Mode["at"] | "question";
  /** As `keyName` writes them, the one to show first. */
  readonly keys: readonly string[];
  /** One or two words for the footer; absent: only in the help. */
  readonly hint?: string;
  /** Where it applies: whether the footer has it too; absent: always. */
  offered?(state: State): boolean;
  /** One line for the help and the man page. */
  readonly does: string;
  readonly group: "Move" | "Agent" | "Look" | "Dashboard" | "Writing";
  /** Why it does not apply now, as a sentence; null where it does. */
  unless?(state: State): string | null;
}

export type ActionName =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "fold"
  | "unfold"
  | "toggle"
  | "fold-all"
  | "regroup"
  | "next"
  | "filter"
  | "unfilter"
  | "attach"
  | "send"
  | "answer"
  | "own-words"
  | "interrupt"
  | "stop"
  | "restart"
  | "remove"
  | "new"
  | "why"
  | "mail"
  | "all-mail"
  | "story"
  | "whose"
  | "go"
  | "retry"
  | "purge"
  | "retry-all"
  | "purge-all"
  | "zoom"
  | "back"
  | "forth"
  | "live"
  | "leftwards"
  | "rightwards"
  | "help"
  | "start"
  | "repaint"
  | "quit"
  | "confirm"
  | "cancel"
  | "submit"
  | "newline"
  | "older"
  | "newer"
  | "next-field"
  | "previous-field"
  | "left-choice"
  | "right-choice"
  | "complete";

/** The keys that step through rows; `row` is what one is called, `further` also goes a page down. */
export function stepping(where: Action["where"], row: string, further: readonly string[] = []): Action[] {
  return [
    { name: "up", where, keys: ["up", "k"], does: `the ${row} above`, group: "Move" },
    { name: "down", where, keys: ["down", "j"], does: `the ${row} below`, group: "Move" },
    { name: "page-up", where, keys: ["pageup", "C-b"], does: "a page up", group: "Move" },
    { name: "page-down", where, keys: ["pagedown", "C-f", ...further], does: "a page down", group: "Move" },
    { name: "first", where, keys: ["home", "<"], does: `the first ${row}`, group: "Move" },
    { name: "last", where, keys: ["end", ">"], does: `the last ${row}`, group: "Move" },
  ];
}

/** The keys that scroll through a text. */
export function scrolling(where: Action["where"]): Action[] {
  return [
    { name: "up", where, keys: ["up", "k"], does: "scroll up", group: "Look" },
    { name: "down", where, keys: ["down", "j"], hint: "scroll", does: "scroll down", group: "Look" },
    { name: "page-up", where, keys: ["pageup", "C-b"], does: "a page up", group: "Look" },
    { name: "page-down", where, keys: ["pagedown", "C-f", "space"], does: "a page down", group: "Look" },
    { name: "first", where, keys: ["home", "<"], does: "the beginning", group: "Look" },
    { name: "last", where, keys: ["end", ">"], does: "the end", group: "Look" },
  ];
}

/** The keys that leave something as it is and go back. */
export function closing(where: Action["where"], keys: readonly string[], hint: string, does: string): Action {
  return { name: "cancel", where, keys: [...keys, "C-g", "C-c"], hint, does, group: "Dashboard" };
}

/** How a key is written in the table: `a`, `A`, `C-a`, `M-enter`, `backtab`. */
export function keyName(key: { name: string; ctrl: boolean; alt: boolean; shift: boolean }): string {
  const name = key.name === " " ? "space" : key.name;
  return `${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${name}`;
}
