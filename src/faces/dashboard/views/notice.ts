/** What just happened, over the lower edge of the frames. */
import { ATTR } from "#core/screen/still.js";
import type { Canvas } from "../driver/driver.js";
import type { State } from "../state/state.js";
import { BAD, fit, GOOD, type Look } from "./look.js";

export function paintNotice(canvas: Canvas, state: State, look: Look): void {
  const { notice } = state;
  if (!notice) return;
  const style = notice.tone === "bad" ? BAD : notice.tone === "good" ? GOOD : { attrs: ATTR.bold };
  canvas.put(0, 0, ` ${fit(look, notice.text, canvas.width - 2)} `, style);
}
