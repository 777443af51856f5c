import type { Context } from "../context.js";
import { type Check, judge } from "./doctor-checks.js";
import { look } from "./doctor-look.js";

/** Looks, changes nothing, starts nothing. Exit status 1 where something is wrong; a warning is not. */
export async function run(context: Context): Promise<number> {
  const checks = judge(await look(context));
  const wrong = checks.filter((check) => check.status === "wrong").length;
  if (context.json) context.value({ ok: wrong === 0, checks });
  else context.lines(doctorLines(checks, context));
  return wrong === 0 ? 0 : 1;
}

const LOOK = {
  ok: { glyph: "✔", tint: "green" },
  warning: { glyph: "!", tint: "yellow" },
  wrong: { glyph: "✖", tint: "red" },
} as const;

function doctorLines(checks: readonly Check[], { ink }: Pick<Context, "ink">): string[] {
  const lines = checks.flatMap(({ name, status, says, remedy }) => {
    const { glyph, tint } = LOOK[status];
    const line = `${ink.paint(tint, glyph)} ${name.padEnd(10)} ${says}`;
    return remedy ? [line, ink.paint("dim", `             ${remedy}`)] : [line];
  });
  const wrong = checks.filter((check) => check.status === "wrong").length;
  return [
    ...lines,
    "",
    wrong === 0 ? "Nothing is wrong." : `${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong.`,
  ];
}
