/** Folders as a person writes them, with `~` for home. */
import type { State } from "./state.js";

export function tilde(state: Pick<State, "home">, path: string): string {
  const { home } = state;
  if (home === "" || home === "/") return path;
  return path === home ? "~" : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

export function untilde(state: Pick<State, "home">, path: string): string {
  const trimmed = path.trim();
  return trimmed === "~" || trimmed.startsWith("~/") ? state.home + trimmed.slice(1) : trimmed;
}
