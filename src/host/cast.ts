/** Terminal recordings in the asciicast v2 form: a header line, then `[seconds, code, data]` a line. */
import { Fault } from "#core/fault.js";

export interface Cast {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
  /** Whose recording it is, where drover made it. */
  readonly provider: string | null;
  /** It holds what the program wrote, rather than the pictures that drover read. */
  readonly raw: boolean;
  readonly events: readonly CastEvent[];
}

/** `output`: what the program wrote. `resize`: `COLSxROWS`, read. `marker`: a label put there by whoever recorded. */
export type CastEvent =
  | { readonly at: number; readonly kind: "output"; readonly text: string }
  | { readonly at: number; readonly kind: "resize"; readonly columns: number; readonly rows: number }
  | { readonly at: number; readonly kind: "marker"; readonly text: string };

/** A cell takes memory before anything is drawn: a header of a million columns is not a recording. */
const SIDE_LIMIT = 2000;

/**
 * Reads a recording. Times are in seconds and never go back. Codes it does not know (`i` for input, later ones) are left
 * out, as the format asks. Throws a Fault `INVALID` that names the first bad line. A last line cut short by a recorder
 * that was killed is left out.
 */
export function parseCast(text: string): Cast {
  const lines = text.split("\n");
  const header = parseHeader(lines[0] ?? "");
  const events: CastEvent[] = [];
  let lastAt = 0;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!.trim();
    if (line === "") continue;
    const parsed = parseJson(line);
    if (parsed === undefined && index === lines.length - 1) break;
    if (!Array.isArray(parsed)) throw bad(index, "is not an event [time, code, data]");
    const [at, code, data] = parsed as unknown[];
    if (typeof at !== "number" || !Number.isFinite(at) || at < 0) throw bad(index, "has no time");
    if (at < lastAt) throw bad(index, "goes back in time");
    if (typeof code !== "string" || typeof data !== "string") throw bad(index, "is not an event [time, code, data]");
    lastAt = at;
    if (code === "o") events.push({ at, kind: "output", text: data });
    else if (code === "m") events.push({ at, kind: "marker", text: data });
    else if (code === "r") {
      const size = sizeOf(data);
      if (size === null) throw bad(index, "has no size COLSxROWS");
      events.push({ at, kind: "resize", ...size });
    }
  }
  return { ...header, events };
}

function parseHeader(line: string): Omit<Cast, "events"> {
  const header = parseJson(line) as Record<string, unknown> | undefined | null;
  if (typeof header !== "object" || header === null) throw bad(0, "is not the header of a recording");
  if (header.version !== 2) throw bad(0, `says version ${String(header.version)}; only asciicast 2 is read`);
  const { width, height, title } = header;
  if (!isSide(width) || !isSide(height)) throw bad(0, "has no width and height");
  const { provider, pictures } = (header.drover ?? {}) as { provider?: unknown; pictures?: unknown };
  return {
    columns: width,
    rows: height,
    title: typeof title === "string" ? title : "",
    provider: typeof provider === "string" ? provider : null,
    raw: pictures !== true,
  };
}

/** `COLSxROWS`; null where that is no size a recording may have. */
export function sizeOf(text: string): { columns: number; rows: number } | null {
  const [, columns, rows] = /^(\d+)x(\d+)$/.exec(text)?.map(Number) ?? [];
  return isSide(columns) && isSide(rows) ? { columns, rows } : null;
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= SIDE_LIMIT;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bad(index: number, what: string): Fault {
  return new Fault("INVALID", `line ${index + 1} of the recording ${what}`, {
    hint: "recordings are asciicast v2 files, as drover record and asciinema write them",
    detail: { line: index + 1 },
  });
}
