/** What a key does in the filter line. */
import type { Key } from "../driver/driver.js";
import { edit } from "../driver/line-editor.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { relist } from "../state/fleet.js";
import type { Mode } from "../state/mode.js";
import { sameItem } from "../state/sections.js";
import { reveal, selectIndex } from "../state/select.js";
import type { State } from "../state/state.js";
import type { Step } from "../state/wish.js";

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
