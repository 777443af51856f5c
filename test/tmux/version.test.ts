import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { socketOf } from "#tmux/target.js";
import { checkTmux, isTooOld } from "#tmux/version.js";
import { suite } from "../kit/t.js";

const test = suite("which tmux");
const folder = mkdtempSync(join(tmpdir(), "drover-version-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const fault = (env: Record<string, string>) =>
  checkTmux(env).then(
    (version) => version,
    (error) => (error instanceof Fault ? `${error.code}: ${error.message} ${error.hint?.slice(0, 25)}` : String(error)),
  );

test("versions are compared by their numbers; one without a number counts as new", () => {
  assert.equal(["3.1c", "2.9a", "1.8", "next-3.1"].map(isTooOld), [true, true, true, true]);
  assert.equal(["3.2", "3.2a", "3.10", "4.0", "next-3.8", "master", "openbsd-7.4"].map(isTooOld), Array(7).fill(false));
});

test("the installed one is named", async () => {
  assert.match(await checkTmux(process.env), /^(next-)?\d+\.\d+/);
});

test("a missing tmux and one too old are refused, each with the remedy", async () => {
  assert.is(
    await fault({ PATH: folder }),
    "TMUX_MISSING: tmux is not installed, and drover lives in tmux. Install tmux 3.2 or later",
  );
  writeFileSync(join(folder, "tmux"), "#!/bin/sh\necho tmux 3.1c\n", { mode: 0o755 });
  assert.is(
    await fault({ PATH: folder }),
    "TMUX_TOO_OLD: tmux 3.1c is too old: drover needs 3.2 or later. Install tmux 3.2 or later",
  );
});

test("the socket is where tmux will look for it", () => {
  const uid = process.getuid!();
  assert.is(socketOf({ socketPath: "/x/y" }, {}), "/x/y");
  assert.is(socketOf({}, {}), `/tmp/tmux-${uid}/default`);
  assert.is(socketOf({ socketName: "n" }, { TMUX_TMPDIR: folder }), `${folder}/tmux-${uid}/n`);
  assert.is(socketOf({ socketName: "n" }, { TMUX_TMPDIR: "/no/such/folder" }), `/tmp/tmux-${uid}/n`);
});

test.run();
