import { Fault } from "#core/fault.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";

export async function run(context: Context, { arguments: [action, file], options }: Invocation): Promise<number> {
  if (action === undefined) {
    const { list } = await import("./list-providers.js");
    return list(context);
  }
  if (action !== "check") throw new Fault("USAGE", `there is nothing to do called "${action}"`, { hint: "check FILE" });
  if (file === undefined) throw new Fault("USAGE", "drover providers check needs FILE: an asciicast recording");
  const { check } = await import("./check-provider.js");
  return check(context, file, options);
}
