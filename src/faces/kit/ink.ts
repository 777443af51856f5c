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
  readonly colours: boolean;
  readonly #unicode: boolean;

  constructor(colours: boolean, unicode = true) {
    this.colours = colours;
    this.#unicode = unicode;
  }

  sign(state: AgentJson["state"]): string {
    return this.#unicode ? STATE_LOOK[state].sign : STATE_LOOK[state].ascii;
  }

  paint(tint: Tint, text: string): string {
    return this.colours && tint !== "plain" && text !== "" ? `\u001b[${SGR[tint]}m${text}\u001b[0m` : text;
  }
}

/**
 * Agents' own words may hold escape sequences, and overrides that reorder what is read: nothing but printable text, blanks
 * for the rest, reaches the terminal.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ");
}

/** The look of a state in a list: the dashboard's signs, and what stands for them where the locale is not UTF-8. */
export const STATE_LOOK: Readonly<Record<AgentJson["state"], { sign: string; ascii: string; tint: Tint }>> = {
  blocked: { sign: "◆", ascii: "!", tint: "yellow" },
  error: { sign: "✗", ascii: "x", tint: "red" },
  done: { sign: "✓", ascii: "+", tint: "cyan" },
  working: { sign: "●", ascii: "*", tint: "green" },
  starting: { sign: "◐", ascii: "~", tint: "green" },
  idle: { sign: "○", ascii: "o", tint: "plain" },
  unclear: { sign: "?", ascii: "?", tint: "yellow" },
  lost: { sign: "⊘", ascii: "%", tint: "red" },
  exited: { sign: "·", ascii: ".", tint: "dim" },
};
