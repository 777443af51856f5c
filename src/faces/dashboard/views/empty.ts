/** No agents yet: what to do about it. */
import type { Canvas } from "../driver/driver.js";
import { BOLD, DIM, FRAME, KEY, type Look } from "./look.js";

export function paintEmpty(canvas: Canvas, command: string, look: Look): void {
  canvas.frame(FRAME, "agents", BOLD);
  const lines: [string, string][] = [
    ["No agents yet.", ""],
    ["", ""],
    ["n", "start one here"],
    ["", ""],
    [`${command} spawn claude`, "start one from a shell"],
    [`${command} demo`, "watch six practice agents"],
    ["", ""],
    ["?", "all keys"],
  ];
  const wide = Math.max(...lines.map(([head, says]) => (says === "" ? 0 : look.width(head)))) + 5;
  const isTight = canvas.width < wide + 32;
  const column = isTight ? 2 : wide;
  const left = isTight ? 2 : Math.max(2, Math.floor((canvas.width - wide - 36) / 2));
  let y = Math.max(1, Math.floor((canvas.height - lines.length) / 3));
  for (const [head, says] of lines) {
    if (y >= canvas.height - 1) return;
    if (says === "") canvas.put(left, y, head, BOLD, canvas.width - left - 1);
    else {
      const x = canvas.put(left, y, head, KEY, canvas.width - left - 1);
      const at = Math.max(x + 2, column > 2 ? left + column : 0);
      canvas.put(at, y, says, DIM, canvas.width - at - 1);
    }
    y++;
  }
}
