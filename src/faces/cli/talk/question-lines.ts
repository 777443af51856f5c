/** A dialog in words: whole, and what it offers in a line. */
import type { QuestionJson } from "#wire/agent.js";
import { printable } from "../../kit/ink.js";

/** What it says, each choice under its number, and its fingerprint. */
export function questionLines(question: QuestionJson): string[] {
  const choices = question.choices.map((c, i) => {
    const box = c.checked === undefined ? "" : c.checked ? "[x] " : "[ ] ";
    return `  ${numberOf(question, i) || " "}  ${box}${printable(c.text)}${c.takesText ? " (--text)" : ""}`;
  });
  const field = question.takesText ? ["  (it takes a text: --text)"] : [];
  return [...question.text.split("\n").map(printable), ...choices, ...field, `  --if ${question.fingerprint}`];
}

/** `1 Yes · 2 No`; empty where it offers nothing. */
export function offersLine(question: QuestionJson): string {
  if (question.takesText) return "it takes a text: --text";
  return question.choices
    .flatMap((c, i) => {
      const number = numberOf(question, i);
      return number === "" ? [] : [`${number} ${printable(c.text)}${c.takesText ? " (--text)" : ""}`];
    })
    .join(" · ");
}

/** By what it is picked; empty where it is that which sends what is ticked. */
function numberOf({ choices, multiple }: QuestionJson, index: number): string {
  const { key, submits } = choices[index]!;
  return submits && multiple ? "" : key || String(index + 1);
}
