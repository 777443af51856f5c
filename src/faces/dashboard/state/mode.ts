/** What has the keyboard, and what is being written or decided there. */
import type { WhyJson } from "#wire/agent.js";
import type { LineEditor } from "../driver/line-editor.js";
import type { Item } from "./sections.js";

/** What has the keyboard. */
export type Mode =
  | { readonly at: "list" }
  /** `before`: what was selected when the filter was opened. */
  | { readonly at: "filter"; readonly editor: LineEditor; readonly before: Item | null }
  | { readonly at: "help"; readonly top: number }
  /** The mail panel's list, and the story of the message selected in it. */
  | { readonly at: "mail" }
  | { readonly at: "letter" }
  | { readonly at: "confirm"; readonly confirm: Confirm }
  | {
      readonly at: "why";
      readonly agent: string;
      readonly why: WhyJson | null;
      readonly problem: string | null;
      readonly top: number;
    }
  | {
      readonly at: "send";
      readonly agent: string;
      readonly editor: LineEditor;
      readonly busy: boolean;
      readonly problem: string | null;
    }
  /** A text of one's own for the dialog of that fingerprint. */
  | { readonly at: "reply"; readonly agent: string; readonly fingerprint: string; readonly editor: LineEditor }
  | { readonly at: "new"; readonly form: NewForm };

/** What a confirmation is about. */
export type Confirm =
  | { readonly what: "stop" | "restart" | "interrupt" | "remove" | "remove-force"; readonly agent: string }
  | { readonly what: "answer"; readonly agent: string; readonly choice: number; readonly fingerprint: string }
  /** Messages, by their ids. */
  | { readonly what: "retry" | "purge"; readonly ids: readonly string[] };

export const NEW_FIELDS = ["provider", "label", "session", "folder", "prompt"] as const;
export type NewField = (typeof NEW_FIELDS)[number];

export interface NewForm {
  readonly field: NewField;
  /** Index into State.providers. */
  readonly provider: number;
  /** The beginning of a provider's name, as far as it was typed. */
  readonly typed: string;
  readonly label: LineEditor;
  readonly session: LineEditor;
  readonly folder: LineEditor;
  readonly prompt: LineEditor;
  readonly busy: boolean;
  readonly problem: string | null;
}
