/** Completes the name of a folder as a shell would: to the longest beginning that its candidates share. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** `path` is absolute; returned unchanged where nothing can be added. Hidden folders only where a dot was typed. */
export function completeFolder(path: string): string {
  const parent = path.endsWith("/") ? path : dirname(path);
  const begun = path.endsWith("/") ? "" : path.slice(parent.length + (parent === "/" ? 0 : 1));
  const names = folders(parent).filter((name) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")));
  if (names.length === 0) return path;
  const common = names.reduce((a, b) => sharedStart(a, b));
  const completed = join(parent, common) + (names.length === 1 ? "/" : "");
  return completed.length > path.length ? completed : path;
}

function folders(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function sharedStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
