/** Runs one command line in this process against a scripted daemon, and gives what it printed as text. */
import { Readable } from "node:stream";
import { main } from "#faces/cli/main.js";
import { type Answer, ScriptedDaemon } from "../kit/scripted-daemon.js";

export interface Played {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export interface Stage {
  readonly stdin?: string;
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A fleet's home with a scripted daemon at the place where the command line looks for one. */
export class Play {
  readonly daemon: ScriptedDaemon;

  constructor(answer: Answer) {
    this.daemon = new ScriptedDaemon(answer);
  }

  async run(argv: readonly string[], stage: Stage = {}): Promise<Played> {
    let out = "";
    let err = "";
    const terminal = stage.terminal ?? false;
    const status = await main(argv, undefined, {
      env: { DROVER_HOME: this.daemon.folder, PATH: "/nowhere", LANG: "C.UTF-8", ...stage.env },
      stdin: Object.assign(Readable.from([Buffer.from(stage.stdin ?? "")]), { isTTY: terminal }),
      stdout: { write: (text) => (out += text), isTTY: terminal, columns: stage.columns ?? 80, rows: stage.rows ?? 24 },
      stderr: { write: (text) => (err += text) },
    });
    return { out, err, status };
  }
}
