/**
 * What tmux tells a control client unasked. A notification is a hint that something changed, never the whole truth: on
 * 3.3a many changes are not announced at all, so whoever gets one looks again.
 */
import type { PaneId, SessionId, WindowId } from "../model.js";

/** What tmux tells without being asked, as far as drover uses it. */
export type Notification =
  | { readonly kind: "session-changed" | "session-renamed"; readonly session: SessionId; readonly name: string }
  | { readonly kind: "sessions-changed" }
  | { readonly kind: "session-window-changed"; readonly session: SessionId; readonly window: WindowId }
  | {
      readonly kind: "client-session-changed";
      readonly client: string;
      readonly session: SessionId;
      readonly name: string;
    }
  | { readonly kind: "client-detached"; readonly client: string }
  | {
      readonly kind: "window-add" | "window-close" | "unlinked-window-add" | "unlinked-window-close";
      readonly window: WindowId;
    }
  | { readonly kind: "window-renamed" | "unlinked-window-renamed"; readonly window: WindowId; readonly name: string }
  | { readonly kind: "window-pane-changed"; readonly window: WindowId; readonly pane: PaneId }
  | {
      readonly kind: "layout-change";
      readonly window: WindowId;
      readonly layout: string;
      readonly visibleLayout: string;
      readonly flags: string;
    }
  | { readonly kind: "pane-mode-changed" | "pause" | "continue"; readonly pane: PaneId }
  /** `window`, `index` and `pane` are null where the subscription is not about one (tmux writes `-`). */
  | {
      readonly kind: "subscription-changed";
      readonly name: string;
      readonly session: SessionId;
      readonly window: WindowId | null;
      readonly index: number | null;
      readonly pane: PaneId | null;
      readonly value: string;
    }
  | { readonly kind: "paste-buffer-changed" | "paste-buffer-deleted"; readonly name: string }
  | { readonly kind: "config-error" | "message"; readonly text: string }
  /** The client ends; `reason` is null for an orderly end. */
  | { readonly kind: "exit"; readonly reason: string | null };

/** One line outside a block, without its line end. Null where it is none of the forms tmux 3.2 to 3.7 write. */
export function parseNotification(line: string): Notification | null {
  if (!line.startsWith("%")) return null;
  const space = line.indexOf(" ");
  const word = space < 0 ? line.slice(1) : line.slice(1, space);
  const rest = space < 0 ? "" : line.slice(space + 1);
  switch (word) {
    case "session-changed":
    case "session-renamed": {
      const [session, name] = cut(rest);
      return isSession(session) ? { kind: word, session, name } : null;
    }
    case "sessions-changed":
      return { kind: word };
    case "session-window-changed": {
      const [session, window] = cut(rest);
      return isSession(session) && isWindow(window) ? { kind: word, session, window } : null;
    }
    case "client-session-changed": {
      const [client, more] = cut(rest);
      const [session, name] = cut(more);
      return isSession(session) ? { kind: word, client, session, name } : null;
    }
    case "client-detached":
      return { kind: word, client: rest };
    case "window-add":
    case "window-close":
    case "unlinked-window-add":
    case "unlinked-window-close":
      return isWindow(rest) ? { kind: word, window: rest } : null;
    case "window-renamed":
    case "unlinked-window-renamed": {
      const [window, name] = cut(rest);
      return isWindow(window) ? { kind: word, window, name } : null;
    }
    case "window-pane-changed": {
      const [window, pane] = cut(rest);
      return isWindow(window) && isPane(pane) ? { kind: word, window, pane } : null;
    }
    case "layout-change": {
      const [window, layout = "", visibleLayout = layout, flags = ""] = rest.split(" ");
      return isWindow(window) ? { kind: word, window, layout, visibleLayout, flags } : null;
    }
    case "pane-mode-changed":
    case "pause":
    case "continue":
      return isPane(rest) ? { kind: word, pane: rest } : null;
    case "subscription-changed":
      return subscription(rest);
    case "paste-buffer-changed":
    case "paste-buffer-deleted":
      return { kind: word, name: rest };
    case "config-error":
    case "message":
      return { kind: word, text: rest };
    case "exit":
      return { kind: word, reason: rest === "" ? null : rest };
    default:
      return null;
  }
}

/** `name $S @W index %P : value`; by positions, for of all notifications these come most often. */
function subscription(rest: string): Notification | null {
  const colon = rest.indexOf(" : ");
  if (colon < 0) return null;
  const sessionAt = rest.indexOf(" ") + 1;
  const windowAt = rest.indexOf(" ", sessionAt) + 1;
  const indexAt = rest.indexOf(" ", windowAt) + 1;
  const paneAt = rest.indexOf(" ", indexAt) + 1;
  if (paneAt > colon || indexAt > paneAt) return null;
  const session = rest.slice(sessionAt, windowAt - 1);
  const window = rest.slice(windowAt, indexAt - 1);
  const index = rest.slice(indexAt, paneAt - 1);
  const pane = rest.slice(paneAt, colon);
  if (!isSession(session)) return null;
  return {
    kind: "subscription-changed",
    name: rest.slice(0, sessionAt - 1),
    session,
    window: isWindow(window) ? window : null,
    index: index === "-" || index === "" ? null : Number(index),
    pane: isPane(pane) ? pane : null,
    value: rest.slice(colon + 3),
  };
}

function cut(text: string): [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

/** Whether it is a pane's id: `%` and a number. */
export function isPane(text: string | undefined): text is PaneId {
  return text !== undefined && isId(text, "%");
}

/** Whether it is a window's id: `@` and a number. */
export function isWindow(text: string | undefined): text is WindowId {
  return text !== undefined && isId(text, "@");
}

/** Whether it is a session's id: `$` and a number. */
export function isSession(text: string | undefined): text is SessionId {
  return text !== undefined && isId(text, "$");
}

function isId(text: string, sigil: string): boolean {
  if (text[0] !== sigil || text.length < 2 || text.length > 11) return false;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
