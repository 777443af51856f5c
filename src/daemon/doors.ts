/**
 * The way to an agent's program past its keys: a Unix socket that lies in our runtime folder, which a plugin of ours inside
 * of the program listens on (bin/opencode-door.js). No port is open to anybody. Each launch has one of its own.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { dirname, join } from "node:path";
import type { DoorClaim, HandAnswer, Seat } from "#core/delivery/handing.js";
import type { Agent } from "#core/fleet/fleet.js";
import type { AgentId } from "#core/model.js";
import type { Still } from "#core/screen/still.js";
import { SOCKET_PATH_LIMIT } from "#host/paths.js";
import type { Ground } from "./ground.js";
import { theProvider } from "./ground.js";

const SEAT_LIMIT_MS = 1_000;
/** The plugin waits 2 s for it to be stored. */
const HAND_LIMIT_MS = 5_000;
const REPLY_LIMIT = 65_536;

const ANSWERS: ReadonlySet<unknown> = new Set<HandAnswer>(["there", "busy", "refused", "unheard"]);

interface Launched {
  readonly id: AgentId;
  readonly incarnation: number;
}

/** Where the door of that launch is to be, and a folder for it. Null where its path would be too long to bind. */
export function makeDoor(ground: Ground, launch: Launched): string | null {
  const path = doorOf(ground, launch);
  if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT) return null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    sweep(ground, dirname(path));
    return path;
  } catch (error) {
    ground.log.warn("an agent is given no door", { agent: launch.id, error });
    return null;
  }
}

/** The conversation to which a prompt may be handed: known, reached, and the one on the screen; else null. Never throws. */
export async function openDoor(ground: Ground, agent: Agent, still: Still): Promise<{ session: string } | null> {
  const { record } = agent;
  const { shows } = theProvider(ground, agent);
  const session = record.nativeSession;
  if (shows === undefined || session === null) return null;
  const path = `/seat?session=${encodeURIComponent(session)}`;
  const reply = await askDoor(doorOf(ground, record), "GET", path, null, SEAT_LIMIT_MS);
  if (reply === "unsent" || reply?.status !== 200) return null;
  const { title, agent: mode, model } = reply.body;
  if (typeof title !== "string" || typeof mode !== "string" || typeof model !== "string") return null;
  const seat: Seat = { title, agent: mode, model };
  return shows(still, seat) ? { session } : null;
}

/** Hands a prompt over under the name of message and claim; `sent` is called once all of it left us. Never throws. */
export async function handOver(
  ground: Ground,
  launch: Launched,
  message: { readonly id: string; readonly text: string; readonly door: DoorClaim },
  sent: () => void,
): Promise<HandAnswer> {
  const { id, text, door } = message;
  const body = { id, session: door.session, atMs: door.atMs, text };
  const reply = await askDoor(doorOf(ground, launch), "PUT", "/prompt", body, HAND_LIMIT_MS, sent);
  if (reply === "unsent") return "unsent";
  const answer = reply?.status === 200 ? reply.body.answer : null;
  return ANSWERS.has(answer) ? (answer as HandAnswer) : "unheard";
}

function doorOf({ socket }: Ground, { id, incarnation }: Launched): string {
  return join(dirname(socket), "doors", `${id}.${incarnation}`);
}

/** Takes away what launches that are over left. */
function sweep({ loop }: Ground, folder: string): void {
  const live = new Set([...loop.fleet.agents.values()].map(({ record }) => `${record.id}.${record.incarnation}`));
  for (const name of readdirSync(folder)) if (!live.has(name)) rmSync(join(folder, name), { force: true });
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `unsent`: nobody listens there. Null: it may have been heard, and no answer came. */
function askDoor(
  socketPath: string,
  method: string,
  path: string,
  body: object | null,
  limitMs: number,
  sent: () => void = () => {},
): Promise<Reply | "unsent" | null> {
  return new Promise((resolve) => {
    const bytes = body === null ? "" : JSON.stringify(body);
    const headers = { "content-length": Buffer.byteLength(bytes) };
    const asked = request({ socketPath, method, path, headers, agent: false, signal: AbortSignal.timeout(limitMs) });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ENOENT" || error.code === "ECONNREFUSED" ? "unsent" : null);
    });
    asked.on("finish", sent);
    asked.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > REPLY_LIMIT) asked.destroy();
      });
      response.on("error", () => resolve(null));
      response.on("close", () => resolve(null));
      response.on("end", () => resolve(parse(response.statusCode ?? 0, text)));
    });
    asked.end(bytes);
  });
}

function parse(status: number, text: string): Reply | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? { status, body: body as Reply["body"] } : null;
  } catch {
    return null;
  }
}
