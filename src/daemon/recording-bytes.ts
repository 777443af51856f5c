/** What a recorded agent's program writes, where its pane could be tapped: after a whole picture to begin with. */
import type { AgentId, PaneId } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import type { Context } from "./context.js";
import { theAgent, thePane } from "./ground.js";
import type { Recorder } from "./recorder.js";

/** A picture to begin with is taken where nothing came for so long before and after it, and at last anyhow. */
const CALM_MS = 30;
const CALM_TRIES = 30;

/** The bytes of one recording, from its first whole picture on. */
export class RecordedBytes {
  readonly #context: Context;
  readonly #id: AgentId;
  /** Written since the last whole picture and not sent yet. */
  #waiting = "";
  #heardMs = 0;
  #leave: () => void = () => {};
  #recorder: Recorder | null = null;
  #why = "";
  on = false;

  private constructor(context: Context, id: AgentId) {
    this.#context = context;
    this.#id = id;
  }

  static async open(context: Context, id: AgentId): Promise<RecordedBytes> {
    const bytes = new RecordedBytes(context, id);
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

  /** The first whole picture follows as soon as this returns, and the bytes behind it. */
  sendTo(recorder: Recorder): void {
    this.#recorder = recorder;
    recorder.send({ fact: "tap", on: this.on, why: this.#why });
    queueMicrotask(() => this.#flush());
  }

  end(): void {
    this.on = false;
    this.#leave();
  }

  #hear(text: string): void {
    this.#heardMs = this.#context.clock.now();
    this.#waiting += text;
    if (this.#recorder !== null) this.#flush();
  }

  #flush(): void {
    const text = this.#waiting;
    this.#waiting = "";
    const recorder = this.#recorder;
    if (!this.on || text === "" || recorder === null) return;
    if (!recorder.sendMuch("raw", JSON.stringify(text))) {
      void this.#tapped(false, "the recorder does not keep up");
    }
  }

  /** The tap was closed, or opened again: either way a whole picture comes first. */
  async #tapped(on: boolean, why: string): Promise<void> {
    const recorder = this.#recorder;
    if (recorder === null) {
      this.on = on;
      this.#why = why;
      return;
    }
    if (this.on === on) return;
    this.on = false;
    const tell = (): void => {
      recorder.send({ fact: "tap", on, why });
      recorder.showAnew();
    };
    if (!on) tell();
    try {
      if (on) {
        // Kept from now on, and sent behind the picture.
        this.#recorder = null;
        this.on = true;
      }
      const still = await this.begin();
      this.#recorder = recorder;
      if (on) tell();
      recorder.show(still);
      this.#flush();
    } catch {
      // The pane is gone: what is left to tell is told as facts.
      this.#recorder = recorder;
    }
  }
}
