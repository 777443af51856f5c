/** How the programs whose transcripts drover can read write them, by provider. */
import type { TranscriptShape } from "./extract.js";
import { claudeShape } from "./shapes/claude.js";
import { codexShape } from "./shapes/codex.js";
import { geminiShape } from "./shapes/gemini.js";
import { opencodeShape } from "./shapes/opencode.js";
import { rehearsalShape } from "./shapes/rehearsal.js";

export const shapes: ReadonlyMap<string, TranscriptShape> = new Map([
  ["claude", claudeShape],
  ["codex", codexShape],
  ["gemini", geminiShape],
  ["opencode", opencodeShape],
  ["rehearsal", rehearsalShape],
]);
