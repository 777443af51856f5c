/**
 * Every command of drover, as data. The parser, `--help`, shell completion and the test of the man page read the same
 * rows, so none of them can say what the others do not.
 */
import type { Context } from "./context.js";
import type { Invocation } from "./parse.js";

export interface Option {
  readonly long: string;
  readonly short?: string;
  /** What the value is called in help; absent for a switch. */
  readonly value?: string;
  /** The value may be left out, where a dash or nothing follows. */
  readonly optional?: boolean;
  readonly many?: boolean;
  readonly does: string;
  /** What completion offers for the value. */
  readonly from?: Source;
}

export interface Argument {
  readonly name: string;
  readonly optional?: boolean;
  readonly many?: boolean;
  readonly does: string;
  readonly from?: Source;
}

/** Where completion takes words from: the running daemon, the file system, or a fixed list. */
export type Source = "labels" | "providers" | "files" | "folders" | readonly string[];

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** More than the summary says, in whole sentences; wrapped when printed. */
  readonly about?: string;
  readonly examples: readonly string[];
  /** Words after `--` belong to another program. */
  readonly passesOn?: string;
  readonly load: () => Promise<CommandModule>;
}

export interface CommandModule {
  /** Returns the exit status. What goes wrong is thrown as a Fault. */
  run(context: Context, invocation: Invocation): Promise<number>;
}

const json: Option = { long: "json", does: "print JSON and nothing else on standard output" };

/** Understood before and after every command's name. */
export const globalOptions: readonly Option[] = [
  { long: "server-name", short: "L", value: "NAME", does: "use the tmux server of this name, as tmux -L does" },
  {
    long: "server-path",
    short: "S",
    value: "PATH",
    does: "use the tmux server with this socket, as tmux -S does",
    from: "files",
  },
  {
    long: "tmux-config",
    short: "f",
    value: "FILE",
    does: "configuration for a tmux server that drover has to start, as tmux -f does",
    from: "files",
  },
  {
    long: "backend",
    value: "NAME",
    does: "what the tabs live in, for a daemon that has to be started: tmux (default) or herdr",
    from: ["tmux", "herdr"],
  },
  json,
  { long: "help", short: "h", does: "say what a command does and how it is used" },
  { long: "version", short: "V", does: "print the version" },
];

/** For `drover` without a command. */
export const dashboardOptions: readonly Option[] = [
  { long: "ephemeral", does: "a daemon that has to be started ends 5 s after the last dashboard" },
  {
    long: "driver",
    value: "LIBRARY",
    does: "the library behind the screen: neo-blessed (default) or blessed",
    from: ["neo-blessed", "blessed"],
  },
];

const label: Argument = { name: "LABEL", does: "an agent's label or id, or self", from: "labels" };
const labels: Argument = { ...label, many: true, does: "labels or ids of agents, or self" };

export const commands: readonly Command[] = [
  {
    name: "ls",
    summary: "list the agents, those that need you first",
    arguments: [],
    options: [{ long: "all", short: "a", does: "archived and lost agents too" }],
    examples: ["drover ls", "drover ls --json | jq -r '.agents[] | select(.state==\"blocked\").label'"],
    load: () => import("./ls.js"),
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
        does: "how it is told of its children while idle: type (their words), nudge, pull (it asks), mute",
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
    load: () => import("./spawn.js"),
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
    load: () => import("./adopt.js"),
  },
  {
    name: "attach",
    summary: "go to an agent's tab",
    arguments: [label],
    options: [],
    about:
      "Inside the same tmux server this client is switched to the tab; elsewhere tmux takes over the terminal until you detach.",
    examples: ["drover attach api"],
    load: () => import("./attach.js"),
  },
  {
    name: "send",
    summary: "send an agent a prompt",
    arguments: [
      label,
      { name: "TEXT", many: true, does: "the prompt, words joined by blanks; - reads standard input" },
    ],
    options: [
      { long: "from", value: "LABEL", does: "who says it; default: you", from: "labels" },
      { long: "now", does: "refuse rather than let it wait" },
    ],
    about:
      "The text is typed only while the agent can take it and its input box is empty; a dialog or somebody's draft is never typed into. Until then it is queued, on disk, and delivered once: one message each time the agent gets ready. Put -- before a text that begins with a dash.",
    examples: ["drover send api run the tests again", "drover send api - < plan.md"],
    load: () => import("./send.js"),
  },
  {
    name: "inbox",
    summary: "show and fetch mail, and deal with what could not be delivered",
    arguments: [
      {
        name: "ACTION",
        does: "list, drain, ack, policy, dead, retry or purge",
        from: ["list", "drain", "ack", "policy", "dead", "retry", "purge"],
      },
      {
        name: "WHAT",
        optional: true,
        many: true,
        does: "list, drain, dead: an agent's label or id, or self; ack: a batch, and whose; policy: an agent, and type, nudge, pull or mute; retry, purge: ids of messages",
        from: "labels",
      },
    ],
    options: [
      { long: "all", does: "list: the last 100 delivered too; retry, purge: every dead letter" },
      { long: "body", does: "list, dead: print what the messages say" },
      { long: "no-ack", does: "drain: what is printed comes back after 30 s unless it is acknowledged" },
      { long: "reject", does: "ack: give the batch back, as dead letters" },
    ],
    about:
      "list shows an agent's queue and its inbox, in order, or what waits for anybody. drain prints what an agent's children told it and it has not been given yet (of self by default), oldest first, and acknowledges it: each is handed over once. policy says how an agent is told of its children while it is idle: their words are typed, only that there are some, nothing until it asks, or never. dead shows what was not delivered, failed, or may not have arrived: retry puts such a message back, to be given (again), purge forgets it.",
    examples: [
      "drover inbox list api",
      "drover inbox drain --json self",
      "drover inbox dead",
      "drover inbox retry 01JD3V9K6W2Y8R5T7N4M1P0QXZ",
    ],
    load: () => import("./inbox.js"),
  },
  {
    name: "run-task",
    summary: "run a program, and tell an agent how it ended",
    arguments: [],
    options: [
      { long: "for", value: "LABEL", does: "who is told; default: the agent in whose tab this is", from: "labels" },
    ],
    passesOn: "PROGRAM",
    about:
      "The program is run as it is, without a shell: its output is passed through, and the exit status is its own. When it ends, by itself or by a signal, its exit code and the end of its output go to the agent's inbox, which wakes it where it is idle. Whom that is is bound before the program starts. Where no daemon can be reached at the end, the end is kept on disk and told by the next one.",
    examples: ["drover run-task -- npm test", "drover run-task --for lead -- make deploy &"],
    load: () => import("./run-task.js"),
  },
  {
    name: "report",
    summary: "tell an agent's parent something, from inside the agent",
    arguments: [
      { name: "TEXT", many: true, does: "what it has to say, words joined by blanks; - reads standard input" },
    ],
    options: [
      { long: "status", value: "STATUS", does: "how it went: done (default) or error", from: ["done", "error"] },
      {
        long: "as",
        value: "LABEL",
        does: "which agent says it; default: the one in whose tab this is",
        from: "labels",
      },
    ],
    about:
      "The text becomes a completion in the parent's inbox, as the end of a turn does, without waiting for one. A later report takes the place of one that nobody has taken yet.",
    examples: ["drover report the migration is written, tests follow", "drover report --status error - < failure.txt"],
    load: () => import("./report.js"),
  },
  {
    name: "answer",
    summary: "answer the dialog an agent waits with",
    arguments: [
      label,
      {
        name: "CHOICE",
        optional: true,
        does: "a choice's key, its number, its text or the beginning of it, or yes, no, always; several as 1,3",
      },
    ],
    options: [
      { long: "text", value: "TEXT", does: "a text of your own, where the dialog takes one" },
      { long: "if", value: "FINGERPRINT", does: "only if this dialog is still the one on its screen" },
    ],
    about:
      "Where several may be ticked, those named are ticked, all others are not, and the answer is sent. A text that fits no choice is an answer of your own where the dialog takes one. The screen is read before every key; where another dialog shows up nothing more is pressed.",
    examples: [
      "drover answer api 1",
      "drover answer api yes --if 5f2c09",
      "drover answer api 1,3",
      'drover answer api --text "call it till"',
    ],
    load: () => import("./answer.js"),
  },
  {
    name: "interrupt",
    summary: "interrupt an agent's turn, as Escape would",
    arguments: [label],
    options: [],
    examples: ["drover interrupt api"],
    load: () => import("./interrupt.js"),
  },
  {
    name: "output",
    summary: "print an agent's last response, or what it shows",
    arguments: [label],
    options: [
      { long: "last", does: "the final response of its last turn; the default" },
      { long: "screen", does: "its screen as it is now" },
      { long: "scrollback", value: "N", does: "the last N lines of its history, and its screen" },
      {
        long: "follow",
        does: "print lines of the answer, or of the screen, as they come, until the turn ends",
      },
    ],
    about:
      "The response comes from the agent's own hook or transcript, word for word, where there is one, else from its screen. A turn that ended without text gives [NO RESPONSE - why]; a response whose beginning is lost comes behind [PARTIAL RESPONSE - how much is left].",
    examples: ["drover output api", "drover output api --follow", "drover output api --scrollback 200 | less"],
    load: () => import("./output.js"),
  },
  {
    name: "why",
    summary: "say why an agent is in its state, or a message in its",
    arguments: [{ ...label, does: "an agent's label or id, or self; or a message's id" }],
    options: [],
    examples: ["drover why api", "drover why 01JD3V9K6W2Y8R5T7N4M1P0QXZ"],
    load: () => import("./why.js"),
  },
  {
    name: "stop",
    summary: "end an agent's program; its record stays",
    arguments: [labels],
    options: [{ long: "force", does: "do not ask the program to end as a person would" }],
    examples: ["drover stop api", "drover stop api web"],
    load: () => import("./stop.js"),
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
    load: () => import("./restart.js"),
  },
  {
    name: "restore",
    summary: "bring back the agents that a reboot or a lost tmux ended",
    arguments: [],
    options: [],
    about:
      'Each as by restart, under its old label; one that cannot be is named, and the others come back. With restore = "auto" in the configuration the daemon does it by itself when it starts.',
    examples: ["drover restore"],
    load: () => import("./restore.js"),
  },
  {
    name: "rename",
    summary: "give an agent another label",
    arguments: [label, { name: "NEW", does: "the new label: small letters, digits and dashes" }],
    options: [],
    about: "Its tab is called so too.",
    examples: ["drover rename claude-1 api"],
    load: () => import("./rename.js"),
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
    load: () => import("./wait.js"),
  },
  {
    name: "next",
    summary: "print the label of the agent that needs you next",
    arguments: [],
    options: [],
    about: "Dialogs first, then failures, then what is done and unseen. The exit status is 1 where nobody does.",
    examples: ["drover next", "drover attach $(drover next)"],
    load: () => import("./next.js"),
  },
  {
    name: "rm",
    summary: "take an agent that ended out of the list",
    arguments: [labels],
    options: [{ long: "force", does: "end it first where it lives, and remove a worktree that holds unsaved work" }],
    about:
      "The record is archived: drover ls --all still shows it, and its label is free again. A worktree of its own goes too, where it is clean and merged; otherwise what would be lost is counted and nothing is done.",
    examples: ["drover rm api"],
    load: () => import("./rm.js"),
  },
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
    load: () => import("./log.js"),
  },
  {
    name: "status",
    summary: "say how the daemon is",
    arguments: [],
    options: [],
    examples: ["drover status", "drover status --json"],
    load: () => import("./status.js"),
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
    load: () => import("./daemon.js"),
  },
  {
    name: "down",
    summary: "stop the daemon; the agents go on",
    arguments: [],
    options: [],
    examples: ["drover down"],
    load: () => import("./down.js"),
  },
  {
    name: "service",
    summary: "have systemd run the daemon",
    arguments: [{ name: "ACTION", does: "install, uninstall or status", from: ["install", "uninstall", "status"] }],
    options: [{ long: "now", does: "run systemctl as well, so that it starts, or stops, at once" }],
    about:
      "Writes a user unit, drover.service, for the tmux server chosen with -L or -S, and says what to run. Stopping the unit ends the daemon alone: the agents go on. A unit that drover did not write is left as it is.",
    examples: ["drover service install", "drover service install --now", "drover service uninstall --now"],
    load: () => import("./service.js"),
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
    load: () => import("./hooks.js"),
  },
  {
    name: "doctor",
    summary: "look for what is wrong on this machine, and say what to do",
    arguments: [],
    options: [],
    examples: ["drover doctor"],
    load: () => import("./doctor.js"),
  },
  {
    name: "demo",
    summary: "open the dashboard on six practice agents",
    arguments: [],
    options: [],
    about:
      "They live on a tmux server of their own: nothing of yours is touched, and leaving the demo leaves nothing behind.",
    examples: ["drover demo"],
    async load() {
      const { run } = await import("./demo.js");
      return { run: (_context, invocation) => run(invocation.arguments, process) };
    },
  },
  {
    name: "providers",
    summary: "list the agent programs, or try a table on a recording",
    arguments: [
      { name: "ACTION", optional: true, does: "check; default: list them", from: ["check"] },
      { name: "FILE", optional: true, does: "for check: an asciicast recording (.cast)", from: "files" },
    ],
    options: [
      { long: "provider", value: "PROVIDER", does: "for check: whose recording it is", from: "providers" },
      {
        long: "table",
        value: "FILE",
        does: "for check: a file with [providers.NAME], instead of the configuration",
        from: "files",
      },
    ],
    about:
      "The list comes from a cache that the daemon refreshes in the background. Tables in the configuration change a provider or add one (see drover(1), PROVIDERS). check prints what is believed along a recording, and, where a file RECORDING.expect.json lies beside it, which of its marks are right; the exit status is 1 where one is wrong.",
    examples: [
      "drover providers",
      "drover providers check turn.cast --provider qwen",
      "drover providers check turn.cast --table mine.toml",
    ],
    load: () => import("./providers.js"),
  },
  {
    name: "record",
    summary: "write down what an agent shows and what is believed of it",
    arguments: [label],
    options: [
      {
        long: "output",
        short: "o",
        value: "FILE",
        does: "where to, an asciicast (.cast) that is not there yet",
        from: "files",
      },
      { long: "seconds", value: "N", does: "end after that long; default: with Ctrl+C" },
      { long: "pictures", does: "leave the pane's pipe alone and record the pictures the daemon reads" },
    ],
    about:
      "What is recorded is what the program writes, through the pane's own pipe-pane, which is given back at the end. Where somebody else has that pipe, or with --pictures, it is the pictures the daemon reads, up to 20 a second: what only the bytes hold (OSC 7501, the bell) is not in them. Markers hold each decision with its proof and each hook event with its payload, prompts included: the file is for its owner alone. drover replay reads it.",
    examples: ["drover record api -o api.cast", "drover record api -o api.cast --seconds 60"],
    load: () => import("./record.js"),
  },
  {
    name: "replay",
    summary: "read a recording as the daemon would, and say what it shows",
    arguments: [{ name: "FILE", does: "an asciicast recording (.cast)", from: "files" }],
    options: [
      { long: "provider", value: "PROVIDER", does: "whose recording it is", from: "providers" },
      { long: "raw", does: "also what only the bytes hold: OSC 7501, 9, 777, 99 and the bell" },
      { long: "hooks", value: "FILE", does: "also the hookEvents of this file", from: "files" },
    ],
    examples: ["drover replay turn.cast --provider codex", "drover replay turn.cast --provider claude --json"],
    load: () => import("./replay.js"),
  },
  {
    name: "completion",
    summary: "print a completion script for a shell",
    arguments: [{ name: "SHELL", does: "bash, zsh or fish", from: ["bash", "zsh", "fish"] }],
    options: [],
    examples: [
      'eval "$(drover completion bash)"',
      "drover completion zsh > ~/.zfunc/_drover",
      "drover completion fish > ~/.config/fish/completions/drover.fish",
    ],
    load: () => import("./completion.js"),
  },
];

/** Asked for by completion scripts alone; in no help. */
export const completeCommand: Command = {
  name: "__complete",
  summary: "words for a completion script",
  arguments: [{ name: "WHAT", does: "labels or providers" }],
  options: [],
  examples: [],
  load: () => import("./complete.js"),
};
