/** Words to agents and from them: prompts, mail, answers, responses, reasons. */
import type { Command } from "../command.js";
import { label } from "./every-command.js";

const worker = {
  name: "WHO",
  does: "an agent's label or id; else a provider, of which a new one is started",
  from: "labels",
} as const;
const work = {
  name: "TEXT",
  many: true,
  does: "what it has to do, words joined by blanks; - reads standard input",
} as const;
const forWorker = [
  { long: "from", value: "LABEL", does: "who gives it; default: the agent in whose tab this is", from: "labels" },
  {
    long: "label",
    short: "l",
    value: "LABEL",
    does: "WHO is a provider: give it to the live agent of this label, else to a new one that is called so",
  },
  { long: "cwd", short: "c", value: "FOLDER", does: "a new one: where it works; default: here", from: "folders" },
  { long: "session", short: "s", value: "NAME", does: "a new one: the tmux session, made if missing" },
  { long: "group", short: "g", value: "NAME", does: "a new one: a group to show it under" },
  { long: "parent", value: "LABEL", does: "a new one: its parent; default: who gives it", from: "labels" },
  {
    long: "worktree",
    short: "w",
    value: "BRANCH",
    optional: true,
    does: "a new one: a git worktree of its own, on this branch or on a new one named by its label",
  },
] as const;

export const talk = [
  {
    name: "send",
    summary: "send an agent a prompt",
    arguments: [
      label,
      { name: "TEXT", many: true, does: "the prompt, words joined by blanks; - reads standard input" },
    ],
    options: [
      {
        long: "from",
        value: "LABEL",
        does: "who says it; default: the agent in whose tab this is, else you",
        from: "labels",
      },
      { long: "now", does: "refuse rather than let it wait" },
      { long: "wait", does: "wait for the answer, and print it" },
      { long: "timeout", value: "SECONDS", does: "with --wait: give up after that long, with exit status 6" },
    ],
    about:
      "The text is typed only while the agent can take it and its input box is empty; a dialog or somebody's draft is never typed into. Until then it is queued, on disk, and delivered once: one message each time the agent gets ready. Where nobody can say whether it was taken, it is uncertain: you are told (an agent in its inbox) and it is not typed again. Put -- before a text that begins with a dash.",
    examples: [
      "drover send api run the tests again",
      "drover send api - < plan.md",
      "drover send api --wait --timeout 600 which tests fail",
    ],
  },
  {
    name: "handoff",
    summary: "give an agent something to do, wait, and print its answer",
    arguments: [worker, work],
    options: [
      { long: "timeout", value: "SECONDS", does: "give up waiting after that long, with exit status 6" },
      ...forWorker,
    ],
    about:
      "Without an agent of that name a new one of that provider is started, and kept. The answer is printed once the turn is over, through every dialog in it; that one waits is said on standard error. In an agent's tab it is that agent's: where nobody is left to print the answer, be it that you gave up, it comes to the agent's inbox within half a minute of the end, and one that was printed does not.",
    examples: [
      "drover handoff api which tests fail",
      'drover handoff claude --label review --timeout 900 "review the last commit"',
      "drover handoff codex --cwd ~/src/api - < plan.md",
    ],
  },
  {
    name: "assign",
    summary: "give an agent something to do; how it ends comes to the inbox",
    arguments: [worker, work],
    options: forWorker,
    about:
      "As handoff, but it returns at once. The end of the turn, its failure, a dialog in it or the end of the program is told to the agent that gave the work, as to a parent, once; so it is of each piece of work, though nobody took the one before. A worker's parent is told as ever. It is for agents: in nobody's tab, name one with --from.",
    examples: ["drover assign api run the tests again", 'drover assign claude --cwd ../web "port the change of today"'],
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
        does: "list, drain, dead: an agent's label or id, or self; ack: a batch, and whose; policy: an agent, and type, nudge, pull or mute, or --heartbeat; retry, purge: ids of messages",
        from: "labels",
      },
    ],
    options: [
      { long: "all", does: "list: the last 100 delivered too; retry, purge: every dead letter" },
      { long: "body", does: "list, dead: print what the messages say" },
      { long: "no-ack", does: "drain: what is printed comes back after 30 s unless it is acknowledged" },
      { long: "reject", does: "ack: give the batch back, as dead letters" },
      {
        long: "heartbeat",
        value: "TIME",
        does: "policy, of a conductor: so often, while it rests, tell it what waits for it, as in 15m; off: never",
      },
    ],
    about:
      "list shows an agent's queue and its inbox, in order, or what waits for anybody. drain prints what an agent's children told it and it has not been given yet (of self by default), oldest first, and acknowledges it: each is handed over once. policy says how an agent is told of its children while it is idle: their words are typed, only that there are some, nothing until it asks, or never. dead shows what was not delivered, failed, or may not have arrived: retry puts such a message back, to be given (again), purge forgets it.",
    examples: [
      "drover inbox list api",
      "drover inbox drain --json self",
      "drover inbox policy lead nudge --heartbeat 30m",
      "drover inbox dead",
      "drover inbox retry 01JD3V9K6W2Y8R5T7N4M1P0QXZ",
    ],
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
      "Without a choice the dialog is shown, and the exit status is 2. Where several may be ticked, those named are ticked, all others are not, and the answer is sent. A text that fits no choice is an answer of your own where the dialog takes one. The screen is read before every key; where another dialog shows up nothing more is pressed.",
    examples: [
      "drover answer api 1",
      "drover answer api yes --if 5f2c09",
      "drover answer api 1,3",
      'drover answer api --text "call it till"',
    ],
  },
  {
    name: "interrupt",
    summary: "interrupt an agent's turn, as Escape would",
    about:
      "Refused with exit status 5 while a dialog is open, which that key would answer, and where no turn is under way. An agent that is unclear may have one.",
    arguments: [label],
    options: [],
    examples: ["drover interrupt api"],
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
  },
  {
    name: "why",
    summary: "say why an agent is in its state, or a message in its",
    arguments: [{ ...label, does: "an agent's label or id, or self; or a message's id" }],
    options: [],
    examples: ["drover why api", "drover why 01JD3V9K6W2Y8R5T7N4M1P0QXZ"],
  },
] as const satisfies readonly Command[];
