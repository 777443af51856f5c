/**
 * What the records in a program's own transcript mean for the state. Only what the program writes once a thing has
 * happened: an answer without a tool call is no end yet in Claude Code (a hook may make it go on) nor in Gemini CLI (0.61
 * writes it again once the tools are known), so their ends come from `turn_duration` and from the title.
 */
import type { Evidence } from "../model.js";
import { type Said, TranscriptLines } from "../output/transcript.js";
import { backgroundNote, type HookMeaning } from "./hook-meanings.js";
import { excerpt } from "./read-screen.js";

export interface TranscriptReport {
  readonly means: HookMeaning;
  readonly evidence: Evidence;
  readonly writtenAtMs: number;
}

/** Gives the meaning of a transcript's lines, one after the other. */
export class TranscriptReports {
  readonly #provider: string;
  readonly #lines: TranscriptLines;

  constructor(provider: string) {
    this.#provider = provider;
    this.#lines = new TranscriptLines(provider);
  }

  /** What the next line means; null where it says nothing of the state. Never throws. */
  read(line: string): TranscriptReport | null {
    const { said, atMs } = this.#lines.read(line);
    // Without a time nobody knows whether it is history.
    if (atMs === null) return null;
    // A record that says more than one thing ends with what holds after it.
    const last = said.findLast((one) => meaning(one) !== null);
    const means = last === undefined ? null : meaning(last);
    if (last === undefined || means === null) return null;
    const evidence = {
      source: "transcript",
      rule: `${this.#provider}/written-${means}`,
      excerpt: excerpt(words(last)),
    } as const;
    return { means, evidence, writtenAtMs: atMs };
  }
}

function meaning(said: Said): HookMeaning | null {
  switch (said.says) {
    case "turn":
      return "turn-started";
    case "ill":
      return said.byHand ? "interrupted" : "turn-failed";
    case "end":
      if (!said.sure) return null;
      return said.helpers > 0 ? "turn-goes-on" : "turn-ended";
    default:
      return null;
  }
}

/** Of prompts nothing is told: they may hold anything, and the journal keeps no bodies. */
function words(said: Said): string {
  switch (said.says) {
    case "turn":
      return "a prompt is written down";
    case "ill":
      return said.why.replace(/^the turn failed: /, "");
    case "end":
      return said.helpers > 0 ? backgroundNote(said.helpers) : "the turn's end is written down";
    default:
      return "";
  }
}
