/** An HTTP server on a Unix socket of its own that answers as the test says, for whatever talks to the daemon. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

export type Answer = (asked: Asked, response: ServerResponse, request: IncomingMessage) => unknown;

export class ScriptedDaemon {
  readonly folder = mkdtempSync(join(tmpdir(), "drover-t-"));
  /** Laid out as DROVER_HOME is. */
  readonly socket = join(this.folder, "run/drover.sock");
  readonly stateDir = join(this.folder, "state");
  readonly runFile = join(this.stateDir, "daemon.json");
  readonly tmuxSocket = join(this.folder, "tmux.sock");
  readonly asked: Asked[] = [];
  answer: Answer;
  #server: Server | null = null;

  constructor(answer: Answer) {
    this.answer = answer;
    mkdirSync(join(this.folder, "run"), { mode: 0o700 });
    mkdirSync(this.stateDir, { mode: 0o700 });
  }

  listen(): Promise<void> {
    const server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      const asked = {
        method: request.method ?? "",
        path: request.url ?? "",
        body: text === "" ? null : JSON.parse(text),
      };
      this.asked.push(asked);
      await this.answer(asked, response, request);
    });
    this.#server = server;
    return new Promise((resolve) => server.listen(this.socket, resolve));
  }

  /** Cuts every connection and stops listening, as a killed daemon does. */
  cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async remove(): Promise<void> {
    await this.cut();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function json(response: ServerResponse, status: number, body: unknown): unknown {
  response.writeHead(status, { "content-type": "application/json" });
  return response.end(JSON.stringify(body));
}
