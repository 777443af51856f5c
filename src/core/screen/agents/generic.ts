/**
 * Any program (`drover spawn -- COMMAND`), as a table of what most of them have in common: spinners and plain words in the
 * title, a question on the cursor's row, a list with a highlighted choice at the bottom, a hint how to interrupt, a prompt
 * with the cursor right behind it and nothing below. Where none of these is seen it is `unclear`: rest is never guessed.
 */
import type { ProviderTable } from "../table.js";
import { tableProvider } from "../table-provider.js";

export const genericTable: ProviderTable = {
  name: "generic",
  title: "Any program",
  command: [],
  processNames: [],
  interruptKeys: ["C-c"],
  quit: [{ keys: ["C-c", "C-d"] }],
  pasteSettleMs: 150,
  composer: { prompt: "^\\s{0,4}(?:[\\w.@:~/()\\[\\]-]{1,40} ?)?(?:>{1,3}|[❯›»λ➜$#%?:]) ?$" },
  dialog: {
    belowRows: 3,
    pointerInk: ["coloured"],
    onCursorRow: true,
    kinds: {
      trust: "\\btrust\\b",
      login: "\\blog ?in\\b|\\bsign in\\b|\\bAPI key\\b",
      permission: "\\ballow\\b|\\bpermission\\b|\\bapprove\\b|\\bproceed\\b|\\bDo you want\\b",
      plan: "\\bplan\\b.*\\?",
      question: "\\?\\s*$",
    },
  },
  signs: [
    { rule: "blank", shows: "starting", where: "blank", looksLike: "^" },
    {
      rule: "title-waiting",
      shows: "blocked",
      where: "title",
      looksLike:
        "^(?:✋|\\[ ?! ?\\])|\\b(?:Action Required|[Ww]aiting for (?:you|approval|confirmation)|[Nn]eeds? (?:your )?(?:input|approval|attention))\\b",
    },
    {
      rule: "title-busy",
      shows: "working",
      where: "title",
      looksLike: "^[\\u2800-\\u28ff◐◓◑◒]|^(?:Working|Thinking)\\b",
    },
    { rule: "title-ready", shows: "ready", where: "title", looksLike: "^\\W{0,3}(?:Ready|Idle)\\b" },
    {
      rule: "interrupt-hint",
      shows: "working",
      where: "tail",
      looksLike: "\\b((?:esc|escape|ctrl\\+c)\\b[^·]{0,12}\\b(?:interrupt|stop|cancel|abort))",
      ink: ["faded"],
    },
    { rule: "spinner", shows: "working", where: "tail", looksLike: "^\\s{0,4}([\\u2800-\\u28ff]) \\S" },
    {
      rule: "prompt",
      shows: "ready",
      where: "line",
      looksLike: "^\\s{0,4}(?:[\\w.@:~/()\\[\\]-]{1,40} ?)?(?:>{1,3}|[❯›»λ➜$#%]) ?$",
    },
  ],
};

export const generic = tableProvider(genericTable);
