/** An agent's events, followed through a daemon that dies; nothing is asked again and again. */
import { Fault } from "#core/fault.js";
import type { AgentJson } from "#wire/agent.js";
import type { EntryJson, SnapshotJson } from "#wire/events.js";
import type { DaemonClient } from "../kit/daemon-client.js";

/** So long a daemon may be away: it is started anew, and finds its agents again. */
export const DAEMON_AWAY_MS = 30_000;

export interface AgentHandlers {
  /** The agent as it is now: at first, where the daemon is there again, and with each of its entries. */
  onAgent(agent: AgentJson, entry: EntryJson | null): void;
  /** There is no such agent, or no daemon any more: once, and nothing is followed from then on. */
  onEnd(why: Fault): void;
  /** Says to a person what is waited for meanwhile. */
  note(text: string): void;
}

export interface FollowedAgent {
  /** No daemon answers just now. */
  readonly isLost: boolean;
  stop(): void;
}

/**
 * A daemon that died is started again, one that was told to end is not: another may do that. Ends with DAEMON_UNREACHABLE
 * where none answered for `awayMs`, with NOT_FOUND where the agent (by its id) is none.
 */
export function followAgent(
  daemon: Pick<DaemonClient, "ensure" | "events">,
  id: string,
  { onAgent, onEnd, note }: AgentHandlers,
  awayMs = DAEMON_AWAY_MS,
): FollowedAgent {
  let agent: AgentJson | null = null;
  let lost: NodeJS.Timeout | undefined;
  let saidBye = false;
  let isStarting = false;
  const stop = (): void => {
    clearTimeout(lost);
    events.stop();
  };
  const end = (why: Fault): void => {
    stop();
    onEnd(why);
  };
  const bringBack = (): void => {
    if (isStarting) return;
    isStarting = true;
    daemon
      .ensure()
      .then(
        () => events.retry(),
        // The next loss tries again.
        () => {},
      )
      .finally(() => {
        isStarting = false;
      });
  };
  const events = daemon.events(`/v1/events?agent=${encodeURIComponent(id)}`, {
    onEvent(event, data) {
      if (event === "bye") saidBye = true;
      else if (event === "snapshot") {
        agent = (data as SnapshotJson).agents[0] ?? null;
        if (agent === null) end(new Fault("NOT_FOUND", "the agent was removed"));
        else onAgent(agent, null);
      } else if (event === "entry" && agent !== null) {
        const entry = data as EntryJson;
        agent = { ...agent, ...entry.set };
        onAgent(agent, entry);
      }
    },
    onOpen() {
      clearTimeout(lost);
      lost = undefined;
      saidBye = false;
      if (agent !== null) onAgent(agent, null);
    },
    onLost() {
      const isFirst = lost === undefined;
      lost ??= setTimeout(
        () => end(new Fault("DAEMON_UNREACHABLE", "the daemon ended, and none came in its place")),
        awayMs,
      );
      // One that was told to end is not started by who merely waits.
      if (!saidBye) bringBack();
      else if (isFirst) note("the daemon was stopped; waiting for the next one");
    },
    onEnd: (why) => end(why ?? new Fault("DAEMON_UNREACHABLE", "the daemon ended")),
  });
  return {
    stop,
    get isLost() {
      return lost !== undefined;
    },
  };
}
