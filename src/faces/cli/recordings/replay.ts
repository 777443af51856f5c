/** Reads a recording as the daemon would have read it live, and prints each state and dialog it shows, with the proof. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Fault } from "#core/fault.js";
import type { ReplayEnd, ReplayLine } from "#core/replay.js";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import { parseCast } from "#host/cast.js";
import { readConfig } from "#host/config.js";
import { type ReplayOptions, replayCast } from "#host/replay-cast.js";
import { type Ink, printable, STATE_LOOK } from "../../kit/ink.js";
import { nearest } from "../../kit/nearest.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

export async function run(context: Context, { arguments: [file = ""], options }: Invocation): Promise<number> {
  const named = options.text("provider");
  // A name that is wrong is so whatever the recording holds.
  const given = named === undefined ? null : await namedProvider(context, named);
  const cast = parseCast(readText(context, file));
  const provider = given ?? (await namedProvider(context, cast.provider ?? undefined));
  const hooks = options.text("hooks");
  const replayed: ReplayOptions = {
    raw: options.has("raw"),
    ...(hooks === undefined ? {} : hookEvents(readText(context, hooks), hooks)),
  };
  for await (const line of replayCast(cast, provider, replayed)) {
    if (context.json) context.value(line);
    else context.lines(replayLines(line, context.ink));
  }
  return 0;
}

/** The provider `name` as the configuration has it. Throws a Fault (USAGE, or what is wrong with the configuration). */
export async function namedProvider(context: Pick<Context, "paths">, name: string | undefined): Promise<Provider> {
  const { configuredProviders } = await import("#core/screen/configured.js");
  const all = configuredProviders(providers, (await readConfig(context.paths.configFile)).providers);
  const names = [...all.keys()];
  if (name === undefined) {
    throw new Fault("USAGE", "say whose recording it is: --provider PROVIDER", { hint: `one of ${names.join(", ")}` });
  }
  const provider = all.get(name);
  if (provider) return provider;
  const meant = nearest(name, names);
  throw new Fault("USAGE", `there is no provider "${name}"`, {
    hint: meant ? `did you mean ${meant}?` : `one of ${names.join(", ")}`,
  });
}

export function readText(context: Pick<Context, "cwd">, file: string): string {
  try {
    return readFileSync(resolve(context.cwd, file), "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Fault("NOT_FOUND", `there is no file ${file}`, { cause });
    if (code === "EISDIR") throw new Fault("INVALID", `${file} is a folder`, { cause });
    // Node ends its sentence with the file's whole name.
    throw new Fault("INVALID", `cannot read ${file}: ${message.replace(/,? '[^']*'$/, "")}`, { cause });
  }
}

/** The events an agent's own hooks reported while it was recorded, as they stand beside the recording. */
function hookEvents(text: string, file: string): Pick<ReplayOptions, "hookEvents"> {
  type Events = NonNullable<ReplayOptions["hookEvents"]>;
  let found: { hookEvents?: Events };
  try {
    found = JSON.parse(text) as typeof found;
  } catch (cause) {
    throw new Fault("INVALID", `${file} is not JSON`, { cause });
  }
  const whole = (event: Events[number]) => typeof event?.t === "number" && typeof event.name === "string";
  if (!Array.isArray(found?.hookEvents) || !found.hookEvents.every(whole)) {
    throw new Fault("INVALID", `${file} has no hookEvents, a list of {t, name, payload}`);
  }
  const events = found.hookEvents.map((event) => ({ ...event, payload: event.payload ?? {} }));
  return { hookEvents: events.sort((a, b) => a.t - b.t) };
}

export function replayLines(line: ReplayLine | ReplayEnd, ink: Ink): string[] {
  if ("last" in line) {
    const { kind, text, source } = line.last;
    const head = ink.paint("dim", `last response (${kind}, from the ${source}):`);
    return ["", head, ...text.split("\n").map(printable)];
  }
  const at = `${line.t.toFixed(1).padStart(7)} s`;
  if ("question" in line) {
    const { kind, text, choices, fingerprint } = line.question;
    const asks = text.split("\n").map((row) => `           ${printable(row)}`);
    const offers = choices.map(
      (c, i) => `           ${c.selected ? ">" : " "} ${c.key || i + 1}  ${printable(c.text)}`,
    );
    return [`${at}  ${ink.paint("yellow", `asks (${kind}, ${fingerprint})`)}`, ...asks, ...offers];
  }
  const { tint } = STATE_LOOK[line.state];
  const state = ink.paint(tint, `${ink.sign(line.state)} ${line.state.padEnd(8)}`);
  const proof = line.rule === null ? "" : `  ${line.rule}  ${ink.paint("dim", printable(line.excerpt ?? ""))}`;
  return [`${at}  ${state}${proof}`.trimEnd()];
}
