/** All that can be learnt of an agent, one thing at a time: what `derive` weighs. */
import type { Evidence, Exit } from "../model.js";
import type { HookMeaning } from "../screen/hook-meanings.js";
import type { Reading } from "../screen/reading.js";

/** One thing learnt of an agent, as it was seen or told. */
export type Fact =
  /** The pane as it looks now. */
  | { readonly kind: "still"; readonly reading: Reading }
  /** tmux says that the program in the pane ended. */
  | { readonly kind: "ended"; readonly exit: Exit | null }
  /** The pane is gone and the end was not seen. */
  | { readonly kind: "gone" }
  /** It was launched (again): nothing believed before holds. `prompted` as for `newborn`. */
  | { readonly kind: "launched"; readonly prompted?: boolean }
  /** A person looked at it. */
  | { readonly kind: "seen" }
  /** A key was given to the dialog of this fingerprint. */
  | { readonly kind: "answered"; readonly fingerprint: string }
  /** Our prompt left its input box. `turn`: how many turns there were when it was typed. */
  | { readonly kind: "submitted"; readonly turn: number }
  /**
   * The agent's own hook: what it means, and the payload in short. `toldAtMs`: when, where it waited in the spool.
   * `request`: the program's own name for what it asks, or for what was answered.
   */
  | {
      readonly kind: "hook";
      readonly means: HookMeaning;
      readonly evidence: Evidence;
      readonly toldAtMs?: number;
      readonly request?: string;
    }
  /** A record in the file in which the program writes its session down, and when it wrote that. */
  | {
      readonly kind: "transcript";
      readonly means: HookMeaning;
      readonly evidence: Evidence;
      readonly writtenAtMs: number;
    };
