/** Wishes that are the daemon's to fulfil, as requests; and its replies, as events. A refusal is a reply like any other. */
import { Fault } from "#core/fault.js";
import type { AgentJson, MessageJson, QuestionJson, WhyJson } from "#wire/agent.js";
import type { MailJson, MessageWhyJson, ProviderJson, SpawnRequest } from "#wire/requests.js";
import type { DaemonClient } from "../kit/daemon-client.js";
import type { Size } from "../kit/tab-size.js";
import type { Event, Refusal } from "./state/event.js";
import { DELIVERED_OF_EACH, DELIVERED_OF_ONE, SHOWN } from "./state/mail-panel.js";
import type { Wish } from "./state/wish.js";

/** A prompt is typed and watched until it has arrived; that takes as long as it takes. */
const SEND_LIMIT_MS = 60_000;
const ACT_LIMIT_MS = 20_000;

export type Request = Extract<
  Wish,
  {
    do:
      | "seen"
      | "answer"
      | "send"
      | "stop"
      | "restart"
      | "interrupt"
      | "remove"
      | "spawn"
      | "why"
      | "history"
      | "providers"
      | "mail"
      | "letter"
      | "labels"
      | "retry"
      | "purge";
  }
>;

/** What a new agent takes from where it was asked for. */
export interface Place {
  /** Our own PATH, by which its program is found. */
  readonly path: string;
  readonly size: Size;
}

/** Null where nobody waits for the reply. Never throws. */
export async function request(daemon: DaemonClient | null, wish: Request, place: Place): Promise<Event | null> {
  const ask = <T>(method: string, where: string, body?: unknown, limitMs = ACT_LIMIT_MS) =>
    reply<T>(daemon, method, where, body, limitMs);
  const at = "agent" in wish ? `/v1/agents/${encodeURIComponent(wish.agent)}` : "";
  switch (wish.do) {
    case "seen":
      await ask("POST", `${at}/seen`, {});
      return null;
    case "answer": {
      const { agent, choice, text, fingerprint, says } = wish;
      const given = { ...(choice === undefined ? {} : { choice }), ...(text === undefined ? {} : { text }) };
      const body = { ...given, if: fingerprint, by: "dashboard" };
      // Several ticks, each seen before the next, take their time.
      const { refusal, detail } = await ask("POST", `${at}/answer`, body, SEND_LIMIT_MS);
      const question = detail?.question as QuestionJson | null | undefined;
      return { on: "answered", agent, choice: says, ...refusal, ...(question === undefined ? {} : { question }) };
    }
    case "send": {
      const { agent, text } = wish;
      const { body, refusal } = await ask<{ message: MessageJson }>("POST", `${at}/send`, { text }, SEND_LIMIT_MS);
      return { on: "sent", agent, text, ...body, ...refusal };
    }
    case "stop":
    case "interrupt": {
      const { refusal } = await ask("POST", `${at}/${wish.do}`, {});
      return { on: "done", what: wish.do, agent: wish.agent, label: wish.label, ...refusal };
    }
    case "restart": {
      const { refusal } = await ask("POST", `${at}/restart`, { path: place.path }, SEND_LIMIT_MS);
      return { on: "done", what: "restart", agent: wish.agent, label: wish.label, ...refusal };
    }
    case "remove": {
      const { refusal } = await ask("DELETE", wish.force ? `${at}?force=1` : at);
      return { on: "done", what: "remove", agent: wish.agent, label: wish.label, ...refusal };
    }
    case "spawn": {
      const { body, refusal } = await ask<{ agent: AgentJson }>("POST", "/v1/agents", spawnBody(wish, place));
      return { on: "spawned", ...(body ? { agent: body.agent } : {}), ...refusal };
    }
    case "why": {
      const { body, refusal } = await ask<WhyJson>("GET", `${at}/why`);
      return { on: "why", agent: wish.agent, why: body ?? null, ...refusal };
    }
    case "history": {
      const { body } = await ask<{ rows: string[] }>("GET", `${at}/output?scrollback=${wish.rows}`);
      return { on: "history", agent: wish.agent, rows: body?.rows ?? null };
    }
    case "mail": {
      const one = wish.of === null ? "" : `&agent=${encodeURIComponent(wish.of)}`;
      const delivered = wish.of === null ? DELIVERED_OF_EACH : DELIVERED_OF_ONE;
      const { body, refusal } = await ask<MailJson>("GET", `/v1/mail?limit=${SHOWN}&delivered=${delivered}${one}`);
      return { on: "mail", of: wish.of, mail: body ?? null, ...refusal };
    }
    case "letter": {
      const { body, refusal } = await ask<MessageWhyJson>("GET", `/v1/messages/${wish.id}?bodies=1`);
      return { on: "letter", id: wish.id, letter: body ?? null, ...refusal };
    }
    case "labels": {
      const asked = wish.ids.map(async (id): Promise<[string, string]> => {
        const { body } = await ask<{ agent: AgentJson }>("GET", `/v1/agents/${encodeURIComponent(id)}`);
        return [id, body?.agent.label ?? ""];
      });
      return { on: "labels", labels: new Map(await Promise.all(asked)) };
    }
    case "retry":
    case "purge": {
      const { ids } = wish;
      const { refusal } = await ask(wish.do === "retry" ? "POST" : "DELETE", "/v1/dead", { ids });
      return { on: "mail-done", what: wish.do, count: ids.length, ...refusal };
    }
    case "providers": {
      const { body, refusal } = await ask<{ providers: ProviderJson[] }>("GET", "/v1/providers");
      return { on: "providers", providers: body?.providers ?? null, ...refusal };
    }
  }
}

function spawnBody(wish: Extract<Wish, { do: "spawn" }>, { path, size }: Place): SpawnRequest {
  const { provider, label, session, folder, prompt } = wish;
  return {
    provider,
    cwd: folder,
    ...(label === "" ? {} : { label }),
    ...(session === "" ? {} : { session }),
    ...(prompt === "" ? {} : { prompt }),
    ...(path === "" ? {} : { path }),
    ...size,
  };
}

interface Reply<T> {
  readonly body?: T;
  readonly refusal: { readonly refused?: Refusal };
  readonly detail?: Readonly<Record<string, unknown>>;
}

async function reply<T>(
  daemon: DaemonClient | null,
  method: string,
  path: string,
  sends: unknown,
  timeoutMs: number,
): Promise<Reply<T>> {
  try {
    if (daemon === null) throw new Fault("DAEMON_UNREACHABLE", "the daemon does not answer yet");
    return { body: await daemon.request<T>(method, path, sends, { timeoutMs }), refusal: {} };
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault("INTERNAL", (error as Error).message, { cause: error });
    const { code, message, hint, detail } = fault;
    return { refusal: { refused: { code, message, hint } }, ...(detail ? { detail } : {}) };
  }
}
