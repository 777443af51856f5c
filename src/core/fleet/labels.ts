/** Names a person gives to agents and sessions, and the ones drover makes up. */
import { Fault } from "../fault.js";
import type { AgentId } from "../model.js";
import { type Agent, type Fleet, isGone } from "./fleet.js";

const LABEL = /^[a-z0-9][a-z0-9-]{0,47}$/;
/** `self` means the agent that asks. */
const RESERVED = new Set(["self"]);

/** Throws a Fault (INVALID) where `label` is not a name an agent may have (SPEC §1). */
export function checkLabel(label: string): void {
  if (!LABEL.test(label)) {
    throw new Fault("INVALID", `"${short(label)}" cannot be a label`, {
      hint: "use small letters, digits and hyphens, 48 at most, not starting with a hyphen",
    });
  }
  if (RESERVED.has(label)) throw new Fault("INVALID", `"${label}" is reserved and cannot be a label`);
}

/**
 * The agent other than `except` that holds `label` now. Labels are unique among the living; an ended agent's label is
 * free again.
 */
export function holderOf(fleet: Fleet, label: string, except: AgentId | null = null): Agent | null {
  for (const agent of fleet.agents.values()) {
    const { record } = agent;
    if (record.label === label && record.id !== except && !isGone(record.state)) return agent;
  }
  return null;
}

/** The conductor of a session, of which it has one; null where none lives. */
export function conductorOf(fleet: Fleet, sessionName: string): Agent | null {
  for (const agent of fleet.agents.values()) {
    const { record, making } = agent;
    if (record.role !== "conductor" || isGone(record.state)) continue;
    if ((making?.sessionName ?? record.place?.sessionName) === sessionName) return agent;
  }
  return null;
}

/** The first of `claude-1`, `claude-2`, … that nobody on the list has, the ended ones included: less to mistake. */
export function automaticLabel(fleet: Fleet, provider: string): string {
  const taken = new Set<string>();
  for (const { record } of fleet.agents.values()) taken.add(record.label);
  const stem = labelStem(provider);
  for (let n = 1; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}

/** A free label that begins like `label`, for an agent that comes back to find its own taken. */
export function freeLabel(fleet: Fleet, label: string): string {
  if (LABEL.test(label) && holderOf(fleet, label) === null) return label;
  const stem = labelStem(label);
  for (let n = 2; ; n++) if (holderOf(fleet, `${stem}-${n}`) === null) return `${stem}-${n}`;
}

function labelStem(name: string): string {
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return clean === "" ? "agent" : clean;
}

/** drover's own session begins so; no agent lives in it. */
const OWN_SESSION = "_drover";

/**
 * The session an agent goes to: the one asked for, or the base name of its folder with what tmux will not have in a
 * session's name (`.` and `:`, control characters) made hyphens. Throws a Fault (INVALID).
 */
export function sessionName(asked: string | undefined, cwd: string): string {
  if (asked !== undefined) {
    if (asked === "" || asked.length > 64 || /[.:\u0000-\u001f\u007f]/.test(asked)) {
      throw new Fault("INVALID", `"${short(asked)}" cannot be a session's name`, {
        hint: "64 characters at most, without dots, colons or control characters",
      });
    }
    if (asked.startsWith(OWN_SESSION)) throw new Fault("INVALID", `the session "${asked}" is drover's own`);
    return asked;
  }
  const base = cwd.replace(/\/+$/, "").split("/").pop() ?? "";
  const clean = base
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
  return clean === "" || clean.startsWith(OWN_SESSION) ? "agents" : clean;
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
