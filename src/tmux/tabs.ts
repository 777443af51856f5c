/** Making a tab: the session where it is missing, and in it a window that carries our mark from its first moment. */
import { stat } from "node:fs/promises";
import { Fault } from "#core/fault.js";
import type { LivePane, NewTab, PaneId, SessionId, WindowId } from "#core/model.js";
import {
  type Command,
  furnishSession,
  killPane,
  listIndexes,
  listPanes,
  listSessions,
  newSession,
  newWindow,
  renumber,
} from "#core/protocol/commands.js";
import { OWN_SESSION, parsePanes } from "#core/protocol/listing.js";
import { isPane, isSession, isWindow } from "#core/protocol/notification.js";

/** Rows of history in sessions that drover makes; a user's own keep what they have. */
const HISTORY_ROWS = 10_000;
/** Somebody else may take the window number, or make the session, between our question and our command. */
const TRIES = 4;

type Request = (command: Command) => Promise<Buffer[]>;

/** Throws INVALID for a directory that is none (tmux would silently start in another), TMUX_REFUSED for the rest. */
export async function createTab(request: Request, tab: NewTab): Promise<LivePane> {
  const directory = await stat(tab.cwd).catch(() => null);
  if (!directory?.isDirectory()) throw new Fault("INVALID", `There is no directory ${tab.cwd}.`);
  const wanted = sessionName(tab.sessionName);
  if (wanted === "" || wanted === OWN_SESSION) {
    throw new Fault("INVALID", `"${tab.sessionName}" cannot be the name of a session.`);
  }
  if (tab.command.length === 0) throw new Fault("INVALID", "There is no command to start.");

  const place = await findOrMakeSession(request, wanted, tab);
  const pane = await addWindow(request, place, tab);
  const [listing] = await request(listPanes);
  const live = parsePanes(listing!.toString("utf8")).find((candidate) => candidate.pane === pane);
  if (live === undefined)
    throw new Fault("TMUX_REFUSED", `The tab ${tab.windowName} was closed as soon as it was made.`);
  return live;
}

/**
 * Two names are the same session where this is the same: tmux up to 3.6 writes an underscore for what would mean something
 * in a target, and a backslash before some characters.
 */
function sessionName(name: string): string {
  return name.replace(/[:.]/g, "_").replace(/\\/g, "");
}

interface Place {
  readonly session: SessionId;
  /** The window that only holds the place, where the session is new: its pane, and the number it has at first. */
  readonly placeholder: { readonly pane: PaneId; readonly index: number } | null;
}

async function findOrMakeSession(request: Request, wanted: string, tab: NewTab): Promise<Place> {
  for (let tries = 1; ; tries++) {
    const [listing] = await request(listSessions);
    for (const line of listing!.toString("utf8").split("\n")) {
      const [session, found] = line.split("\t");
      if (found !== undefined && sessionName(found) === wanted && isSession(session))
        return { session, placeholder: null };
    }
    try {
      const [made] = await request(newSession(tab.sessionName, tab.columns, tab.rows));
      const [session, index, pane] = made!.toString("utf8").trim().split(" ");
      if (!isSession(session) || !isPane(pane))
        throw new Fault("TMUX_REFUSED", `tmux made no session ${tab.sessionName}.`);
      await request(furnishSession(session, HISTORY_ROWS));
      return { session, placeholder: { pane, index: Number(index) } };
    } catch (error) {
      if (tries >= TRIES || !refusedFor(error, /duplicate session/)) throw error;
    }
  }
}

async function addWindow(request: Request, place: Place, tab: NewTab): Promise<PaneId> {
  for (let tries = 1; ; tries++) {
    try {
      const index = await freeIndex(request, place.session);
      const [made] = await request(newWindow(place.session, index, tab));
      const [pane, window] = made!.toString("utf8").trim().split(" ");
      if (!isPane(pane) || !isWindow(window)) throw new Fault("TMUX_REFUSED", "tmux made no pane.");
      if (place.placeholder !== null) await takePlace(request, window, place.session, place.placeholder);
      return pane;
    } catch (error) {
      if (tries >= TRIES || !refusedFor(error, /index \d+ in use/)) throw error;
    }
  }
}

/**
 * The window that held the place goes, and the tab gets its number. By its pane, never by the number: a hook of the user's,
 * or the user, may have put another window there meanwhile, which would go instead.
 */
async function takePlace(
  request: Request,
  window: WindowId,
  session: SessionId,
  { pane, index }: NonNullable<Place["placeholder"]>,
): Promise<void> {
  for (const command of [killPane(pane), renumber(window, session, index)]) {
    try {
      await request(command);
    } catch (error) {
      // It went by itself, or the number is somebody else's by now, or this tab's already.
      if (!(error instanceof Fault) || error.code !== "TMUX_REFUSED") throw error;
    }
  }
}

/** The first free number from where the user begins to count, as tmux itself would choose. */
async function freeIndex(request: Request, session: SessionId): Promise<number> {
  const [listing] = await request(listIndexes(session));
  const lines = listing!.toString("utf8").trim().split("\n");
  const taken = new Set(lines.map((line) => Number(line.split(" ")[0])));
  let index = Number(lines[0]?.split(" ")[1]) || 0;
  while (taken.has(index)) index++;
  return index;
}

/** Closes the pane, and its program with it. */
export function closePane(request: Request, pane: PaneId): Promise<void> {
  return changePane(request, pane, killPane(pane));
}

/** Carries out a command that names the pane; throws NOT_FOUND where there is none. */
export async function changePane(request: Request, pane: PaneId, command: Command): Promise<void> {
  try {
    await request(command);
  } catch (error) {
    if (refusedFor(error, /can't find|no such pane/)) {
      throw new Fault("NOT_FOUND", `There is no pane ${pane}.`, { cause: error });
    }
    throw error;
  }
}

function refusedFor(error: unknown, words: RegExp): boolean {
  return error instanceof Fault && error.code === "TMUX_REFUSED" && words.test(error.message);
}
