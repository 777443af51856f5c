/**
 * How the programs whose transcripts drover can read write them, by provider. A provider that is a table brings its own
 * (`Provider.shape`), which goes before these.
 */
import { copilot } from "../screen/agents/copilot.js";
import { pi } from "../screen/agents/pi.js";
import { qwen } from "../screen/agents/qwen.js";
import type { TranscriptShape } from "./extract.js";
import { claudeShape } from "./shapes/claude.js";
import { codexShape } from "./shapes/codex.js";
import { geminiShape } from "./shapes/gemini.js";
import { opencodeShape } from "./shapes/opencode.js";
import { rehearsalShape } from "./shapes/rehearsal.js";

/** By provider. */
export const shapes: ReadonlyMap<string, TranscriptShape> = new Map([
  ["claude", claudeShape],
  ["codex", codexShape],
  ["gemini", geminiShape],
  ["opencode", opencodeShape],
  ["rehearsal", rehearsalShape],
  ["qwen", qwen.shape!],
  ["pi", pi.shape!],
  ["copilot", copilot.shape!],
]);
