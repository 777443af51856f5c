/** The rehearsal agent in a real tmux server of its own, for tests: keys in, stills and transcript out. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Still } from "#core/screen/still.js";
import { Emulator } from "#host/emulator.js";
import { RUN_LIMIT_MS } from "../kit/t.js";

export const PROGRAM = fileURLToPath(new URL("../../../bin/drover-rehearsal.js", import.meta.url));

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
  private readonly name = `rehearsal-${process.pid}-${Date.now()}`;
  private readonly emulator = new Emulator();
  private actors = 0;

  /** Runs the program in a new window; `script` is written to a file for it. */
  open(args: readonly string[], script: unknown = null, columns = 80, rows = 24): Actor {
    const n = ++this.actors;
    const transcript = join(this.folder, `transcript-${n}`);
    const all = [PROGRAM, "--transcript", transcript, ...args];
    if (script !== null) {
      const file = join(this.folder, `script-${n}.json`);
      writeFileSync(file, JSON.stringify(script));
      all.splice(1, 0, "--script", file);
    }
    const size = ["-x", String(columns), "-y", String(rows)];
    const pane = this.tmux(
      ...["new-session", "-d", "-P", "-F", "#{pane_id}", ...size, process.execPath, ...all],
      ...[";", "set-option", "-p", "remain-on-exit", "on"],
    ).trim();
    return new Actor(this, pane, transcript, this.emulator);
  }

  tmux(...args: string[]): string {
    return execFileSync("tmux", ["-u", "-L", this.name, "-f", "/dev/null", ...args], {
      encoding: "utf8",
      timeout: RUN_LIMIT_MS,
    });
  }

  close(): void {
    try {
      this.tmux("kill-server");
    } catch {
      // it was never started, or ended with its last pane
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Actor {
  constructor(
    private readonly stage: Stage,
    readonly pane: string,
    private readonly transcript: string,
    private readonly emulator: Emulator,
  ) {}

  keys(...keys: string[]): void {
    this.stage.tmux("send-keys", "-t", this.pane, ...keys);
  }

  paste(text: string): void {
    this.stage.tmux(
      "set-buffer",
      "-b",
      "test",
      "--",
      text,
      ";",
      "paste-buffer",
      "-p",
      "-d",
      "-b",
      "test",
      "-t",
      this.pane,
    );
  }

  format(format: string): string {
    return this.stage.tmux("display-message", "-p", "-t", this.pane, format).trimEnd();
  }

  screen(): string {
    return this.stage.tmux("capture-pane", "-p", "-t", this.pane).trimEnd();
  }

  async still(): Promise<Still> {
    const format = "#{pane_width} #{pane_height} #{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on} #{pane_title}";
    const both = this.stage.tmux(
      ...["display-message", "-p", "-t", this.pane, format],
      ...[";", "capture-pane", "-p", "-e", "-N", "-t", this.pane],
    );
    const [facts, ...rows] = both.split("\n");
    const [width, height, x, y, flag, alternate, ...title] = facts!.split(" ");
    return this.emulator.still(rows.join("\n"), {
      columns: Number(width),
      rows: Number(height),
      cursor: { x: Number(x), y: Number(y), visible: flag === "1" },
      title: title.join(" "),
      alternate: alternate === "1",
    });
  }

  /** What the program wrote down, oldest first; `kind` keeps one kind of event. */
  events(kind?: string): Record<string, unknown>[] {
    if (!existsSync(this.transcript)) return [];
    const lines = readFileSync(this.transcript, "utf8").split("\n").slice(0, -1);
    const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    return kind === undefined ? all : all.filter((event) => event.event === kind);
  }
}
