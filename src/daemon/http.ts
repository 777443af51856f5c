/**
 * HTTP on the Unix socket, in general: a route table, bodies as JSON, faults as `{error:{code, message, hint?}}` with
 * their status. What a route does is in routes.ts and mail-routes.ts.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import makeRouter, { type HTTPMethod } from "find-my-way";
import { Fault, httpStatus } from "#core/fault.js";
import type { Log } from "#host/log.js";
import { asFault } from "./carry-out.js";

export const BODY_LIMIT_BYTES = 1_048_576;
/** A body larger than this is not even read to its end, which would let its sender see our answer. */
const DRAIN_LIMIT_BYTES = 16 * BODY_LIMIT_BYTES;

export interface Asked {
  /** The path's parameter of that name; empty where there is none. */
  param(name: string): string;
  /** The query's parameter of that name, null where it is not given. */
  query(name: string): string | null;
  header(name: string): string | null;
  /** The body's JSON; `{}` where there is no body. Throws a Fault (INVALID, TOO_LARGE). */
  body(): Promise<unknown>;
  readonly response: ServerResponse;
}

/** Returns what is answered as JSON, or `TAKEN` where it answers by itself. */
export type Handle = (asked: Asked) => unknown;
export const TAKEN = Symbol("the response is taken care of");

export interface Route {
  readonly method: HTTPMethod;
  readonly path: string;
  readonly handle: Handle;
}

export function serveRoutes(routes: readonly Route[], log: Log): Server {
  const router = makeRouter({ maxParamLength: 512, ignoreTrailingSlash: true });
  for (const { method, path, handle } of routes) router.on(method, path, () => {}, handle);
  const server = createServer((request, response) => {
    void answer(request, response, (method, path) => {
      const found = router.find(method, path);
      return found === null ? null : { handle: found.store as Handle, params: found.params };
    }).catch((error) => {
      log.error("a request could not be answered", { error });
      response.destroy();
    });
  });
  // Event streams stay open for days; a request that is sent too slowly is still given up.
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 60_000;
  return server;

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    find: (method: HTTPMethod, path: string) => { handle: Handle; params: Record<string, string | undefined> } | null,
  ): Promise<void> {
    try {
      const url = parseUrl(request.url ?? "/");
      const found = find((request.method ?? "GET") as HTTPMethod, url.pathname);
      if (found === null) {
        throw new Fault("NOT_FOUND", `there is no ${request.method} ${url.pathname.slice(0, 200)}`);
      }
      const said = await found.handle({
        param: (name) => found.params[name] ?? "",
        query: (name) => url.searchParams.get(name),
        header: (name) => {
          const value = request.headers[name];
          return typeof value === "string" ? value : null;
        },
        body: () => readBody(request),
        response,
      });
      if (said !== TAKEN) sendJson(response, 200, said);
    } catch (error) {
      const fault = asFault(error);
      if (fault.code === "INTERNAL") log.error("a request failed", { url: request.url, error });
      if (response.headersSent) response.destroy();
      else sendFault(response, fault);
    }
  }
}

function parseUrl(asked: string): URL {
  try {
    return new URL(asked, "http://drover");
  } catch {
    throw new Fault("INVALID", `"${asked.slice(0, 200)}" is no address`);
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** What the fault carries as detail stands beside `error`: a stale answer's present question, say. */
function sendFault(response: ServerResponse, fault: Fault): void {
  const { code, message, hint, detail } = fault;
  sendJson(response, httpStatus(code), {
    error: hint === undefined ? { code, message } : { code, message, hint },
    ...detail,
  });
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_LIMIT_BYTES) chunks.push(chunk);
    else if (size > DRAIN_LIMIT_BYTES) break;
  }
  if (size > BODY_LIMIT_BYTES) {
    throw new Fault("TOO_LARGE", `the body is larger than the limit of ${BODY_LIMIT_BYTES} bytes (1 MiB)`);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Fault("INVALID", "the body is not JSON");
  }
}
