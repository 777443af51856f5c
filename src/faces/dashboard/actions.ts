/**
 * Every key of the dashboard, once, as data. The footer, the `?` help, the clicks on both, and the man page are written
 * from these rows; the model carries out what they name.
 */

import { isDead } from "../kit/mail-words.js";
import { lives, nextInNeed } from "./fleet.js";
import { deadOnes } from "./mail-panel.js";
import type { Mode } from "./mode.js";
import { type State, selectedAgent, selectedMessage } from "./state.js";

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

export interface Action {
  readonly name: ActionName;
  /** Which keyboard it belongs to. */
  readonly where: Mode["at"] | "question";
  /** As `keyName` writes them, the one to show first. */
  readonly keys: readonly string[];
  /** One or two words for the footer; absent: only in the help. */
  readonly hint?: string;
  /** One line for the help and the man page. */
  readonly does: string;
  readonly group: "Move" | "Agent" | "Look" | "Dashboard" | "Writing";
  /** Why it does not apply now, as a sentence; null where it does. */
  unless?(state: State): string | null;
}

const noAgent = (state: State) => (selectedAgent(state) ? null : "select an agent first");

const noLiveAgent = (state: State) => {
  const agent = selectedAgent(state);
  if (!agent) return "select an agent first";
  return lives(agent) ? null : `${agent.label} no longer runs`;
};

const noDaemon = (state: State) => {
  if (state.link.at === "live") return null;
  return state.link.at === "stopped" ? "the daemon was stopped: r starts it again" : "the daemon does not answer yet";
};

const noMessage = (state: State) => (selectedMessage(state) ? null : "no message is selected");

const noDeadLetter = (state: State) => {
  const message = selectedMessage(state);
  if (!message) return "no message is selected";
  return isDead(message) ? null : `it is ${message.state}: only what failed is queued again or forgotten`;
};

const gone = (state: State) => {
  const message = selectedMessage(state);
  if (!message) return "no message is selected";
  return state.agents.has(message.to) ? null : "its recipient is not on the list";
};

const cannotRetry = (state: State) => noDeadLetter(state) ?? gone(state);

const noDeadOnes = (state: State) => (deadOnes(state.mail).length > 0 ? null : "there are no dead letters here");

const notNeeded = (state: State) => (state.items.length === 0 ? "there are no agents" : null);

/** In the order of importance in which the footer offers them. */
export const actions: readonly Action[] = [
  {
    name: "start",
    where: "list",
    keys: ["r"],
    hint: "start the daemon",
    does: "start the daemon again after it was told to stop",
    group: "Dashboard",
    unless: (state) => (state.link.at === "stopped" ? null : "the daemon was not stopped"),
  },
  {
    name: "answer",
    where: "question",
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    hint: "answer",
    does: "give that answer to the dialog shown, and only to that one; tick it, where several may be",
    group: "Agent",
    unless: (state) => {
      const agent = selectedAgent(state);
      if (!agent?.question) return "no dialog waits here";
      return agent.question.choices.length === 0 ? "this dialog has no choices to pick; attach to answer it" : null;
    },
  },
  {
    name: "submit",
    where: "question",
    keys: ["y"],
    hint: "send",
    does: "send what is ticked",
    group: "Agent",
    unless: (state) => (selectedAgent(state)?.question?.multiple ? null : "nothing can be ticked here"),
  },
  {
    name: "own-words",
    where: "question",
    keys: ["t"],
    hint: "text",
    does: "write an answer of your own, where the dialog takes one",
    group: "Agent",
    unless: (state) => {
      const question = selectedAgent(state)?.question;
      const takes = question?.takesText || question?.choices.some((choice) => choice.takesText);
      return takes ? null : "this dialog takes no text";
    },
  },
  {
    name: "next",
    where: "list",
    keys: ["g"],
    hint: "next",
    does: "go to the next agent that needs you: dialogs oldest first, then failures, then what is done and unseen",
    group: "Move",
    unless: (state) =>
      [...state.agents.values()].some(
        (agent) => agent.state === "blocked" || agent.state === "error" || agent.state === "done" || agent.unread,
      )
        ? null
        : "nobody needs you",
  },
  {
    name: "attach",
    where: "list",
    keys: ["enter"],
    hint: "attach",
    does: "go to the agent's own tmux tab; detach (or switch back) to return",
    group: "Agent",
    unless: (state) => {
      const agent = selectedAgent(state);
      if (!agent) return "select an agent first";
      return agent.state === "lost" || agent.pane === "" ? `${agent.label} has no tab any more` : null;
    },
  },
  {
    name: "send",
    where: "list",
    keys: ["s"],
    hint: "send",
    does: "write a prompt to the agent",
    group: "Agent",
    unless: noLiveAgent,
  },
  {
    name: "new",
    where: "list",
    keys: ["n"],
    hint: "new",
    does: "start a new agent",
    group: "Agent",
    unless: noDaemon,
  },
  {
    name: "filter",
    where: "list",
    keys: ["/"],
    hint: "filter",
    does: "show only agents whose label, provider, session or state holds every word",
    group: "Look",
    unless: (state) => (state.filter === "" ? notNeeded(state) : null),
  },
  {
    name: "unfilter",
    where: "list",
    keys: ["escape", "C-g"],
    hint: "show all",
    does: "show all agents again",
    group: "Look",
    unless: (state) => (state.filter === "" ? "no filter is set" : null),
  },
  {
    name: "help",
    where: "list",
    keys: ["?", "f1"],
    hint: "help",
    does: "show all keys",
    group: "Dashboard",
  },
  {
    name: "quit",
    where: "list",
    keys: ["q", "C-c"],
    hint: "quit",
    does: "leave; every agent goes on, and the dashboard opens as it was left",
    group: "Dashboard",
  },
  {
    name: "interrupt",
    where: "list",
    keys: ["i"],
    hint: "interrupt",
    does: "stop the turn that is under way (asks first; i again confirms)",
    group: "Agent",
    unless: (state) => {
      const agent = selectedAgent(state);
      if (!agent) return "select an agent first";
      if (agent.state === "blocked") return `${agent.label} asks something: answer it`;
      return agent.state === "working" ? null : `${agent.label} has no turn under way`;
    },
  },
  {
    name: "stop",
    where: "list",
    keys: ["x"],
    hint: "stop",
    does: "end the agent's program (asks first); its record stays",
    group: "Agent",
    unless: noLiveAgent,
  },
  {
    name: "restart",
    where: "list",
    keys: ["R"],
    does: "start the agent again (asks first): its conversation goes on where that can be, else its first prompt is given again",
    group: "Agent",
    unless: noAgent,
  },
  {
    name: "remove",
    where: "list",
    keys: ["d", "delete"],
    hint: "remove",
    does: "take an agent that has exited or is lost off the list (asks first)",
    group: "Agent",
    unless: (state) => {
      const agent = selectedAgent(state);
      if (!agent) return "select an agent first";
      return lives(agent) ? `${agent.label} still runs; x stops it` : null;
    },
  },
  {
    name: "why",
    where: "list",
    keys: ["w"],
    hint: "why",
    does: "show what drover believes of the agent, on what evidence, and what came before",
    group: "Look",
    unless: noAgent,
  },
  {
    name: "mail",
    where: "list",
    keys: ["m"],
    hint: "mail",
    does: "show the agent's mail: what is queued, on its way, delivered, dead or uncertain; on a section, everybody's",
    group: "Look",
    unless: (state) => noDaemon(state) ?? notNeeded(state),
  },
  { name: "all-mail", where: "list", keys: ["M"], does: "show everybody's mail", group: "Look", unless: noDaemon },
  {
    name: "zoom",
    where: "list",
    keys: ["z", "tab"],
    hint: "zoom",
    does: "show the agent's screen alone, or the list again",
    group: "Look",
    unless: (state) => (state.zoomed ? null : notNeeded(state)),
  },
  { name: "up", where: "list", keys: ["up", "k"], does: "the line above", group: "Move" },
  { name: "down", where: "list", keys: ["down", "j"], does: "the line below", group: "Move" },
  { name: "page-up", where: "list", keys: ["pageup", "C-b"], does: "a page up", group: "Move" },
  { name: "page-down", where: "list", keys: ["pagedown", "C-f"], does: "a page down", group: "Move" },
  { name: "first", where: "list", keys: ["home", "<"], does: "the first line", group: "Move" },
  { name: "last", where: "list", keys: ["end", ">"], does: "the last line", group: "Move" },
  { name: "fold", where: "list", keys: ["left", "h"], does: "fold the section, or go up to it", group: "Move" },
  { name: "unfold", where: "list", keys: ["right", "l"], does: "unfold the section, or go into it", group: "Move" },
  { name: "toggle", where: "list", keys: ["space"], does: "fold or unfold the section", group: "Move" },
  { name: "fold-all", where: "list", keys: ["-"], does: "fold every section, or unfold them all", group: "Move" },
  {
    name: "regroup",
    where: "list",
    keys: ["b"],
    does: "group the list by session, by group, by parent, and round again",
    group: "Look",
  },
  {
    name: "back",
    where: "list",
    keys: ["K", "C-u"],
    does: "scroll the agent's screen up, into its history",
    group: "Look",
  },
  { name: "forth", where: "list", keys: ["J", "C-d"], does: "scroll the agent's screen down", group: "Look" },
  {
    name: "leftwards",
    where: "list",
    keys: [","],
    does: "show more of the left of an agent's screen that is wider than there is room for",
    group: "Look",
  },
  { name: "rightwards", where: "list", keys: ["."], does: "show more of its right", group: "Look" },
  { name: "live", where: "list", keys: ["L"], does: "follow the live screen again", group: "Look" },
  { name: "repaint", where: "list", keys: ["C-l"], does: "paint the whole screen anew", group: "Dashboard" },

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
  { name: "right-choice", where: "new", keys: ["right", "space"], does: "the next provider", group: "Writing" },
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
  { name: "up", where: "mail", keys: ["up", "k"], does: "the message above", group: "Move" },
  { name: "down", where: "mail", keys: ["down", "j"], does: "the message below", group: "Move" },
  { name: "page-up", where: "mail", keys: ["pageup", "C-b"], does: "a page up", group: "Move" },
  { name: "page-down", where: "mail", keys: ["pagedown", "C-f", "space"], does: "a page down", group: "Move" },
  { name: "first", where: "mail", keys: ["home", "<"], does: "the first message", group: "Move" },
  { name: "last", where: "mail", keys: ["end", ">"], does: "the last message", group: "Move" },
  { name: "help", where: "mail", keys: ["?", "f1"], hint: "help", does: "show all keys", group: "Dashboard" },
  {
    name: "cancel",
    where: "mail",
    keys: ["escape", "q", "m", "C-g", "C-c"],
    hint: "back",
    does: "go back to the agents",
    group: "Dashboard",
  },

  { name: "up", where: "letter", keys: ["up", "k"], does: "scroll up", group: "Look" },
  { name: "down", where: "letter", keys: ["down", "j"], hint: "scroll", does: "scroll down", group: "Look" },
  { name: "page-up", where: "letter", keys: ["pageup", "C-b"], does: "a page up", group: "Look" },
  { name: "page-down", where: "letter", keys: ["pagedown", "C-f", "space"], does: "a page down", group: "Look" },
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

  { name: "confirm", where: "confirm", keys: ["y", "enter"], hint: "yes", does: "do it", group: "Dashboard" },
  {
    name: "cancel",
    where: "confirm",
    keys: ["n", "escape", "q", "C-g", "C-c"],
    hint: "no",
    does: "leave it",
    group: "Dashboard",
  },

  { name: "up", where: "help", keys: ["up", "k"], does: "scroll up", group: "Look" },
  { name: "down", where: "help", keys: ["down", "j"], hint: "scroll", does: "scroll down", group: "Look" },
  { name: "page-up", where: "help", keys: ["pageup", "C-b"], does: "a page up", group: "Look" },
  { name: "page-down", where: "help", keys: ["pagedown", "C-f", "space"], does: "a page down", group: "Look" },
  {
    name: "cancel",
    where: "help",
    keys: ["escape", "q", "?", "enter", "C-g", "C-c"],
    hint: "close",
    does: "close",
    group: "Dashboard",
  },

  { name: "up", where: "why", keys: ["up", "k"], does: "scroll up", group: "Look" },
  { name: "down", where: "why", keys: ["down", "j"], hint: "scroll", does: "scroll down", group: "Look" },
  { name: "page-up", where: "why", keys: ["pageup", "C-b"], does: "a page up", group: "Look" },
  { name: "page-down", where: "why", keys: ["pagedown", "C-f", "space"], does: "a page down", group: "Look" },
  {
    name: "cancel",
    where: "why",
    keys: ["escape", "q", "w", "enter", "C-g", "C-c"],
    hint: "close",
    does: "close",
    group: "Dashboard",
  },
];

/** How a key is written in the table: `a`, `A`, `C-a`, `M-enter`, `backtab`. */
export function keyName(key: { name: string; ctrl: boolean; alt: boolean; shift: boolean }): string {
  const name = key.name === " " ? "space" : key.name;
  return `${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${name}`;
}

export function findAction(where: Action["where"], key: string): Action | null {
  return actions.find((action) => action.where === where && action.keys.includes(key)) ?? null;
}

/** What the footer offers now, the most important first. */
export function hints(state: State): { action: Action; key: string; says: string }[] {
  const { mode } = state;
  const offered = actions.filter((action) => {
    if (!action.hint) return false;
    if (action.where === "question") return mode.at === "list" && action.unless?.(state) === null;
    return action.where === mode.at && (action.unless?.(state) ?? null) === null;
  });
  return offered.map((action) => ({ action, key: footerKey(state, action), says: footerHint(state, action) }));
}

function footerKey(state: State, action: Action): string {
  if (action.name !== "answer") return action.keys[0]!;
  const question = selectedAgent(state)?.question;
  const offered = question?.choices.filter((choice) => !(question.multiple && choice.submits)) ?? [];
  const choices = Math.min(9, offered.length || 1);
  return choices === 1 ? "1" : `1-${choices}`;
}

function footerHint(state: State, action: Action): string {
  if (action.where === "list" && action.name === "zoom" && state.zoomed) return "list";
  if (action.name === "whose") return state.mail?.of === null ? "this agent's" : "everybody's";
  if (action.name === "next") return nextHint(state) ?? "next";
  if (action.name === "answer" && selectedAgent(state)?.question?.multiple) return "tick";
  return action.hint ?? "";
}

/** Who is next, where it waits with a dialog and its name is short. */
function nextHint(state: State): string | null {
  const agent = nextInNeed(state);
  return agent?.state === "blocked" && agent.label.length <= 16 ? `next: ${agent.label}` : null;
}

/** A key as a person reads it. */
export function keyLabel(key: string, unicode: boolean): string {
  const plain = key.replace(/^C-/, "^").replace(/^M-/, "alt-");
  const word = plain.replace("escape", "esc").replace("pageup", "pgup").replace("pagedown", "pgdn");
  if (!unicode) return word.replace("backtab", "shift-tab");
  return word
    .replace("enter", "⏎")
    .replace("backtab", "shift-tab")
    .replace(/^up$/, "↑")
    .replace(/^down$/, "↓")
    .replace(/^left$/, "←")
    .replace(/^right$/, "→");
}
