/**
 * GitHub Copilot CLI, seen in 1.0.102, as a table. It takes the alternate screen. Its input box stands between two dim
 * rules with the folder right above and one row of hints below, which during a turn begins with the spinner in colour.
 * The transcript's marks stand in column 1, text in column 3. A dialog is a grey frame from column 0 down to the last row.
 */
import type { ProviderTable } from "../table.js";
import { tableProvider } from "../table-provider.js";

export const copilotTable: ProviderTable = {
  name: "copilot",
  title: "GitHub Copilot CLI",
  command: ["copilot"],
  resume: ["--resume", "{session}"],
  pasteSettleMs: 150,
  shellMode: { opens: ["!"], guard: " " },
  interruptKeys: ["Escape", "Escape"],
  quit: [{ text: "/exit" }],
  versions: ["1.0.102"],
  // It leaves the alternate screen when it ends, and its title behind.
  gone: [{ title: "GitHub Copilot$", alternate: false }],
  composer: { edge: "^─+$", edgeInk: ["faded"], prompt: "^[❯!]", indent: 2, footRows: 12, above: 1 },
  dialog: {
    top: "^╭─+╮$",
    bottom: "^╰─+╯$",
    frameInk: ["faded"],
    pointerInk: ["on"],
    kinds: {
      trust: "\\btrust (?:the files|this folder)\\b",
      login: "\\blog ?in\\b|\\bsign in\\b|\\bauthenticat",
      permission: "\\bDo you want to (?:run|make|edit|create|allow)\\b|\\ballow\\b|permission",
      plan: "\\bplan\\b.*\\?",
      question: "\\?[\\s│]*$",
    },
    keys: "arrows",
  },
  block: "^ \\S",
  signs: [
    { rule: "blank", shows: "starting", where: "blank", looksLike: "^" },
    { rule: "loading", shows: "starting", where: "foot", looksLike: "^ (\\S) Loading\\b", ink: ["coloured"] },
    {
      rule: "spinner",
      shows: "working",
      where: "foot",
      looksLike: "^ (\\S) (\\S.*)",
      ink: ["coloured"],
      secondInk: ["coloured"],
    },
    { rule: "footer-interrupt", shows: "working", where: "foot", looksLike: "\\besc\\b.{0,20}\\binterrupt" },
    {
      rule: "error",
      shows: "error",
      where: "block",
      looksLike: "^ (✗) (\\S)",
      ink: ["red"],
      secondInk: ["bold"],
      tells: true,
    },
    {
      rule: "cancelled",
      shows: "interrupted",
      where: "block",
      looksLike: "^ (●) Operation cancelled by user$",
      ink: ["coloured"],
    },
    { rule: "footer", shows: "ready", where: "foot", looksLike: "^ .*\\b(?:Approval|commands|help|files|issues)\\b" },
  ],
  answer: {
    indent: 3,
    margin: 4,
    begins: [
      { what: "prompt", looksLike: "^ ❯ " },
      { what: "interrupted", looksLike: "^ ● Operation cancelled by user$", ink: ["coloured"] },
      { what: "aside", looksLike: "^ ● Tip: /", ink: ["coloured"] },
      { what: "answer", looksLike: "^ ● ", ink: ["coloured"] },
      { what: "failed", looksLike: "^ ✗ ", ink: ["red"] },
      { what: "aside", looksLike: "^ {0,1}\\S" },
    ],
  },
};

export const copilot = tableProvider(copilotTable);
