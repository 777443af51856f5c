/**
 * The rehearsal agent: a small program that behaves in a terminal as coding agents do, with nothing behind it but a
 * script. `drover demo`, the tests and the bench run it where a real agent would cost money and never do the same thing
 * twice. It is deliberately as dangerous as the real ones: what is pasted into an open dialog and followed by Enter
 * approves it. Imports nothing of drover, so that a hundred of them start fast.
 */
import { openSync, readFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { DROVER_HOOK } from "./hooks.js";
import { KeyReader } from "./keys.js";
import { Painter } from "./paint.js";
import { DEFAULT_SCRIPT, parseScript, type Script } from "./script.js";
import { Session } from "./session.js";

const HELP = `usage: drover-rehearsal [options] [prompt]

A program that behaves like a coding agent and plays a script instead of thinking.

  --script FILE        what to do with which prompt (JSON; see fixtures/rehearsal)
  --transcript FILE    append a JSON line for every prompt, answer and choice
  --speed X            play X times as fast (default 1)
  --alt-screen         use the alternate screen
  --title exact|constant   whether the title tells the state (default exact)
  --osc7501            report the state by OSC 7501
  --hooks              tell drover's hook of turns, as Claude Code would, and
                       go on where its Stop hook says so
  --trust              ask at the start whether the folder is trusted
  --start-ms MS        take this long to start; keys typed before are lost (default 0)
  --paste-settle MS    Enter sooner than this after a paste is a newline (default 0)
  --help               print this

Keys: Enter sends, C-j is a newline, Escape interrupts, C-c twice or C-d or /quit leaves.
`;

/** Runs the program until it ends; arguments as after the program's name. */
export function run(args: string[]): void {
  process.title = "drover-rehearsal";
  const options = parseOptions(args);
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) refuse("it needs a terminal");
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const write = (bytes: string) => void stdout.write(bytes);
  const painter = new Painter(write, size, options.alternate);
  const transcript = options.transcript === null ? null : openTranscript(options.transcript);
  const session = new Session(options, {
    painter,
    write,
    columns: () => size().columns,
    record: (event) => {
      if (transcript !== null) writeSync(transcript, `${JSON.stringify({ atMs: Date.now(), ...event })}\n`);
    },
    exit: (code, last) => {
      painter.leave(last);
      stdin.setRawMode(false);
      process.exit(code);
    },
  });
  stdin.setRawMode(true);
  painter.enter();
  listen((keys) => {
    for (const key of keys) session.key(key);
  });
  stdout.on("resize", () => session.resized());
  for (const [signal, code] of [["SIGTERM", 143] as const, ["SIGHUP", 129] as const, ["SIGINT", 130] as const]) {
    process.on(signal, () => session.quit(code));
  }
  void session.start();
}

/** An escape is a key of its own where nothing follows it within this. */
const LONE_ESCAPE_MS = 25;

function listen(take: (keys: ReturnType<KeyReader["push"]>) => void): void {
  const reader = new KeyReader();
  let timer: NodeJS.Timeout | undefined;
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk: string) => {
    clearTimeout(timer);
    take(reader.push(chunk));
    if (reader.waiting) timer = setTimeout(() => take(reader.flush()), LONE_ESCAPE_MS);
  });
}

function parseOptions(args: string[]) {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    refuse((error as Error).message.split("\n")[0]!);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (values.title !== "exact" && values.title !== "constant") refuse("--title is exact or constant");
  return {
    script: values.script === undefined ? DEFAULT_SCRIPT : readScript(values.script),
    transcript: values.transcript ?? null,
    cwd: process.cwd().replace(process.env.HOME || "\0", "~"),
    speed: amount("--speed", values.speed) || refuse("--speed must be more than 0"),
    startMs: amount("--start-ms", values["start-ms"]),
    pasteSettleMs: amount("--paste-settle", values["paste-settle"]),
    alternate: values["alt-screen"],
    exactTitle: values.title === "exact",
    osc7501: values.osc7501,
    trust: values.trust,
    hook: values.hooks ? DROVER_HOOK : null,
    prompt: positionals.length === 0 ? null : positionals.join(" "),
  };
}

function parse(args: string[]) {
  const yes = { type: "boolean", default: false } as const;
  const number = (value: string) => ({ type: "string", default: value }) as const;
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      script: { type: "string" },
      transcript: { type: "string" },
      speed: number("1"),
      "start-ms": number("0"),
      "paste-settle": number("0"),
      title: { type: "string", default: "exact" },
      "alt-screen": yes,
      osc7501: yes,
      trust: yes,
      hooks: yes,
      help: { ...yes, short: "h" },
    },
  });
}

function amount(name: string, value: string): number {
  const number = Number(value);
  return value.trim() !== "" && Number.isFinite(number) && number >= 0 ? number : refuse(`${name} takes a number`);
}

function readScript(file: string): Script {
  let json: string;
  try {
    json = readFileSync(file, "utf8");
  } catch (error) {
    refuse(`the script ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const script = parseScript(json);
  if ("wrong" in script) refuse(`the script ${file} is no use: ${script.wrong}`);
  return script;
}

function openTranscript(file: string): number {
  try {
    return openSync(file, "a", 0o600);
  } catch (error) {
    refuse(`the transcript ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

function refuse(why: string): never {
  process.stderr.write(`drover-rehearsal: ${why}\n`);
  process.exit(2);
}
