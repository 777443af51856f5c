/** The door of opencode's plugin, opened as in opencode, onto what opencode's API does. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { ask } from "../daemon/practice.js";
import { suite, until } from "../kit/t.js";
import { OpencodeApi } from "../twins/opencode-api.js";

const test = suite("opencode's door");
const folder = mkdtempSync(join(tmpdir(), "drover-door-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const script = pathToFileURL("bin/opencode-door.js").href;
let doors = 0;

/** A process of its own, as far as the door knows. */
async function open(api: OpencodeApi): Promise<string> {
  const path = join(folder, `${++doors}`);
  process.env.DROVER_DOOR = path;
  const { openDoor } = (await import(`${script}?${doors}`)) as { openDoor(client: object): void };
  openDoor(api.client);
  await until("it is open", () => (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) !== 0);
  await until("only its user may enter", () => (statSync(path).mode & 0o077) === 0);
  return path;
}

const ID = "01J8ZZZZZZABCDEFGHJKMNPQRS";
const put = async (path: string, text = "hello", over: object = {}) =>
  (await ask<{ answer?: string }>(path, "PUT", "/prompt", { id: ID, session: "ses_1", atMs: 5, text, ...over })).body
    .answer;
const stored = (api: OpencodeApi) => [...api.messages.values()].map((parts) => parts.map(({ text }) => text).join("|"));

test("what is put is there once, however often and at whatever moments it is put", async () => {
  const api = new OpencodeApi();
  const path = await open(api);
  assert.equal(await Promise.all([put(path), put(path), put(path)]), ["there", "there", "there"]);
  assert.is(await put(path), "there");
  assert.equal([api.puts.length, stored(api)], [1, ["hello"]]);
  const [only] = api.puts;
  assert.equal(
    [only?.messageID, only?.parts[0]?.id],
    [`msg_000000005000${ID.slice(-14)}`, `prt_000000005000${ID.slice(-14)}`],
  );
  assert.equal(
    [only?.agent, only?.model],
    ["build", { providerID: "p", modelID: "m" }],
    "as the session had them last",
  );
});

test("the program starts again: what it had stored is found, and not put again", async () => {
  const api = new OpencodeApi();
  assert.is(await put(await open(api)), "there");
  assert.is(await put(await open(api)), "there");
  assert.is(api.puts.length, 1);
});

test("nothing is put into a turn that is under way, and what was told so is never taken under that name", async () => {
  const api = new OpencodeApi();
  const path = await open(api);
  api.busy = true;
  assert.is(await put(path), "busy");
  api.busy = false;
  assert.is(await put(path), "busy");
  assert.is(await put(path, "hello", { atMs: 6 }), "there");
  assert.equal(stored(api), ["hello"]);
});

test("what was accepted and is not stored is not put again: nobody can say yet", async () => {
  const api = new OpencodeApi();
  api.storeAfterMs = null;
  const path = await open(api);
  assert.is(await put(path), "unheard");
  assert.is(await put(path), "unheard");
  assert.is(api.puts.length, 1);
});

test("what it would not answer, or refuses, is refused: another session's, one named before the last, a bad request", async () => {
  const api = new OpencodeApi();
  const path = await open(api);
  assert.is(await put(path, "x", { session: "ses_2" }), "refused");
  assert.is(await put(path, "first", { atMs: 9 }), "there");
  assert.is(await put(path, "older", { atMs: 8 }), "refused");
  api.refuse = 400;
  assert.is(await put(path, "later", { atMs: 10 }), "refused");
  assert.equal(stored(api), ["first"]);
});

test("a name that is none is not answered for, and nothing else can be asked", async () => {
  const path = await open(new OpencodeApi());
  const status = async (method: string, url: string, body?: unknown) => (await ask(path, method, url, body)).status;
  assert.is(await status("PUT", "/prompt", { id: "short", session: "ses_1", atMs: 5, text: "x" }), 500);
  assert.is(await status("PUT", "/prompt", "no json"), 500);
  assert.is(await status("POST", "/prompt", {}), 404);
  assert.is(await status("GET", "/session"), 404);
});

test("it tells what the screen shows of a session; of no other", async () => {
  const path = await open(new OpencodeApi());
  assert.equal(await ask(path, "GET", "/seat?session=ses_1"), {
    status: 200,
    body: { title: "Topic", agent: "Build", model: "Some model P" },
  });
  assert.is((await ask(path, "GET", "/seat?session=ses_2")).status, 404);
});

test("what the agent starts hears of no door", async () => {
  await open(new OpencodeApi());
  assert.is(process.env.DROVER_DOOR, undefined);
});

test.run();
