import * as assert from "uvu/assert";
import { backoffIn } from "#core/screen/debug-log.js";
import { suite } from "../../kit/t.js";

const test = suite("Gemini's debug log");

const AT = "2026-11-20T16:53:17.640Z";
const said = (text: string) => backoffIn(`[${AT}] [WARN] ${text}`);

test("a failed try is told with the next one's number and what the model's server said", () => {
  const body = '{"error":{"code":500,"message":"Internal server error","status":"INTERNAL"}}';
  assert.equal(said(`Attempt 2 failed with status 500. Retrying with backoff... _ApiError: ${body}`), {
    note: "retrying, attempt 3: Internal server error",
    writtenAtMs: Date.parse(AT),
  });
  assert.is(
    said("Attempt 1 failed: Quota exceeded. Retrying after 5200ms...")?.note,
    "retrying, attempt 2: Quota exceeded",
  );
  assert.is(
    said("Attempt 1 failed with status 503. Retrying with backoff... x")?.note,
    "retrying, attempt 2: status 503",
  );
});

test("nothing else is", () => {
  assert.is(said("Attempt 10 failed: too much. Max attempts reached"), null);
  assert.is(backoffIn(`[${AT}] [DEBUG] Attempt 1 failed with status 500. Retrying with backoff...`), null);
  assert.is(backoffIn("[never] [WARN] Attempt 1 failed with status 500. Retrying with backoff..."), null);
  assert.is(backoffIn("    at async retryWithBackoff (chunk.js:308039:23)"), null);
  assert.is(backoffIn(""), null);
});

test.run();
