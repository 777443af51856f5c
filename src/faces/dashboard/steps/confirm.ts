/** A question of ours before something is done that cannot be taken back, and what became of it. */
import type { Key } from "../driver/driver.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { type Event, sentence } from "../state/event.js";
import { putAgent } from "../state/fleet.js";
import type { Confirm } from "../state/mode.js";
import { home, notice, type State } from "../state/state.js";
import type { Step, Wish } from "../state/wish.js";
import { give } from "./answer.js";

/** Asks first. */
export function ask(state: State, confirm: Confirm): State {
  return { ...state, mode: { at: "confirm", confirm } };
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
