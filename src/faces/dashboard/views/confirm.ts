/** A question of ours before something that cannot be undone. */
import { ATTR } from "#core/screen/still.js";
import type { Canvas, Style } from "../driver/driver.js";
import { keyLabel } from "../keys/footer-hints.js";
import type { Confirm } from "../state/mode.js";
import type { State } from "../state/state.js";
import { ASKS, DIM, KEY, type Look, rowsOf } from "./look.js";

export function paintConfirm(canvas: Canvas, state: State, confirm: Confirm, look: Look): void {
  canvas.frame({ ...ASKS, attrs: 0 }, "", {});
  const width = canvas.width - 4;
  const [question, more] = says(state, confirm);
  const rows = rowsOf(look, question, width, 2).map((text) => ({ text, style: { attrs: ATTR.bold } as Style }));
  const room = Math.max(0, canvas.height - 3 - rows.length);
  for (const text of rowsOf(look, more, width, room)) rows.push({ text, style: DIM });
  rows.forEach(({ text, style }, y) => {
    canvas.put(2, 1 + y, text, style, width);
  });
  let x = canvas.put(2, canvas.height - 2, `y ${keyLabel("enter", look.unicode)}`, KEY);
  x = canvas.put(x + 1, canvas.height - 2, "yes", DIM);
  x = canvas.put(x + 3, canvas.height - 2, "n esc", KEY);
  canvas.put(x + 1, canvas.height - 2, "no", DIM);
}

function says(state: State, confirm: Confirm): [string, string] {
  if ("ids" in confirm) return saysOfMail(state, confirm);
  const agent = state.agents.get(confirm.agent);
  const label = agent?.label ?? "it";
  switch (confirm.what) {
    case "stop":
      return [`Stop ${label}?`, "It is asked to end; after 5 s it is made to. Its record stays."];
    case "restart":
      return [`Start ${label} again?`, "What runs is ended first; its conversation goes on if it can."];
    case "interrupt":
      return [`Interrupt ${label}?`, "The turn under way ends; the agent stays."];
    case "remove":
      return [`Take ${label} off the list?`, "What it did stays in the journal."];
    case "remove-force":
      return [`Take ${label} off the list all the same?`, "What was just named would be lost."];
    case "answer":
      return [
        `Answer ${label}: ${agent?.question?.choices[confirm.choice]?.text ?? ""}?`,
        "A click on it again gives it.",
      ];
  }
}

function saysOfMail({ mail }: State, { what, ids }: Extract<Confirm, { what: "retry" | "purge" }>): [string, string] {
  const many = `${ids.length} messages`;
  if (what === "purge") {
    const more = "What it says is gone for good; its story stays.";
    return [ids.length === 1 ? "Forget this message?" : `Forget ${many} that failed?`, more];
  }
  const unsure = mail?.messages?.filter(({ id, state }) => state === "uncertain" && ids.includes(id)).length ?? 0;
  if (ids.length === 1) return ["Type this message again?", "It may have arrived: look at the agent's screen first."];
  const more =
    unsure === 0 ? "None of them arrived." : `${unsure} of them may have arrived, and would then be there twice.`;
  return [`Queue ${many} that failed again?`, more];
}
