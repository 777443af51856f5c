/**
 * The daemon's parts, put together: the loop with its hands and eyes, and the routes that faces reach. What it runs on
 * (store, multiplexer, clock, dice, providers) is given, so that tests build the same daemon on twins.
 */
import type { Server } from "node:http";
import type { MailCounts, Message } from "#core/delivery/message.js";
import { countMail } from "#core/delivery/tally.js";
import { changesOf } from "#core/fleet/changes.js";
import { boot } from "#core/fleet/fleet.js";
import { sightOf } from "#core/fleet/sight.js";
import type { AgentId } from "#core/model.js";
import type { Provider } from "#core/screen/reading.js";
import type { Clock } from "#host/clock.js";
import type { Dice } from "#host/dice.js";
import type { Log } from "#host/log.js";
import type { Store } from "#store/store.js";
import type { Multiplexer } from "#tmux/multiplexer.js";
import { CarryOut } from "./carry-out.js";
import { Catalogue } from "./catalogue.js";
import type { Context } from "./context.js";
import { DebugLogs } from "./debug-logs.js";
import { Environments } from "./environments.js";
import { Exclusive } from "./exclusive.js";
import { Facts } from "./facts.js";
import { Feed } from "./feed.js";
import type { Identity } from "./health.js";
import { Heartbeats } from "./heartbeats.js";
import { HookCounts } from "./hook-counts.js";
import { serveRoutes } from "./http.js";
import { Looking } from "./looking.js";
import { Loop } from "./loop.js";
import { Mail } from "./mail.js";
import { Producer } from "./producer.js";
import { Programs } from "./programs.js";
import { routes } from "./routes.js";
import { emptySpool, folderSpool, sweepSpool } from "./spool.js";
import { Streams } from "./stream.js";
import type { Supervision } from "./supervision.js";
import { Tapping } from "./tapping.js";
import { Tasks } from "./tasks.js";
import { ToldOutput } from "./told.js";
import type { Spool } from "./told-hook.js";
import { Transcripts } from "./transcripts.js";
import { TurnStarts } from "./turn-starts.js";

export interface Parts {
  readonly store: Store;
  readonly mux: Multiplexer;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly identity: Identity;
  /** What this fleet's panes are marked with, where several may share a tmux server; the multiplexer must know it too. */
  readonly home?: string;
  /** Where it will listen. */
  readonly socket: string;
  /** The PATH on which programs are looked for where a caller brings none. */
  readonly path: string;
  /** Where hooks leave what no daemon took; none by default. */
  readonly spoolDir?: string;
  /** How what they left is read; as files in that folder by default. */
  readonly spool?: Spool;
  /** Where background tasks are kept; none by default. */
  readonly tasksDir?: string;
  /** The environment of the daemon's process, for where programs keep their files; nothing is looked for without. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the catalogue of providers is kept; none is without. */
  readonly catalogueFile?: string;
  /** Called when a face asks the daemon to end. */
  shutdown(): void;
  /** Told which step of a delivery is being passed, for tests that end the daemon there. */
  passing?(point: string): void;
  /** Where dashboards link themselves; none for a daemon that runs until told. */
  readonly supervision?: Supervision | null;
}

export interface Daemon {
  /** Not listening yet. */
  readonly server: Server;
  readonly context: Context;
  /** Tells those who follow the events that this end was ordered. To be called while they are still connected. */
  bye(): void;
  /** Takes no more events and answers who waits. Nothing is asked of tmux. */
  close(): void;
}

/** Reads the fleet from the store, connects to tmux and takes the first look; resolves when it can serve. */
export async function startDaemon(parts: Parts): Promise<Daemon> {
  const { store, mux, clock, dice, log, providers, identity, socket } = parts;
  const messages = await store.mail();
  const fleet = boot(await store.agents(), programsOf(providers), countAll(messages), parts.home ?? null);
  const loop = new Loop(fleet, clock);
  const feed = new Feed(store.seq());
  const streams = new Streams(clock, () => looking.update());
  const programs = new Programs(clock, parts.path);
  const env = parts.env ?? {};
  const { catalogueFile: file } = parts;
  const catalogue = file === undefined ? null : new Catalogue({ providers, programs, clock, log, env, file });
  const context: Context = {
    loop,
    written: () => hands.written(),
    mux,
    store,
    clock,
    dice,
    log,
    feed,
    streams,
    facts: new Facts(),
    exclusive: new Exclusive(),
    lives: new Exclusive(),
    environments: new Environments(),
    programs,
    providers,
    catalogue,
    told: new ToldOutput(store, log),
    turnStarts: new TurnStarts(mux, clock),
    hooks: new HookCounts(),
    spoolDir: parts.spoolDir ?? null,
    spool: parts.spool ?? (parts.spoolDir === undefined ? null : folderSpool(parts.spoolDir, { clock, log })),
    env,
    get mail() {
      return mail;
    },
    get tapping() {
      return tapping;
    },
    get transcripts() {
      return transcripts;
    },
    socket,
  };
  const looking = new Looking(context);
  const transcripts = new Transcripts(context);
  const debugLogs = new DebugLogs(context);
  const tapping = new Tapping(context);
  const passing = (point: string): void => parts.passing?.(point);
  const mail = new Mail(context, passing);
  const heartbeats = new Heartbeats(context);
  const producer = new Producer(context);
  const tasks = new Tasks(context, parts.tasksDir ?? null);
  const watchers = [looking, tapping, context.turnStarts, transcripts, debugLogs, mail, heartbeats, producer];
  const hands = new CarryOut({ store, mux, clock, log, feed, loop, queuePrompt: (id) => mail.queuePrompt(id) });
  loop.begin(
    (effects) => hands.perform(effects),
    (before, now) => {
      const changes = changesOf(before, now);
      if (changes.length === 0) return;
      for (const watcher of watchers) watcher.changed(changes);
      if (now.archived === before.archived) return;
      for (const id of now.archived) {
        if (before.archived.has(id)) continue;
        streams.gone(id);
        context.told.forget(id);
        context.environments.forget(id);
        context.hooks.forget(id);
      }
    },
    (weighed, atMs) => context.facts.weighed(weighed, atMs),
  );
  await mux.start({
    sighting: (sighting) => loop.post({ kind: "sighting", sighting }),
    closed: (window) => loop.post({ kind: "closed", window }),
    still: (pane, still) => looking.still(pane, still),
    connection: (connected) => {
      log.info(connected ? "tmux is connected" : "tmux is not connected");
      if (connected) mail.reconnected();
    },
  });
  if (loop.fleet.sight === null) loop.post({ kind: "sighting", sighting: await mux.sight() });
  mail.takeUp(messages);
  await emptySpool(context);
  const known = changesOf(null, loop.fleet);
  transcripts.changed(known);
  debugLogs.sweep(loop.fleet);
  debugLogs.changed(known);
  // Where everyone is where they were, nothing changed that would have asked for a look.
  looking.update();
  tapping.update();
  await mail.begin(messages);
  heartbeats.changed(changesOf(null, loop.fleet));
  producer.begin(fleet);
  tasks.begin();
  const server = serveRoutes(
    routes({
      context,
      looking,
      tasks,
      producer,
      identity,
      behind: () => hands.behind,
      shutdown: () => parts.shutdown(),
      supervision: parts.supervision ?? null,
    }),
    log,
  );
  const { pid, version } = identity;
  await loop
    .ask({ ask: "note", id: null, kind: "daemon", data: { what: "started", pid, version, ...sightOf(loop.fleet) } })
    .catch((error) => log.warn("the start could not be journaled", { error }));
  const { loss, quarantined } = store.health();
  if (loss !== null) {
    await loop
      .ask({ ask: "note", id: null, kind: "fault", data: { what: "store-damaged", says: loss, quarantined } })
      .catch((error) => log.warn("the damage could not be journaled", { error }));
  }
  catalogue?.begin();
  const endSweeps = sweepSpool(context);
  return { server, context, bye: () => feed.bye(), close };

  function close(): void {
    endSweeps();
    catalogue?.close();
    transcripts.close();
    debugLogs.close();
    tapping.close();
    tasks.close();
    heartbeats.close();
    mail.close();
    producer.close();
    loop.close();
    hands.close();
  }
}

function countAll(messages: readonly Message[]): Map<AgentId, MailCounts> {
  const byRecipient = new Map<AgentId, Message[]>();
  for (const message of messages) byRecipient.set(message.to, [...(byRecipient.get(message.to) ?? []), message]);
  return new Map([...byRecipient].map(([to, some]) => [to, countMail(some)]));
}

function programsOf(providers: ReadonlyMap<string, Provider>): Map<string, string> {
  const programs = new Map<string, string>();
  for (const { name, processNames } of providers.values()) {
    for (const program of processNames) if (!programs.has(program)) programs.set(program, name);
  }
  return programs;
}
