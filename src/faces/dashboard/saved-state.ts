/** What the dashboard finds as it was when it opens again: one small file, replaced whole. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HISTORY_LIMIT, type Saved } from "./state/begin.js";
import { GROUPINGS } from "./state/sections.js";

/** A prompt longer than this is sent, and not remembered. */
const TEXT_LIMIT = 65_536;

/** Null where there is none, or none that can be read: the dashboard then opens as for the first time. */
export function readSaved(path: string): Saved | null {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
  if (typeof json !== "object" || json === null) return null;
  const { selected, folded, grouping, history, drafts } = json as Record<string, unknown>;
  return {
    selected: readSelected(selected),
    folded: texts(folded),
    grouping: GROUPINGS.find((one) => one === grouping) ?? "session",
    history: texts(history).slice(-HISTORY_LIMIT),
    drafts:
      typeof drafts === "object" && drafts !== null
        ? Object.fromEntries(Object.entries(drafts).filter((entry) => typeof entry[1] === "string"))
        : {},
  };
}

function readSelected(value: unknown): Saved["selected"] {
  if (typeof value !== "object" || value === null) return null;
  const { agent, section } = value as Record<string, unknown>;
  if (typeof agent === "string") return { agent };
  return typeof section === "string" ? { section } : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Throws what the file system does. Prompts are a person's own words: nobody else may read them. */
export function writeSaved(path: string, saved: Saved): void {
  const kept = { ...saved, history: saved.history.filter((text) => text.length <= TEXT_LIMIT) };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, JSON.stringify(kept), { mode: 0o600 });
  renameSync(next, path);
}
