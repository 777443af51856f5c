/**
 * The daemon's log: one JSON object a line, in a file that rotates. Says what happened, never what was written or typed:
 * whoever logs gives names and numbers, and the fields that could hold a body or an environment value are struck out
 * here as well.
 */
import { basename, dirname } from "node:path";
import { pino, stdSerializers } from "pino";
import { createStream } from "rotating-file-stream";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** `fields.error` may be an Error: its message, stack and causes are written. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogFile {
  readonly log: Log;
  /** Writes out what is waiting. */
  close(): Promise<void>;
}

export interface LogOptions {
  readonly file: string;
  readonly level: LogLevel;
  /** The file is moved to `FILE.1` when it reaches this; default `5M`. */
  readonly size?: `${number}${"B" | "K" | "M"}`;
  /** How many old files are kept; default 3. */
  readonly keep?: number;
}

/** Field names that hold what people and agents write, wherever they stand in an entry. */
const PRIVATE = ["body", "text", "prompt", "env", "environment"];

/** A log that cannot be written (disk full, folder gone) is tried again from time to time and never stops the daemon. */
const REOPEN_AFTER_MS = 30_000;

/** Opens the log of a daemon. While it cannot be written, what is said is dropped. */
export function openLog(options: LogOptions): LogFile {
  let stream = openStream();
  let failedAtMs: number | null = null;

  function openStream() {
    const opened = createStream(basename(options.file), {
      path: dirname(options.file),
      size: options.size ?? "5M",
      rotate: options.keep ?? 3,
      mode: 0o600,
    });
    opened.on("error", () => {
      failedAtMs ??= Date.now();
    });
    return opened;
  }

  const sink = {
    write(line: string): void {
      if (failedAtMs !== null) {
        if (Date.now() - failedAtMs < REOPEN_AFTER_MS) return;
        failedAtMs = null;
        stream = openStream();
      }
      stream.write(line);
    },
  };
  const inner = pino(
    {
      level: options.level,
      messageKey: "msg",
      base: { pid: process.pid },
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err, cause: stdSerializers.err },
      redact: { paths: PRIVATE.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "…" },
    },
    sink,
  );
  return {
    log: {
      debug: (message, fields = {}) => inner.debug(fields, message),
      info: (message, fields = {}) => inner.info(fields, message),
      warn: (message, fields = {}) => inner.warn(fields, message),
      error: (message, fields = {}) => inner.error(fields, message),
    },
    close: () => new Promise((resolve) => (failedAtMs === null ? stream.end(() => resolve()) : resolve())),
  };
}

/** For what must be given a log and has nothing to say. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
