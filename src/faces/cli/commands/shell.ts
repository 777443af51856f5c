/** What the shell one types in is told. */
import type { Command } from "../command.js";

export const shell = [
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
  },
] as const satisfies readonly Command[];

/** Asked for by completion scripts alone; in no help. */
export const completeCommand = {
  name: "__complete",
  summary: "words for a completion script",
  arguments: [{ name: "WHAT", does: "labels or providers" }],
  options: [],
  examples: [],
} as const satisfies Command;
