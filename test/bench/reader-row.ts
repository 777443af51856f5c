/**
 * The control reader against what one would write first: lines split off a string, a regular expression each. The row is
 * judged with both handing over the same, all output unescaped. Beside it stand both with output left escaped, and drover's
 * own use of its reader (output, which it never streams, passed over) against the other as one would write it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { outputBytes } from "#core/protocol/control-event.js";
import { installRoot } from "#faces/kit/install-root.js";
import { controlReader } from "#tmux/client.js";
import { figure, median, type Row } from "./row.js";

const TOTAL_BYTES = 100_000_000;
const CHUNK_BYTES = 65_536;
const ROUNDS = 10;

export function readerRow(): Row {
  const folder = join(installRoot(), "fixtures/control");
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".raw"))
    .map((file) => readFileSync(join(folder, file)));
  const bytes = files.reduce((sum, file) => sum + file.length, 0);
  const passes = Math.max(1, Math.round(TOTAL_BYTES / bytes / ROUNDS));
  const speeds = {
    ours: [] as number[],
    naive: [] as number[],
    oursEscaped: [] as number[],
    naiveEscaped: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    speeds.ours.push(speed(files, passes, () => readWhole(true)));
    speeds.naive.push(speed(files, passes, () => readSplit(true)));
    speeds.oursEscaped.push(speed(files, passes, () => readWhole(false)));
    speeds.naiveEscaped.push(speed(files, passes, () => readSplit(false)));
  }
  const ratio = median(speeds.ours) / median(speeds.naive);
  const ownUseRatio = median(speeds.oursEscaped) / median(speeds.naive);
  const escapedRatio = median(speeds.oursEscaped) / median(speeds.naiveEscaped);
  return {
    name: "reader",
    what: `control reader over ${figure((passes * ROUNDS * bytes) / 1e6)} MB of transcripts (neither unescapes; drover's own use)`,
    budget: ">= 4x split and regex",
    measured: `${figure(ratio)}x, ${figure(median(speeds.ours))} MB/s (${figure(escapedRatio)}x; ${figure(ownUseRatio)}x)`,
    baseline: `${figure(median(speeds.naive))} MB/s (${figure(median(speeds.naiveEscaped))})`,
    within: ratio >= 4,
    values: {
      ratio,
      ownUseRatio,
      escapedRatio,
      oursMbPerSecond: median(speeds.ours),
      naiveMbPerSecond: median(speeds.naive),
      oursEscapedMbPerSecond: median(speeds.oursEscaped),
      naiveEscapedMbPerSecond: median(speeds.naiveEscaped),
      readBytes,
    },
  };
}

/** What is read must be used, or the engine might leave it out. */
let readBytes = 0;

/** MB a second of processor time: other work on the machine does not count. */
function speed(files: readonly Buffer[], passes: number, make: () => (chunk: Uint8Array) => void): number {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let pass = 0; pass < passes; pass++) {
    for (const file of files) {
      const read = make();
      for (let at = 0; at < file.length; at += CHUNK_BYTES) {
        read(file.subarray(at, at + CHUNK_BYTES));
      }
      bytes += file.length;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return bytes / (user + system);
}

function readWhole(unescaped: boolean): (chunk: Uint8Array) => void {
  const reader = controlReader();
  return (chunk) => {
    for (const event of reader.push(chunk)) {
      if (event.kind === "output") readBytes += (unescaped ? outputBytes(event) : event.data).length;
      else if (event.kind === "block") readBytes += event.body.length;
      else readBytes += event.notification === null ? event.line.length : 1;
    }
  };
}

function readSplit(unescaped: boolean): (chunk: Uint8Array) => void {
  const reader = new SplitReader(unescaped);
  return (chunk) => {
    for (const event of reader.push(chunk)) {
      if (event.kind === "output") readBytes += event.data.length;
      else if (event.kind === "block") readBytes += event.body.length;
      else readBytes += event.kind === "unknown" ? event.line.length : event.words.length;
    }
  };
}

type SplitEvent =
  | { kind: "block"; ok: boolean; body: string }
  | { kind: "output"; pane: string; data: Buffer | string }
  | { kind: "notification"; name: string; words: string[] }
  | { kind: "unknown"; line: string };

const text = (latin1: string) => Buffer.from(latin1, "latin1").toString("utf8");
const bytes = (escaped: string) =>
  Buffer.from(
    escaped.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    "latin1",
  );

class SplitReader {
  private rest = "";

  constructor(private readonly unescaped: boolean) {}

  private block: string[] | null = null;
  private guard = "";

  push(chunk: Uint8Array): SplitEvent[] {
    const lines = (this.rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1")).split(
      "\n",
    );
    this.rest = lines.pop()!;
    const found: SplitEvent[] = [];
    for (const line of lines) {
      let match: RegExpExecArray | null;
      if (this.block !== null) {
        match = /^%(end|error) (\d+ \d+ \d+)$/.exec(line);
        if (match !== null && match[2] === this.guard) {
          found.push({ kind: "block", ok: match[1] === "end", body: `${this.block.join("\n")}\n` });
          this.block = null;
        } else this.block.push(line);
        continue;
      }
      match = /^%begin (\d+ \d+ \d+)$/.exec(line);
      if (match !== null) {
        this.guard = match[1]!;
        this.block = [];
        continue;
      }
      match = /^%output (%\d+) (.*)$/.exec(line);
      if (match !== null) {
        found.push({ kind: "output", pane: match[1]!, data: this.unescaped ? bytes(match[2]!) : match[2]! });
        continue;
      }
      match = /^%extended-output (%\d+) (\d+)[^:]* : (.*)$/.exec(line);
      if (match !== null) {
        found.push({ kind: "output", pane: match[1]!, data: this.unescaped ? bytes(match[3]!) : match[3]! });
        continue;
      }
      match = /^%([a-z-]+)(?: (.*))?$/.exec(line);
      if (match === null) found.push({ kind: "unknown", line });
      else found.push({ kind: "notification", name: match[1]!, words: text(match[2] ?? "").split(" ") });
    }
    return found;
  }
}
