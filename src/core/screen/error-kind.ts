/** What kind of failure the text of one tells of (SPEC §2): people do something else about each. */
export type ErrorKind = "api" | "auth" | "quota" | "crash";

const KINDS: readonly (readonly [ErrorKind, RegExp])[] = [
  [
    "quota",
    /\b(?:429|402)\b|rate.?limit|usage limit|quota|credit balance|too many requests|hit your .*limit|resource.?exhausted|exhausted your|insufficient (?:balance|funds|credits?)|payment required|\bbilling\b/i,
  ],
  [
    "auth",
    /\b40[13]\b|unauthori[sz]ed|authenticat|api[ _-]?key|\/login|log ?in again|not logged in|sign in\b|forbidden|permission.?denied|(?:expired|invalid) (?:token|credentials)|token (?:has )?expired/i,
  ],
  [
    "crash",
    /\bcrash(?:ed)?\b|\bpanick?ed\b|segmentation fault|out of memory|\buncaught\b|unhandled (?:exception|rejection)/i,
  ],
];

/** Whatever is nothing else is the model's or its server's. */
export function errorKindOf(text: string): ErrorKind {
  return KINDS.find(([, looksLike]) => looksLike.test(text))?.[0] ?? "api";
}
