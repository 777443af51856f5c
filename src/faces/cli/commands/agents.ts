/** What there is, and what joins it: agents listed, started, taken in, gone to. */
import type { Command } from "../command.js";
import { label } from "./every-command.js";

export const agents = [
  {
    name: "ls",
    summary: "list the agents, those that need you first",
    arguments: [],
    options: [{ long: "all", short: "a", does: "archived and lost agents too" }],
    examples: ["drover ls", "drover ls --json | jq -r '.agents[] | select(.state==\"blocked\").label'"],
  },
  {
    name: "spawn",
    summary: "start an agent in a tmux tab of its own",
    arguments: [
      {
        name: "PROVIDER",
        optional: true,
        does: "which program: claude, codex, gemini, opencode, qwen, pi, copilot, shell, generic, rehearsal, or one of the configuration; generic where only a command is given",
        from: "providers",
      },
      { name: "PROMPT", optional: true, does: "its first prompt; - reads it from standard input" },
    ],
    options: [
      { long: "label", short: "l", value: "LABEL", does: "its name; default: made from the provider's" },
      {
        long: "session",
        short: "s",
        value: "NAME",
        does: "the tmux session, made if missing; default: the folder's name",
      },
      { long: "cwd", short: "c", value: "FOLDER", does: "where it works; default: here", from: "folders" },
      { long: "env", short: "e", value: "K=V", many: true, does: "set a variable for it; may be given again" },
      { long: "prompt", short: "p", value: "TEXT", does: "its first prompt" },
      { long: "parent", value: "LABEL", does: "the agent that is told when a turn of this one ends", from: "labels" },
      {
        long: "role",
        value: "ROLE",
        does: "worker (default) or conductor, of which a session has one",
        from: ["worker", "conductor"],
      },
      { long: "group", short: "g", value: "NAME", does: "a group to show it under" },
      {
        long: "heartbeat",
        value: "TIME",
        does: "a conductor only: so often, while it rests, tell it what waits for it, as in 15m",
      },
      {
        long: "wake",
        value: "POLICY",
        does: "how it is told of its children while idle: type (their words; default, but for shells), nudge, pull (it asks), mute",
        from: ["type", "nudge", "pull", "mute"],
      },
      { long: "if-absent", does: "give the live agent of that label rather than a second one" },
      { long: "replace", does: "a conductor only: stop the session's present one and take its place" },
      {
        long: "worktree",
        short: "w",
        value: "BRANCH",
        optional: true,
        does: "a git worktree of its own, on this branch or on a new one named by its label",
      },
    ],
    passesOn: "ARGS",
    about:
      "Arguments after -- go to the program as they are; without a PROVIDER they are the program and its arguments. Worktrees lie beside the repository, in REPOSITORY.worktrees/LABEL; the word after --worktree is its branch, so a prompt goes before it.",
    examples: [
      'drover spawn claude "fix the login redirect"',
      "drover spawn codex --label api --cwd ~/src/api --env RUST_LOG=debug -- --model o4",
      "git diff | drover spawn gemini --label review -",
      'drover spawn claude "try another parser" --label parser --worktree',
      "drover spawn --label aider -- aider --no-git",
    ],
  },
  {
    name: "adopt",
    summary: "take in an agent that was started by hand",
    arguments: [
      { name: "PANE", optional: true, does: 'the pane it runs in, as in "%12"; default: list those there are' },
    ],
    options: [
      { long: "label", short: "l", value: "LABEL", does: "its name; default: made from the provider's" },
      {
        long: "provider",
        value: "PROVIDER",
        does: "whose program it is, where its name does not tell",
        from: "providers",
      },
      { long: "parent", value: "LABEL", does: "the agent that is told when a turn of this one ends", from: "labels" },
      { long: "role", value: "ROLE", does: "worker (default) or conductor", from: ["worker", "conductor"] },
      { long: "group", short: "g", value: "NAME", does: "a group to show it under" },
    ],
    examples: ["drover adopt", "drover adopt %12 --label api"],
  },
  {
    name: "attach",
    summary: "go to an agent's tab",
    arguments: [label],
    options: [],
    about:
      "Inside the same tmux server this client is switched to the tab; elsewhere tmux takes over the terminal until you detach.",
    examples: ["drover attach api"],
  },
] as const satisfies readonly Command[];
