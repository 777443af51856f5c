/** An agent's life: ended, started again, named, waited for, put away. */
import type { Command } from "../command.js";
import { label, labels } from "./every-command.js";

export const life = [
  {
    name: "stop",
    summary: "end an agent's program; its record stays",
    arguments: [labels],
    options: [{ long: "force", does: "do not ask the program to end as a person would" }],
    examples: ["drover stop api", "drover stop api web"],
  },
  {
    name: "restart",
    summary: "start an agent again, where it was",
    arguments: [label],
    options: [
      { long: "force", does: "do not ask a program that still runs to end as a person would" },
      { long: "env", short: "e", value: "K=V", many: true, does: "set a variable for it; may be given again" },
    ],
    about:
      "Its own conversation is resumed where the program can and its name is known; else its first prompt is given again; a conductor begins anew. A worker with neither is refused, since its task would be lost.",
    examples: ["drover restart api"],
  },
  {
    name: "restore",
    summary: "bring back the agents that a reboot or a lost tmux ended",
    arguments: [],
    options: [],
    about:
      'Each as by restart, under its old label; one that cannot be is named, and the others come back. With restore = "auto" in the configuration the daemon does it by itself when it starts.',
    examples: ["drover restore"],
  },
  {
    name: "rename",
    summary: "give an agent another label",
    arguments: [label, { name: "NEW", does: "the new label: small letters, digits and dashes" }],
    options: [],
    about: "Its tab is called so too.",
    examples: ["drover rename claude-1 api"],
  },
  {
    name: "wait",
    summary: "wait until an agent is at rest, needs you, or is over",
    arguments: [label],
    options: [
      {
        long: "state",
        value: "STATE",
        many: true,
        does: "until it is in this state; may be given again",
        from: ["idle", "done", "blocked", "error", "working", "exited", "lost", "unclear", "starting"],
      },
      { long: "timeout", value: "SECONDS", does: "give up after that long, with exit status 6" },
    ],
    examples: ["drover wait api", "drover wait api --state blocked --timeout 600"],
  },
  {
    name: "next",
    summary: "print the label of the agent that needs you next",
    arguments: [],
    options: [],
    about: "Dialogs first, then failures, then what is done and unseen. The exit status is 1 where nobody does.",
    examples: ["drover next", "drover attach $(drover next)"],
  },
  {
    name: "rm",
    summary: "take an agent that ended out of the list",
    arguments: [labels],
    options: [{ long: "force", does: "end it first where it lives, and remove a worktree that holds unsaved work" }],
    about:
      "The record is archived: drover ls --all still shows it, and its label is free again. A worktree of its own goes too, where it is clean and merged; otherwise what would be lost is counted and nothing is done.",
    examples: ["drover rm api"],
  },
] as const satisfies readonly Command[];
