/**
 * How the tmux server at hand counts cells, by its own word. Our private session's pane prints samples, unseen, each over a
 * row of letters; the letters that are left say how many cells it took. A table of versions says the same (host/widths.ts),
 * but cannot know what a distribution patched or its C library counts.
 */
import { type Command, captureOwn } from "#core/protocol/commands.js";
import type { Clock } from "#host/clock.js";
import type { GraphemeRules } from "#host/widths.js";

const SELECTOR = "\u2600\ufe0f";
const HAND = "\u270c";
const THUMB = "\u{1f44d}\u{1f3fd}";
const FACE = "\u{1f600}\u{1f3fd}";
const SAMPLES = [SELECTOR, HAND, THUMB, FACE] as const;
const LETTERS = 8;
/** When our pane is looked at for them: a shell prints them in a few milliseconds. */
const PROBE_MS = [20, 50, 100, 200, 400];

/** A shell command that prints the samples; they are concealed, so that whoever lands there sees nothing of them. */
export const PRINT_SAMPLES = `printf "\\033[8m${SAMPLES.map((sample) => `${"a".repeat(LETTERS)}\\r${octal(sample)}\\n`).join("")}\\033[m"`;

/**
 * Looks at our pane until the samples are there, for as long as `isSame` says that the server is still the same. Null where
 * they never come: they are printed as the session is made, and one made by an earlier drover may have none. Never throws.
 */
export async function probeWidths(
  request: (command: Command) => Promise<Buffer[]>,
  clock: Clock,
  isSame: () => boolean,
): Promise<GraphemeRules | null> {
  for (const ms of PROBE_MS) {
    await new Promise<void>((resolve) => clock.wake(clock.now() + ms, resolve));
    if (!isSame()) return null;
    const body = await request(captureOwn).catch(() => null);
    const rules = body === null ? null : readSamples(body[0]!.toString("utf8").split("\n"));
    if (rules !== null) return rules;
  }
  return null;
}

/** What the pane's rows say; null where the samples are not (all) there. */
export function readSamples(rows: readonly string[]): GraphemeRules | null {
  const [selector, hand, thumb, face] = SAMPLES.map((sample) => widthOf(rows, sample));
  if (selector == null || hand == null || thumb == null || face == null) return null;
  return {
    selectorWidens: selector === 2,
    handsWide: hand === 2,
    skinTones: thumb !== 2 ? "apart" : face === 2 ? "join" : "listed",
  };
}

function widthOf(rows: readonly string[], sample: string): number | null {
  for (const row of rows) {
    const rest = row.startsWith(sample) ? row.slice(sample.length).trimEnd() : "";
    if (/^a+$/.test(rest)) return LETTERS - rest.length;
  }
  return null;
}

/** Bytes as printf takes them in every shell. */
function octal(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => `\\${byte.toString(8)}`).join("");
}
