import type { ProviderJson } from "#wire/requests.js";
import type { Context } from "./context.js";

export async function list(context: Context): Promise<number> {
  const { providers } = await (await context.daemon()).request<{ providers: ProviderJson[] }>("GET", "/v1/providers");
  if (context.json) context.value({ providers });
  else context.lines(providers.map(({ name, title, installed }) => `${name} ${title} ${installed}`));
  return 0;
}
