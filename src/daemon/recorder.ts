/** One `drover record` that listens, and what it was sent: nothing is left out of it that it is not told of. */
import type { Believed } from "#core/belief/believed.js";
import type { Agent } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import type { FactJson } from "#wire/record.js";
import type { Context } from "./context.js";
import type { SseWriter } from "./sse.js";
import { pictureChange } from "./stream.js";

/** What a recorder that does not read may leave lying. */
const BACKLOG_LIMIT = 4 * 1_048_576;

export class Recorder {
  readonly #context: Context;
  readonly #id: AgentId;
  readonly #provider: string;
  readonly #drover: string;
  readonly #writer: SseWriter;
  readonly beganMs: number;
  /** The belief to which what was sent leads. */
  #believed: Believed;
  /** The picture that was sent last; null where the next one is sent whole. */
  #shown: Still | null = null;
  #backlog = 0;
  /** Something was left out: the recording goes on from what is believed and shown once the recorder reads again. */
  #behind = false;

  constructor(context: Context, { record, believed }: Agent, drover: string, writer: SseWriter) {
    this.#context = context;
    this.#id = record.id;
    this.#provider = record.provider;
    this.#drover = drover;
    this.#writer = writer;
    this.#believed = believed;
    this.beganMs = context.clock.now();
    this.#begin();
  }

  /** What came in, or was weighed; `still` with a look. */
  take(fact: FactJson, still: Still | null): void {
    if (fact.fact !== "looked" && fact.fact !== "weighed") {
      this.send(fact);
      return;
    }
    const believed = this.#context.loop.fleet.agents.get(this.#id)?.believed ?? this.#believed;
    this.#believed = believed;
    if (this.#behind) {
      if (!this.#writer.ready) return;
      this.#behind = false;
      this.#shown = null;
      this.#begin();
      return;
    }
    if (still !== null) this.show(still);
    if (!this.#behind) this.send(fact);
  }

  /** Goes on from what is believed where that came of nothing that was weighed: a launch that was taken back. */
  check(believed: Believed): void {
    if (believed === this.#believed) return;
    this.#believed = believed;
    if (!this.#behind) this.#begin();
  }

  send(fact: FactJson): void {
    this.#writer.send("fact", JSON.stringify(fact));
  }

  /** Sends what `still` changes of the picture before. */
  show(still: Still): void {
    const change = pictureChange(this.#shown, still);
    if (change === null) return;
    const sent = this.sendMuch(change.event, change.data);
    this.#shown = sent ? still : null;
    if (!sent) this.#behind = true;
  }

  /** The next picture is sent whole. */
  showAnew(): void {
    this.#shown = null;
  }

  /** False where the recorder has so much to read that this was not sent. */
  sendMuch(event: "screen" | "rows" | "raw", data: string): boolean {
    this.#backlog = this.#writer.ready ? 0 : this.#backlog + data.length;
    if (this.#backlog > BACKLOG_LIMIT) return false;
    this.#writer.send(event, data);
    return true;
  }

  #begin(): void {
    const believed = this.#believed;
    const { state, turn, unread, evidence } = believed;
    const proof = {
      source: evidence?.source ?? null,
      rule: evidence?.rule ?? null,
      excerpt: evidence?.excerpt ?? null,
    };
    const atMs = this.#context.clock.now();
    const [provider, drover] = [this.#provider, this.#drover];
    this.send({ fact: "begins", provider, drover, unread, state, turn, ...proof, atMs, believed });
  }
}
