import { existsSync, mkdtempSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { listenOn } from "#daemon/listen.js";
import { suite, until } from "../kit/t.js";
import { ManualClock } from "../twins/manual-clock.js";
import { MemoryLog } from "../twins/memory-log.js";
import { ask } from "./practice.js";

const test = suite("listening");

/** A server that answers `{}` on a socket in a folder of its own. */
async function listens() {
  const runtimeDir = mkdtempSync(join(tmpdir(), "drover-listen-"));
  const socket = join(runtimeDir, "s");
  const clock = new ManualClock();
  const log = new MemoryLog();
  const server = createServer((_request, response) => response.end("{}"));
  const listening = await listenOn(server, { runtimeDir, socket }, clock, log);
  return { runtimeDir, socket, clock, log, server, listening };
}

test("accepts that fail are told less and less often, and the listener goes on", async () => {
  const { runtimeDir, socket, clock, log, server, listening } = await listens();
  try {
    const fail = () => server.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));
    const said = () => log.lines.filter((line) => line.includes("could not be accepted")).length;
    for (let i = 0; i < 100; i++) fail();
    assert.is(said(), 1);
    // A minute of failing ten times a second: 1, 2, 4, 8 … seconds apart.
    for (let i = 0; i < 600; i++) {
      clock.advance(100);
      fail();
    }
    assert.ok(said() >= 5 && said() <= 8, `${said()}`);
    assert.is(log.fields.at(-1)?.unsaid !== 0, true);
    assert.is((await ask(socket, "GET", "/")).status, 200);
  } finally {
    await listening.close();
    rmSync(runtimeDir, { recursive: true });
  }
});

test("a socket that had to be made again survives failing accepts as well", async () => {
  const { runtimeDir, socket, clock, log, listening } = await listens();
  try {
    unlinkSync(socket);
    clock.advance(6_000);
    await until("it is there again", async () => (await ask(socket, "GET", "/")).status === 200);
    assert.match(log.lines.join("\n"), /is there again/);
  } finally {
    await listening.close();
    rmSync(runtimeDir, { recursive: true });
  }
});

test("a socket put in its place is left alone while somebody answers there, and replaced once nobody does", async () => {
  const { runtimeDir, socket, clock, log, listening } = await listens();
  let looked = 0;
  const other = createServer((_request, response) => response.writeHead(418).end("{}"));
  other.on("connection", () => looked++);
  try {
    await new Promise<void>((resolve) => other.listen(join(runtimeDir, "other"), resolve));
    renameSync(join(runtimeDir, "other"), socket);
    await until("it was looked at thrice", () => {
      clock.advance(6_000);
      return looked >= 3;
    });
    assert.is((await ask(socket, "GET", "/")).status, 418);
    assert.equal(log.lines, []);
    // As one that is killed leaves it: the file stays, and refuses.
    await new Promise((resolve) => {
      other.close(resolve);
      other.closeAllConnections();
    });
    assert.ok(existsSync(socket));
    await until("it is ours again", async () => {
      clock.advance(6_000);
      return (await ask(socket, "GET", "/")).status === 200;
    });
  } finally {
    other.close();
    await listening.close();
    assert.not(existsSync(socket));
    rmSync(runtimeDir, { recursive: true });
  }
});

test.run();
