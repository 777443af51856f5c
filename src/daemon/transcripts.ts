/**
 * Follows the transcripts of live agents whose conversation is known, and posts what their records mean. A file for each
 * agent, chosen anew where its launch or its conversation is another one (`/clear`, `/new`, a restart); what one of them
 * said before it was opened is told again, and the core tells by its time what of that is history.
 */
import type { AgentChange } from "#core/fleet/changes.js";
import type { Agent } from "#core/fleet/fleet.js";
import { isReadable } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import { writesTranscript } from "#core/output/transcript.js";
import { TranscriptReports } from "#core/screen/transcript-meanings.js";
import { type Following, followFile } from "#host/follow-file.js";
import { nextGeminiSession } from "#host/gemini-chats.js";
import { openFiles } from "#host/open-files.js";
import { codexSessionOf, findTranscript, isUsersSession, transcriptToBe } from "#host/transcripts.js";
import type { Ground } from "./ground.js";

/** So long after a turn began, and so long after that: its file is opened a moment after the prompt was taken. */
const DISCOVER_AFTER_MS = [400, 1_500];

interface Followed {
  /** Launch and conversation. */
  readonly key: string;
  /** Null while it is looked for, and where it was not found. */
  path: string | null;
  file: Following | null;
}

export class Transcripts {
  readonly #ground: Ground;
  readonly #followed = new Map<AgentId, Followed>();
  #closed = false;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Files that are followed now. */
  get count(): number {
    return this.#followed.size;
  }

  /** To be called with what every event changed, and once at the start with all that are known. */
  changed(changes: readonly AgentChange[]): void {
    if (this.#closed) return;
    for (const { id, was, now } of changes) {
      if (now === null) this.#drop(id);
      else if (was === null || keyOf(was) !== keyOf(now)) this.#choose(id, now);
      // Some write their file with the first prompt, under a name that nobody can know before.
      else if (was.record.state !== now.record.state) this.#seek(id);
      if (was === null || now === null || was.believed.turn >= now.believed.turn) continue;
      if (now.record.provider === "gemini") void this.#discoverNext(id);
      else void this.#discover(id);
    }
  }

  /** A hook may have named the agent's transcript. */
  named(id: AgentId): void {
    const followed = this.#followed.get(id);
    if (followed !== undefined) void this.#open(id, followed);
  }

  #seek(id: AgentId): void {
    const followed = this.#followed.get(id);
    if (followed === undefined) return;
    if (followed.path === null) void this.#open(id, followed);
    else followed.file?.look();
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#followed.keys()]) this.#drop(id);
  }

  #choose(id: AgentId, agent: Agent): void {
    const key = keyOf(agent);
    if (this.#followed.get(id)?.key === key) return;
    this.#drop(id);
    if (key === null) return;
    const followed: Followed = { key, path: null, file: null };
    this.#followed.set(id, followed);
    void this.#open(id, followed);
  }

  /** Finds its file and follows it, unless it is followed already. */
  async #open(id: AgentId, followed: Followed): Promise<void> {
    const agent = this.#ground.loop.fleet.agents.get(id);
    const path = agent === undefined ? null : await transcriptOf(this.#ground, agent, true);
    const isWanted = this.#followed.get(id) === followed && !this.#closed;
    if (!isWanted || agent === undefined || path === null || path === followed.path) return;
    followed.file?.close();
    followed.path = path;
    const { incarnation, nativeSession: session, provider } = agent.record;
    if (session === null) return;
    const reports = new TranscriptReports(provider);
    followed.file = followFile(path, this.#ground.log, (line) => {
      const report = reports.read(line);
      if (report === null || this.#followed.get(id) !== followed) return;
      const agoMs = this.#ground.clock.now() - report.writtenAtMs;
      this.#ground.facts.tell(id, () => ({ fact: "transcript", means: report.means, agoMs, ...report.evidence }));
      this.#ground.loop.post({ kind: "transcript", agent: id, incarnation, session, ...report });
    });
  }

  /**
   * Codex tells its conversation at the end of a turn at the earliest, and another one (`/new`) only then. While a turn
   * runs it holds the conversation's file open. A server that it shares with other panes holds theirs too, and says
   * nothing of any.
   */
  async #discover(id: AgentId): Promise<void> {
    const { loop, environments, env, log } = this.#ground;
    if (loop.fleet.agents.get(id)?.record.provider !== "codex") return;
    for (const delayMs of DISCOVER_AFTER_MS) {
      await loop.pause(delayMs);
      const agent = this.#closed ? undefined : loop.fleet.agents.get(id);
      const pid = agent?.record.place?.pid;
      if (agent === undefined || pid === undefined || !isReadable(agent)) return;
      const open = await openFiles(
        pid,
        (path) => codexSessionOf(path) !== "",
        (line) => /\bapp-server\b/.test(line),
      );
      const known = new Set([...loop.fleet.agents.values()].map(({ record }) => record.nativeSession));
      const fresh = open.map(codexSessionOf).filter((session) => !known.has(session));
      const users = await Promise.all(
        fresh.map((session) => isUsersSession(session, { ...env, ...environments.of(id) })),
      );
      const session = fresh
        .filter((_, n) => users[n])
        .sort()
        .at(-1);
      const before = loop.fleet.agents.get(id)?.record.nativeSession ?? "";
      if (session === undefined || session <= before) continue;
      await loop
        .ask({ ask: "session", id, session, from: "its open file" })
        .catch((error) => log.warn("a conversation could not be kept", { agent: id, error }));
      return;
    }
  }

  /** Without hooks Gemini CLI does not say that `/clear` began another conversation. */
  async #discoverNext(id: AgentId): Promise<void> {
    const { loop, environments, env, log } = this.#ground;
    await loop.pause(DISCOVER_AFTER_MS[0]!);
    const before = this.#closed ? null : (loop.fleet.agents.get(id)?.record.nativeSession ?? null);
    if (before === null) return;
    const session = await nextGeminiSession(before, { ...env, ...environments.of(id) });
    const agents = [...loop.fleet.agents.values()];
    const isKnown = agents.some(({ record }) => record.nativeSession === session);
    const isSame = loop.fleet.agents.get(id)?.record.nativeSession === before;
    if (session === null || isKnown || !isSame || this.#closed) return;
    await loop
      .ask({ ask: "session", id, session, from: "its log" })
      .catch((error) => log.warn("a conversation could not be kept", { agent: id, error }));
  }

  #drop(id: AgentId): void {
    this.#followed.get(id)?.file?.close();
    this.#followed.delete(id);
  }
}

/** Names the launch and the conversation whose file is to be followed; null where there is none. */
function keyOf(agent: Agent): string | null {
  const { provider, incarnation, nativeSession } = agent.record;
  if (nativeSession === null || !writesTranscript(provider) || !isReadable(agent)) return null;
  return `${incarnation} ${nativeSession}`;
}

/**
 * The file in which the agent's program writes its conversation down: what its hook named, else where such files lie.
 * `toBe`: also one that is not there yet. Null where it cannot be known.
 */
export async function transcriptOf(ground: Ground, { record }: Agent, toBe = false): Promise<string | null> {
  const { id, provider, nativeSession, cwd } = record;
  if (!writesTranscript(provider) || nativeSession === null) return null;
  const { transcript } = await ground.told.of(id);
  // Every program names the file by its session, the whole id or its beginning: another name is of another session.
  if (transcript?.includes(nativeSession.slice(0, 8))) return transcript;
  const env = { ...ground.env, ...ground.environments.of(id) };
  const found = await findTranscript(provider, nativeSession, cwd, env);
  return found ?? (toBe ? transcriptToBe(provider, nativeSession, cwd, env) : null);
}
