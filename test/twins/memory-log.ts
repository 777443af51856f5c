/** A log that keeps its lines: `warn the store is read-only now`. */
import type { Log, LogFields, LogLevel } from "#host/log.js";

export class MemoryLog implements Log {
  readonly lines: string[] = [];
  readonly fields: LogFields[] = [];

  debug = (message: string, fields?: LogFields) => this.#add("debug", message, fields);
  info = (message: string, fields?: LogFields) => this.#add("info", message, fields);
  warn = (message: string, fields?: LogFields) => this.#add("warn", message, fields);
  error = (message: string, fields?: LogFields) => this.#add("error", message, fields);

  #add(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.lines.push(`${level} ${message}`);
    this.fields.push(fields);
  }
}
