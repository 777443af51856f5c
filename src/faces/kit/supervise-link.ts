/**
 * A dashboard's link to a daemon that belongs to its dashboards (`drover --ephemeral`): an open response, by which the
 * daemon knows that somebody is still there. Whether the daemon is of that kind stands in its run file, so that a second
 * dashboard links itself as well, and so does one whose daemon was started again.
 */
import type { DaemonClient } from "./daemon-client.js";
import type { Subscription } from "./subscription.js";

export class SuperviseLink {
  readonly #client: Pick<DaemonClient, "owner" | "events">;
  #link: Subscription | null = null;

  constructor(client: Pick<DaemonClient, "owner" | "events">) {
    this.#client = client;
  }

  /** What a daemon has to be told that is started in place of the one we were linked to: it is as much ours. */
  get daemonArgs(): readonly string[] {
    return this.#link === null ? [] : ["--ephemeral"];
  }

  /** To be called whenever a daemon has answered (again): links where that is wanted and not done. */
  look(): void {
    if (this.#link !== null || this.#client.owner() !== "dashboard") return;
    // A lost link comes back by itself; a daemon that runs until told refuses it, and then that is that.
    const link = this.#client.events("/v1/supervise", {
      onEvent() {},
      onEnd: () => {
        if (this.#link === link) this.#link = null;
      },
    });
    this.#link = link;
  }

  stop(): void {
    this.#link?.stop();
    this.#link = null;
  }
}
