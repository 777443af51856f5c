/** `[ui]` in `config.toml`: how the dashboard draws. Read by the dashboard itself, which needs nothing else of the file. */
import { issueFault, parseToml, readText } from "./config-file.js";
import { DRIVERS, type DriverName } from "./driver-name.js";

export interface Ui {
  /** Which of the two terminal libraries the dashboard draws with; `--driver` goes before it. */
  readonly driver: DriverName;
  /** At most this many pictures a second, 1 to 60; null: 30, and 10 over SSH. */
  readonly framesPerSecond: number | null;
}

export const DEFAULT_UI: Ui = { driver: DRIVERS[0], framesPerSecond: null };

type Valibot = typeof import("valibot");

export function uiSchema(v: Valibot) {
  const fps = "must be a whole number from 1 to 60";
  const entries = {
    driver: v.optional(v.picklist(DRIVERS, 'must be "neo-blessed" or "blessed"')),
    frames_per_second: v.optional(v.pipe(v.number(fps), v.integer(fps), v.minValue(1, fps), v.maxValue(60, fps))),
  };
  return v.optional(v.strictObject(entries, "must be a table"));
}

/** What was read, with the usual values where nothing is said. */
export function uiOf(read: { driver?: DriverName | undefined; frames_per_second?: number | undefined } = {}): Ui {
  return { driver: read.driver ?? DEFAULT_UI.driver, framesPerSecond: read.frames_per_second ?? null };
}

/** What the file says of the dashboard. Throws a Fault (INVALID) as `readConfig` does, but for what stands elsewhere in it. */
export async function readUi(file: string): Promise<Ui> {
  const text = readText(file);
  if (text === null) return DEFAULT_UI;
  const [parsed, v] = await Promise.all([parseToml(text, file), import("valibot")]);
  const result = v.safeParse(v.object({ ui: uiSchema(v) }), parsed);
  if (!result.success) throw issueFault(result.issues[0], text, file);
  return uiOf(result.output.ui);
}
