/**
 * What becomes a completion without anybody asking for it: an agent with a parent whose turn ended, that waits for a person,
 * or whose program ended.
 */
import { type CompletionKind, completionKey, type NewCompletion } from "#core/delivery/completion.js";
import type { AgentChange } from "#core/fleet/changes.js";
import type { Agent, Fleet } from "#core/fleet/fleet.js";
import { asFault } from "./carry-out.js";
import { commitCompletion } from "./completions.js";
import type { Context } from "./context.js";
import { lastOutput } from "./output.js";

/** How long the words of a dialog are waited for, that a hook told of. */
const QUESTION_LIMIT_MS = 5_000;
/** How soon a completion is tried again that the store refused. */
const AGAIN_MS = 2_000;
/**
 * So far back in the journal it is looked for ends that nobody was told of: a daemon tells of each within moments, so that
 * only what it wrote last may be untold. One read, however many agents there are.
 */
const PAST_ENTRIES = 2_000;
/** For this long the identities of completions are kept: what ended earlier may have been told and forgotten. */
const KEPT_MS = 13 * 86_400_000;

/** What an agent's state has to tell its parent; null for nothing. */
function told({ record }: Agent): CompletionKind | null {
  switch (record.state) {
    case "done":
    case "error":
    case "blocked":
      return record.state;
    case "exited":
    case "lost":
      return "exited";
    default:
      return null;
  }
}

/** Tells parents what becomes of their children. */
export class Producer {
  readonly #context: Context;
  #closed = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * What was so when the last daemon ended, and may not have been told: the same again is the same completion. `fleet` as
   * it was read from the store.
   */
  begin(fleet: Fleet): void {
    const sinceMs = this.#context.clock.now() - KEPT_MS;
    for (const agent of fleet.agents.values()) {
      // A dialog is known by its words: it is told once they are read.
      if (agent.record.state !== "blocked" && agent.record.sinceMs > sinceMs) this.#produce(agent);
    }
    void this.#tellPast(fleet, sinceMs);
  }

  /** Turns and programs that ended as the last daemon did, with another begun since. What they said is not known any more. */
  async #tellPast(fleet: Fleet, sinceMs: number): Promise<void> {
    const { store } = this.#context;
    // Of what one that was removed since was told, nothing is kept to know it again by.
    const hasPast = ({ record: { parent, turn, incarnation } }: Agent): boolean =>
      parent !== null && !fleet.archived.has(parent) && (turn > 0 || incarnation > 1);
    if (![...fleet.agents.values()].some(hasPast)) return;
    for (const { kind, agent: id, data, atMs } of await store.latest(PAST_ENTRIES).catch(() => [])) {
      const agent = kind === "state" && atMs > sinceMs && id !== null ? fleet.agents.get(id) : undefined;
      const past = agent !== undefined && hasPast(agent) ? pastEnd(data, agent.record) : null;
      if (agent === undefined || past === null) continue;
      const { id: child, label, parent } = agent.record;
      const key = completionKey({ child, ...past });
      if ((await store.completion(key).catch(() => null)) !== null) continue;
      await this.#commit({ child, label, parent, ...past, summary: past.kind === "exited" ? "ended" : "" });
    }
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    for (const { was, now } of changes) {
      if (was !== null && now !== null && now.record.parent !== null && tells(was, now)) this.#produce(now);
    }
  }

  close(): void {
    this.#closed = true;
  }

  #produce(agent: Agent): void {
    const kind = told(agent);
    if (kind === null || agent.record.parent === null) return;
    void this.#tell(agent, kind).catch((error) => {
      this.#context.log.error("a completion could not be made", { agent: agent.record.id, error });
    });
  }

  async #tell(agent: Agent, kind: CompletionKind): Promise<void> {
    const { store } = this.#context;
    const { id, label, parent, turn } = agent.record;
    // What was told before costs no reading of what was said.
    const key = completionKey({ child: id, turn, kind, ...(kind === "exited" ? exitPart(agent) : {}) });
    if (kind !== "blocked" && (await store.completion(key).catch(() => null)) !== null) return;
    const { summary, part } = await summaryOf(this.#context, agent, kind);
    await this.#commit({ child: id, label, parent, turn, kind, summary, ...(part === null ? {} : { part }) });
  }

  /** Until it is on disk, or there is nothing to be put there. */
  async #commit(wanted: NewCompletion): Promise<void> {
    const { log, clock } = this.#context;
    for (;;) {
      if (this.#closed) return;
      try {
        await commitCompletion(this.#context, wanted);
        return;
      } catch (error) {
        const { code } = asFault(error);
        if (code === "STALE" || code === "DAEMON_UNREACHABLE") return;
        log.warn("a completion was not written, and is tried again", { agent: wanted.child, code });
      }
      await new Promise<void>((resolve) => clock.wake(clock.now() + AGAIN_MS, resolve));
    }
  }
}

/** Whether there is something to tell that was not so before. */
function tells(was: Agent, now: Agent): boolean {
  const kind = told(now);
  if (kind === null) return false;
  if (kind !== told(was)) return true;
  if (kind === "blocked") return fingerprint(was) !== fingerprint(now);
  return kind !== "exited" && now.record.turn !== was.record.turn;
}

const fingerprint = ({ believed }: Agent): string | null => believed.question?.fingerprint ?? null;

/** `part` tells one dialog of a turn from the next, and the end of one launch from that of another. */
async function summaryOf(
  context: Context,
  agent: Agent,
  kind: CompletionKind,
): Promise<{ summary: string; part: string | null }> {
  const { record } = agent;
  if (kind === "blocked") return blockedSummary(context, agent);
  if (kind === "exited") {
    const how = record.state === "lost" ? "its tab is gone; its end was not seen" : exitWords(agent);
    return { summary: how, part: exitPart(agent).part ?? null };
  }
  await context.told.quiet(record.id);
  const output = await lastOutput(context, agent).catch((error) => {
    context.log.warn("what a child said could not be read", { agent: record.id, code: asFault(error).code });
    return null;
  });
  const said = output === null ? "" : output.text;
  if (kind !== "error") return { summary: said, part: null };
  const why = record.reason ?? record.evidence?.excerpt ?? "";
  const isSaid = output === null || output.kind === "none" || said.includes(why);
  return { summary: isSaid ? why : `${why}\n\n${said}`, part: null };
}

/** The end of one launch is not that of the next, though no turn lies between them. */
function exitPart({ record: { incarnation } }: Agent): { part?: string } {
  return partOf(incarnation);
}

const partOf = (incarnation: number): { part?: string } => (incarnation === 1 ? {} : { part: String(incarnation) });

/** What a change of state in the journal told of an end that lies behind the agent now; null for anything else. */
function pastEnd(
  { to, turn, incarnation }: Readonly<Record<string, unknown>>,
  now: Agent["record"],
): { turn: number; kind: CompletionKind; part?: string } | null {
  if (typeof turn !== "number") return null;
  if (to === "done" || to === "error") return turn < now.turn ? { turn, kind: to } : null;
  const isEnd = (to === "exited" || to === "lost") && typeof incarnation === "number";
  return isEnd && incarnation < now.incarnation ? { turn, kind: "exited", ...partOf(incarnation) } : null;
}

function exitWords({ record }: Agent): string {
  const { exit } = record;
  if (exit?.signal) return `ended by ${exit.signal}`;
  return exit?.code === null || exit?.code === undefined ? "ended" : `exit code ${exit.code}`;
}

/** A hook tells of a dialog before its words are read. */
async function blockedSummary(context: Context, agent: Agent): Promise<{ summary: string; part: string | null }> {
  const { id, label, turn } = agent.record;
  let now: Agent | undefined = agent;
  if (agent.believed.question === null) {
    await context.loop.until(id, QUESTION_LIMIT_MS, (one) => {
      return one === undefined || one.record.state !== "blocked" || one.believed.question !== null;
    });
    now = context.loop.fleet.agents.get(id);
  }
  const question = now?.record.turn === turn ? (now.believed.question ?? null) : null;
  if (question === null) return { summary: `a dialog waits in ${label}`, part: null };
  const choices = question.choices.map(({ key, text }, n) => `  ${key === "" ? n + 1 : key}. ${text}`);
  const hint = `answer it: drover answer ${label} CHOICE --if ${question.fingerprint}`;
  return { summary: [question.text, ...choices, hint].join("\n"), part: question.fingerprint };
}
