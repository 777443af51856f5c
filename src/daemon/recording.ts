/**
 * Serves `drover record`: what an agent shows, what is taken in of it and what is decided. What it shows are its own bytes
 * where its pane could be tapped (tapping.ts), after a whole picture to begin with; else the pictures that the daemon reads.
 */
import type { ServerResponse } from "node:http";
import type { Agent } from "#core/fleet/fleet.js";
import type { AgentId, PaneId } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import type { FactJson } from "#wire/record.js";
import { screenToJson } from "#wire/screen.js";
import type { Context } from "./context.js";
import { theAgent, thePane } from "./ground.js";
import type { SseWriter } from "./sse.js";

/** Bytes come a moment after the picture that they made: so much later is noted that the daemon looked. */
const LAG_MS = 25;
/** A picture to begin with is taken where nothing came for so long before and after it, and at last anyhow. */
const CALM_MS = 30;
const CALM_TRIES = 30;
/** What a recorder that does not read may leave lying. */
const BACKLOG_LIMIT = 4 * 1_048_576;

/**
 * Serves one recorder until it leaves or the agent is archived. `wantsBytes`: the pane may be tapped. Throws NOT_FOUND where
 * there is no such agent or tab.
 */
export async function recordAgent(
  context: Context,
  ref: string,
  drover: string,
  wantsBytes: boolean,
  response: ServerResponse,
): Promise<void> {
  const { id } = theAgent(context, ref).record;
  const bytes = wantsBytes ? await Bytes.open(context, id) : null;
  let first: Still;
  let agent: Agent;
  try {
    first = await (bytes?.begin() ?? context.mux.capture(thePane(theAgent(context, id))));
    // It may be off the list by now.
    agent = theAgent(context, id);
  } catch (error) {
    bytes?.end();
    throw error;
  }
  const { believed, record } = agent;
  const { state, turn, unread, evidence } = believed;
  const proof = { source: evidence?.source ?? null, rule: evidence?.rule ?? null, excerpt: evidence?.excerpt ?? null };
  void context.streams.watch(id, response, first, (writer) => {
    const send = (fact: FactJson) => writer.send("fact", JSON.stringify(fact));
    send({ fact: "begins", provider: record.provider, drover, unread, state, turn, ...proof });
    const ends = [
      context.facts.follow(id, (fact) => {
        if (fact.fact !== "looked") send(fact);
        else if (bytes?.on) context.clock.wake(context.clock.now() + LAG_MS, () => send(fact));
      }),
      context.feed.follow({
        entry(entry) {
          if (entry.agent !== id || (entry.kind !== "state" && entry.kind !== "seen")) return;
          const { to, turn, source, rule, excerpt } = entry.data as { to?: typeof state; turn?: number } & typeof proof;
          if (to === undefined) return;
          const exit = (entry.set?.exit ?? null) as null;
          send({ fact: "believed", state: to, turn: turn ?? 0, source, rule, excerpt, exit });
        },
        bye() {
          writer.send("bye", "{}");
          writer.end();
        },
      }),
    ];
    bytes?.sendTo(writer, send);
    return () => {
      for (const end of ends) end();
      bytes?.end();
    };
  });
}

/** The bytes of one recording, from its first whole picture on. */
class Bytes {
  readonly #context: Context;
  readonly #id: AgentId;
  /** Written since the last whole picture and not sent yet. */
  #waiting = "";
  #heardMs = 0;
  #leave: () => void = () => {};
  #writer: SseWriter | null = null;
  #send: (fact: FactJson) => void = () => {};
  #backlog = 0;
  #why = "";
  on = false;

  private constructor(context: Context, id: AgentId) {
    this.#context = context;
    this.#id = id;
  }

  static async open(context: Context, id: AgentId): Promise<Bytes> {
    const bytes = new Bytes(context, id);
    const { on, why, end } = await context.tapping.record(id, {
      text: (text) => bytes.#hear(text),
      tapped: (on, why) => void bytes.#tapped(on, why),
    });
    bytes.#leave = end;
    bytes.on = on;
    bytes.#why = why;
    return bytes;
  }

  /** The picture from which the bytes go on. */
  async begin(): Promise<Still> {
    const { mux, clock, loop } = this.#context;
    const pane = (): PaneId => thePane(theAgent(this.#context, this.#id));
    if (!this.on) return mux.capture(pane());
    for (let tries = 1; ; tries++) {
      await loop.pause(CALM_MS);
      const calm = clock.now() - this.#heardMs >= CALM_MS;
      if (!calm && tries < CALM_TRIES) continue;
      this.#waiting = "";
      const still = await mux.capture(pane());
      if (tries >= CALM_TRIES) return still;
      await loop.pause(CALM_MS);
      if (this.#waiting === "") return still;
    }
  }

  sendTo(writer: SseWriter, send: (fact: FactJson) => void): void {
    this.#writer = writer;
    this.#send = send;
    send({ fact: "tap", on: this.on, why: this.#why });
    // After the whole picture, which is sent as soon as this returns.
    queueMicrotask(() => this.#flush());
  }

  end(): void {
    this.on = false;
    this.#leave();
  }

  #hear(text: string): void {
    this.#heardMs = this.#context.clock.now();
    this.#waiting += text;
    if (this.#writer !== null) this.#flush();
  }

  #flush(): void {
    const text = this.#waiting;
    this.#waiting = "";
    const writer = this.#writer;
    if (!this.on || text === "" || writer === null) return;
    this.#backlog = writer.ready ? 0 : this.#backlog + text.length;
    if (this.#backlog <= BACKLOG_LIMIT) writer.send("raw", JSON.stringify(text));
    else void this.#tapped(false, "the recorder does not keep up");
  }

  /** The tap was closed, or opened again: either way a whole picture comes first. */
  async #tapped(on: boolean, why: string): Promise<void> {
    const writer = this.#writer;
    if (writer === null) {
      this.on = on;
      this.#why = why;
      return;
    }
    if (this.on === on) return;
    this.on = false;
    if (!on) this.#send({ fact: "tap", on, why });
    try {
      if (on) {
        // Kept from now on, and sent behind the picture.
        this.#writer = null;
        this.on = true;
      }
      const still = await this.begin();
      this.#writer = writer;
      if (on) this.#send({ fact: "tap", on, why });
      writer.send("screen", JSON.stringify(screenToJson(still)));
      this.#flush();
    } catch {
      // The pane is gone: what is left to tell is told as facts.
      this.#writer = writer;
    }
  }
}
