/** The provider catalogue on disk: what is slow to know of the agent programs, as it was known last. */
import { join } from "node:path";
import { readJson, writeWhole } from "./files.js";

/** What was found out of one program on this machine. */
export interface CatalogueEntry {
  readonly version: string | null;
  readonly loggedIn: boolean | null;
  readonly models: readonly string[];
  readonly hooks: boolean | null;
  /** Of the program's file and of what its account means; a different one makes the entry old. */
  readonly fingerprint: string;
  /** When the program was asked for its version, ms since the epoch. */
  readonly askedAtMs: number;
}

export type CatalogueEntries = Readonly<Record<string, CatalogueEntry>>;

const FORMAT = 2;

/** Where it is kept. */
export function cataloguePath(stateDir: string): string {
  return join(stateDir, "catalogue.json");
}

/** Empty where there is none, or none of this format. */
export function readCatalogue(file: string): CatalogueEntries {
  const found = readJson(file) as { format?: unknown; providers?: Record<string, CatalogueEntry> } | null;
  if (typeof found !== "object" || found?.format !== FORMAT || typeof found.providers !== "object") return {};
  return Object.fromEntries(Object.entries(found.providers).filter(([, entry]) => isEntry(entry)));
}

/** Whole or not at all. Throws what the file system throws. */
export function writeCatalogue(file: string, providers: CatalogueEntries): void {
  writeWhole(file, `${JSON.stringify({ format: FORMAT, providers }, null, 1)}\n`);
}

function isEntry(entry: CatalogueEntry | null): boolean {
  return (
    typeof entry === "object" &&
    entry !== null &&
    (entry.version === null || typeof entry.version === "string") &&
    Array.isArray(entry.models) &&
    typeof entry.fingerprint === "string" &&
    typeof entry.askedAtMs === "number"
  );
}
