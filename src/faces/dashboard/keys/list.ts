/** The keys of the fleet list, and those while the selected agent waits with a dialog. */
import { mayInterrupt } from "#core/fleet/may-interrupt.js";
import type { AgentJson } from "#wire/agent.js";
import { takesText } from "../state/dialog.js";
import { lives, nextInNeed } from "../state/fleet.js";
import { type State, selectedAgent } from "../state/state.js";
import { type Action, stepping } from "./action.js";

export const listKeys: readonly Action[] = [
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
      const none = agent.question.choices.length === 0;
      return none ? "this dialog has no choices to pick; attach to answer it" : noDaemon(state);
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
      return question && takesText(question) ? null : "this dialog takes no text";
    },
  },
  {
    name: "next",
    where: "list",
    keys: ["g"],
    hint: "next",
    does: "go to the next agent that needs you: dialogs oldest first, then failures, then what is done and unseen",
    group: "Move",
    unless: nobodyElse,
  },
  {
    name: "attach",
    where: "list",
    keys: ["enter"],
    hint: "attach",
    does: "go to the agent's own tmux tab; detach (or switch back) to return",
    group: "Agent",
    unless: ofAgent(({ state, pane, label }) =>
      state === "lost" || pane === "" ? `${label} has no tab any more` : null,
    ),
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
    name: "restart",
    where: "list",
    keys: ["R"],
    hint: "restart",
    offered: (state) => !lives(selectedAgent(state)!) || selectedAgent(state)!.state === "error",
    does: "start the agent again (asks first): its conversation goes on where that can be, else its first prompt is given again",
    group: "Agent",
    unless: (state) => noAgent(state) ?? noDaemon(state),
  },
  {
    name: "remove",
    where: "list",
    keys: ["d", "delete"],
    hint: "remove",
    does: "take an agent that has exited or is lost off the list (asks first)",
    group: "Agent",
    unless: ofAgent((agent, state) => (lives(agent) ? `${agent.label} still runs; x stops it` : noDaemon(state))),
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
    unless: ofAgent((agent, state) => {
      if (agent.state === "blocked") return `${agent.label} asks something: answer it`;
      return mayInterrupt(agent.state) ? noDaemon(state) : `${agent.label} has no turn under way`;
    }),
  },
  {
    name: "stop",
    where: "list",
    keys: ["x"],
    hint: "stop",
    does: "end the agent's program (asks first); its record stays",
    group: "Agent",
    unless: (state) => noLiveAgent(state) ?? noDaemon(state),
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
  ...stepping("list", "line"),
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
];

function nobodyElse(state: State): string | null {
  const next = nextInNeed(state);
  if (next === null) return "nobody needs you";
  return next.id === selectedAgent(state)?.id ? "nobody else needs you" : null;
}

function noAgent(state: State): string | null {
  return selectedAgent(state) ? null : "select an agent first";
}

/** What stands against it with that agent; without one, that there is none. */
function ofAgent(against: (agent: AgentJson, state: State) => string | null): (state: State) => string | null {
  return (state) => {
    const agent = selectedAgent(state);
    return agent ? against(agent, state) : noAgent(state);
  };
}

function noLiveAgent(state: State): string | null {
  return ofAgent((agent) => (lives(agent) ? null : `${agent.label} no longer runs`))(state);
}

function noDaemon(state: State): string | null {
  if (state.link.at === "live") return null;
  return state.link.at === "stopped" ? "the daemon was stopped: r starts it again" : "the daemon does not answer yet";
}

function notNeeded(state: State): string | null {
  return state.items.length === 0 ? "there are no agents" : null;
}
