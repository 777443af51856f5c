/** Colour for what is printed as lines. Sixteen colours only: they follow the reader's own theme. */
import type { AgentJson } from "#wire/agent.js";

export type Tint = "plain" | "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

const SGR: Readonly<Record<Tint, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
};

export class Ink {
  readonly on: boolean;

  constructor(on: boolean) {
    this.on = on;
  }

  paint(tint: Tint, text: string): string {
    return this.on && tint !== "plain" && text !== "" ? `\u001b[${SGR[tint]}m${text}\u001b[0m` : text;
  }
}

/** Agents' own words may hold escape sequences: nothing but printable text, blanks for the rest, reaches the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

/** The look of a state in a list. */
export const STATE_LOOK: Readonly<Record<AgentJson["state"], { glyph: string; tint: Tint }>> = {
  blocked: { glyph: "◆", tint: "yellow" },
  error: { glyph: "✖", tint: "red" },
  done: { glyph: "✔", tint: "green" },
  unclear: { glyph: "?", tint: "magenta" },
  working: { glyph: "●", tint: "blue" },
  starting: { glyph: "◌", tint: "cyan" },
  idle: { glyph: "○", tint: "plain" },
  exited: { glyph: "■", tint: "dim" },
  lost: { glyph: "∅", tint: "dim" },
};
