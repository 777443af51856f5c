import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../kit/t.js";
import { BREAKS, broken } from "./break-table.js";

const test = suite("breaks");

test("each place that npm run breaks is to break stands in what was built, once", () => {
  const stale = BREAKS.flatMap(({ also = [], ...first }) => [first, ...also]).flatMap((change) => {
    const built = readFileSync(fileURLToPath(new URL(`../../${change.file}`, import.meta.url)), "utf8");
    try {
      broken(built, change);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  assert.equal(stale, []);
});

test.run();
