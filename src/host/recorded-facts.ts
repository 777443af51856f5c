/** The markers that `drover record` puts into a recording: `drover ` and a fact as JSON. */
import { type Believed, FRESH } from "#core/belief/believed.js";
import type { Fact } from "#core/belief/fact.js";
import type { AgentState, Evidence, EvidenceSource, Exit } from "#core/model.js";
import type { ReplayBeginning } from "#core/replay.js";
import type { HookMeaning, HookPayload } from "#core/screen/hook-meanings.js";
import { type Cast, sizeOf } from "./cast.js";

/** How a marker of ours begins. */
export const MARKER = "drover ";
const LOOKED = `${MARKER}{"fact":"looked"`;

export interface RecordedHook {
  readonly t: number;
  readonly name: string;
  readonly payload: HookPayload;
  /** In whose words it speaks, where that is another than whose recording it is. */
  readonly provider?: string;
}

interface Told {
  readonly provider?: string;
  readonly fact?: unknown;
  readonly state?: AgentState;
  readonly turn?: number;
  readonly unread?: boolean;
  readonly source?: EvidenceSource | null;
  readonly rule?: string | null;
  readonly excerpt?: string | null;
  readonly exit?: Exit | null;
  readonly name?: string;
  readonly payload?: HookPayload;
  readonly means?: HookMeaning;
  readonly agoMs?: number;
  readonly atMs?: number;
  readonly believed?: Believed;
  readonly of?: Fact;
  readonly paint?: readonly Paint[];
}

/** `o`: text for the terminal; `r`: its size, `COLSxROWS`. */
export type Paint = readonly ["o" | "r", string];

/** One thing that the daemon weighed, or a hook event that it was told of; `atMs` by its clock. */
export type Taken =
  /** It begins, or goes on after a gap, with this belief. */
  | { readonly what: "begins"; readonly atMs: number; readonly believed: Believed }
  /** It read the screen: that of the recording as it is here, or where there are bytes one that `paint` changes. */
  | { readonly what: "looked"; readonly atMs: number; readonly paint: readonly Paint[] | null }
  | { readonly what: "weighed"; readonly atMs: number; readonly fact: Fact }
  | { readonly what: "hook"; readonly hook: RecordedHook };

export interface RecordedFacts {
  readonly begins: ReplayBeginning | null;
  readonly hookEvents: readonly RecordedHook[];
  /** What neither the screen nor a hook tells. */
  readonly others: readonly { readonly t: number; readonly fact: Fact }[];
  /** The states the daemon decided on, in order. */
  readonly decided: readonly { readonly t: number; readonly state: AgentState; readonly rule: string | null }[];
}

/** Whether this is where the daemon read the screen. */
export function isLook(marker: string): boolean {
  return marker.startsWith(LOOKED);
}

export interface TakenIn {
  readonly beganMs: number;
  readonly begins: Believed;
  /** By the number of the event of the recording that tells it, in their order. */
  readonly at: ReadonlyMap<number, Taken>;
}

/** What the daemon took in, where it recorded each thing that it weighed. Null for every other recording. */
export function takenIn(cast: Cast): TakenIn | null {
  const all = new Map<number, Taken>();
  for (const [index, event] of cast.events.entries()) {
    if (event.kind !== "marker" || !event.text.startsWith(MARKER)) continue;
    const told = parse(event.text.slice(MARKER.length));
    const one = told === null ? null : takenOf(told, event.at);
    if (one !== null) all.set(index, one);
  }
  const first = [...all.values()].find(({ what }) => what !== "hook");
  return first?.what === "begins" ? { beganMs: first.atMs, begins: first.believed, at: all } : null;
}

function takenOf({ fact, atMs, believed, of, paint, ...told }: Told, t: number): Taken | null {
  if (fact === "hook" && typeof told.name === "string") {
    const { name, payload = {}, provider } = told;
    return { what: "hook", hook: { t, name, payload, ...(provider === undefined ? {} : { provider }) } };
  }
  if (typeof atMs !== "number") return null;
  if (fact === "looked") return { what: "looked", atMs, paint: Array.isArray(paint) ? paint.filter(isPaint) : null };
  if (fact === "weighed" && of !== undefined && isWeighed(of)) return { what: "weighed", atMs, fact: of };
  if (fact !== "begins" || typeof believed?.state !== "string") return null;
  // Another version may remember less.
  return { what: "begins", atMs, believed: { ...believed, memory: { ...FRESH, ...believed.memory } } };
}

function isPaint(paint: unknown): paint is Paint {
  if (!Array.isArray(paint) || typeof paint[1] !== "string") return false;
  return paint[0] === "o" || (paint[0] === "r" && sizeOf(paint[1]) !== null);
}

const WEIGHED: ReadonlySet<unknown> = new Set<Fact["kind"]>([
  "ended",
  "gone",
  "launched",
  "seen",
  "answered",
  "submitted",
  "hook",
  "transcript",
]);

function isWeighed(fact: Fact): boolean {
  if (!WEIGHED.has(fact?.kind)) return false;
  return (fact.kind !== "hook" && fact.kind !== "transcript") || typeof fact.evidence?.rule === "string";
}

/** Empty for a recording that drover did not make. A marker that cannot be read is left out. */
export function recordedFacts(cast: Cast): RecordedFacts {
  let begins: ReplayBeginning | null = null;
  const hookEvents: RecordedHook[] = [];
  const others: { t: number; fact: Fact }[] = [];
  const decided: { t: number; state: AgentState; rule: string | null }[] = [];
  for (const event of cast.events) {
    if (event.kind !== "marker" || !event.text.startsWith(MARKER)) continue;
    const { at: t } = event;
    const told = parse(event.text.slice(MARKER.length));
    if (told?.fact === "hook" && typeof told.name === "string") {
      const { name, payload = {}, provider } = told;
      hookEvents.push({ t, name, payload, ...(provider === undefined ? {} : { provider }) });
    } else if (told?.fact === "transcript" && told.means !== undefined) {
      const evidence = evidenceOf(told);
      const writtenAtMs = Math.round(t * 1000) - (told.agoMs ?? 0);
      if (evidence !== null) others.push({ t, fact: { kind: "transcript", means: told.means, evidence, writtenAtMs } });
    } else if ((told?.fact === "begins" || told?.fact === "believed") && typeof told.state === "string") {
      // One that goes on after a gap decides nothing.
      if (told.fact === "begins" && begins !== null) continue;
      const { state, turn = 0, unread = false, rule = null } = told;
      if (told.fact === "begins") begins = { state, turn, unread, evidence: evidenceOf(told) };
      else {
        const fact = factOf(told);
        if (fact !== null) others.push({ t, fact });
      }
      decided.push({ t, state, rule });
    }
  }
  return { begins, hookEvents, others, decided };
}

function evidenceOf({ source = null, rule = null, excerpt = null }: Told): Evidence | null {
  return source === null || rule === null ? null : { source, rule, excerpt: excerpt ?? "" };
}

/** A decision that followed from what is not in the recording is a fact of it. */
function factOf({ source, rule, exit = null }: Told): Fact | null {
  if (source === "request" && rule === "seen") return { kind: "seen" };
  if (source === "request" && rule === "launched") return { kind: "launched" };
  if (source === "process" && rule === "ended") return { kind: "ended", exit };
  if (source === "process" && rule === "gone") return { kind: "gone" };
  return null;
}

function parse(text: string): Told | null {
  try {
    const told = JSON.parse(text) as Told | null;
    return typeof told === "object" ? told : null;
  } catch {
    return null;
  }
}
