/**
 * What opencode 1.18 gives its plugins as `client`, as far as drover asks it, in memory: a message put again under its name
 * replaces itself, a part without a name is added once more, and it is said to be accepted before it is stored.
 */
export interface Part {
  readonly id: string;
  readonly type: string;
  readonly text: string;
}

interface Put {
  readonly messageID?: string;
  readonly agent?: string;
  readonly model?: object;
  readonly parts: readonly { readonly id?: string; readonly type: string; readonly text: string }[];
}

type Answer = { data?: unknown; error?: unknown; response: { status: number } };

const ok = (data: unknown, status = 200): Answer => ({ data, response: { status } });
const no = (status: number): Answer => ({ error: {}, response: { status } });

export class OpencodeApi {
  readonly messages = new Map<string, Part[]>();
  /** What was put, as often as it was. */
  readonly puts: Put[] = [];
  busy = false;
  title = "Topic";
  /** Before it is stored; where it is null, it never is. */
  storeAfterMs: number | null = 5;
  /** What it answers to the next put instead of taking it. */
  refuse: number | null = null;
  #parts = 0;

  constructor(
    readonly id = "ses_1",
    private readonly stored: (text: string) => void = () => {},
  ) {}

  get client(): object {
    const only = (id: string, answer: () => Answer) => Promise.resolve(id === this.id ? answer() : no(404));
    return {
      config: {
        providers: async () => ok({ providers: [{ id: "p", name: "P", models: { m: { name: "Some model" } } }] }),
      },
      session: {
        get: ({ path }: { path: { id: string } }) =>
          only(path.id, () => ok({ title: this.title, agent: "build", model: { id: "m", providerID: "p" } })),
        status: async () => ok(this.busy ? { [this.id]: { type: "busy" } } : {}),
        messages: ({ path, query }: { path: { id: string }; query: { limit: number } }) =>
          only(path.id, () => {
            const all = [...this.messages].map(([id, parts]) => ({ info: { id, role: "user" }, parts }));
            return ok(all.sort((a, b) => (a.info.id < b.info.id ? -1 : 1)).slice(-query.limit));
          }),
        message: ({ path }: { path: { id: string; messageID: string } }) =>
          only(path.id, () => {
            const parts = this.messages.get(path.messageID);
            return parts === undefined ? no(404) : ok({ info: { id: path.messageID }, parts });
          }),
        promptAsync: ({ path, body }: { path: { id: string }; body: Put }) =>
          only(path.id, () => {
            if (this.refuse !== null) return no(this.refuse);
            this.puts.push(body);
            if (this.storeAfterMs !== null) setTimeout(() => this.#store(body), this.storeAfterMs);
            return ok(undefined, 204);
          }),
      },
    };
  }

  #store({ messageID = `msg_z${++this.#parts}`, parts }: Put): void {
    const held = this.messages.get(messageID) ?? [];
    for (const { id = `prt_${++this.#parts}`, type, text } of parts) {
      const at = held.findIndex((part) => part.id === id);
      if (at >= 0) held[at] = { id, type, text };
      else held.push({ id, type, text });
    }
    this.messages.set(messageID, held);
    this.stored(held.map(({ text }) => text).join("\n"));
  }
}
