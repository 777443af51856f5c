/** An agent's program on the simulated machine, and what its person does at it. What it was given stands in its transcript. */
import { PracticeAgent } from "../daemon/practice.js";

/** Enter sooner than this after a paste is taken for a line of it, as Gemini CLI does. */
const PASTE_IS_OVER_MS = 100;

/** What a capture of it shows. */
export interface Look {
  readonly shown: string;
  readonly draft: string;
  readonly dialog: boolean;
  readonly garbled: boolean;
}

export class SimAgent extends PracticeAgent {
  /** Enters that it does not hear. */
  swallows = 0;
  swallowed = 0;
  /** Its screen shows what no reader knows. */
  garbled = false;
  /** When something came between it and what was typed: its person, a dialog, a garbled screen. */
  oddAtMs = Number.NEGATIVE_INFINITY;
  draftSinceMs = 0;
  /** Called with what it was given, when that is submitted. */
  taken: (prompt: string, byPerson: boolean) => void = () => {};
  readonly #nowMs: () => number;
  #pastedAtMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number) {
    super();
    this.#nowMs = nowMs;
  }

  get busy(): boolean {
    return this.question !== null || this.garbled || this.shown === "working";
  }

  look(): Look {
    const { shown, draft, question, garbled } = this;
    return { shown, draft, dialog: question !== null, garbled };
  }

  override screen(): string[] {
    return this.garbled ? ["~~~~"] : super.screen();
  }

  override paste(text: string): void {
    super.paste(text);
    this.#pastedAtMs = this.#nowMs();
    this.draftSinceMs = this.#nowMs();
  }

  override key(key: string, byPerson = false): void {
    if (key === "Enter" && !byPerson && this.swallows > 0) {
      this.swallows--;
      this.swallowed++;
      return;
    }
    if (key === "Enter" && this.question === null && this.draft !== "" && !byPerson) {
      if (this.#nowMs() - this.#pastedAtMs < PASTE_IS_OVER_MS) {
        this.draft += "\n";
        return;
      }
    }
    // Somebody has it interrupted, and what stood in its box goes.
    if (key === "Escape" && this.draft !== "") this.#odd();
    const before = this.prompts.length;
    super.key(key);
    const prompt = this.prompts[before];
    if (prompt !== undefined) this.taken(prompt, byPerson);
  }

  // ---------------------------------------------------------------- what its person does, and what befalls it

  personTypes(text: string): void {
    this.#odd();
    if (this.question === null) this.draft += text;
    this.draftSinceMs = this.#nowMs();
  }

  personSubmits(): void {
    this.#odd();
    this.key("Enter", true);
  }

  personClears(): void {
    if (this.draft === "") return;
    this.#odd();
    this.draft = "";
  }

  worksByItself(): void {
    this.#odd();
    this.shown = "working";
  }

  opensDialog(text: string): void {
    this.#odd();
    this.question = { text, choices: ["yes", "no"] };
  }

  personAnswers(): void {
    if (this.question === null) return;
    this.#odd();
    super.key("2");
  }

  /** The next Enters are not heard. */
  turnsDeaf(enters: number): void {
    this.swallows = enters;
  }

  becomesGarbled(garbled: boolean): void {
    this.#odd();
    this.garbled = garbled;
  }

  #odd(): void {
    this.oddAtMs = this.#nowMs();
  }
}
