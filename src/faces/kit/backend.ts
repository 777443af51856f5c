/**
 * How a face gets to an agent's tab, by the multiplexer that the tab lives in. The server's own backend decides, as
 * `/v1/health` names it, whatever this face's configuration says. Nothing else in a face that goes to a tab knows tmux.
 */
import { Fault } from "#core/fault.js";
import { type AttachTo, attachHere, type Env, findTab, isInside, switchClient } from "./attach.js";

export interface WayToTab {
  /** Whether this terminal is inside that very server, so that it can be switched rather than handed over. */
  isInside(env: Env, socket: string): boolean;
  /** Switches the client that shows us. `problem` is one sentence on why not, or null. */
  switchClient(env: Env, to: AttachTo): { problem: string | null; popup: boolean };
  /** Hands the terminal over; resolves when the person is back: null, or why it could not be. */
  attachHere(env: Env, to: AttachTo): Promise<string | null>;
  /** Where this fleet's agent of that label or id is, by the marks on the tabs alone; null where none bears it. */
  findTab(socket: string, ref: string, home: string): AttachTo | null;
}

const WAYS: Readonly<Record<string, WayToTab>> = { tmux: { isInside, switchClient, attachHere, findTab } };

/** `backend` as `/v1/health` names it. Throws BACKEND_MISSING for one that this version has no way to. */
export function wayToTab(backend: string): WayToTab {
  const way = Object.hasOwn(WAYS, backend) ? WAYS[backend] : undefined;
  if (way !== undefined) return way;
  throw new Fault("BACKEND_MISSING", `this version of drover knows no way to a tab in ${backend.slice(0, 40)}`);
}
