/**
 * The dashboard's mind: an event and the time in, the new state and wishes out. Events are the fleet's (from the daemon),
 * the person's (keys, mouse, pastes) and replies to wishes; a wish is something only the outside can do, and app.ts does
 * it. Nothing here reads a clock or draws.
 */
import type { Key } from "./driver/driver.js";
import { insert } from "./driver/line-editor.js";
import { keyName } from "./keys/action.js";
import { findAction } from "./keys/table.js";
import { onMouse } from "./pointer.js";
import { nextAgeAtMs } from "./state/ages.js";
import { type Event, sentence } from "./state/event.js";
import { applyEntry, applySnapshot, relist } from "./state/fleet.js";
import { layout, listRows } from "./state/layout.js";
import { changedRows, historyCame, wholeScreen } from "./state/screen.js";
import { reveal, scrollList } from "./state/select.js";
import { revealMail } from "./state/select-mail.js";
import { notice, type State, selectedAgent } from "./state/state.js";
import type { Step, Wish } from "./state/wish.js";
import { answered, noteChange } from "./steps/answer.js";
import { replyKey, replyPaste } from "./steps/answer-form.js";
import { confirmKey, done } from "./steps/confirm.js";
import { filterKey } from "./steps/filter.js";
import { listKey } from "./steps/list-keys.js";
import { letterKey, mailKey } from "./steps/mail-keys.js";
import {
  askDue,
  labelsCame,
  letterCame,
  mailCame,
  mailDone,
  mailHeard,
  mailWakeAtMs,
  stale,
} from "./steps/mail-news.js";
import { completed, newKey, newPaste, providersCame, spawned } from "./steps/new-agent.js";
import { readerKey } from "./steps/reader.js";
import { sendKey, sendPaste, sent } from "./steps/send.js";
import type { Look } from "./views/look.js";
import { withinText } from "./views/scroll-end.js";

/** How long an agent must be selected before it counts as looked at. */
const SEEN_AFTER_MS = 1_000;
/** Past this without a key, click or paste nobody is taken to be looking. */
const LOOKING_FOR_MS = 120_000;

export function update(before: State, event: Event, nowMs: number, look: Look): Step {
  const timed: State = { ...before, nowMs };
  const [stepped, wishes] = step(timed, event, look);
  // Whatever took room from the list (a dialog, a prompt being written) must not take the selected row.
  const settled = listRows(stepped) === listRows(before) ? stepped : reveal(stepped);
  // Nor is room left below the last one while others are out of sight above.
  const shown = settled.items.length < before.items.length ? scrollList(settled, 0) : settled;
  const [asked, more] = askDue(withinText(before, shown, look));
  return watching(before, noteChange(before, asked), [...wishes, ...more]);
}

function step(state: State, event: Event, look: Look): Step {
  switch (event.on) {
    case "key":
      return onKey(touched(state), event.key);
    case "mouse":
      return onMouse(event.mouse.action === "press" ? touched(state) : state, look, event.mouse, onKey);
    case "paste":
      return onPaste(touched(state), event.text);
    case "resize":
      return [revealMail(reveal({ ...state, size: event.size })), []];
    case "clock":
      return onClock(state);
    case "link":
      return [{ ...state, link: event.link }, []];
    case "health":
      return [{ ...state, health: event.health }, []];
    case "snapshot":
      return [stale(reveal(applySnapshot({ ...state, link: { at: "live" } }, event.snapshot))), []];
    case "entry":
      return [mailHeard(applyEntry(state, event.entry), event.entry), []];
    case "screen":
      return [wholeScreen(state, event.agent, event.screen), []];
    case "rows":
      return [changedRows(state, event.agent, event.changed), []];
    case "screen-missing":
      if (state.preview?.agent !== event.agent) return [state, []];
      return [{ ...state, preview: { ...state.preview, missing: event.why } }, []];
    case "history":
      return [historyCame(state, event.agent, event.rows), []];
    case "providers":
      return [providersCame(state, event), []];
    case "why":
      if (state.mode.at !== "why" || state.mode.agent !== event.agent) return [state, []];
      return [
        { ...state, mode: { ...state.mode, why: event.why, problem: event.refused ? sentence(event.refused) : null } },
        [],
      ];
    case "completed":
      return [completed(state, event.before, event.after), []];
    case "mail":
      return mailCame(state, event.of, event.mail, event.refused);
    case "labels":
      return [labelsCame(state, event.labels), []];
    case "letter":
      return [letterCame(state, event.id, event.letter, event.refused), []];
    case "mail-done":
      return [mailDone(state, event.what, event.count, event.refused), []];
    case "answered":
      return [answered(state, event.agent, event.choice, event.refused, event.question), []];
    case "sent":
      return sent(state, event.agent, event.text, event.message, event.refused);
    case "spawned":
      return [spawned(state, event), []];
    case "done":
      return [done(state, event), []];
    case "attached":
      return [event.problem === null ? state : notice(state, "bad", event.problem), []];
  }
}

/** A person is there. What was said before is taken as read. */
function touched(state: State): State {
  return { ...state, inputAtMs: state.nowMs, notice: null };
}

export function onKey(state: State, key: Key): Step {
  const { mode } = state;
  // Where nothing can be seen nothing is done, but leaving.
  if (layout(state).shape === "sentence") {
    const leave = findAction("list", keyName(key))?.name === "quit" && (mode.at === "list" || key.ctrl);
    return leave ? listKey(state, key) : [state, []];
  }
  switch (mode.at) {
    case "list":
      return listKey(state, key);
    case "filter":
      return filterKey(state, mode, key);
    case "confirm":
      return confirmKey(state, mode.confirm, key);
    case "help":
    case "why":
      return readerKey(state, mode, key);
    case "mail":
      return mailKey(state, key);
    case "letter":
      return letterKey(state, key);
    case "send":
      return sendKey(state, mode, key);
    case "reply":
      return replyKey(state, mode, key);
    case "new":
      return newKey(state, mode.form, key);
  }
}

/** A paste is text, and only where text is written; anywhere else it does nothing, and says so. */
function onPaste(state: State, text: string): Step {
  const { mode } = state;
  if (mode.at === "send") return sendPaste(state, mode, text);
  if (mode.at === "reply") return replyPaste(state, mode, text);
  if (mode.at === "new") return newPaste(state, mode.form, text);
  if (mode.at === "filter") {
    const editor = insert(mode.editor, text.replace(/\s+/g, " ").trim());
    return [reveal(relist({ ...state, filter: editor.text.trim(), mode: { ...mode, editor } })), []];
  }
  return [notice(state, "info", "a paste needs somewhere to go: s writes a prompt"), []];
}

function onClock(state: State): Step {
  let after = state;
  if (after.notice?.untilMs != null && after.nowMs >= after.notice.untilMs) after = { ...after, notice: null };
  const seen = seenAtMs(after);
  if (seen === null || after.nowMs < seen) return [after, []];
  const agent = selectedAgent(after)!;
  return [{ ...after, seen: ending(agent) }, [{ do: "seen", agent: agent.id }]];
}

function ending(agent: { id: string; since: string; turn: number }): string {
  return `${agent.id} ${agent.turn} ${agent.since}`;
}

/**
 * When the selected agent's ending counts as seen: a second after it was selected or ended, whichever was later, if
 * someone pressed a key within two minutes before; else a second after the next key. A dashboard left open in an empty
 * room sees nothing.
 */
export function seenAtMs(state: State): number | null {
  const agent = selectedAgent(state);
  // Mail hides the agent's screen.
  if (!agent || state.mail !== null || (agent.state !== "done" && !agent.unread)) return null;
  if (state.seen === ending(agent) || state.link.at !== "live") return null;
  const endedAtMs = Date.parse(agent.since);
  const shownAtMs = Math.max(state.selectedAtMs, Number.isNaN(endedAtMs) ? 0 : Math.min(endedAtMs, state.nowMs));
  if (shownAtMs - state.inputAtMs > LOOKING_FOR_MS) return null;
  return shownAtMs + SEEN_AFTER_MS;
}

/** When something changes by the passing of time alone: the moment for a `clock` event, or null. */
export function wakeAtMs(state: State): number | null {
  const times: number[] = [];
  if (state.notice?.untilMs != null) times.push(state.notice.untilMs);
  const seen = seenAtMs(state);
  if (seen !== null) times.push(seen);
  const mail = mailWakeAtMs(state);
  if (mail !== null) times.push(mail);
  const ages = nextAgeAtMs(shownSinceMs(state), state.nowMs);
  if (ages !== null) times.push(ages);
  return times.length === 0 ? null : Math.min(...times);
}

function shownSinceMs(state: State): number[] {
  if (state.mail !== null) return state.mail.messages?.map((message) => Date.parse(message.createdAt)) ?? [];
  const shown = layout(state).list.height > 0 ? state.items.slice(state.top, state.top + listRows(state)) : [];
  const agents = shown.flatMap((item) => (item.kind === "agent" ? (state.agents.get(item.id) ?? []) : []));
  const selected = selectedAgent(state);
  if (selected) agents.push(selected);
  return agents.map((agent) => Date.parse(agent.since));
}

/** Keeps the screen shown that of the agent selected; one that had none is asked for again once it has another pane. */
function watching(before: State, state: State, wishes: Wish[]): Step {
  const shown = layout(state).preview.height > 0;
  const agent = shown ? (selectedAgent(state)?.id ?? null) : null;
  if ((state.preview?.agent ?? null) === agent) {
    const missing = agent !== null && state.preview?.missing != null;
    if (!missing || before.agents.get(agent)?.pane === state.agents.get(agent)?.pane) return [state, wishes];
  }
  const preview = agent === null ? null : { agent, screen: null, missing: null, back: 0, left: null, history: null };
  return [{ ...state, preview }, [...wishes, { do: "watch", agent }]];
}
