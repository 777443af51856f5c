/** How large to make the session of a new agent: what an attach from here would give it, so that nothing jumps then. */

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** No attach is expected to be smaller: a popup, or a pane in a split window, is but a part of its terminal. */
const LEAST: Size = { columns: 80, rows: 24 };
/** What the daemon takes. */
const MOST = 1_000;

/**
 * `terminal` is ours. Inside tmux it is a pane, which has what tmux leaves it; outside, an attach takes a row of it for
 * tmux's status line, as tmux is by default.
 */
export function tabSize(terminal: Size, env: Readonly<Record<string, string | undefined>>): Size {
  const status = env.TMUX ? 0 : 1;
  const within = (n: number, least: number) => Math.min(Math.max(n, least), MOST);
  return { columns: within(terminal.columns, LEAST.columns), rows: within(terminal.rows - status, LEAST.rows) };
}
