/**
 * What becomes a completion without anybody asking for it: an agent whose turn ended, that waits for a person, or whose
 * program ended, where it has a parent or was given by somebody what it did in that turn.
 */
import { type Addressee, whoIsTold } from "#core/delivery/assigned.js";
import { type CompletionKind, completionKey, type NewCompletion } from "#core/delivery/completion.js";
import type { Mailbox } from "#core/delivery/mailbox/state.js";
import type { AgentChange } from "#core/fleet/changes.js";
import type { Agent, Fleet } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
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
/** So long the end of a turn waits for it to be on disk which message began it. */
const BEGAN_LIMIT_MS = 30_000;
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
  /** What is being told, of each. */
  readonly #telling = new Map<AgentId, Set<Promise<void>>>();
  #past: Promise<void> = Promise.resolve();
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
    this.#past = this.#tellPast(fleet, sinceMs);
  }

  /** Turns and programs that ended as the last daemon did, with another begun since. What they said is not known any more. */
  async #tellPast(fleet: Fleet, sinceMs: number): Promise<void> {
    const { store } = this.#context;
    // Of what one that was removed since was told, nothing is kept to know it again by.
    const isListed = (id: AgentId | null | undefined): boolean => id != null && !fleet.archived.has(id);
    const hasPast = ({ record: { parent, assigned, turn, incarnation } }: Agent): boolean =>
      (isListed(parent) || isListed(assigned?.by)) && (turn > 0 || incarnation > 1);
    if (![...fleet.agents.values()].some(hasPast)) return;
    for (const { kind, agent: id, data, atMs } of await store.latest(PAST_ENTRIES).catch(() => [])) {
      const agent = kind === "state" && atMs > sinceMs && id !== null ? fleet.agents.get(id) : undefined;
      const past = agent !== undefined && hasPast(agent) ? pastEnd(data, agent.record) : null;
      if (agent === undefined || past === null) continue;
      for (const whom of whoIsTold(agent.record, past.turn, past.kind)) {
        if (!isListed(whom.parent)) continue;
        const wanted = addressed(agent, past, whom, past.kind === "exited" ? "ended" : "");
        if (!(await this.#isTold(wanted))) await this.#commit(wanted);
      }
    }
  }

  /** Resolves once all that is to be told of what became of it up to now is on disk. */
  async settled(id: AgentId): Promise<void> {
    await this.#past;
    await Promise.all(this.#telling.get(id) ?? []);
  }

  /** To be called with what every event changed. */
  changed(changes: readonly AgentChange[]): void {
    for (const { was, now } of changes) {
      if (was !== null && now !== null && tells(was, now)) this.#produce(now);
    }
  }

  close(): void {
    this.#closed = true;
  }

  #produce(agent: Agent): void {
    const kind = told(agent);
    if (kind === null) return;
    const { id } = agent.record;
    const all = this.#telling.get(id) ?? new Set();
    const telling = this.#tell(agent, kind)
      .catch((error) => this.#context.log.error("a completion could not be made", { agent: id, error }))
      .finally(() => {
        all.delete(telling);
        if (all.size === 0) this.#telling.delete(id);
      });
    this.#telling.set(id, all.add(telling));
  }

  async #tell(agent: Agent, kind: CompletionKind): Promise<void> {
    const { turn } = agent.record;
    const about = { turn, kind, ...(kind === "exited" ? exitPart(agent) : {}) };
    let whom = whoIsTold({ ...agent.record, ...(await this.#workOf(agent)) }, turn, kind);
    // What was told before costs no reading of what was said.
    if (kind !== "blocked") whom = await this.#untold(agent, about, whom);
    if (whom.length === 0) return;
    const { summary, part } = await summaryOf(this.#context, agent, kind);
    for (const one of whom) {
      await this.#commit(addressed(agent, { turn, kind, ...(part === null ? {} : { part }) }, one, summary));
    }
  }

  /** What began its turn: a turn may be over before it is on disk that the message which began it was delivered. */
  async #workOf({ record: { id, turn, assigned } }: Agent): Promise<Pick<Agent["record"], "assigned">> {
    const { mail, loop } = this.#context;
    if (assigned?.turn === turn) return { assigned };
    await mail.until(id, BEGAN_LIMIT_MS, (box) => (box !== null && isBeginning(box, turn) ? null : true));
    const now = loop.fleet.agents.get(id)?.record.assigned;
    return now?.turn === turn ? { assigned: now } : {};
  }

  async #untold(agent: Agent, about: About, whom: readonly Addressee[]): Promise<Addressee[]> {
    const untold: Addressee[] = [];
    for (const one of whom) {
      if (await this.#isTold(addressed(agent, about, one, ""))) continue;
      // Who only gave it something to do has heard how that ended, and does not care for what comes of it later.
      const isOver = (kind: CompletionKind) => this.#isTold(addressed(agent, { turn: about.turn, kind }, one, ""));
      const isGuest = about.kind === "exited" && one.part !== undefined;
      if (isGuest && ((await isOver("done")) || (await isOver("error")))) continue;
      untold.push(one);
    }
    return untold;
  }

  async #isTold(wanted: NewCompletion): Promise<boolean> {
    return (await this.#context.store.completion(completionKey(wanted)).catch(() => null)) !== null;
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

/** An end of a turn, of which somebody is told. */
type About = Pick<NewCompletion, "turn" | "kind" | "part">;

function addressed({ record }: Agent, about: About, whom: Addressee, summary: string): NewCompletion {
  const part = [about.part, whom.part].filter((one) => one !== undefined).join(":");
  const { id: child, label } = record;
  return { child, label, ...about, ...whom, summary, ...(part === "" ? {} : { part }) };
}

/** Whether the message is under way, or being written of, that begins this turn and is something to do. */
function isBeginning({ open, writing, pending }: Mailbox, turn: number): boolean {
  const written = [writing, pending].flatMap((one) =>
    [...(one?.messages.values() ?? [])].map(({ message }) => message),
  );
  return [open.halfWay ?? [], written]
    .flat()
    .some(({ kind, claim }) => (kind === "task" || kind === "handoff") && claim !== null && claim.turn + 1 === turn);
}

/** Whether there is something to tell that was not so before. */
function tells(was: Agent, now: Agent): boolean {
  const kind = told(now);
  if (kind === null) return false;
  const { assigned, turn } = now.record;
  if (assigned !== undefined && assigned !== was.record.assigned && assigned.turn === turn) return true;
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
