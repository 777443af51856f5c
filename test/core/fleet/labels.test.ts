import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { automaticLabel, checkLabel, freeLabel, sessionName } from "#core/fleet/labels.js";
import { suite } from "../../kit/t.js";
import { fleet } from "./play.js";

const test = suite("labels");

test("a label is small letters, digits and hyphens, 48 at most", () => {
  for (const good of ["a", "claude-1", "0", "a".repeat(48)]) checkLabel(good);
  for (const bad of ["", "-a", "A", "a_b", "a b", "ä", "a".repeat(49), "a\n", "self"]) {
    assert.throws(
      () => checkLabel(bad),
      (fault: Fault) => fault.code === "INVALID",
      bad,
    );
  }
});

test("an automatic label is the provider's next free number, ended agents counted", () => {
  assert.is(automaticLabel(fleet(), "claude"), "claude-1");
  assert.is(automaticLabel(fleet("claude-1 %1", "claude-2 exited"), "claude"), "claude-3");
  assert.is(automaticLabel(fleet("claude-2 %1"), "claude"), "claude-1");
});

test("an automatic label is a label whatever the provider is called", () => {
  checkLabel(automaticLabel(fleet(), "My Provider!"));
  checkLabel(automaticLabel(fleet(), "_"));
  checkLabel(automaticLabel(fleet(), "x".repeat(200)));
});

test("a label that was taken meanwhile gets a number", () => {
  assert.is(freeLabel(fleet("a exited"), "a"), "a");
  assert.is(freeLabel(fleet("a %1", "a-2 %2"), "a"), "a-3");
  assert.is(freeLabel(fleet(), "Not A Label"), "not-a-label-2");
});

test("a session is called after its folder, in characters that tmux keeps", () => {
  assert.is(sessionName(undefined, "/home/me/my.app"), "my-app");
  assert.is(sessionName(undefined, "/home/me/my app/"), "my-app");
  assert.is(sessionName(undefined, "/"), "agents");
  assert.is(sessionName(undefined, "/x/_drover"), "agents");
  assert.is(sessionName("über uns", "/x"), "über uns");
  for (const bad of ["", "a.b", "a:b", "a\tb", "_drover", "x".repeat(65)]) {
    assert.throws(
      () => sessionName(bad, "/x"),
      (error: unknown) => error instanceof Fault,
      bad,
    );
  }
});

test.run();
