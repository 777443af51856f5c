/** The keys of the mail panel: in its list, and in the story of a message. */
import { isDead } from "../../kit/mail-words.js";
import { deadOnes } from "../state/mail-panel.js";
import { type State, selectedMessage } from "../state/state.js";
import { type Action, closing, scrolling, stepping } from "./action.js";

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
  ...withMessage("mail"),
  {
    name: "whose",
    where: "mail",
    keys: ["a", "tab"],
    hint: "all, one's",
    does: "show everybody's mail, or only that of the message's recipient",
    group: "Look",
    unless: (state) => (state.mail?.of != null ? null : noMessage(state)),
  },
  goTo("mail"),
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
  closing("mail", ["escape", "q", "m"], "back", "go back to the agents"),
  ...scrolling("letter"),
  ...withMessage("letter"),
  goTo("letter"),
  closing("letter", ["escape", "q", "enter", "left", "h"], "back", "go back to the mail"),
];

/** What can be done with the selected message, in the list and in its story. */
function withMessage(where: Action["where"]): Action[] {
  return [
    {
      name: "retry",
      where,
      keys: ["r"],
      hint: "retry",
      does: "put a message that failed back into its queue (asks first where it may have arrived)",
      group: "Agent",
      unless: cannotRetry,
    },
    {
      name: "purge",
      where,
      keys: ["d", "x", "delete"],
      hint: "purge",
      does: "forget a message that failed (asks first); its story stays in the journal",
      group: "Agent",
      unless: noDeadLetter,
    },
  ];
}

function goTo(where: Action["where"]): Action {
  const does = "go to the recipient in the list of agents";
  return { name: "go", where, keys: ["g"], hint: "go to it", does, group: "Move", unless: gone };
}

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
