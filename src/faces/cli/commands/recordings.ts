/** Programs that agents are made of, and recordings of what they show. */
import type { Command } from "../command.js";
import { label } from "./every-command.js";

export const recordings = [
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
  },
] as const satisfies readonly Command[];
