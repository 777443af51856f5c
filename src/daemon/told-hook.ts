/** An event as an agent's hook tells it, over the socket or through the spool. */

/** One event as its hook tells it, nothing of it believed yet. Texts are empty where it does not say. */
export interface ToldHook {
  readonly provider: string;
  readonly event: string;
  readonly id: string;
  readonly incarnation: string;
  readonly pane: string;
  /** The socket of the tmux server that the pane is in. */
  readonly tmux: string;
  /** Names this very event. */
  readonly token: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** When it was left in the spool; ms since the epoch. */
  readonly leftAtMs?: number;
}

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** Whether it may name a provider or an event: it stands in rules that are printed, and is looked up in tables. */
export function isHookName(name: string): boolean {
  return NAME.test(name) && !(name in {});
}

/** What hooks left that found no daemon. */
export interface Spool {
  /** Hands each to `take`, in the order in which they were left, and removes it once it was taken in; how many there were. */
  empty(take: (told: ToldHook) => Promise<unknown>): Promise<number>;
}
