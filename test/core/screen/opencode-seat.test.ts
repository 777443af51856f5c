/** Whether the screen is of the very conversation that opencode's API leads to. */
import * as assert from "uvu/assert";
import { opencode } from "#core/screen/agents/opencode.js";
import { suite } from "../../kit/t.js";
import { allScreens, opencodeScreens } from "./screens.js";

const test = suite("opencode's seat");
const seat = { title: "till", agent: "Build", model: "Some model" };

test("title, agent and model are those of the session, whatever stands in the input box", async () => {
  const screen = await opencodeScreens.screen("rest", opencodeScreens.answer(["Done."]), "a draft");
  assert.ok(opencode.shows?.(screen, seat));
  assert.ok(opencode.shows?.({ ...screen, title: "OC | ti..." }, seat), "a long one is cut");
});

test("another session's title, another agent or model picked since, are not", async () => {
  const screen = await opencodeScreens.screen("rest", opencodeScreens.answer(["Done."]));
  for (const other of [
    { title: "tills" },
    { title: "" },
    { agent: "Plan" },
    { model: "Some" },
    { model: "Some model 2" },
  ]) {
    assert.not(opencode.shows?.(screen, { ...seat, ...other }), JSON.stringify(other));
  }
  for (const title of ["OpenCode", "OC | tall...", "till"])
    assert.not(opencode.shows?.({ ...screen, title }, seat), title);
});

test("no other program has such a door", async () => {
  const screens = allScreens.filter(({ provider }) => provider !== "opencode");
  for (const { screen, answer } of screens) {
    assert.not(opencode.shows?.({ ...(await screen("rest", answer(["Done."]))), title: "OC | till" }, seat));
  }
});

test.run();
