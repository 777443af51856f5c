import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { attachArguments, findMarked, isInside, newestClient, switchClient } from "#faces/kit/attach.js";
import { wayToTab } from "#faces/kit/backend.js";
import { suite } from "../../kit/t.js";

const test = suite("way to a tab");

test("of the clients of a session the one used last is meant, and never one in control mode", () => {
  const listing = ["0 1700000100 /dev/pts/3", "0 1700000200 /dev/pts/9", "1 1700000300 client-22117"].join("\n");
  assert.is(newestClient(listing), "/dev/pts/9");
  assert.is(newestClient("1 1700000300 client-1"), null);
  assert.is(newestClient(""), null);
  assert.is(newestClient("0 1700000100 /dev/name with spaces"), "/dev/name with spaces");
});

test("window and pane are chosen by id before the session is attached by its exact name", () => {
  const to = { socket: "/run/s", session: "a:b", window: "@7", pane: "%12" };
  assert.is(
    attachArguments(to).join(" "),
    "-S /run/s select-pane -t %12 ; select-window -t @7 ; attach-session -t =a:b",
  );
  assert.is(attachArguments({ ...to, window: "", pane: "" }).join(" "), "-S /run/s attach-session -t =a:b");
});

test("where tmux does not answer, its words are the reason why nobody was taken anywhere", () => {
  const env = { TMUX: "/nowhere/socket,1,0", TMUX_PANE: "%1" };
  const { problem } = switchClient(env, { socket: "/nowhere/socket", session: "a", window: "@1", pane: "%2" });
  assert.match(problem ?? "", /^tmux does not say who shows this session: .*\/nowhere\/socket/);
});

test("inside means a client of that very server", () => {
  assert.is(isInside({ TMUX: "/run/s,123,0" }, "/run/s"), true);
  assert.is(isInside({ TMUX: "/run/other,123,0" }, "/run/s"), false);
  assert.is(isInside({ TMUX: "" }, "/run/s"), false);
  assert.is(isInside({}, "/run/s"), false);
});

test("a tab is found by its marks alone, by label or id, whatever its session is called", () => {
  const listing = [
    "  @1 %1 - mine",
    "api 01J1 @2 %2 - work",
    "web 01J2 @3 %5 - a name : with all",
    "evil  @4 %6 - no id",
  ].join("\n");
  const found = (ref: string) => findMarked(listing, "/s", ref, "h1");
  assert.equal(found("web"), { socket: "/s", session: "a name : with all", window: "@3", pane: "%5" });
  assert.equal(found("01J1"), { socket: "/s", session: "work", window: "@2", pane: "%2" });
  assert.equal([found("mine"), found("evil"), found(""), findMarked("", "/s", "api", "h1")], [null, null, null, null]);
});

test("of two fleets' agents of one label it is one's own that is found, or an older drover's", () => {
  const listing = [
    "api 01J1 @1 %1 h2 work",
    "api 01J2 @2 %2 h1 work",
    "old 01J3 @3 %3 - work",
    "theirs 01J4 @4 %4 h2 work",
  ].join("\n");
  const pane = (ref: string, home: string) => findMarked(listing, "/s", ref, home)?.pane ?? null;
  assert.equal([pane("api", "h1"), pane("old", "h1"), pane("theirs", "h1")], ["%2", "%3", null]);
  assert.equal([pane("api", "h2"), pane("01J2", "h2")], ["%1", null]);
});

test("the way to a tab is the server's backend's; one that we have no way to is refused plainly", () => {
  assert.is(wayToTab("tmux").isInside, isInside);
  for (const name of ["herdr", "constructor", ""]) {
    assert.throws(
      () => wayToTab(name),
      (error: unknown) => error instanceof Fault && error.code === "BACKEND_MISSING",
    );
  }
});

test.run();
