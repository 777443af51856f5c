/** What an agent's own hooks told of its output, kept beside its record: too large for it, and no event for the journal. */
export interface Told {
  /** The response that ended `turn`, verbatim; empty where the hook said that there was none. Null before the first. */
  readonly response: { readonly turn: number; readonly text: string; readonly source?: "hook" | "api" } | null;
  /** The file in which the program writes down its session; null where no hook has named one. */
  readonly transcript: string | null;
}

/** Before the first hook. */
export const NOTHING_TOLD: Told = { response: null, transcript: null };
