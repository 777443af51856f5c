/** How the end of a background task is told to the agent that it was run for. */
import { lastBytes, utf8Bytes } from "../utf8.js";

export interface TaskEnding {
  readonly command: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started; null where it was. */
  readonly failed: string | null;
  readonly tookMs: number;
  /** The end of what it wrote, as it was written. */
  readonly tail: string;
  readonly cut: boolean;
}

const CUT = "[only the end of what it wrote]";

/** At most `limitBytes` of UTF-8: how it ended, and as much of the end of its output as there is room for. */
export function taskSummary(ending: TaskEnding, limitBytes: number): string {
  const head = `${commandWords(ending.command)}: ${howItEnded(ending)}`;
  const text = plainText(ending.tail);
  if (text === "") return head;
  const room = limitBytes - utf8Bytes(head) - utf8Bytes(CUT) - 4;
  const kept = lastLines(text, room);
  const mark = ending.cut || kept.length < text.length ? `\n${CUT}` : "";
  return `${head}${mark}\n\n${kept}`;
}

/** `exit code 1, after 3 min`. */
function howItEnded({ code, signal, failed, tookMs }: Omit<TaskEnding, "command" | "tail" | "cut">): string {
  if (failed !== null) return `could not be started: ${failed}`;
  const how =
    code !== null
      ? `exit code ${code}`
      : signal !== null
        ? `ended by ${signal}`
        : "it was killed, and how it ended is not known";
  return `${how}, after ${took(tookMs)}`;
}

const COMMAND_CHARACTERS = 300;

/** The command as one would type it, in one line. */
export function commandWords(command: readonly string[]): string {
  const words = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  const line = words.join(" ").replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ");
  return line.length <= COMMAND_CHARACTERS ? line : `${line.slice(0, COMMAND_CHARACTERS - 3)}...`;
}

const LABEL_CHARACTERS = 40;

/** What a task is called where its end is told: its command, without the folder of its program. */
export function taskLabel([program = "", ...args]: readonly string[]): string {
  const line = `task ${commandWords([program.split("/").at(-1) ?? "", ...args])}`.trim();
  return line.length <= LABEL_CHARACTERS ? line : `${line.slice(0, LABEL_CHARACTERS - 3).trimEnd()}...`;
}

function took(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** What a terminal would show of it: no colours and titles, of a line written over again its last words. */
export function plainText(text: string): string {
  return text
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, "")
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])/g, "")
    .split("\n")
    .map((line) => line.split("\r").findLast((part) => part !== "") ?? "")
    .join("\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
    .replace(/^\n+/, "")
    .trimEnd();
}

/** The longest end of a text that has at most so many bytes, from the beginning of a line where there is one early in it. */
function lastLines(text: string, limitBytes: number): string {
  const kept = lastBytes(text, limitBytes);
  const line = kept.length === text.length ? -1 : kept.indexOf("\n");
  return line >= 0 && line < kept.length / 4 ? kept.slice(line + 1) : kept;
}
