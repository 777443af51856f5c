/** The daemon and the machine it lives on. */
import type { Command } from "../command.js";

export const machine = [
  {
    name: "log",
    summary: "print what happened",
    arguments: [],
    options: [
      { long: "follow", does: "go on as things happen" },
      { long: "after", value: "SEQ", does: "everything after this entry; default: the last 50" },
      { long: "agent", value: "LABEL", does: "only of this agent", from: "labels" },
    ],
    examples: ["drover log --follow", "drover log --after 1200 --agent api --json"],
  },
  {
    name: "status",
    summary: "say how the daemon is",
    arguments: [],
    options: [],
    examples: ["drover status", "drover status --json"],
  },
  {
    name: "daemon",
    summary: "start the daemon",
    arguments: [],
    options: [
      { long: "foreground", does: "stay in this terminal until it ends" },
      { long: "ephemeral", does: "end 5 s after the last dashboard is gone" },
    ],
    about: "Seldom needed: every command starts the daemon when none answers.",
    examples: ["drover daemon", "drover daemon --foreground"],
  },
  {
    name: "down",
    summary: "stop the daemon; the agents go on",
    arguments: [],
    options: [],
    examples: ["drover down"],
  },
  {
    name: "service",
    summary: "have systemd run the daemon",
    arguments: [{ name: "ACTION", does: "install, uninstall or status", from: ["install", "uninstall", "status"] }],
    options: [{ long: "now", does: "run systemctl as well, so that it starts, or stops, at once" }],
    about:
      "Writes a user unit, drover.service, for the tmux server chosen with -L or -S, and says what to run. Stopping the unit ends the daemon alone: the agents go on. A unit that drover did not write is left as it is.",
    examples: ["drover service install", "drover service install --now", "drover service uninstall --now"],
  },
  {
    name: "hooks",
    summary: "have agents that you start by hand tell drover of their turns",
    arguments: [
      { name: "ACTION", does: "install, uninstall or status", from: ["install", "uninstall", "status"] },
      {
        name: "PROVIDER",
        optional: true,
        many: true,
        does: "claude, codex, gemini, opencode; status: all",
        from: ["claude", "codex", "gemini", "opencode"],
      },
    ],
    options: [],
    about:
      "Adds drover's own entries to the program's settings file and leaves the rest as it is; uninstall puts the file back as it was. A file that is not plain JSON is left alone. Agents that drover starts are given theirs without it, where the program allows.",
    examples: ["drover hooks install claude codex", "drover hooks status", "drover hooks uninstall claude"],
  },
  {
    name: "doctor",
    summary: "look for what is wrong on this machine, and say what to do",
    arguments: [],
    options: [],
    examples: ["drover doctor"],
  },
  {
    name: "demo",
    summary: "open the dashboard on six practice agents",
    arguments: [],
    options: [],
    about:
      "They live on a tmux server of their own: nothing of yours is touched, and leaving the demo leaves nothing behind.",
    examples: ["drover demo"],
  },
] as const satisfies readonly Command[];
