/** What a key does where: in the list, in the filter line, before a question of ours, in a text to read. */

import type { AgentJson } from "#wire/agent.js";
import { choiceByDigit, give } from "./answer.js";
import { openReply, pick, submit } from "./answer-form.js";
import type { Key } from "./driver/driver.js";
import { edit, openEditor } from "./driver/line-editor.js";
import { type Event, sentence } from "./event.js";
import { nextInNeed, putAgent, relist } from "./fleet.js";
import { type ActionName, keyName } from "./keys/action.js";
import { actions, findAction } from "./keys/table.js";
import { inside, layout, listRows } from "./layout.js";
import type { Confirm, Mode } from "./mode.js";
import { openNew } from "./new-agent.js";
import { scrollPreview, scrollSideways } from "./screen.js";
import { sameItem } from "./sections.js";
import { fold, foldAll, regroup, reveal, selectAgent, selectIndex, toggle, unfold } from "./select.js";
import { openMail } from "./select-mail.js";
import { openSend } from "./send.js";
import { home, notice, type State, selectedAgent } from "./state.js";
import type { Step, Wish } from "./wish.js";

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
    case "live": {
      const [live, wishes] = scrollPreview(state, Number.NEGATIVE_INFINITY);
      return [live.preview === null ? live : { ...live, preview: { ...live.preview, left: null } }, wishes];
    }
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

function ask(state: State, confirm: Confirm): State {
  return { ...state, mode: { at: "confirm", confirm } };
}

/** A click on a choice: what it would send is asked for once more, since a click is easily made. */
export function askChoice(state: State, choice: number): State {
  const agent = selectedAgent(state);
  if (!agent?.question) return state;
  const { takesText, checked } = agent.question.choices[choice] ?? {};
  if (takesText || checked !== undefined) return pick(state, choice)[0];
  return ask(state, { what: "answer", agent: agent.id, choice, fingerprint: agent.question.fingerprint });
}

export function filterKey(state: State, mode: Extract<Mode, { at: "filter" }>, key: Key): Step {
  const action = findAction("filter", keyName(key))?.name;
  const list: Mode = { at: "list" };
  if (action === "submit") return [{ ...state, mode: list }, []];
  if (action === "cancel") {
    const all = relist({ ...state, filter: "", mode: list });
    const before = all.items.findIndex((item) => sameItem(item, mode.before));
    return [before >= 0 ? selectIndex(all, before) : reveal(all), []];
  }
  const editor = edit(mode.editor, key);
  if (editor === mode.editor) return [state, []];
  return [reveal(relist({ ...state, filter: editor.text.trim(), mode: { ...mode, editor } })), []];
}

export function confirmKey(state: State, confirm: Confirm, key: Key): Step {
  const name = keyName(key);
  const closed: State = { ...state, mode: home(state) };
  const action = findAction("confirm", name)?.name;
  if (action === "cancel") return [closed, []];
  // A key held down must not end anything: only interrupting, which loses little, takes the same key again.
  const again = confirm.what === "interrupt" && name === "i";
  if (action !== "confirm" && !again) return [state, []];
  if (confirm.what === "answer") return give(closed, confirm.choice, confirm.fingerprint);
  if ("ids" in confirm) return [closed, [{ do: confirm.what, ids: confirm.ids }]];
  const agent = state.agents.get(confirm.agent);
  if (!agent) return [notice(closed, "info", "that agent is gone"), []];
  const { id, label } = agent;
  const wish: Wish =
    confirm.what === "remove" || confirm.what === "remove-force"
      ? { do: "remove", agent: id, label, force: confirm.what === "remove-force" }
      : { do: confirm.what, agent: id, label };
  const begun = confirm.what === "stop" ? "stopping" : confirm.what === "restart" ? "restarting" : null;
  return [begun === null ? closed : notice(closed, "info", `${begun} ${label}`), [wish]];
}

/** Something asked for has been done, or not. What a removal would lose is told, and asked once more. */
export function done(state: State, event: Extract<Event, { on: "done" }>): State {
  const agent = state.agents.get(event.agent);
  const { label } = event;
  if (event.refused) {
    if (event.what === "remove" && event.refused.code === "CONFLICT" && agent && state.mode.at === "list") {
      return notice(ask(state, { what: "remove-force", agent: agent.id }), "bad", sentence(event.refused));
    }
    return notice(state, "bad", `${label}: ${sentence(event.refused)}`);
  }
  if (event.what === "remove") {
    const gone = agent ? putAgent(state, { ...agent, archived: true }) : state;
    return notice(gone, "good", `${label} is off the list`);
  }
  const said = { stop: "has stopped", restart: "was started again", interrupt: "was interrupted" };
  return notice(state, "good", `${label} ${said[event.what]}`);
}

/** Help and why: texts to read. The view clips `top` to what there is; here it only must not run away. */
export function readerKey(state: State, mode: Extract<Mode, { at: "help" | "why" }>, key: Key): Step {
  const page = Math.max(1, inside(layout(state).overlay).height - 2);
  switch (findAction(mode.at, keyName(key))?.name) {
    case "cancel":
      return [{ ...state, mode: home(state) }, []];
    case "up":
      return [scrollReader(state, mode, -1), []];
    case "down":
      return [scrollReader(state, mode, 1), []];
    case "page-up":
      return [scrollReader(state, mode, -page), []];
    case "page-down":
      return [scrollReader(state, mode, page), []];
    default:
      return [state, []];
  }
}

export function scrollReader(state: State, mode: Extract<Mode, { at: "help" | "why" }>, by: number): State {
  const most = mode.at === "help" ? actions.length + 20 : 400;
  return { ...state, mode: { ...mode, top: Math.max(0, Math.min(most, mode.top + by)) } };
}
