/** `config.toml` as a file: read, parsed, and what is wrong with it told with its line. */
import { readFileSync } from "node:fs";
import type { GenericIssue } from "valibot";
import { Fault } from "#core/fault.js";

/** Null where there is no such file. Throws a Fault (INVALID) where it cannot be read. */
export function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Fault("INVALID", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** `file` is only for the messages. Throws a Fault (INVALID) that names the line. */
export async function parseToml(text: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const toml = await import("smol-toml");
  try {
    return toml.parse(text);
  } catch (cause) {
    if (!(cause instanceof toml.TomlError)) throw cause;
    const what = cause.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    throw new Fault("INVALID", `${file}:${cause.line}: ${what}`, { cause });
  }
}

/** What the schema found, in one sentence that names the file, the line and the setting. */
export function issueFault(issue: GenericIssue, text: string, file: string): Fault {
  const path = (issue.path ?? []).map((item) => String(item.key));
  const name = path.join(".") || "the file";
  const at = placeOf(text, file, path);
  const isKey = issue.type === "strict_object";
  if (isKey && issue.expected === "never") return new Fault("INVALID", `${at}: unknown setting ${name}`);
  const missing = isKey && issue.received === "undefined";
  return new Fault("INVALID", `${at}: ${name} ${missing ? "is missing" : issue.message}`);
}

/** The file, with the line of the setting where that can be told. */
export function placeOf(text: string, file: string, path: readonly string[]): string {
  const line = lineOf(text, path);
  return line === null ? file : `${file}:${line}`;
}

/**
 * The line (from 1) on which a setting stands, or of what it stands in where that is written in one piece (an inline
 * table, a list); null where nothing of it is found. The parser keeps no positions.
 */
function lineOf(text: string, path: readonly string[]): number | null {
  const split = (name: string) => name.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
  const lists = new Map<string, number>();
  let table: readonly string[] = [];
  let best: { readonly line: number; readonly depth: number } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*(\[\[?)([^[\]]+)\]/.exec(line);
    const key = header === null ? /^\s*([^=#]+?)\s*=/.exec(line) : null;
    if (header !== null) {
      // Tables below an element of a list of tables belong to its last one.
      const names = split(header[2]!).flatMap((name, at, all) => {
        const nth = lists.get(all.slice(0, at + 1).join("."));
        return nth === undefined || (header[1] === "[[" && at === all.length - 1) ? [name] : [name, String(nth)];
      });
      if (header[1] === "[[") {
        const list = split(header[2]!).join(".");
        lists.set(list, (lists.get(list) ?? -1) + 1);
        names.push(String(lists.get(list)));
      }
      table = names;
    } else if (key === null) continue;
    const here = key === null ? table : [...table, ...split(key[1]!)];
    const shared = here.findIndex((name, at) => name !== path[at]);
    const depth = shared < 0 ? here.length : shared;
    // All of it leads to the setting, or it is a part of it.
    if (depth < Math.min(here.length, path.length) || depth === 0) continue;
    if (best === null || Math.min(depth, path.length) > best.depth)
      best = { line: index + 1, depth: Math.min(depth, path.length) };
  }
  return best?.line ?? null;
}
