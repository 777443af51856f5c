import * as assert from "uvu/assert";
import { whoIsTold } from "#core/delivery/assigned.js";
import { type CompletionKind, sameSubject } from "#core/delivery/completion.js";
import type { AgentId, Assigned } from "#core/model.js";
import { suite } from "../../kit/t.js";

const test = suite("assigned work");

/** Who is told, a line each: `boss`; `boss for M` of its own work, `waits` where somebody hands it over. */
function told(kind: CompletionKind, parent: string | null, work: string | null, turn = 3): string {
  const [by = "", how] = work?.split(" ") ?? [];
  const waits = how === "waits" ? { waits: true as const } : {};
  const assigned: Assigned = { message: "M", by: by as AgentId, turn: 3, ...waits };
  const child = { id: "kid" as AgentId, parent: parent as AgentId | null, ...(work === null ? {} : { assigned }) };
  return whoIsTold(child, turn, kind)
    .map((one) => {
      const own = one.answers === undefined ? "" : ` for ${one.answers}`;
      return `${one.parent}${own}${one.waits ? " waits" : ""}${one.part === undefined ? "" : ` (${one.part})`}`;
    })
    .join(", ");
}

test("a parent is told of every turn, and who gave the work of the one that it began", () => {
  assert.is(told("done", null, null), "");
  assert.is(told("done", "boss", null), "boss");
  assert.is(told("done", null, "peer"), "peer for M (for-peer)");
  assert.is(told("error", "boss", "peer"), "boss, peer for M (for-peer)");
  assert.is(told("done", "boss", "peer", 4), "boss", "of another turn");
  assert.is(told("done", null, "kid"), "", "itself");
});

test("who is both is told once, under the identity that its parent's completion has", () => {
  assert.is(told("done", "boss", "boss"), "boss for M");
  assert.is(told("blocked", "boss", "boss"), "boss");
});

test("what somebody waits for is that one's, a dialog in between too; a parent of its own is told as ever", () => {
  assert.is(told("done", "boss", "boss waits"), "boss for M waits");
  assert.is(told("exited", "boss", "peer waits"), "boss, peer for M waits (for-peer)");
  assert.is(told("blocked", "boss", "peer"), "boss, peer (for-peer)");
  assert.is(told("blocked", "boss", "peer waits"), "boss, peer for M waits (for-peer)");
  assert.is(told("blocked", "boss", "boss waits"), "boss for M waits");
});

test("nothing takes the place of the end of given work but the same work's", () => {
  const end = (answers?: string) => ({
    ...{ child: "kid", label: "kid", turn: 1, kind: "done" as const, key: "k" },
    ...(answers === undefined ? {} : { answers }),
  });
  assert.ok(sameSubject(end(), end()));
  assert.ok(sameSubject(end("M"), end("M")));
  assert.not.ok(sameSubject(end("M"), end("N")));
  assert.not.ok(sameSubject(end("M"), end()));
});

test.run();
