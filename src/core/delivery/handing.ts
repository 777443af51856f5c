/**
 * A second door beside the keys: where an agent's program has an API of its own, a prompt is handed to that. It leaves the
 * person's draft alone, no dialog can swallow or approve it, and the program itself keeps it under a name that we chose, so
 * that handing it over again is nothing new: that name is the receipt. The claim is on disk with it before anything is
 * handed over; whoever comes after a crash hands over under the same name, and is told what became of it.
 *
 *   handing <-> waiting  ->  there | refused | uncertain
 */

/** The conversation that a door leads to, as its program tells it: what its screen shows where that is the one shown. */
export interface Seat {
  readonly title: string;
  /** As the screen writes them; the model with its provider. */
  readonly agent: string;
  readonly model: string;
}

/** Through which door a message was claimed, part of the name under which it is handed over. */
export interface DoorClaim {
  /** The program's own name for the conversation. */
  readonly session: string;
  readonly atMs: number;
}

/**
 * `there`: the program has it on its own disk. `busy`, `refused`: it took nothing, and under this name never will; `busy`,
 * because a turn is under way. `unsent`: nobody was there to take it. `unheard`: nobody can say yet.
 */
export type HandAnswer = "there" | "busy" | "refused" | "unsent" | "unheard";

export type Handing =
  /** `sent`: it may have been handed over before, by us or by whoever died. */
  | { readonly at: "handing"; readonly sent: boolean; readonly giveUpAtMs: number }
  | { readonly at: "waiting"; readonly againAtMs: number; readonly giveUpAtMs: number }
  | { readonly at: "there" }
  /** Nothing of it was taken. `keys`: this door will not do for it. */
  | { readonly at: "refused"; readonly keys: boolean; readonly message: string }
  | { readonly at: "uncertain"; readonly message: string };

export type HandingEvent =
  | { readonly kind: "handed"; readonly answer: HandAnswer }
  /** The program it was claimed for is gone. */
  | { readonly kind: "gone" }
  | { readonly kind: "clock" };

const AGAIN_MS = 500;
const GIVE_UP_MS = 15_000;

/** `sent`: whoever died may have handed it over. What is to be done is to hand it over. */
export function beginHanding(sent: boolean, nowMs: number): Handing {
  return { at: "handing", sent, giveUpAtMs: nowMs + GIVE_UP_MS };
}

/** Where it says `handing` and did not before, it is to be handed over. */
export function stepHanding(handing: Handing, event: HandingEvent, nowMs: number): Handing {
  if (handing.at !== "handing" && handing.at !== "waiting") return handing;
  if (event.kind === "handed") return handing.at === "handing" ? answered(handing, event.answer, nowMs) : handing;
  // What is under way is still answered, or breaks off.
  if (handing.at === "handing") return handing;
  if (event.kind === "gone") return uncertain("its program ended as it was handed over");
  if (nowMs >= handing.giveUpAtMs) return uncertain("its program did not say whether it took it");
  return nowMs >= handing.againAtMs ? { at: "handing", sent: true, giveUpAtMs: handing.giveUpAtMs } : handing;
}

/** When `clock` is due. */
export function handingWakeAtMs(handing: Handing): number | null {
  return handing.at === "waiting" ? Math.min(handing.againAtMs, handing.giveUpAtMs) : null;
}

function answered(handing: Handing & { at: "handing" }, answer: HandAnswer, nowMs: number): Handing {
  switch (answer) {
    case "there":
      return { at: "there" };
    case "busy":
      return { at: "refused", keys: false, message: "a turn is under way" };
    case "refused":
      return { at: "refused", keys: true, message: "its program's API refused it" };
    case "unsent":
      if (!handing.sent) return { at: "refused", keys: true, message: "its program's API does not answer" };
      break;
    case "unheard":
  }
  return { at: "waiting", againAtMs: nowMs + AGAIN_MS, giveUpAtMs: handing.giveUpAtMs };
}

function uncertain(message: string): Handing {
  return { at: "uncertain", message };
}
