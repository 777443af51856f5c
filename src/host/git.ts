/**
 * The little that drover asks of git: worktrees for agents, and what would be lost with one. Each call starts one git
 * process, so none of this is on a hot path.
 */
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Fault } from "#core/fault.js";
import type { Worktree } from "#core/model.js";
import { type Ran, run } from "./processes.js";

/** A checkout of a large repository takes its time. */
const CHECKOUT_LIMIT_MS = 120_000;

export interface Repository {
  /** The folder of its main worktree. */
  readonly folder: string;
  /** Where the folder asked about lies in its own worktree: `""` for the root, else `packages/api`. */
  readonly below: string;
}

/** The repository that `folder` lies in. Throws INVALID where it lies in none, or one without a commit or a worktree. */
export async function findRepository(folder: string): Promise<Repository> {
  const asked = await git(folder, "rev-parse", "--path-format=absolute", "--git-common-dir", "--show-prefix");
  if (asked.code !== 0) {
    throw new Fault("INVALID", `${folder} is in no git repository, so there is nothing to make a worktree of`);
  }
  const [common = "", prefix = ""] = asked.stdout.split("\n");
  if (basename(common) !== ".git") {
    throw new Fault("INVALID", `the repository of ${folder} is bare: drover makes worktrees beside a checkout only`);
  }
  const head = await git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  if (head.code !== 0) throw new Fault("INVALID", `the repository of ${folder} has no commit yet`);
  return { folder: dirname(common), below: prefix.replace(/\/$/, "") };
}

/** Throws INVALID where git would not take `branch` as a branch's name. */
export async function checkBranch(branch: string): Promise<void> {
  const asked = branch.startsWith("-") ? null : await git("/", "check-ref-format", "--branch", branch);
  if (asked?.code === 0 && asked.stdout === branch) return;
  throw new Fault("INVALID", `"${branch.slice(0, 60)}" cannot be a branch's name`, {
    hint: "a prompt goes before --worktree, since the word after it is the branch",
  });
}

/**
 * Makes the worktree, on `branch` where there is such a branch and on a new one from the repository's HEAD otherwise.
 * `fresh`: the folder must not be there before, nor a branch that is the agent's own; without it, what is there is taken
 * as it is. Throws a Fault: CONFLICT, or git's own words as INVALID.
 */
export async function ensureWorktree(worktree: Worktree, fresh: boolean): Promise<void> {
  const { repo, path, branch, ownBranch } = worktree;
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere && !fresh) return;
  if (isThere) {
    throw new Fault("CONFLICT", `${path} is there already, with what another agent left`, {
      hint: "choose another label, or remove that worktree",
    });
  }
  const known = await git(repo, "show-ref", "--verify", "--quiet", `refs/heads/${branch}`);
  if (known.code === 0 && fresh && ownBranch) {
    throw new Fault("CONFLICT", `the branch ${branch} is there already, with what another agent left`, {
      hint: `--worktree ${branch} takes it as it is`,
    });
  }
  // One whose folder was removed by hand would be refused.
  await git(repo, "worktree", "prune");
  const made =
    known.code === 0
      ? await git(repo, "worktree", "add", path, branch)
      : await git(repo, "worktree", "add", "-b", branch, path);
  if (made.code !== 0) throw said("git made no worktree", made);
}

export interface Loss {
  /** Changed, added, deleted and untracked files that no commit holds. */
  readonly files: number;
  /** Commits that no other branch, and no remote, holds. */
  readonly commits: number;
}

/** What would be lost with the worktree; null where its folder is gone already. */
export async function lossWith(worktree: Worktree): Promise<Loss | null> {
  const { path } = worktree;
  if (!(await stat(path).catch(() => null))?.isDirectory()) return null;
  const status = await git(path, "status", "--porcelain", "--untracked-files=all");
  if (status.code !== 0) throw said(`what is in ${path} cannot be seen`, status);
  const files = status.stdout === "" ? 0 : status.stdout.split("\n").length;
  // The agent may have changed to another branch, or to none.
  const head = await git(path, "symbolic-ref", "--quiet", "--short", "HEAD");
  const own = [...new Set([worktree.branch, head.code === 0 ? head.stdout : worktree.branch])];
  const ahead = await git(
    path,
    "rev-list",
    "--count",
    "HEAD",
    "--not",
    ...own.map((name) => `--exclude=${name}`),
    "--branches",
    "--remotes",
    "--tags",
  );
  if (ahead.code !== 0) throw said(`which commits are only in ${path} cannot be seen`, ahead);
  return { files, commits: Number(ahead.stdout) };
}

/**
 * Removes the folder, with what no commit holds, and then the branch where drover made it and others hold its commits.
 * Commits that are on no other branch stay on theirs.
 */
export async function removeWorktree(worktree: Worktree): Promise<void> {
  const { repo, path, branch, ownBranch } = worktree;
  const loss = await lossWith(worktree);
  const removed =
    loss === null ? await git(repo, "worktree", "prune") : await git(repo, "worktree", "remove", "--force", path);
  if (removed.code !== 0) throw said(`the worktree ${path} was not removed`, removed);
  if (loss?.commits !== 0 || !ownBranch) return;
  const deleted = await git(repo, "branch", "-D", branch);
  if (deleted.code !== 0) throw said(`the branch ${branch} was not deleted`, deleted);
}

/** Where drover keeps the worktrees of a repository: beside it, where a person finds them. */
export function worktreeFolder(repository: string): string {
  return join(dirname(repository), `${basename(repository)}.worktrees`);
}

/** As it was when we started: the daemon's own, which hides its files from others, is not for a checkout. */
const umask = process.umask(0o077);
process.umask(umask);

function git(folder: string, ...args: string[]): Promise<Ran> {
  return run("/bin/sh", ["-c", 'umask "$0" && exec git "$@"', umask.toString(8), ...args], {
    cwd: folder,
    limitMs: CHECKOUT_LIMIT_MS,
    env: {
      // Set where drover was started from a git hook: they would mean another repository.
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
      GIT_TERMINAL_PROMPT: "0",
      GIT_OPTIONAL_LOCKS: "0",
      LC_ALL: "C",
    },
  });
}

function said(what: string, { stderr, code }: Ran): Fault {
  const words = stderr.split("\n").findLast((line) => line.trim() !== "") ?? `git ended with ${code}`;
  return new Fault("INVALID", `${what}: ${words.replace(/^fatal: /, "")}`);
}
