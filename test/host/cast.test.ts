import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import { parseCast } from "#host/cast.js";
import { suite } from "../kit/t.js";

const test = suite("cast");
const HEADER = '{"version":2,"width":80,"height":24,"title":"t"}';

function refusal(text: string): string {
  try {
    parseCast(text);
  } catch (error) {
    assert.instance(error, Fault);
    assert.is((error as Fault).code, "INVALID");
    return (error as Fault).message;
  }
  return "read without a fault";
}

test("output, resizes and markers are read in order, unknown codes left out", () => {
  const cast = parseCast(`${HEADER}\n[0.5,"o","\\u001b[2J"]\n[0.5,"i","x"]\n[1,"r","100x30"]\n\n[2,"m","here"]\n`);
  assert.equal(cast, {
    columns: 80,
    rows: 24,
    title: "t",
    provider: null,
    raw: true,
    events: [
      { at: 0.5, kind: "output", text: "\x1b[2J" },
      { at: 1, kind: "resize", columns: 100, rows: 30 },
      { at: 2, kind: "marker", text: "here" },
    ],
  });
});

test("a last line cut short is left out", () => {
  assert.is(parseCast(`${HEADER}\n[1,"o","x"]\n[2,"o","y`).events.length, 1);
});

test("what is wrong is refused by its line", () => {
  assert.match(refusal(""), "line 1 of the recording is not the header");
  assert.match(refusal('{"version":3,"width":80,"height":24}'), "line 1 of the recording says version 3");
  assert.match(refusal('{"version":2,"width":0,"height":24}'), "line 1 of the recording has no width");
  assert.match(refusal('{"version":2,"width":99999999,"height":24}'), "line 1 of the recording has no width");
  assert.match(refusal(`${HEADER}\nnot json\n[1,"o",""]`), "line 2 of the recording is not an event");
  assert.match(refusal(`${HEADER}\n[1,"o",""]\n["x","o",""]\n`), "line 3 of the recording has no time");
  assert.match(refusal(`${HEADER}\n[2,"o",""]\n[1,"o",""]\n`), "line 3 of the recording goes back in time");
  assert.match(refusal(`${HEADER}\n[2,"o",7]\n`), "line 2 of the recording is not an event");
  assert.match(refusal(`${HEADER}\n[2,"r","80"]\n`), "line 2 of the recording has no size");
});

test.run();
