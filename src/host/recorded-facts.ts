/** The markers that `drover record` puts into a recording: `drover ` and a fact as JSON. */
import type { Fact, HookMeaning } from "#core/belief/fact.js";
import type { AgentState, Evidence, EvidenceSource, Exit } from "#core/model.js";
import type { HookPayload } from "#core/screen/hook-meanings.js";
import type { ReplayBeginning } from "#core/screen/replay.js";
import type { Cast } from "./cast.js";

export const MARKER = "drover ";
/** Where the daemon read the screen as it then was. */
export const LOOKED = `${MARKER}{"fact":"looked"}`;

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
}

export interface RecordedFacts {
  readonly begins: ReplayBeginning | null;
  readonly hookEvents: readonly RecordedHook[];
  /** What neither the screen nor a hook tells. */
  readonly others: readonly { readonly t: number; readonly fact: Fact }[];
  /** The states the daemon decided on, in order. */
  readonly decided: readonly { readonly t: number; readonly state: AgentState; readonly rule: string | null }[];
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
