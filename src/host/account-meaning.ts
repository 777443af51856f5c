/**
 * What an auth file says of who is logged in, without what changes by itself: tokens are refreshed, expiries move,
 * counters count. Two files with one meaning are one login, so that a refresh is no news and another account is.
 */

/** Names of fields that rotate, in the spellings of the programs' own files. */
const ROTATING =
  /token|expir|refresh|(?:^|_)access(?:$|_)|secret|nonce|cookie|timestamp|(?:_at|At|_ms|Ms|_date|Date|_time|Time)$|^(?:last|num|count|next)(?:[_A-Z]|$)|[cC]ount(?:er)?s?$|^date$|^time$|usage|retry/i;
/** Of a signed token's claims only these name an account; the others are times and numbers. */
const CLAIMS = ["iss", "sub", "email"];
/** A list of accounts may be long, a cache is longer: no meaning is looked for below. */
const DEPTH_LIMIT = 12;

/** The value with rotating fields left out and its keys in order, to be compared or hashed; undefined where nothing is left. */
export function accountMeaning(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return claims(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_LIMIT) return undefined;
  if (Array.isArray(value)) {
    return value.map((item) => accountMeaning(item, depth + 1)).filter((item) => item !== undefined);
  }
  const kept = Object.entries(value)
    .flatMap(([name, inner]): [string, unknown][] => {
      // What is named a token may be a group of things of which one names the account, or be signed and name it itself.
      const whole = typeof inner === "object" && inner !== null;
      if (!whole && ROTATING.test(name)) {
        const told = typeof inner === "string" ? claims(inner) : null;
        return told === null ? [] : [[name, told]];
      }
      const meaning = accountMeaning(inner, depth + 1);
      return meaning === undefined ? [] : [[name, meaning]];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Who a signed token (JWT) is about; null where the text is none. */
function claims(text: string): Record<string, unknown> | null {
  const payload = /^[\w-]{8,}\.([\w-]{8,})\.[\w-]*$/.exec(text)?.[1];
  if (payload === undefined) return null;
  try {
    const told = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
    return Object.fromEntries(CLAIMS.flatMap((name) => (told[name] === undefined ? [] : [[name, told[name]]])));
  } catch {
    return null;
  }
}
