/** What a key does in the fleet list. */
import type { AgentJson } from "#wire/agent.js";
import type { Key } from "../driver/driver.js";
import { openEditor } from "../driver/line-editor.js";
import { type ActionName, keyName } from "../keys/action.js";
import { actions, findAction } from "../keys/table.js";
import { choiceByDigit } from "../state/dialog.js";
import { nextInNeed, relist } from "../state/fleet.js";
import { inside, layout, listRows } from "../state/layout.js";
import { followLive, scrollPreview, scrollSideways } from "../state/screen.js";
import { fold, foldAll, regroup, reveal, selectAgent, selectIndex, toggle, unfold } from "../state/select.js";
import { openMail } from "../state/select-mail.js";
import { notice, type State, selectedAgent } from "../state/state.js";
import type { Step } from "../state/wish.js";
import { openReply, pick, submit } from "./answer-form.js";
import { ask } from "./confirm.js";
import { openNew } from "./new-agent.js";
import { openSend } from "./send.js";

export function listKey(state: State, key: Key): Step {
  const name = keyName(key);
  if (/^[1-9]$/.test(name)) return digit(state, name);
  const asked = selectedAgent(state)?.question ? findAction("question", name) : null;
  const action = asked && (asked.unless?.(state) ?? null) === null ? asked : findAction("list", name);
  if (!action) return [state, []];
  const refusal = action.unless?.(state) ?? null;
  // Escape with nothing to undo is no mistake.
  if (refusal !== null) return [action.name === "unfilter" ? state : notice(state, "info", refusal), []];
  return perform(state, action.name);
}

function digit(state: State, name: string): Step {
  const refusal = actions.find((action) => action.name === "answer")?.unless?.(state) ?? null;
  if (refusal !== null) return [notice(state, "info", refusal), []];
  const { question } = selectedAgent(state)!;
  const index = choiceByDigit(question!, name);
  return index < 0 ? [notice(state, "info", `there is no choice ${name}`), []] : pick(state, index);
}

/** Carries out an action of the list. Whether it applies has been asked. */
function perform(state: State, name: ActionName): Step {
  const agent = selectedAgent(state);
  const half = Math.max(1, Math.floor(inside(layout(state).preview).height / 2));
  switch (name) {
    case "own-words":
      return openReply(state);
    case "submit":
      return submit(state);
    case "up":
      return [selectIndex(state, state.selectedIndex - 1), []];
    case "down":
      return [selectIndex(state, state.selectedIndex + 1), []];
    case "page-up":
      return [selectIndex(state, state.selectedIndex - Math.max(1, listRows(state) - 1)), []];
    case "page-down":
      return [selectIndex(state, state.selectedIndex + Math.max(1, listRows(state) - 1)), []];
    case "first":
      return [selectIndex(state, 0), []];
    case "last":
      return [selectIndex(state, state.items.length - 1), []];
    case "fold":
      return [fold(state), [{ do: "save" }]];
    case "unfold":
      return [unfold(state), [{ do: "save" }]];
    case "toggle":
      return [toggle(state), [{ do: "save" }]];
    case "fold-all":
      return [foldAll(state), [{ do: "save" }]];
    case "regroup":
      return [regroup(state), [{ do: "save" }]];
    case "next":
      return nextInNeedStep(state);
    case "filter":
      return [{ ...state, mode: { at: "filter", editor: openEditor(state.filter), before: state.selected } }, []];
    case "unfilter":
      return [reveal(relist({ ...state, filter: "" })), []];
    case "attach":
      return [state, [{ do: "attach", agent: agent!.id }]];
    case "send":
      return [openSend(state, agent!.id), []];
    case "new":
      return openNew(state);
    case "why":
      return [
        { ...state, mode: { at: "why", agent: agent!.id, why: null, problem: null, top: 0 } },
        [{ do: "why", agent: agent!.id }],
      ];
    case "mail":
      return [openMail(state, agent?.id ?? null), []];
    case "all-mail":
      return [openMail(state, null), []];
    case "stop":
      return [ask(state, { what: "stop", agent: agent!.id }), []];
    case "restart":
      return [ask(state, { what: "restart", agent: agent!.id }), []];
    case "interrupt":
      return [ask(state, { what: "interrupt", agent: agent!.id }), []];
    case "remove":
      return [ask(state, { what: "remove", agent: agent!.id }), []];
    case "zoom":
      return [reveal({ ...state, zoomed: !state.zoomed }), []];
    case "back":
      return scrollPreview(state, half);
    case "forth":
      return scrollPreview(state, -half);
    case "live":
      return [followLive(state), []];
    case "leftwards":
      return [scrollSideways(state, -1), []];
    case "rightwards":
      return [scrollSideways(state, 1), []];
    case "help":
      return [{ ...state, mode: { at: "help", top: 0 } }, []];
    case "start":
      return [{ ...state, link: { at: "connecting" } }, [{ do: "start-daemon" }]];
    case "repaint":
      return [state, [{ do: "repaint" }]];
    case "quit":
      return [state, [{ do: "save" }, { do: "quit" }]];
    default:
      return [state, []];
  }
}

export function nextInNeedStep(state: State, only?: AgentJson["state"]): Step {
  const agent = nextInNeed(state, only);
  return agent ? [selectAgent(state, agent.id), []] : [notice(state, "info", "nobody needs you"), []];
}
