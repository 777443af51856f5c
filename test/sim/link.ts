/**
 * The multiplexer as one daemon has it: what it asks travels to the machine's tmux and back, what it is told may be lost
 * until the next tick, come late, twice, or again. It keeps the promises of tmux/server.ts: commands in order, a listing
 * numbered when it is taken, and nothing answered by a server other than the one that was asked.
 */
import { Fault } from "#core/fault.js";
import type { AgentId, LivePane, NewTab, PaneId, PaneMark, Sighting } from "#core/model.js";
import type { Receipt } from "#core/protocol/commands.js";
import { DEFAULT_COLOUR, type Row, type Still } from "#core/screen/still.js";
import type { Interest, Multiplexer, MultiplexerEvents, MultiplexerInfo } from "#tmux/multiplexer.js";
import type { Life } from "./life.js";
import { isOthers, listed, optionsOf, type Pane } from "./machine.js";
import type { Seen } from "./mail-checker.js";

type Listing = Extract<Sighting, { epoch: string }>;

export class Link implements Multiplexer {
  readonly #life: Life;
  #events: MultiplexerEvents | null = null;
  #epoch: string | null = null;
  /** Which server's panes were told last. */
  #told: string | null = null;
  #slowUntilMs = 0;
  #interest: Interest = { panes: new Set(), focused: new Set(), lively: false };
  #taken = 0;
  #toldLines = "";
  /** What was told on this connection, to be told again. */
  #past: Listing[] = [];
  readonly #shown = new Map<PaneId, string>();
  /** What was captured of each pane last, as this daemon knows it. */
  readonly #seen = new Map<PaneId, Seen>();

  constructor(life: Life) {
    this.#life = life;
  }

  info(): MultiplexerInfo {
    return { kind: "tmux", version: "3.3a", socket: "/simulated", connected: this.#epoch !== null };
  }

  async start(events: MultiplexerEvents): Promise<void> {
    this.#events = events;
    await new Promise<void>((resolve) => {
      this.#later(this.#chance.between(1, 20), () => {
        this.#connect();
        resolve();
        this.#tick();
      });
    });
  }

  async close(): Promise<void> {
    this.#events = null;
  }

  interest(interest: Interest): void {
    this.#interest = interest;
  }

  lookSoon(pane: PaneId): void {
    for (const ms of [4, 66]) this.#later(ms, () => this.#show(pane, true));
  }

  async sight(): Promise<Sighting> {
    try {
      return await this.#ask("sight", () => this.#listing());
    } catch {
      return { blind: this.#epoch === null ? "no-server" : "tmux-slow" };
    }
  }

  async capture(pane: PaneId): Promise<Still> {
    const { still, ...seen } = await this.#onPane(`capture ${pane}`, () => {
      const found = this.#pane(pane);
      const { program } = found;
      this.#reads(found);
      return { still: stillOf(found), program, look: program.screen.look() };
    });
    this.#seen.set(pane, seen);
    this.#shown.delete(pane);
    return still;
  }

  async history(): Promise<string[]> {
    return [];
  }

  async extent() {
    return { size: 0, limit: 0 };
  }

  async pastRows() {
    return { rows: [], size: 0 };
  }

  createTab(tab: NewTab): Promise<LivePane> {
    const { world } = this.#life;
    const { id, label } = tab.mark;
    return this.#life.op("tmux", `create-tab ${label} ${id.slice(-3)}`, () => {
      if (world.machine.server === null) {
        world.machine.start();
        this.#connect();
      }
      this.#mustAnswer();
      if (world.faulty && world.chance.flip(0.03)) throw new Fault("TMUX_REFUSED", "no space for new pane");
      const window = world.machine.newWindow(world.machine.session(tab.sessionName), tab.windowName);
      const agent = (tab.env.DROVER_ID ?? null) as AgentId | null;
      const pane = world.machine.newPane(window, agent, true);
      pane.options = optionsOf(tab.mark);
      pane.program.incarnation = Number(tab.env.DROVER_INCARNATION);
      world.begun(pane);
      world.checker.launched(pane);
      if (world.faulty && world.chance.flip(0.03)) throw new Fault("TMUX_UNREACHABLE", "the answer never came");
      return listed(pane, world.clock.now());
    });
  }

  paste(pane: PaneId, text: string, receipt?: Receipt): Promise<void> {
    const { world } = this.#life;
    if (receipt !== undefined) world.mail.pastes(this.#seen.get(pane), text);
    return this.#onPane(`paste ${pane} ${text}`, () => {
      const found = this.#typable(pane, receipt?.pid);
      found.program.screen.paste(text);
      if (receipt === undefined) return;
      world.machine.server?.receipts.set(receipt.agent, receipt.says);
      world.mail.pasted(found, text);
      world.story.befalls?.(world, found);
      this.#mayGoUnheard();
    });
  }

  enter(pane: PaneId, receipt: Receipt): Promise<void> {
    const { world } = this.#life;
    world.mail.enters(this.#seen.get(pane), receipt.says);
    return this.#onPane(`enter ${pane}`, () => {
      const found = this.#typable(pane, receipt.pid);
      world.machine.server?.receipts.set(receipt.agent, receipt.says);
      found.program.screen.key("Enter");
      world.story.befalls?.(world, found);
      this.#mayGoUnheard();
    });
  }

  /** Past the time in which what a dead daemon had sent may still happen. */
  async receipts(): Promise<{ epoch: string; says: ReadonlyMap<AgentId, string> }> {
    await new Promise<void>((resolve) => this.#later(1_000, resolve));
    const epoch = this.#epoch ?? "";
    return this.#ask("receipts", () => ({ epoch, says: new Map(this.#life.world.machine.server?.receipts) }));
  }

  dropReceipt(agent: AgentId): Promise<void> {
    return this.#ask("drop a receipt", () => void this.#life.world.machine.server?.receipts.delete(agent));
  }

  keys(pane: PaneId, keys: readonly string[]): Promise<void> {
    return this.#onPane(`keys ${pane} ${keys.join(" ")}`, () => {
      const found = this.#pane(pane);
      this.#life.world.checker.touched(found, "types into");
      for (const key of keys) if (found.dead === null) found.program.screen.key(key);
    });
  }

  mark(pane: PaneId, mark: PaneMark, windowName: string | null): Promise<void> {
    return this.#onPane(`mark ${pane} ${mark.label}`, () => {
      const found = this.#markable(pane);
      this.#life.world.checker.marked(found, mark);
      found.options = optionsOf(mark);
      if (windowName !== null) found.window.name = windowName;
    });
  }

  unmark(pane: PaneId): Promise<void> {
    return this.#onPane(`unmark ${pane}`, () => {
      this.#markable(pane).options = new Map();
    });
  }

  killPane(pane: PaneId): Promise<void> {
    return this.#onPane(`kill ${pane}`, () => {
      const found = this.#pane(pane);
      this.#life.world.checker.killed(found);
      this.#life.world.machine.remove(found);
    });
  }

  signal(pane: PaneId, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    return this.#onPane(`signal ${pane} ${signal}`, () => {
      const { world } = this.#life;
      const found = this.#pane(pane);
      world.checker.killed(found);
      if (world.chance.flip(0.8)) world.end(found, { code: null, signal });
    });
  }

  /** Something may have changed: tick now. */
  nudge(): void {
    this.#later(this.#chance.between(1, 60), () => this.#look());
  }

  // ---------------------------------------------------------------- inside

  get #chance() {
    return this.#life.world.chance;
  }

  #later(ms: number, call: () => void): void {
    const { clock } = this.#life;
    clock.wake(clock.now() + ms, call);
  }

  #ask<T>(what: string, happen: () => T): Promise<T> {
    const askedOf = this.#epoch;
    return this.#life.op("tmux", what, () => {
      if (this.#epoch !== askedOf) throw new Fault("TMUX_UNREACHABLE", "the connection was lost");
      this.#mustAnswer();
      if (this.#life.world.faulty && this.#chance.flip(0.02)) throw new Fault("TMUX_UNREACHABLE", "no answer");
      return happen();
    });
  }

  #onPane<T>(what: string, happen: () => T): Promise<T> {
    if (this.#epoch === this.#told) return this.#ask(what, happen);
    return Promise.reject(new Fault("TMUX_UNREACHABLE", "tmux was started anew and was not looked at yet"));
  }

  #mustAnswer(): void {
    const { machine, clock } = this.#life.world;
    if (machine.epoch === null || machine.epoch !== this.#epoch || clock.now() < this.#slowUntilMs) {
      throw new Fault("TMUX_UNREACHABLE", "tmux does not answer");
    }
  }

  /** As tmux/typing.ts asks before it types. */
  #typable(pane: PaneId, of?: number): Pane {
    const found = this.#pane(pane);
    if (of !== undefined && of !== found.program.pid) throw new Fault("NOT_READY", "it holds another program by now");
    this.#life.world.checker.touched(found, "types into");
    if (found.dead !== null) throw new Fault("NOT_READY", "its program has ended");
    return found;
  }

  /** It was done, and nobody hears of it. */
  #mayGoUnheard(): void {
    const { world } = this.#life;
    if (world.faulty && world.story.befalls && this.#chance.flip(0.03)) {
      throw new Fault("TMUX_UNREACHABLE", "the answer never came");
    }
  }

  #pane(pane: PaneId): Pane {
    const found = this.#life.world.machine.pane(pane);
    if (found === undefined) throw new Fault("NOT_FOUND", `there is no pane ${pane}`);
    return found;
  }

  #markable(pane: PaneId): Pane {
    const found = this.#pane(pane);
    if (isOthers(found)) throw new Fault("CONFLICT", `${pane} bears the mark of another drover`);
    return found;
  }

  #connect(): void {
    const { epoch } = this.#life.world.machine;
    if (epoch === null || epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#toldLines = "";
    this.#past = [];
    this.#shown.clear();
    this.#events?.connection(true);
    // Its first listing takes as long as it takes.
    this.#later(this.#life.world.faulty ? this.#chance.below(400) : 0, () => this.#look());
  }

  #tick(): void {
    const { world } = this.#life;
    if (world.faulty && this.#chance.flip(0.004))
      world.mail.blindAtMs = this.#slowUntilMs = world.clock.now() + this.#chance.between(1, 3_000);
    if (this.#epoch !== null && world.machine.epoch !== this.#epoch) {
      this.#epoch = null;
      this.#events?.connection(false);
      this.#events?.sighting({ blind: "tmux-gone" });
    } else if (this.#epoch === null) this.#connect();
    else this.#look();
    if (world.faulty && this.#chance.flip(0.02)) this.#events?.closed?.(`@${this.#chance.below(12)}`);
    for (const pane of this.#interest.panes) this.#show(pane, false);
    this.#later(this.#chance.between(100, 300), () => this.#tick());
  }

  #listing(): Listing {
    const { machine, clock } = this.#life.world;
    const panes = machine.panes().map((pane) => listed(pane, clock.now()));
    return { epoch: this.#epoch ?? "", panes, taken: ++this.#taken };
  }

  /** Lists all panes and tells of it, if anything is new. */
  #look(): void {
    const { faulty, clock } = this.#life.world;
    if (this.#epoch === null || this.#epoch !== this.#life.world.machine.epoch || clock.now() < this.#slowUntilMs)
      return;
    const sighting = this.#listing();
    const lines = JSON.stringify(sighting.panes.map(({ activityS, ...pane }) => pane));
    if (lines === this.#toldLines && this.#past.length > 0) return;
    if (faulty && this.#chance.flip(0.1)) return;
    this.#toldLines = lines;
    this.#past.push(sighting);
    this.#tell(sighting, faulty && this.#chance.flip(0.2) ? this.#chance.below(900) : 0);
    if (faulty && this.#chance.flip(0.2)) this.#tell(sighting, this.#chance.below(900));
    const again = this.#past[this.#past.length - 1 - this.#chance.below(4)];
    if (faulty && again !== undefined && this.#chance.flip(0.15)) this.#tell(again, this.#chance.below(300));
  }

  #tell(sighting: Listing, afterMs: number): void {
    const tell = () => {
      if (this.#epoch !== sighting.epoch) return;
      this.#life.world.say(`told ${sighting.panes.map(short).join(" ")}`);
      this.#told = sighting.epoch;
      this.#events?.sighting(sighting);
    };
    if (afterMs === 0) tell();
    else this.#later(afterMs, tell);
  }

  /** What the daemon takes for an agent's screen. */
  #reads(pane: Pane): void {
    const { world, daemon } = this.#life;
    const agent = daemon?.context.loop.fleet.byPane.get(pane.id);
    if (this.#life.alive && agent !== undefined) world.checker.reads(pane, agent);
  }

  /** Captures the pane and tells of it where its screen is new, or a look was asked for. */
  #show(pane: PaneId, asked: boolean): void {
    const found = this.#epoch === this.#life.world.machine.epoch ? this.#life.world.machine.pane(pane) : undefined;
    if (found === undefined || this.#told !== this.#epoch) return;
    const slowMs = this.#slowUntilMs - this.#life.clock.now();
    if (slowMs > 0) {
      // A slow tmux answers late.
      if (asked) this.#later(slowMs, () => this.#show(pane, asked));
      return;
    }
    const lines = found.program.screen.screen().join("\n");
    if (!asked && this.#shown.get(pane) === lines) return;
    this.#shown.set(pane, lines);
    this.#reads(found);
    this.#events?.still(pane, stillOf(found));
  }
}

function short({ pane, mark, dead, pid }: LivePane): string {
  return `${pane}${mark === null ? "" : `=${mark.label}:${mark.id.slice(-3)}`}/${pid}${dead ? "+dead" : ""}`;
}

function stillOf({ program }: Pane): Still {
  const lines = program.screen.screen();
  const rows: Row[] = Array.from({ length: 4 }, (_, y) => textRow(lines[y] ?? ""));
  return { columns: 80, rows, cursor: { x: 0, y: 0, visible: true }, title: "", alternate: false };
}

function textRow(text: string): Row {
  if (text === "") return { text: "", runs: [] };
  return {
    text: text.trimEnd(),
    runs: [{ text, cells: text.length, unit: 1, fg: DEFAULT_COLOUR, bg: DEFAULT_COLOUR, attrs: 0 }],
  };
}
