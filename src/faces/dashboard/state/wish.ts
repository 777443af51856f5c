/** What the dashboard can wish for: only the outside can do it, and app.ts has it done. */
import type { State } from "./state.js";

export type Wish =
  | { readonly do: "watch"; readonly agent: string | null }
  | { readonly do: "seen"; readonly agent: string }
  | {
      readonly do: "answer";
      readonly agent: string;
      readonly choice?: string;
      readonly text?: string;
      readonly says: string;
      readonly fingerprint: string;
    }
  | { readonly do: "send"; readonly agent: string; readonly text: string }
  | {
      readonly do: "spawn";
      readonly provider: string;
      readonly label: string;
      readonly session: string;
      readonly folder: string;
      readonly prompt: string;
    }
  /** `label` is said again when it is done: by then the agent may be gone from the list. */
  | { readonly do: "stop" | "restart" | "interrupt"; readonly agent: string; readonly label: string }
  | { readonly do: "remove"; readonly agent: string; readonly label: string; readonly force: boolean }
  | { readonly do: "attach"; readonly agent: string }
  | { readonly do: "why"; readonly agent: string }
  | { readonly do: "history"; readonly agent: string; readonly rows: number }
  | { readonly do: "providers" }
  | { readonly do: "mail"; readonly of: string | null }
  | { readonly do: "letter"; readonly id: string }
  /** What agents off the list were called. */
  | { readonly do: "labels"; readonly ids: readonly string[] }
  | { readonly do: "retry" | "purge"; readonly ids: readonly string[] }
  | { readonly do: "complete"; readonly text: string }
  | { readonly do: "save" }
  | { readonly do: "start-daemon" }
  | { readonly do: "repaint" }
  | { readonly do: "quit" };

/** What comes of an event: the state after it, and what is wished for. */
export type Step = readonly [State, readonly Wish[]];
