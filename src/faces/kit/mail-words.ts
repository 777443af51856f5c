/** How mail is told to a person: where a message stands, and why it stands there. */
import type { MessageJson } from "#wire/agent.js";
import type { Tint } from "./ink.js";

/** In the order in which they matter: what needs a person first. */
export const MAIL_PLACES = ["uncertain", "dead", "in flight", "queued", "delivered"] as const;
export type MailPlace = (typeof MAIL_PLACES)[number];

const PLACE_OF: Readonly<Record<MessageJson["state"], MailPlace>> = {
  uncertain: "uncertain",
  dead: "dead",
  failed: "dead",
  claimed: "in flight",
  typed: "in flight",
  submitted: "in flight",
  leased: "in flight",
  queued: "queued",
  delivered: "delivered",
  acked: "delivered",
};

/** Its colour where it is printed. */
export const MAIL_TINTS: Readonly<Record<MailPlace, Tint>> = {
  uncertain: "yellow",
  dead: "red",
  "in flight": "green",
  queued: "cyan",
  delivered: "plain",
};

export function placeOf({ state }: Pick<MessageJson, "state">): MailPlace {
  return PLACE_OF[state] ?? "queued";
}

/** A dead letter in the wide sense: it can be queued again or forgotten. */
export function isDead(message: Pick<MessageJson, "state">): boolean {
  const place = placeOf(message);
  return place === "dead" || place === "uncertain";
}

/** It was typed to hand over completions, and that is done: it tells nothing that they do not tell themselves. */
export function isCarrier(message: Pick<MessageJson, "kind" | "batch" | "state">): boolean {
  return message.kind === "system" && message.batch !== undefined && placeOf(message) === "delivered";
}

/** Reasons that are codes, and one that says nothing of what to do about it. */
const WORDS: Readonly<Record<string, string>> = {
  orphan: "the child has no record that names a parent",
  no_parent: "the child has no parent",
  parent_removed: "the parent was removed",
  recipient_removed: "its recipient was removed",
  muted: "the recipient takes no such mail",
  self_parent: "the child is its own parent",
  unresolvable: "its recipient could not be found, five times",
  rejected: "the recipient refused it",
  "it is error": "its turn failed; try again in its tab, or restart it",
  redelivered: "handed over before, and not acknowledged",
};

/** A reason as a person reads it; empty where there is none. */
export function reasonWords(reason: string | null): string {
  return reason === null ? "" : (WORDS[reason] ?? reason);
}

/** Who wrote it: an agent's label, `you`, or drover itself. */
export function senderWords({ from, kind, completion }: MessageJson, label: (id: string) => string): string {
  // It may have another label by now; a task has none but this.
  if (completion !== undefined) return completion.label;
  if (from !== null) return label(from);
  return kind === "system" ? "drover" : "you";
}

/** What it is: of a completion, what it tells (`done`, `task`). */
export function kindWords({ kind, completion }: MessageJson): string {
  return completion?.kind ?? kind;
}

/** A size as a person reads it: `812 characters`, `12.4k characters`. */
export function sizeWords(characters: number): string {
  if (characters === 1) return "1 character";
  return characters < 10_000 ? `${characters} characters` : `${(characters / 1_000).toFixed(1)}k characters`;
}

/** How long a step took: `0.02 s`, `31 s`, `3 min`, `5 h`. */
export function lapse(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
