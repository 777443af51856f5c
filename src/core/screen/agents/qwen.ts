/**
 * Qwen Code, seen in 0.15.10, as a table. Its input box stands between two rules; the row right above it is blank at rest
 * and holds the spinner during a turn. The transcript's own marks stand in column 2, and all else is indented by four.
 * A dialog takes the place of the box: a dim frame, and the spinner below it. The title never changes.
 */
import type { ProviderTable } from "../table.js";
import { tableProvider } from "../table-provider.js";

export const qwenTable: ProviderTable = {
  name: "qwen",
  title: "Qwen Code",
  command: ["qwen"],
  resume: ["--resume", "{session}"],
  pasteSettleMs: 150,
  shellMode: { opens: ["!"], guard: " " },
  quit: [{ text: "/quit" }],
  versions: ["0.15.10"],
  // It empties its title when it ends; a shell may have written below its figures since.
  gone: [{ title: "^$", cursorVisible: true, alternate: false }],
  composer: {
    edge: "^─+$",
    prompt: "^[>!*] ?",
    indent: 2,
    placeholder: "^\\s*Type your message or @path/to/file$",
    above: 1,
  },
  dialog: {
    top: "^ {2}╭─+╮$",
    bottom: "^ {2}╰─+╯$",
    frameInk: ["faded"],
    belowRows: 2,
    pointerInk: ["coloured"],
    kinds: {
      trust: "\\btrust (?:the files|this folder)\\b",
      login: "how would you like to authenticate|\\bsign in\\b|\\bAPI key\\b",
      permission: "\\bAllow execution\\b|\\bApply this change\\b|\\bDo you want to\\b|\\ballow\\b",
      plan: "\\bplan\\b.*\\?",
      question: "\\?[\\s│]*$",
    },
    // Digits may do as well; Enter on the highlighted choice was seen to.
    keys: "arrows",
  },
  block: "^ {2}\\S",
  signs: [
    { rule: "blank", shows: "starting", where: "blank", looksLike: "^" },
    {
      rule: "spinner",
      shows: "working",
      where: "near",
      looksLike: "^ {2,8}[^\\p{L}]{0,6}(\\p{L}.*)",
      ink: ["coloured"],
      tells: true,
    },
    // Whatever else is written there speaks of a turn under way, or is new to us.
    { rule: "status", shows: "unclear", where: "near", looksLike: "\\S" },
    // A dialog that cannot be read says at least this.
    {
      rule: "confirmation",
      shows: "blocked",
      where: "tail",
      looksLike: "^ {2}\\S (Waiting for user confirmation)",
      ink: ["coloured"],
    },
    {
      rule: "spinner-alone",
      shows: "working",
      where: "tail",
      looksLike: "^ {2}[\\u2800-\\u28ff.]{1,3} +(\\p{L}.*)",
      ink: ["coloured"],
      tells: true,
    },
    // A model that answers with nothing is an error in Qwen's words; its turn is over, and went as it went.
    {
      rule: "empty-response",
      shows: "finished",
      where: "block",
      looksLike: "^ {2}(✕) \\[API Error: Model stream ended with empty response text",
      ink: ["red"],
    },
    { rule: "error", shows: "error", where: "block", looksLike: "^ {2}(✕) ", ink: ["red"], tells: true },
    { rule: "cancelled", shows: "interrupted", where: "block", looksLike: "^ {2}● Request cancelled\\.$" },
    { rule: "prompt", shows: "ready", where: "prompt", looksLike: "^[>!*]", ink: ["coloured"] },
  ],
  answer: {
    indent: 4,
    margin: 4,
    begins: [
      { what: "prompt", looksLike: "^ {2}> ", ink: ["coloured"] },
      { what: "answer", looksLike: "^ {2}✦ ", ink: ["coloured"] },
      { what: "failed", looksLike: "^ {2}✕ ", ink: ["red"] },
      { what: "interrupted", looksLike: "^ {2}● Request cancelled\\.$" },
      { what: "aside", looksLike: "^ {2}\\S" },
    ],
  },
};

export const qwen = tableProvider(qwenTable);
