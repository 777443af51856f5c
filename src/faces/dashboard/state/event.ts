/** What can happen to the dashboard: the person's keys, what the daemon tells, and what came of its wishes. */
import type { AgentJson, HealthJson, MessageJson, QuestionJson, WhyJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import type { MailJson, MessageWhyJson, ProviderJson } from "#wire/requests.js";
import type { ChangedRowsJson, WholeScreenJson } from "#wire/screen.js";
import type { Key, Mouse } from "../driver/driver.js";
import type { Link } from "./state.js";

export type Event =
  | { readonly on: "key"; readonly key: Key }
  | { readonly on: "mouse"; readonly mouse: Mouse }
  | { readonly on: "paste"; readonly text: string }
  | { readonly on: "resize"; readonly size: { columns: number; rows: number } }
  | { readonly on: "clock" }
  | { readonly on: "link"; readonly link: Link }
  | { readonly on: "health"; readonly health: HealthJson }
  | { readonly on: "snapshot"; readonly snapshot: SnapshotJson }
  | { readonly on: "entry"; readonly entry: EntryJson }
  | { readonly on: "screen"; readonly agent: string; readonly screen: WholeScreenJson }
  | { readonly on: "rows"; readonly agent: string; readonly changed: ChangedRowsJson }
  | { readonly on: "screen-missing"; readonly agent: string; readonly why: string }
  | { readonly on: "history"; readonly agent: string; readonly rows: readonly string[] | null }
  | { readonly on: "providers"; readonly providers: readonly ProviderJson[] | null; readonly refused?: Refusal }
  | { readonly on: "why"; readonly agent: string; readonly why: WhyJson | null; readonly refused?: Refusal }
  | { readonly on: "mail"; readonly of: string | null; readonly mail: MailJson | null; readonly refused?: Refusal }
  | { readonly on: "letter"; readonly id: string; readonly letter: MessageWhyJson | null; readonly refused?: Refusal }
  | { readonly on: "labels"; readonly labels: ReadonlyMap<string, string> }
  | {
      readonly on: "mail-done";
      readonly what: "retry" | "purge";
      readonly count: number;
      readonly refused?: Refusal;
    }
  | { readonly on: "completed"; readonly before: string; readonly after: string }
  | {
      readonly on: "answered";
      readonly agent: string;
      readonly choice: string;
      readonly refused?: Refusal;
      /** With a STALE refusal: the question that is open now. */
      readonly question?: QuestionJson | null;
    }
  | {
      readonly on: "sent";
      readonly agent: string;
      readonly text: string;
      readonly message?: MessageJson;
      readonly refused?: Refusal;
    }
  | { readonly on: "spawned"; readonly agent?: AgentJson; readonly refused?: Refusal }
  | {
      readonly on: "done";
      readonly what: "stop" | "restart" | "interrupt" | "remove";
      readonly agent: string;
      readonly label: string;
      readonly refused?: Refusal;
    }
  | { readonly on: "attached"; readonly agent: string; readonly problem: string | null };

/** Why the daemon did not do it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A refusal as one sentence. */
export function sentence(refused: Refusal): string {
  return refused.hint ? `${refused.message} (${refused.hint})` : refused.message;
}
