/**
 * What is kept of a pane that is read: its last capture, so that an equal one is made into no still, and which of the
 * captures under way has been told. Nothing here asks tmux.
 */
import type { GateLine } from "#core/protocol/listing.js";

const EMPTY = Buffer.alloc(0);

export class WatchedPane {
  /** Somebody asked for it: the next capture is told, moved or not. */
  due = false;
  /** When it moved last, in ms. */
  movedMs = 0;
  /** Its last capture could not be made into a still. */
  failed = false;
  /** The second in which the last capture was asked for; -1 before the first. */
  #captureS = -1;
  #size = "";
  #screen: Buffer = EMPTY;
  #frame: Buffer = EMPTY;
  #asked = 0;
  #told = 0;

  /** Another server: the same pane id is another pane. */
  forget(): void {
    this.#captureS = -1;
    this.#size = "";
    this.#screen = EMPTY;
    this.#frame = EMPTY;
    this.#told = 0;
  }

  /**
   * Whether it changed since its last capture, by the listing's line and the second of its window's last output: tmux tells
   * that in whole seconds, so output in the second of the capture may have come after it.
   */
  changed({ activityS, size }: GateLine, pulseS: number): boolean {
    if (Math.max(activityS, pulseS) < this.#captureS && size === this.#size) return false;
    this.#size = size;
    return true;
  }

  /** Its next turn: what is asked for later counts for newer. */
  nextTurn(): number {
    return ++this.#asked;
  }

  /** A capture is asked for now. Takes that back where there is none. */
  asking(nowMs: number): () => void {
    const before = this.#captureS;
    this.#captureS = Math.floor(nowMs / 1_000);
    return () => {
      this.#captureS = before;
    };
  }

  /** Whether a capture asked for after `turn` was told already. */
  overtaken(turn: number): boolean {
    return this.#told > turn;
  }

  /** Whether the capture of `turn` is still the one that was told last. */
  isLast(turn: number): boolean {
    return this.#told === turn;
  }

  /** Keeps the capture of `turn`: whether it moved, and whether that is to be told. */
  take(
    turn: number,
    screen: Buffer,
    frame: Buffer,
    nowMs: number,
  ): { readonly moved: boolean; readonly tells: boolean } {
    if (this.overtaken(turn)) return { moved: false, tells: false };
    const moved = this.#told === 0 || !this.#screen.equals(screen) || !this.#frame.equals(frame);
    if (!moved && !this.due) return { moved: false, tells: false };
    this.due = false;
    this.#told = turn;
    if (moved) {
      this.#screen = own(screen);
      this.#frame = own(frame);
      this.movedMs = nowMs;
    }
    return { moved, tells: true };
  }
}

/** A copy of its own: a reply points into the chunk it came in, which would be kept as long. */
export function own(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
