/** The bodies of requests, checked: a field that is not named here is refused, and every limit is named to the caller. */
import * as v from "valibot";
import { Fault } from "#core/fault.js";
import { WAKE_POLICIES } from "#core/model.js";
import { utf8Bytes } from "#core/utf8.js";

const TEXT_LIMIT_BYTES = 262_144;

const count = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1000));
const name = v.pipe(v.string(), v.maxLength(256));
/** The operating system would take what stands before a NUL for the whole. */
const noNul = v.check<string, string>((text) => !text.includes("\0"), "holds a NUL character");
const path = v.pipe(v.string(), v.maxLength(4096), noNul);
const env = v.record(v.string(), v.string());
const callersPath = v.pipe(v.string(), v.maxLength(32_768), noNul);
/** Stands in a line of every list. */
const group = v.pipe(
  v.string(),
  v.minLength(1, "must not be empty"),
  v.maxLength(64, "must have 64 characters at most"),
  v.check((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), "must not hold control characters"),
);

const heartbeat = v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(604_800_000));

export const spawnSchema = v.strictObject({
  provider: name,
  label: v.optional(name),
  session: v.optional(name),
  cwd: path,
  prompt: v.optional(v.string()),
  args: v.optional(v.pipe(v.array(v.string()), v.maxLength(256))),
  env: v.optional(env),
  path: v.optional(callersPath),
  role: v.optional(v.picklist(["worker", "conductor"])),
  parent: v.optional(name),
  group: v.optional(group),
  heartbeatMs: v.optional(heartbeat),
  ifAbsent: v.optional(v.boolean()),
  replace: v.optional(v.boolean()),
  wake: v.optional(v.picklist(WAKE_POLICIES)),
  worktree: v.optional(v.union([v.literal(true), v.pipe(name, v.minLength(1))], "must be true, or a branch's name")),
  columns: v.optional(count),
  rows: v.optional(count),
});

export const sendSchema = v.strictObject({
  text: v.string(),
  from: v.optional(name),
  now: v.optional(v.boolean()),
  id: v.optional(v.pipe(v.string(), v.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, "must be a ULID"))),
});

export const deadSchema = v.strictObject({
  ids: v.optional(v.pipe(v.array(name), v.maxLength(10_000))),
  to: v.optional(name),
  all: v.optional(v.boolean()),
});

export const answerSchema = v.strictObject({
  choice: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4096))),
  text: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4096))),
  if: v.optional(name),
  by: v.optional(name),
});

export const stopSchema = v.strictObject({ force: v.optional(v.boolean()) });

const wake = v.picklist(WAKE_POLICIES);

export const patchSchema = v.strictObject({
  label: v.optional(name),
  wake: v.optional(wake),
  heartbeatMs: v.optional(v.nullable(heartbeat)),
});

export const drainSchema = v.strictObject({ limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) });

export const ackSchema = v.strictObject({
  batch: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  reject: v.optional(v.boolean()),
});

export const reportSchema = v.strictObject({ from: name, text: v.string(), token: v.optional(name) });

export const restartSchema = v.strictObject({
  force: v.optional(v.boolean()),
  env: v.optional(env),
  path: v.optional(callersPath),
});

export const restoreSchema = v.strictObject({ path: v.optional(callersPath) });

export const adoptSchema = v.strictObject({
  pane: v.pipe(v.string(), v.regex(/^%\d{1,9}$/, 'must be a pane\'s id, as in "%12"')),
  label: v.optional(name),
  provider: v.optional(name),
  role: v.optional(v.picklist(["worker", "conductor"])),
  parent: v.optional(name),
  group: v.optional(group),
});

export const emptySchema = v.strictObject({});

/**
 * The body as the schema says it is. Throws a Fault (INVALID) in a sentence that names the field and what is expected
 * there, never what was received: that may be the value of a variable.
 */
export function check<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const at = v.getDotPath(issue)?.split("=", 1)[0]?.slice(0, 200);
  const message = issue.message.replace(/ but received .*$/su, "");
  throw new Fault("INVALID", at === undefined ? `the body is not as expected: ${message}` : `${at}: ${message}`);
}

/** Throws a Fault (TOO_LARGE) that names the limit. */
export function checkText(what: string, text: string): void {
  const bytes = utf8Bytes(text);
  if (bytes <= TEXT_LIMIT_BYTES) return;
  throw new Fault("TOO_LARGE", `${what} has ${bytes} bytes; the limit is ${TEXT_LIMIT_BYTES} (256 KiB)`);
}
