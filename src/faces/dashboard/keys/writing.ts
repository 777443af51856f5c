/** The keys while something is written: a filter, a prompt, an answer of one's own, the form of a new agent. */
import type { NewField } from "../state/mode.js";
import type { State } from "../state/state.js";
import type { Action } from "./action.js";

export const writingKeys: readonly Action[] = [
  {
    name: "submit",
    where: "filter",
    keys: ["enter", "down"],
    hint: "to the list",
    does: "keep the filter and go back to the list",
    group: "Look",
  },
  {
    name: "cancel",
    where: "filter",
    keys: ["escape", "C-g", "C-c"],
    hint: "show all",
    does: "drop the filter",
    group: "Look",
  },
  {
    name: "submit",
    where: "send",
    keys: ["enter"],
    hint: "send",
    does: "send what is written, as one prompt",
    group: "Writing",
  },
  {
    name: "newline",
    where: "send",
    keys: ["M-enter", "C-j"],
    hint: "new line",
    does: "begin a new line",
    group: "Writing",
  },
  {
    name: "older",
    where: "send",
    keys: ["up"],
    hint: "earlier",
    does: "on the first line: the prompt sent before",
    group: "Writing",
  },
  { name: "newer", where: "send", keys: ["down"], does: "on the last line: the prompt sent after", group: "Writing" },
  {
    name: "cancel",
    where: "send",
    keys: ["escape", "C-g", "C-c"],
    hint: "close",
    does: "close; what is written is kept for later",
    group: "Writing",
  },
  {
    name: "submit",
    where: "new",
    keys: ["enter"],
    hint: "next, start",
    does: "the next field; on the last one: start",
    group: "Writing",
  },
  {
    name: "submit",
    where: "reply",
    keys: ["enter"],
    hint: "answer",
    does: "give it as the answer, or put it among the ticks",
    group: "Writing",
  },
  {
    name: "cancel",
    where: "reply",
    keys: ["escape", "C-g", "C-c"],
    hint: "back",
    does: "close the line",
    group: "Writing",
  },
  { name: "next-field", where: "new", keys: ["tab", "down"], hint: "field", does: "the next field", group: "Writing" },
  { name: "previous-field", where: "new", keys: ["backtab", "up"], does: "the field before", group: "Writing" },
  { name: "left-choice", where: "new", keys: ["left"], does: "the provider before", group: "Writing" },
  {
    name: "right-choice",
    where: "new",
    keys: ["right", "space"],
    hint: "provider",
    offered: (state) => fieldOf(state) === "provider",
    does: "the next provider; letters go to the one whose name begins with them",
    group: "Writing",
  },
  {
    name: "complete",
    where: "new",
    keys: ["C-space", "C-i"],
    does: "complete the folder's name (so does Tab, while there is something to complete)",
    group: "Writing",
  },
  {
    name: "newline",
    where: "new",
    keys: ["M-enter", "C-j"],
    hint: "new line",
    offered: (state) => fieldOf(state) === "prompt",
    does: "begin a new line in the prompt",
    group: "Writing",
  },
  {
    name: "confirm",
    where: "new",
    keys: ["C-s", "C-x"],
    hint: "start",
    does: "start it from any field",
    group: "Writing",
  },
  {
    name: "cancel",
    where: "new",
    keys: ["escape", "C-g", "C-c"],
    hint: "close",
    does: "close without starting anything",
    group: "Writing",
  },
];

function fieldOf({ mode }: State): NewField | null {
  return mode.at === "new" ? mode.form.field : null;
}
