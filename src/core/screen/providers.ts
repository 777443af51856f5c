/** The agent programs drover knows, by name. */
import { claude } from "./agents/claude.js";
import { codex } from "./agents/codex.js";
import { copilot } from "./agents/copilot.js";
import { gemini } from "./agents/gemini.js";
import { generic } from "./agents/generic.js";
import { opencode } from "./agents/opencode.js";
import { pi } from "./agents/pi.js";
import { qwen } from "./agents/qwen.js";
import { rehearsal } from "./agents/rehearsal.js";
import { shell } from "./agents/shell.js";
import type { Provider } from "./reading.js";

/** The built-in ones, by name; the configuration lays its own over them (configured.ts). */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [claude, codex, gemini, opencode, qwen, pi, copilot, shell, generic, rehearsal].map((provider) => [
    provider.name,
    provider,
  ]),
);
