/**
 * pi, seen in 0.73.1, as a table. Its input box stands between two grey rules with a footer of two rows below; the spinner
 * is the last row above it. What was sent and what tools did stand on grounds of their own, answers in column 1 without a
 * mark. It hides the cursor as long as it lives and ran tools without asking: no dialog of its own was ever seen.
 */
import type { ProviderTable } from "../table.js";
import { tableProvider } from "../table-provider.js";

export const piTable: ProviderTable = {
  name: "pi",
  title: "pi",
  command: ["pi"],
  pasteSettleMs: 150,
  // It cuts blanks off before it looks.
  shellMode: { opens: ["!"], guard: "> " },
  quit: [{ text: "/quit" }],
  versions: ["0.73.1"],
  gone: [{ cursorVisible: true, belowBox: true }],
  composer: { edge: "^─+$", indent: 0, footRows: 8 },
  signs: [
    { rule: "blank", shows: "starting", where: "blank", looksLike: "^" },
    // The glyph in a colour and the words in grey: no answer is written so.
    {
      rule: "spinner",
      shows: "working",
      where: "last",
      looksLike: "^ (\\S{1,2}) +(\\S.*)",
      ink: ["coloured"],
      secondInk: ["faded"],
    },
    {
      rule: "aborted",
      shows: "interrupted",
      where: "block",
      looksLike: "^ (O)peration aborte(d)$",
      ink: ["red"],
      secondInk: ["red"],
    },
    {
      rule: "error",
      shows: "error",
      where: "block",
      looksLike: "^ (E)rror: .*(\\S)$",
      ink: ["red"],
      secondInk: ["red"],
      tells: true,
    },
    // The first row of the footer is the folder, in grey, as all of the footer is.
    { rule: "footer", shows: "ready", where: "foot", looksLike: "^[~/]", ink: ["faded"] },
  ],
  answer: {
    indent: 1,
    margin: 2,
    unmarked: true,
    begins: [
      { what: "prompt", looksLike: "^ \\S", ink: ["on-#343541"] },
      { what: "aside", looksLike: "^ *\\S", ink: ["on"] },
      { what: "interrupted", looksLike: "^ Operation aborted$", ink: ["red"] },
      { what: "failed", looksLike: "^ Error: ", ink: ["red"] },
      { what: "aside", looksLike: "^ [\\u2800-\\u28ff] ", ink: ["coloured"] },
      { what: "answer", looksLike: "^ \\S", afterBlank: true },
    ],
  },
};

export const pi = tableProvider(piTable);
