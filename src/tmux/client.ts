/**
 * One control client of one tmux server, from its start to its end. It is attached to a private session with `no-output`
 * and `ignore-size`: it gets replies and notifications, never a pane's output, and changes nobody's size.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Readable, Writable } from "node:stream";
import { Fault } from "#core/fault.js";
import type { Command } from "#core/protocol/commands.js";
import type { ControlEvent } from "#core/protocol/control-event.js";
import { OWN_SESSION } from "#core/protocol/listing.js";
import type { Notification } from "#core/protocol/notification.js";
import { ControlReader } from "#core/protocol/reader.js";
import type { Clock } from "#host/clock.js";
import { PRINT_SAMPLES } from "./width-probe.js";

/** A command not answered by then means that the client hangs; it is killed. */
const REPLY_LIMIT_MS = 2_000;
/** Commands waiting for their answer. Past this the caller is told, rather than the queue growing. */
const WAITING_LIMIT = 4_096;

/**
 * Whose client attached last, in the session's own environment, which redraws nothing. While that one's watchdog lives, the
 * session is left to it: where daemons are killed and started again faster than is waited for, an old watchdog would close
 * it just as the next client comes (34 times in 68 starts, 0.6 s apart).
 */
const LAST = {
  set: `set-environment -h -t =${OWN_SESSION}: DROVER_WATCHDOG`,
  show: `show-environment -h -t =${OWN_SESSION}: DROVER_WATCHDOG`,
};

/**
 * Starts tmux and ends it when fd 3 closes: only this process holds the other end, so that even a SIGKILL of it leaves no
 * client behind. (An orphaned client that is not read from can hold up the server.) Unless `done` was written first, which
 * says that we live on or have tidied up, the private session goes too, if nobody else is attached to it.
 *
 * Nobody reads its standard error then: a word there would end the shell. Standard input goes by way of fd 4: dash gives a background command /dev/null before it looks at `<&0`.
 *
 * The session is not made `destroy-unattached`, which would be simpler: tmux 3.3a crashes, with every session on it, in up
 * to a third of the cases where the client of such a session meets the end of its input (seen 16 times of 50; without the
 * option never in 450).
 */
const WATCHDOG = [
  'notice=$1; shift; exec 4<&0; w=""',
  `"$@" -C new-session -A -E -s ${OWN_SESSION} -f ignore-size,no-output -x 80 -y 24 sh -c "$notice" \\; ${LAST.set} $$ <&4 3<&- 4<&- & p=$!`,
  "exec 0<&- 1>&- 4<&-; read -r w <&3; exec 2>/dev/null; kill -9 $p; wait $p",
  '[ "$w" != done ] || exit 0',
  `for t in 1.5 1.5; do sleep $t; l=$("$@" ${LAST.show}); l=\${l#*=}`,
  `[ "$l" != $$ ] && kill -0 "$l" || "$@" ${closeSession(0).join(" ")}; done`,
].join("\n");

/**
 * The session is not closed at once: most who start a daemon again do so within a second, and a tmux server that has
 * anything to tell its control clients while one of them introduces itself ends with a null pointer (control_write: the
 * client is marked as one and has no control state yet; 3.3a, and 3.5a by its source). The end of a session is
 * told to all. Three such crashes in some 250 daemons killed and started again with 0.2 s here; with 1.5 s two in 1 700 that
 * were killed several times a second. A smaller environment does not shorten the introduction: tmux sends it in three
 * pieces, since a descriptor ends one, and so in no fewer with 4 variables than with 900 (46 and 41 crashes of 300 while
 * windows were switched all the time).
 *
 * A command, as words that both tmux and sh take as they are: closes the private session if just so many are in it, and
 * no pane but its own (a script's `break-pane` takes others there, and closing would end what runs in them). Said from
 * outside tmux there must be no `detach-client` in it: without a client of its own that takes anybody's.
 */
function closeSession(attached: 0 | 1): string[] {
  const alone = `"#{==:#{session_attached} #{session_windows} #{window_panes},${attached} 1 1}"`;
  return ["if-shell", "-F", "-t", `"=${OWN_SESSION}:"`, alone, `"kill-session -t =${OWN_SESSION}:"`];
}

/** What somebody sees who lands in the private session. Keys neither show nor interrupt it. */
const NOTICE = [
  "stty -echo -icanon -isig min 1 time 0",
  'printf "%s\\n" "" "  drover looks at your panes from this session. Nothing runs here." "  Leave with: prefix ( or prefix ), or tmux switch-client -l. It ends when drover stops."',
  PRINT_SAMPLES,
  "exec cat >/dev/null",
].join("; ");

/** What runs in the private session. */
export const OWN_PANE: readonly string[] = ["sh", "-c", NOTICE];

export interface ClientOptions {
  /** The tmux to run, and the arguments that choose the server. */
  readonly program: string;
  readonly target: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

export interface ClientEvents {
  notification(notification: Notification): void;
  /** Once, when the client has ended, for whatever reason. */
  ended(why: ClientEnd): void;
}

export interface ClientEnd {
  /** It was killed because it did not answer in time. */
  readonly slow: boolean;
  /** What tmux said last, for the log. */
  readonly words: string;
}

interface Waiting {
  readonly wanted: number;
  readonly sinceMs: number;
  readonly bodies: Buffer[];
  resolve(bodies: Buffer[]): void;
  reject(fault: Fault): void;
}

export class ControlClient {
  readonly #clock: Clock;
  readonly #events: ClientEvents;
  readonly #child: ChildProcess;
  readonly #lifeline: Duplex;
  readonly #reader = controlReader();
  readonly #waiting: Waiting[] = [];
  #cancelLimit: (() => void) | null = null;
  #greeted: ((problem: Fault | null) => void) | null = null;
  #over: ClientEnd | null = null;
  #slow = false;
  #words = "";
  readonly #gone: Promise<void>;

  /** Starts a client and waits until it is attached. Throws TMUX_UNREACHABLE; `detail.slow` where it hung. */
  static async open(options: ClientOptions, events: ClientEvents): Promise<ControlClient> {
    const client = new ControlClient(options, events);
    await new Promise<void>((resolve, reject) => {
      client.#greeted = (problem) => {
        client.#greeted = null;
        if (problem === null) resolve();
        else reject(problem);
      };
      client.#limit(options.clock.now());
    });
    return client;
  }

  private constructor(options: ClientOptions, events: ClientEvents) {
    this.#clock = options.clock;
    this.#events = events;
    const tmux = [options.program, "-N", "-u", ...options.target];
    this.#child = spawn("sh", ["-c", WATCHDOG, "sh", NOTICE, ...tmux], {
      env: options.env,
      // Out of our process group: what ends all of us must leave it the time to tidy up.
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      cwd: "/",
    });
    const [stdin, stdout, stderr, lifeline] = this.#child.stdio as unknown as [Writable, Readable, Readable, Duplex];
    this.#lifeline = lifeline;
    for (const stream of [stdin, stdout, stderr, lifeline]) stream.on("error", () => {}); // told by the end of stdout
    stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    stdout.on("close", () => this.#end());
    stderr.on("data", (chunk: Buffer) => {
      this.#words = (this.#words + chunk.toString("utf8")).slice(-500);
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#words = error.message;
        this.#end();
        resolve();
      });
      // It comes before the end of stdout where the server hangs: tmux gave the server our pipes, and it keeps them.
      this.#child.once("exit", () => {
        this.#end();
        stdout.destroy();
        resolve();
      });
    });
  }

  /** The watchdog's process id; the tmux client is its child. */
  get watchdogPid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends a line and gives the bodies of its blocks. Requests may overlap; answers come in their order. Throws
   * TMUX_REFUSED with tmux's own words, or TMUX_UNREACHABLE when the client ends before the answer.
   */
  request(command: Command): Promise<Buffer[]> {
    if (this.#over !== null) return Promise.reject(unreachable(this.#over));
    if (this.#waiting.length >= WAITING_LIMIT) {
      return Promise.reject(new Fault("TOO_MANY", "Too many tmux commands wait for their answer."));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        wanted: command.replies,
        sinceMs: this.#clock.now(),
        bodies: [],
        resolve,
        reject,
      });
      (this.#child.stdin as Writable).write(`${command.line}\n`);
      if (this.#cancelLimit === null) this.#limit(this.#clock.now());
    });
  }

  /** Leaves tmux: with the last client of ours the private session goes. Resolves when the processes are gone. */
  async close(): Promise<void> {
    if (this.#over === null) {
      const cancel = this.#clock.wake(this.#clock.now() + 1_000, () => this.#kill());
      (this.#child.stdin as Writable).write(`${closeSession(1).join(" ")} "detach-client"\n`);
      await this.#gone;
      cancel();
    } else await this.#gone;
  }

  /** Ends it at once. */
  #kill(): void {
    this.#lifeline.end("done\n");
  }

  #read(chunk: Buffer): void {
    for (const event of this.#reader.push(chunk)) this.#take(event);
  }

  #take(event: ControlEvent): void {
    if (event.kind === "line") {
      const { notification } = event;
      if (notification === null) this.#words = event.line.slice(0, 500);
      else if (notification.kind === "exit") this.#words = notification.reason ?? this.#words;
      else this.#events.notification(notification);
      return;
    }
    if (event.kind !== "block") return;
    const body = Buffer.from(event.body.buffer, event.body.byteOffset, event.body.byteLength);
    if (event.flags !== 1) {
      // The first such block is the attach itself: before 3.4 a command written earlier would run before it. The others
      // are what hooks print.
      this.#greeted?.(
        event.ok ? null : new Fault("TMUX_UNREACHABLE", `tmux refused us: ${body.toString("utf8").trim()}`),
      );
      return;
    }
    const head = this.#waiting[0];
    if (head === undefined) return;
    if (event.ok) {
      head.bodies.push(body);
      if (head.bodies.length < head.wanted) return;
    }
    this.#waiting.shift();
    if (event.ok) head.resolve(head.bodies);
    else head.reject(refused(body.toString("utf8").trim()));
  }

  /** One timer, for the oldest request. */
  #limit(sinceMs: number): void {
    this.#cancelLimit?.();
    this.#cancelLimit = this.#clock.wake(sinceMs + REPLY_LIMIT_MS, () => {
      this.#cancelLimit = null;
      const oldest = this.#waiting[0]?.sinceMs ?? (this.#greeted === null ? null : sinceMs);
      if (oldest === null || this.#over !== null) return;
      if (this.#clock.now() - oldest < REPLY_LIMIT_MS) return this.#limit(oldest);
      this.#slow = true;
      this.#words = `no answer within ${REPLY_LIMIT_MS} ms`;
      this.#kill();
    });
  }

  #end(): void {
    if (this.#over !== null) return;
    this.#over = { slow: this.#slow, words: this.#words.trim() };
    this.#cancelLimit?.();
    this.#kill();
    this.#greeted?.(unreachable(this.#over));
    for (const waiting of this.#waiting.splice(0)) waiting.reject(unreachable(this.#over));
    this.#events.ended(this.#over);
  }
}

/** A reader that gets at text with the platform's own means, which are far faster than core's. */
export function controlReader(): ControlReader {
  return new ControlReader((bytes) =>
    (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString("latin1"),
  );
}

function refused(words: string): Fault {
  return new Fault("TMUX_REFUSED", `tmux refused: ${words}`, { detail: { words } });
}

function unreachable(end: ClientEnd): Fault {
  const words = end.words === "" ? "" : `: ${end.words}`;
  return new Fault("TMUX_UNREACHABLE", `The connection to tmux ended${words}.`, { detail: { slow: end.slow } });
}
