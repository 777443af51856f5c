/** No agents yet: what to do about it. */
import type { Canvas } from "../driver/driver.js";
import { BOLD, DIM, FRAME, KEY, type Look } from "../look.js";

export function paintEmpty(canvas: Canvas, _look: Look): void {
  canvas.frame(FRAME, "agents", BOLD);
  const lines: [string, string][] = [
    ["No agents yet.", ""],
    ["", ""],
    ["n", "start one here"],
    ["", ""],
    ["drover spawn claude", "start one from any shell"],
    ["drover demo", "watch six practice agents"],
    ["", ""],
    ["?", "all keys"],
  ];
  const column = canvas.width < 56 ? 2 : 24;
  const left = canvas.width < 56 ? 2 : Math.max(2, Math.floor((canvas.width - 60) / 2));
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
