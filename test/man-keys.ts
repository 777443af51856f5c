/**
 * The part of the man page that tells the dashboard's keys, written from the table of actions.
 *
 *   node dist/test/man-keys.js     puts it into man/drover.1
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { actions } from "#faces/dashboard/keys/table.js";

/** In the order of the page. */
const PLACES: readonly (readonly [(typeof actions)[number]["where"], string])[] = [
  ["list", "Keys in the list"],
  ["question", "Keys while the selected agent waits with a dialog"],
  ["reply", "Keys while writing an answer of your own"],
  ["filter", "Keys in the filter"],
  ["mail", "Keys in the mail"],
  ["letter", "Keys in a message"],
  ["send", "Keys while writing a prompt"],
  ["new", "Keys while starting an agent"],
  ["confirm", "Keys when asked to confirm"],
  ["help", "Keys in the help"],
  ["why", "Keys in the explanation of a state"],
];

export function keysSection(): string {
  const missing = actions.filter((action) => !PLACES.some(([where]) => where === action.where));
  if (missing.length > 0) throw new Error(`the man page has no place for the keys of "${missing[0]?.where}"`);
  return PLACES.flatMap(([where, title]) => [
    `.Ss ${title}`,
    ".Bl -tag -width Ds -compact",
    ...actions
      .filter((action) => action.where === where)
      .flatMap(({ keys, does }) => [`.It ${keys.map((key) => `Ic ${mdoc(key)}`).join(" , ")}`, sentence(does)]),
    ".El",
  ]).join("\n");
}

/** Punctuation standing alone is mdoc's own, and a dash would be made a hyphen. */
function mdoc(key: string): string {
  return /^\W$/.test(key) ? `\\&${key.replace("-", "\\-")}` : key;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL("../../man/drover.1", import.meta.url));
  const lines = readFileSync(path, "utf8").split("\n");
  const from = lines.indexOf(".Sh DASHBOARD") + 1;
  const to = lines.findIndex((line) => line.startsWith("The mouse "));
  writeFileSync(path, [...lines.slice(0, from), keysSection(), ...lines.slice(to)].join("\n"));
}
