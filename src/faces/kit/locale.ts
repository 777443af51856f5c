/** Whether the locale says UTF-8, as setlocale(3) would decide it: LC_ALL, else LC_CTYPE, else LANG. */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return /utf-?8/i.test(locale);
}
