/**
 * Takes in what agents' own hooks tell, from the socket or from the spool. Decided before anything else happens: the hook
 * waits for our answer, which it prints for its agent to read. `{}` says nothing.
 */
import { type Agent, resolve } from "#core/fleet/fleet.js";
import { isSessionName } from "#core/fleet/resume.js";
import { whoseHook } from "#core/fleet/whose-hook.js";
import type { AgentId, PaneId } from "#core/model.js";
import { hookReport, hookSession, hookTurn, isAside } from "#core/screen/hook-meanings.js";
import { isUsersSession } from "#host/transcripts.js";
import type { Context } from "./context.js";
import type { HookOutcome } from "./hook-counts.js";
import { PRINTED, printed, proven, stopHook, unprinted } from "./stop-hook.js";
import type { ToldHook } from "./told-hook.js";

/** A turn that is younger is the one that a new conversation began with. */
const JUST_BEGUN_MS = 2_000;

/** What became of an event, and what its hook is to print. */
export interface Heard {
  readonly outcome: HookOutcome;
  readonly reply: Record<string, unknown>;
}

/**
 * Lets the core decide what the event changes, and keeps what it tells of the output: on disk when this resolves. `live`:
 * its hook waits for the answer and prints it. Throws nothing of the event's own.
 */
export async function hear(context: Context, told: ToldHook, live: boolean): Promise<Heard> {
  let reply: Record<string, unknown> = {};
  const isRepeated = context.hooks.cameBefore(told.token);
  // Its script heard no answer in time and left the event in the spool: whatever was answered, nobody printed it.
  const again = isRepeated && told.event === "Stop" && (await unprinted(context, told)) > 0;
  if (isRepeated && !again) return { outcome: context.hooks.count("repeated"), reply };
  const outcome = await take(context, told, live && !again, (said) => {
    reply = said;
  });
  // Whoever tells us keeps it until we answer: what was heard and not written would be told by nobody.
  await context.written();
  return { outcome, reply };
}

async function take(
  context: Context,
  told: ToldHook,
  live: boolean,
  say: (reply: Record<string, unknown>) => void,
): Promise<HookOutcome> {
  const { loop, hooks, clock } = context;
  const { provider, event, payload } = told;
  if (event === PRINTED) return hooks.count((await printed(context, told)) ? "taken" : "nobody");
  if (isAside(payload)) return hooks.count("aside");
  // The practice agent speaks as Claude Code does.
  const speaks = speaksAs(provider);
  const report = hookReport(speaks, event, payload);
  const named = hookSession(speaks, event, payload);
  const session = isSessionName(named.session) ? named.session : null;
  const id = told.id === "" ? null : (resolve(loop.fleet, told.id)?.record.id ?? null);
  // An id that is no agent's here is another fleet's, or that of an agent long gone.
  if (told.id !== "" && id === null) return hooks.count("nobody");
  const whose = whoseHook(
    loop.fleet,
    {
      speaks,
      id,
      pane: paneOf(context, told),
      session,
      begins: named.begins,
      // Codex starts a session with its first prompt.
      prompts: report?.means === "turn-started" || event === "SessionStart",
      named: event === "agent-turn-complete",
      users:
        (speaks === "opencode" || event === "agent-turn-complete") &&
        (await isUsers(context, { speaks, id, session, begins: named.begins, atMs: told.leftAtMs ?? clock.now() })),
    },
    (name) => {
      const dialect = context.providers.get(name)?.hooks;
      return dialect === false ? name : (dialect ?? null);
    },
  );
  if ("stray" in whose) return hooks.count(whose.stray);
  const agent = whose.agent.record.id;
  // Another's environment tells another's launches.
  const incarnation = agent === id && /^\d{1,9}$/.test(told.incarnation) ? Number(told.incarnation) : null;
  const isOurs = (now: Agent | undefined): boolean =>
    now !== undefined && (incarnation === null || incarnation === now.record.incarnation);
  context.facts.tell(agent, () => ({ fact: "hook", provider: speaks, name: event, payload: { ...payload } }));
  if (isOurs(whose.agent)) await proven(context, agent, event, payload);
  const isEnd = report?.means === "turn-ended";
  // At the one moment at which an agent is provably free it is given what waits for it, and its turn goes on.
  const block = isEnd && event === "Stop" && isOurs(whose.agent) ? await stopHook(context, agent, told, live) : null;
  const isRepeated = block === null && isEnd && hooks.endToldBefore(agent, hookTurn(payload), event);
  const evidence = report?.evidence ?? { source: "hook", rule: `${provider}/${event}`, excerpt: event };
  const post = (): void =>
    loop.post({
      kind: "hook",
      agent,
      incarnation,
      means: isRepeated ? null : block !== null ? "turn-started" : (report?.means ?? null),
      session,
      beginsSession: whose.learns,
      endsSession: named.ends,
      name: event,
      ...(told.leftAtMs === undefined ? {} : { toldAtMs: told.leftAtMs }),
      ...(report?.request === undefined ? {} : { request: report.request }),
      evidence: block === null ? evidence : { ...evidence, excerpt: block.excerpt },
    });
  hooks.count("taken");
  if (block !== null) say(block.reply);
  let release: () => void = () => {};
  context.told.hearing(agent, new Promise<void>((resolve) => (release = resolve)));
  try {
    post();
    // What ends a turn names its response; which turn that was has just been decided.
    const now = loop.fleet.agents.get(agent);
    if (now !== undefined && isOurs(now) && block === null) {
      await context.told.hear(agent, now.believed.turn, { provider: speaks, name: event, payload });
      context.transcripts.named(agent);
    }
  } finally {
    release();
  }
  return "taken";
}

/**
 * Whether a conversation other than the one that is known is its user's, by what the program says: in Codex its own file;
 * in opencode that it has no parent, and began with the turn: what an agent starts in a turn takes longer to come up.
 */
async function isUsers(
  context: Context,
  of: { speaks: string; id: AgentId | null; session: string | null; begins: boolean; atMs: number },
): Promise<boolean> {
  const { speaks, id, session, begins, atMs } = of;
  const agent = id === null ? undefined : context.loop.fleet.agents.get(id);
  if (session === null || agent === undefined) return false;
  const { nativeSession } = agent.record;
  if (nativeSession === null || nativeSession === session) return false;
  if (speaks === "opencode") return begins && atMs - agent.believed.sinceMs < JUST_BEGUN_MS;
  if (speaks !== "codex") return false;
  return isUsersSession(session, { ...context.env, ...context.environments.of(agent.record.id) });
}

function speaksAs(provider: string): string {
  return provider === "rehearsal" ? "claude" : provider;
}

/** Panes of another tmux server have the same names and are not ours. */
function paneOf({ mux }: Context, { pane, tmux }: ToldHook): PaneId | null {
  if (!/^%\d{1,9}$/.test(pane)) return null;
  return tmux === "" || tmux === mux.info().socket ? (pane as PaneId) : null;
}
