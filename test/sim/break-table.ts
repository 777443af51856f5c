/**
 * Where `npm run breaks` breaks the way of a message, or of a completion: one place each, as it was built. Whoever changes such a
 * place changes its break with it (breaks.test.ts).
 */

/** What stands in a built file, and what is put in its place. */
export interface Change {
  readonly file: string;
  /** Stands there once, as it was built. */
  readonly from: string;
  readonly to: string;
}

/** One place broken. */
export interface Break extends Change {
  readonly what: string;
  /** Where it takes more than one. */
  readonly also?: readonly Change[];
  readonly story?: "mail" | "family";
}

const TYPING = "core/delivery/typing.js";
const TAKE = "core/delivery/inbox/take.js";

/** All of them. */
export const BREAKS: readonly Break[] = [
  ...familyBreaks(),
  {
    what: "typed while its claim is still on its way to the disk",
    file: "core/delivery/mailbox.js",
    from: 'return [become({ ...box, at: { at: "claiming", id: at.id } }, message, claimed, nowMs), []];',
    to: 'const m = { ...message, ...claimed }; return [become({ ...box, at: { at: "fetching", id: at.id, enters: null, tries: 0 } }, message, claimed, nowMs), [{ do: "fetch", message: m }]];',
  },
  {
    what: "the receipt is not read at recovery",
    file: "core/delivery/mailbox/recovery.js",
    from: "const enters = sameServer ? readReceipt(event.answer.says, message) : null;",
    to: "const enters = null;",
  },
  {
    what: "Enter before it is on disk that it may be pressed",
    file: "core/delivery/mailbox/on-disk.js",
    from: 'return message !== undefined && message.state !== "claimed";',
    to: "return true;",
  },
  {
    what: "another program in the same pane is taken for the one that was typed to",
    file: "core/delivery/recipient.js",
    from: "return there && incarnation === claim?.incarnation && epoch === claim.epoch && samePid;",
    to: "return there;",
  },
  {
    what: "the newest first",
    file: "core/delivery/queue.js",
    from: "return this.#queued.first;",
    to: "return [...this.#queued].at(-1);",
  },
  {
    what: "Enter again without looking whether the text still stands",
    file: TYPING,
    from: "if (stands && nowMs >= typing.againFromMs && typing.enters < ENTERS)",
    to: "if (nowMs >= typing.againFromMs && typing.enters < ENTERS)",
  },
  {
    what: "Enter without looking whether the text arrived",
    file: TYPING,
    from: "if (stands && nowMs >= typing.enterFromMs)",
    to: "if (nowMs >= typing.enterFromMs)",
  },
  {
    what: "Enter at once after the paste",
    file: TYPING,
    from: "const PASTE_SETTLE_MS = 150;",
    to: "const PASTE_SETTLE_MS = 0;",
  },
  { what: "Enter as often as it takes", file: TYPING, from: "const ENTERS = 3;", to: "const ENTERS = 9;" },
  {
    what: "a draft is typed over",
    file: "core/delivery/gate.js",
    from: "if (!reading.composer.empty)",
    to: "if (false)",
  },
  {
    what: "an empty box is no proof",
    file: TYPING,
    from: "if (reading.composer?.empty && !event.leaving)",
    to: "if (false)",
  },
  {
    what: "what a dead daemon sent is not waited out",
    file: "test/sim/link.js",
    from: "this.#later(1_000, resolve)",
    to: "this.#later(0, resolve)",
  },
  {
    what: "panes of a server that was not looked at are captured",
    file: "test/sim/link.js",
    from: "this.#onPane(`capture ",
    to: "this.#ask(`capture ",
  },
  {
    what: "counts of a refused write stay",
    file: "daemon/mail-on-disk.js",
    from: "takeBack();",
    to: "",
  },
  {
    what: "queues of removed agents stay open",
    file: "daemon/mail.js",
    from: "this.#boxes.shut(to);",
    to: "",
  },
  {
    what: "the sender of a doubtful message is not told",
    file: "daemon/doubt-notes.js",
    from: 'if (state !== "uncertain" && !isRefused)',
    to: "if (true)",
  },
];

/** The text of the built file with the change in it. Throws where its place is not there, or there twice. */
export function broken(built: string, { file, from, to }: Change): string {
  if (built.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
  return built.replace(from, () => to);
}

/** Of what stands between a completion and its parent. */
function familyBreaks(): Break[] {
  const breaks: Break[] = [
    {
      what: "handed over while its lease is still on its way to the disk",
      file: TAKE,
      from: "return write(next, [...also, ...changes], blocks, { ticket, taker, batch });",
      to: 'if (taker === "wake") return write(next, [...also, ...changes], blocks, { ticket, taker, batch }); const [w, out] = write(next, [...also, ...changes], blocks, null); return [w, [{ do: "hand-over", ticket, batch, entries: changes.map((one) => one.message) }, ...out]];',
    },
    {
      what: "a hook of an older launch takes what is the present one's",
      file: "daemon/hooks.js",
      from: 'isEnd && event === "Stop" && isOurs(whose.agent)',
      to: 'isEnd && event === "Stop"',
    },
    {
      what: "a lease that is over does not come back",
      file: TAKE,
      from: "nowMs + LEASE_MS",
      to: "nowMs + 1e12",
    },
    {
      what: "acknowledged before the words are out",
      file: "daemon/stop-hook.js",
      from: "const reason = batchText(",
      to: 'await inboxes.tell(to, { kind: "arrived", batch: taken.batch }); const reason = batchText(',
    },
    {
      what: "how often a Stop hook blocked is not on disk",
      file: "daemon/inboxes-on-disk.js",
      from: "blocks === null || take === null",
      to: "true",
    },
    {
      what: "what is being handed over is put aside for a later one",
      file: "core/delivery/inbox.js",
      from: 'one.state === "queued" && free(inbox, one)',
      to: "free(inbox, one)",
    },
    {
      what: "what wakes a parent leases nothing",
      file: TAKE,
      from: 'state: "leased", attempts',
      to: 'state: taker === "wake" ? "queued" : "leased", attempts',
    },
    {
      what: "the ledger is not asked",
      file: "daemon/completions.js",
      from: "const known = await store.completion(key);",
      to: "const known = null;",
      also: [
        {
          file: "daemon/producer.js",
          from: "return (await this.#context.store.completion(completionKey(wanted)).catch(() => null)) !== null;",
          to: "return false;",
        },
        { file: "test/twins/memory-store.js", from: "key !== undefined && isKnown", to: "false" },
      ],
    },
    {
      what: "a turn that goes on proves every lease of its Stop hook",
      file: TAKE,
      from: "return lastBlock !== null && lease?.batch === lastBlock;",
      to: 'return lease?.taker === "stop-hook";',
    },
    {
      what: "that a launch was nudged is not on its record",
      file: "daemon/mail-on-disk.js",
      from: "{ gone, also, ...told }",
      to: "{ gone, also }",
    },
    {
      what: "a doubtful wake is waited for after a restart",
      file: "daemon/inboxes.js",
      from: "message.batch !== undefined && !isDeadLetter(message)",
      to: "message.batch !== undefined",
    },
    {
      what: "a turn that ended as the daemon did is told to nobody",
      file: "daemon/producer.js",
      from: "this.#past = this.#tellPast(fleet, sinceMs);",
      to: "",
    },
  ];
  return breaks.map((one) => ({ ...one, story: "family" }));
}
