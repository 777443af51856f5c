/**
 * Takes an agent off the list: its record goes to the archive, what it had for itself goes with it (SPEC §4). What a
 * person would miss is named first; a part that fails does not keep the others.
 */
import type { Mailbox } from "#core/delivery/mailbox/state.js";
import { isDeadLetter } from "#core/delivery/message.js";
import { Fault } from "#core/fault.js";
import { isGone } from "#core/fleet/fleet.js";
import type { AgentId, Worktree } from "#core/model.js";
import { lossWith, removeWorktree } from "#host/git.js";
import type { PartError } from "#wire/requests.js";
import { asFault } from "./carry-out.js";
import type { Context } from "./context.js";
import { theAgent } from "./ground.js";
import { stopAgent } from "./stop.js";

const BURY_LIMIT_MS = 5_000;

/**
 * Returns what could not be swept away. Throws a Fault: CONFLICT where the agent lives or its worktree holds what nothing
 * else does (unless `force`, which ends it and drops that); the record's own, where it could not be archived.
 */
export function removeAgent(context: Context, id: AgentId, force: boolean): Promise<PartError[]> {
  return context.lives.run(id, () => remove(context, id, force));
}

async function remove(context: Context, id: AgentId, force: boolean): Promise<PartError[]> {
  const agent = theAgent(context, id);
  const { worktree } = agent.record;
  if (agent.making !== null) throw new Fault("CONFLICT", `${agent.record.label} is just being started`);
  const lives = !isGone(agent.record.state);
  if (worktree !== null && !lives && !force) await checkLoss(context, id, worktree);
  if (lives && force) await stopAgent(context, id, true);

  const errors: PartError[] = [];
  const sweep = async (label: string, part: () => Promise<unknown>): Promise<Fault | null> => {
    try {
      await part();
      return null;
    } catch (error) {
      const fault = asFault(error);
      context.log.warn("a part of an agent could not be removed", { agent: id, part: label, error: fault });
      errors.push({ label, code: fault.code, message: fault.message });
      return fault;
    }
  };
  // The folder before the record: should we die in between, the agent is still on the list to be removed again.
  if (worktree !== null && (!lives || force)) {
    await sweep("worktree", async () => {
      mustBeItsOwn(context, id, worktree);
      await removeWorktree(worktree);
    });
  }
  context.mail.pass("removing");
  const kept = await sweep("record", () => context.loop.ask({ ask: "remove", id, force }));
  if (kept !== null) throw kept;
  context.mail.pass("removed");
  // What waited for it is a dead letter, on disk before anybody is told that it is gone.
  const buried = (box: Mailbox | null) => {
    const typed = [...(box?.open ?? [])];
    // What stands in a message of which nobody can say whether it was taken stays with that.
    const doubtful = typed.map(({ batch }) => batch);
    const left = context.mail.inboxes.list(id).filter(({ lease }) => !doubtful.includes(lease?.batch ?? ""));
    return typed.every(isDeadLetter) && left.length === 0 ? true : null;
  };
  if ((await context.mail.until(id, BURY_LIMIT_MS, buried)) === null) {
    errors.push({ label: "mail", code: "TIMED_OUT", message: "its mail still waits to be put aside" });
  }
  // Of mail that a daemon before us gave it; what is under way still has its receipt taken once it rests.
  else await context.mux.dropReceipt(id).catch(() => {});
  context.mail.pass("sweeping");
  await sweep("ledger", () => context.store.sweepMail(id));
  context.mail.pass("swept");
  return errors;
}

/** Throws a Fault (CONFLICT) that counts what would be lost. */
async function checkLoss(context: Context, id: AgentId, worktree: Worktree): Promise<void> {
  mustBeItsOwn(context, id, worktree);
  const loss = await lossWith(worktree);
  if (loss === null || (loss.files === 0 && loss.commits === 0)) return;
  const { label } = theAgent(context, id).record;
  const files = loss.files === 0 ? [] : [count(loss.files, "uncommitted file")];
  const commits = loss.commits === 0 ? [] : [`${count(loss.commits, "commit")} on no other branch`];
  throw new Fault("CONFLICT", `${label}'s worktree has ${[...files, ...commits].join(" and ")}: ${worktree.path}`, {
    hint: "commit and merge it, or remove it by force: the files are lost then, commits stay on their branch",
    detail: { loss: { ...loss, path: worktree.path, branch: worktree.branch } },
  });
}

/** Throws a Fault (CONFLICT) where another agent works in it. */
function mustBeItsOwn({ loop }: Context, id: AgentId, { path }: Worktree): void {
  for (const { record } of loop.fleet.agents.values()) {
    const within = record.cwd === path || record.cwd.startsWith(`${path}/`);
    if (record.id !== id && within && !isGone(record.state)) {
      throw new Fault("CONFLICT", `${record.label} works in ${path}`, { hint: "stop it first" });
    }
  }
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
