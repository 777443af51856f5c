/** The keys of the mail panel: in its list, and in the story of a message. */
import { isDead } from "../../kit/mail-words.js";
import { deadOnes } from "../state/mail-panel.js";
import { type State, selectedMessage } from "../state/state.js";
import { type Action, scrolling, stepping } from "./action.js";

export const mailKeys: readonly Action[] = [
  {
    name: "story",
    where: "mail",
    keys: ["enter", "right", "l"],
    hint: "story",
    does: "read the message and its whole story, step by step",
    group: "Look",
    unless: noMessage,
  },
  {
    name: "retry",
    where: "mail",
    keys: ["r"],
    hint: "retry",
    does: "put a message that failed back into its queue (asks first where it may have arrived)",
    group: "Agent",
    unless: cannotRetry,
  },
  {
    name: "purge",
    where: "mail",
    keys: ["d", "x", "delete"],
    hint: "purge",
    does: "forget a message that failed (asks first); its story stays in the journal",
    group: "Agent",
    unless: noDeadLetter,
  },
  {
    name: "whose",
    where: "mail",
    keys: ["a", "tab"],
    hint: "all, one's",
    does: "show everybody's mail, or only that of the message's recipient",
    group: "Look",
    unless: (state) => (state.mail?.of != null ? null : noMessage(state)),
  },
  {
    name: "go",
    where: "mail",
    keys: ["g"],
    hint: "go to it",
    does: "go to the recipient in the list of agents",
    group: "Move",
    unless: gone,
  },
  {
    name: "retry-all",
    where: "mail",
    keys: ["R"],
    does: "put every message shown that failed back into its queue (asks first)",
    group: "Agent",
    unless: noDeadOnes,
  },
  {
    name: "purge-all",
    where: "mail",
    keys: ["D"],
    does: "forget every message shown that failed (asks first)",
    group: "Agent",
    unless: noDeadOnes,
  },
  ...stepping("mail", "message", ["space"]),
  { name: "help", where: "mail", keys: ["?", "f1"], hint: "help", does: "show all keys", group: "Dashboard" },
  {
    name: "cancel",
    where: "mail",
    keys: ["escape", "q", "m", "C-g", "C-c"],
    hint: "back",
    does: "go back to the agents",
    group: "Dashboard",
  },
  ...scrolling("letter"),
  {
    name: "retry",
    where: "letter",
    keys: ["r"],
    hint: "retry",
    does: "put it back into its queue",
    group: "Agent",
    unless: cannotRetry,
  },
  {
    name: "purge",
    where: "letter",
    keys: ["d", "x", "delete"],
    hint: "purge",
    does: "forget it (asks first)",
    group: "Agent",
    unless: noDeadLetter,
  },
  {
    name: "go",
    where: "letter",
    keys: ["g"],
    does: "go to the recipient in the list of agents",
    group: "Move",
    unless: gone,
  },
  {
    name: "cancel",
    where: "letter",
    keys: ["escape", "q", "enter", "left", "h", "C-g", "C-c"],
    hint: "back",
    does: "go back to the mail",
    group: "Dashboard",
  },
];

function noMessage(state: State): string | null {
  return selectedMessage(state) ? null : "no message is selected";
}

function noDeadLetter(state: State): string | null {
  const message = selectedMessage(state);
  if (!message) return "no message is selected";
  return isDead(message) ? null : `it is ${message.state}: only what failed is queued again or forgotten`;
}

function gone(state: State): string | null {
  const message = selectedMessage(state);
  if (!message) return "no message is selected";
  return state.agents.has(message.to) ? null : "its recipient is not on the list";
}

function cannotRetry(state: State): string | null {
  return noDeadLetter(state) ?? gone(state);
}

function noDeadOnes(state: State): string | null {
  return deadOnes(state.mail).length > 0 ? null : "there are no dead letters here";
}
