/** The form of a command: its row in the table, and what it is called with. */
import type { Options } from "./options.js";

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** More than the summary says, in whole sentences; wrapped when printed. */
  readonly about?: string;
  readonly examples: readonly string[];
  /** Words after `--` belong to another program. */
  readonly passesOn?: string;
}

export interface Option {
  readonly long: string;
  readonly short?: string;
  /** What the value is called in help; absent for a switch. */
  readonly value?: string;
  /** The value may be left out, where a dash or nothing follows. */
  readonly optional?: boolean;
  readonly many?: boolean;
  readonly does: string;
  /** What completion offers for the value. */
  readonly from?: Source;
}

export interface Argument {
  readonly name: string;
  readonly optional?: boolean;
  readonly many?: boolean;
  readonly does: string;
  readonly from?: Source;
}

/** Where completion takes words from: the running daemon, the file system, or a fixed list. */
export type Source = "labels" | "providers" | "files" | "folders" | readonly string[];

export interface Invocation {
  /** Null for `drover` alone: the dashboard. */
  readonly command: Command | null;
  readonly options: Options;
  /** As many as the command's row asks for, at least. */
  readonly arguments: readonly string[];
  /** What stood after `--`, where the command passes it on to another program. */
  readonly passedOn: readonly string[];
  /** The words after the command's name, unread, for one that reads them itself. */
  readonly words: readonly string[];
}
