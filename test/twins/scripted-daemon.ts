/**
 * A daemon in name only: it serves the wire of a few agents on a Unix socket, does what a test tells it, and notes what it
 * was asked. It knows nothing of tmux.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentJson } from "#wire/agent.js";
import type { WholeScreenJson } from "#wire/screen.js";

export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export class ScriptedDaemon {
  readonly folder = mkdtempSync(join(tmpdir(), "drover-test-"));
  readonly socket = join(this.folder, "d.sock");
  agents = new Map<string, AgentJson>();
  seq = 100;
  /** `METHOD path body`, in order; streams and health left out. */
  readonly asked: string[] = [];
  /** Answers by `METHOD path` without `/v1`; anything else is answered with an empty object. */
  readonly answers = new Map<string, Answer | ((body: unknown) => Answer)>();
  readonly screens = new Map<string, WholeScreenJson>();
  #server: Server | null = null;
  readonly #events = new Set<ServerResponse>();
  readonly #streams = new Map<string, Set<ServerResponse>>();
  readonly #entries: { seq: number; text: string }[] = [];

  start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    return new Promise((resolve) => this.#server!.listen(this.socket, resolve));
  }

  /** Goes away as a killed daemon would: every connection is cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Says that it was told to end, then goes as one that was. */
  async bye(): Promise<void> {
    for (const response of this.#events) response.end("event: bye\ndata: {}\n\n");
    await this.stop();
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  put(...agents: AgentJson[]): void {
    for (const agent of agents) this.agents.set(agent.id, agent);
  }

  /** Journals a change of an agent and tells every subscriber. */
  change(id: string, set: Partial<AgentJson>, kind = "state"): void {
    const before = this.agents.get(id);
    this.agents.set(id, { ...before, ...set } as AgentJson);
    const seq = ++this.seq;
    const data = JSON.stringify({ seq, at: new Date().toISOString(), kind, agent: id, set });
    const text = `event: entry\nid: ${seq}\ndata: ${data}\n\n`;
    this.#entries.push({ seq, text });
    for (const response of this.#events) response.write(text);
  }

  /** Streams an event of one agent's screen. */
  stream(id: string, event: "screen" | "rows", data: unknown): void {
    for (const response of this.#streams.get(id) ?? []) {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  watchers(id: string): number {
    return this.#streams.get(id)?.size ?? 0;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET" } = request;
    const url = new URL(request.url ?? "/", "http://drover");
    let text = "";
    for await (const chunk of request) text += chunk;
    const path = decodeURIComponent(url.pathname.replace(/^\/v1/, "")) + url.search;
    if (method === "GET" && url.pathname === "/v1/events") return this.#serveEvents(url, response);
    const stream = /^\/v1\/agents\/([^/]+)\/stream$/.exec(url.pathname);
    if (stream) return this.#serveStream(decodeURIComponent(stream[1]!), response);
    if (url.pathname === "/v1/health") return json(response, 200, this.#health());
    this.asked.push(`${method} ${path}${text === "" ? "" : ` ${text}`}`);
    const scripted = this.answers.get(`${method} ${path}`);
    const answer = typeof scripted === "function" ? scripted(text === "" ? null : JSON.parse(text)) : scripted;
    json(response, answer?.status ?? 200, answer?.body ?? {});
  }

  #serveEvents(url: URL, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const after = Number(url.searchParams.get("after") ?? "-1");
    if (after >= 0) for (const entry of this.#entries) if (entry.seq > after) response.write(entry.text);
    if (after < 0) {
      const snapshot = { seq: this.seq, agents: [...this.agents.values()] };
      response.write(`event: snapshot\nid: ${this.seq}\ndata: ${JSON.stringify(snapshot)}\n\n`);
    }
    this.#events.add(response);
    response.on("close", () => this.#events.delete(response));
  }

  #serveStream(id: string, response: ServerResponse): void {
    const screen = this.screens.get(id);
    if (!screen) {
      json(response, 404, { error: { code: "NOT_FOUND", message: "no such agent" } });
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: screen\ndata: ${JSON.stringify(screen)}\n\n`);
    const watchers = this.#streams.get(id) ?? new Set();
    this.#streams.set(id, watchers.add(response));
    response.on("close", () => watchers.delete(response));
  }

  #health() {
    const tmux = { version: "3.3a", socket: "/tmp/tmux-1000/default", connected: true };
    const store = { path: this.folder, ok: true };
    return {
      status: "ok",
      pid: process.pid,
      version: "0.1.0",
      owner: "persistent",
      backend: "tmux",
      tmux,
      store,
      components: {},
      agents: { total: this.agents.size },
      seq: this.seq,
    };
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
