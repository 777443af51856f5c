/** What a key does in the mail panel: in its list, and in the story of a message. */
import type { Key } from "../driver/driver.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { inside, layout } from "../state/layout.js";
import { deadOnes } from "../state/mail-panel.js";
import { selectAgent } from "../state/select.js";
import { closeMail, openMail, scrollLetter, selectMail } from "../state/select-mail.js";
import { home, notice, type State, selectedMessage } from "../state/state.js";
import type { Step } from "../state/wish.js";
import { ask } from "./confirm.js";

export function mailKey(state: State, key: Key): Step {
  const action = findAction("mail", keyName(key));
  if (action === null || state.mail === null) return [state, []];
  const refusal = action.unless?.(state) ?? null;
  if (refusal !== null) return [notice(state, "info", refusal), []];
  const { mail } = state;
  const page = Math.max(1, inside(layout(state).mail).height - 2);
  const message = selectedMessage(state);
  switch (action.name) {
    case "up":
      return [selectMail(state, mail.index - 1), []];
    case "down":
      return [selectMail(state, mail.index + 1), []];
    case "page-up":
      return [selectMail(state, mail.index - page), []];
    case "page-down":
      return [selectMail(state, mail.index + page), []];
    case "first":
      return [selectMail(state, 0), []];
    case "last":
      return [selectMail(state, Number.MAX_SAFE_INTEGER), []];
    case "story":
      return [{ ...state, mode: { at: "letter" } }, []];
    case "whose":
      return [openMail(state, mail.of === null ? message!.to : null), []];
    case "go":
      return [closeMail(selectAgent({ ...state, mode: { at: "list" } }, message!.to)), []];
    case "retry":
      // It may have arrived: a second time is for a person to decide.
      if (message!.state === "uncertain") return [ask(state, { what: "retry", ids: [message!.id] }), []];
      return [state, [{ do: "retry", ids: [message!.id] }]];
    case "purge":
      return [ask(state, { what: "purge", ids: [message!.id] }), []];
    case "retry-all":
      return [ask(state, { what: "retry", ids: deadOnes(state.mail).map(({ id }) => id) }), []];
    case "purge-all":
      return [ask(state, { what: "purge", ids: deadOnes(state.mail).map(({ id }) => id) }), []];
    case "help":
      return [{ ...state, mode: { at: "help", top: 0 } }, []];
    case "cancel":
      return [closeMail(state), []];
    default:
      return [state, []];
  }
}

/** In the story: it scrolls, and what can be done with the message can be done from here. */
export function letterKey(state: State, key: Key): Step {
  const action = findAction("letter", keyName(key));
  if (action === null) return [state, []];
  const page = Math.max(1, inside(layout(state).letter).height - 2);
  switch (action.name) {
    case "up":
      return [scrollLetter(state, -1), []];
    case "down":
      return [scrollLetter(state, 1), []];
    case "page-up":
      return [scrollLetter(state, -page), []];
    case "page-down":
      return [scrollLetter(state, page), []];
    case "first":
      return [scrollLetter(state, Number.NEGATIVE_INFINITY), []];
    case "last":
      return [scrollLetter(state, Number.MAX_SAFE_INTEGER), []];
    case "cancel":
      return [{ ...state, mode: home(state) }, []];
    default: {
      const refusal = action.unless?.(state) ?? null;
      if (refusal !== null) return [notice(state, "info", refusal), []];
      return mailKey({ ...state, mode: home(state) }, key);
    }
  }
}
