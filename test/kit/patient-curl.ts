/**
 * A `curl` for hooks that run in a test: it is asked to give up within a second, as it should be, and gives up when a busy
 * machine may.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const path = process.env.PATH ?? "";

/** The one of this machine; undefined where there is none. */
export const curl = path
  .split(delimiter)
  .map((folder) => join(folder, "curl"))
  .find(existsSync);

/** Puts it into `folder`, which is made; gives a PATH on which it comes first. Any other limit than the hook's is refused. */
export function patientPath(folder: string): string {
  if (curl === undefined) return path;
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh
case " $* " in
*/DroverPrinted*" -m 0.3 "* | *" -m 0.3 "*/DroverPrinted*) exec ${curl} "$@" -m 30 ;;
*" -m 0.9 "*) exec ${curl} "$@" -m 30 ;;
esac
exit 99
`;
  writeFileSync(join(folder, "curl"), script, { mode: 0o755 });
  return `${folder}${delimiter}${path}`;
}
