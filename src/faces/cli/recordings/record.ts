/**
 * Writes down what an agent shows and what the daemon makes of it, as an asciicast: the bytes its program writes, where its
 * pane's pipe is free, else the pictures the daemon itself reads; and as markers each look, whatever else it weighed, each
 * decision and each hook event. `drover replay` decides the same from it.
 */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { Fault } from "#core/fault.js";
import { MARKER } from "#host/recorded-facts.js";
import type { AgentJson } from "#wire/agent.js";
import type { FactJson, LookPaint } from "#wire/record.js";
import type { ChangedRowsJson, WholeScreenJson } from "#wire/screen.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { CastPainter, type CastPiece } from "./paint-cast.js";

export async function run(context: Context, { arguments: [label = ""], options }: Invocation): Promise<number> {
  const output = options.text("output");
  if (output === undefined) throw new Fault("USAGE", "say where to: drover record LABEL --output FILE.cast");
  const seconds = options.count("seconds", 1);
  const { agent } = await askAgent(context, label, (daemon, ref) =>
    daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
  );
  const daemon = await context.daemon();
  const file = new CastFile(resolve(context.cwd, output));
  context.note(`recording ${agent.label} into ${output}; Ctrl+C ends it`);
  const painter = new CastPainter();
  let provider = agent.provider;
  let raw = false;
  // The next whole screen is what the bytes go on from, or the pictures.
  let anew = true;
  // Beside bytes the screens that were read are kept with the looks.
  const looks = new LooksPainter();
  try {
    await new Promise<void>((done, fail) => {
      const subscription = daemon.events(
        `/v1/agents/${encodeURIComponent(agent.id)}/record${options.has("pictures") ? "?pictures=1" : ""}`,
        {
          onEvent(event, data) {
            const at = context.nowMs();
            if (event === "fact") {
              const fact = data as FactJson;
              if (fact.fact === "begins") provider = fact.provider;
              if (fact.fact === "tap") {
                raw = fact.on;
                anew = true;
                looks.begin();
                context.note(fact.on ? "recording what its program writes" : `recording pictures: ${fact.why}`);
              }
              const told = fact.fact === "looked" && raw ? { ...fact, paint: looks.take() } : fact;
              file.add(at, "m", MARKER + JSON.stringify(told));
            } else if (event === "screen") {
              const screen = data as WholeScreenJson;
              file.begin(
                at,
                screen.columns,
                screen.rows.length,
                { provider, [raw ? "raw" : "pictures"]: true },
                agent.label,
              );
              // The program draws anew what changes with the size, and its bytes may have come before we knew.
              const isWhole = anew || painter.isResized(screen);
              const paint = !raw ? painter.whole(screen) : isWhole ? painter.wholeForBytes(screen) : [];
              for (const { kind, text } of paint) file.add(at, kind, text);
              anew = false;
              if (raw) looks.whole(screen);
            } else if (event === "rows") {
              if (raw) looks.rows(data as ChangedRowsJson);
              else for (const { kind, text } of painter.rows(data as ChangedRowsJson)) file.add(at, kind, text);
            } else if (event === "raw") {
              file.add(at, "o", data as string);
            } else if (event === "bye") end();
          },
          onEnd: (why) => (why === null ? done() : fail(why)),
        },
        { resume: false },
      );
      const timer = seconds === undefined ? null : setTimeout(end, seconds * 1000);
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
      for (const signal of signals) process.once(signal, end);
      function end(): void {
        if (timer !== null) clearTimeout(timer);
        for (const signal of signals) process.removeListener(signal, end);
        subscription.stop();
        done();
      }
    });
  } finally {
    file.close();
  }
  if (context.json) context.value({ file: output, events: file.events });
  else context.line(`${file.events} events of ${agent.label} are in ${output}; "drover replay ${output}" reads them`);
  return 0;
}

/** What a terminal would have to be sent to show what was read, from one look to the next. */
class LooksPainter {
  #painter = new CastPainter();
  #waiting: CastPiece[] = [];
  #isNew = true;

  /** A whole screen comes next. */
  begin(): void {
    this.#painter = new CastPainter();
    this.#waiting = [];
    this.#isNew = true;
  }

  whole(screen: WholeScreenJson): void {
    // Of the looks before a gap nothing is known here: their screen may have had another size.
    if (this.#isNew) this.#waiting.push({ kind: "r", text: `${screen.columns}x${screen.rows.length}` });
    this.#isNew = false;
    this.#waiting.push(...this.#painter.whole(screen));
  }

  rows(changed: ChangedRowsJson): void {
    this.#waiting.push(...this.#painter.rows(changed));
  }

  /** Since the last time. */
  take(): LookPaint {
    return this.#waiting.splice(0).map(({ kind, text }) => [kind, text] as const);
  }
}

/** Written as it happens, for its owner alone: a recorder that is killed leaves all but its last line. */
class CastFile {
  readonly #path: string;
  readonly #early: string[] = [];
  #fd: number;
  #beganMs: number | null = null;
  #atS = 0;
  events = 0;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, "wx", 0o600);
    } catch (cause) {
      const there = (cause as NodeJS.ErrnoException).code === "EEXIST";
      throw new Fault(
        there ? "CONFLICT" : "FILE_UNUSABLE",
        there ? `${path} is there already` : `cannot write ${path}: ${(cause as Error).message}`,
        {
          cause,
        },
      );
    }
  }

  /** The recording's time begins with the first picture, whose size its header needs; what came before follows at once. */
  begin(atMs: number, columns: number, rows: number, drover: Readonly<Record<string, unknown>>, title: string): void {
    if (this.#beganMs !== null) return;
    this.#beganMs = atMs;
    const timestamp = Math.floor(this.#beganMs / 1000);
    const header = { version: 2, width: columns, height: rows, timestamp, title, drover };
    this.#write([JSON.stringify(header), ...this.#early].join("\n"));
  }

  add(atMs: number, code: "o" | "r" | "m", text: string): void {
    // A clock that is set back must not send the recording back in time.
    this.#atS = Math.max(this.#atS, Math.round(atMs - (this.#beganMs ?? atMs)) / 1000);
    const line = JSON.stringify([this.#atS, code, text]);
    this.events++;
    if (this.#beganMs !== null) this.#write(line);
    else this.#early.push(line);
  }

  /** A recording without a picture is none. */
  close(): void {
    closeSync(this.#fd);
    if (this.#beganMs === null) rmSync(this.#path, { force: true });
  }

  #write(line: string): void {
    writeSync(this.#fd, `${line}\n`);
  }
}
