import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Fault } from "#core/fault.js";
import type { Worktree } from "#core/model.js";
import { checkBranch, ensureWorktree, findRepository, lossWith, removeWorktree, worktreeFolder } from "#host/git.js";
import { isInstalled } from "../kit/program.js";
import { suite } from "../kit/t.js";

const all = suite("git");
const hasGit = isInstalled("git");
const test = all.skipIf(!hasGit, "git is not installed");

let root: string;
let repo: string;
let tree: Worktree;

function git(folder: string, ...args: string[]): string {
  const who = ["-c", "user.name=drover", "-c", "user.email=drover@example.org", "-c", "init.defaultBranch=main"];
  return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" }).trim();
}

function commit(folder: string, file: string): void {
  writeFileSync(join(folder, file), file);
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", file);
}

all.beforeEach(() => {
  if (!hasGit) return;
  root = realpathSync(mkdtempSync(join(tmpdir(), "drover-git-")));
  repo = join(root, "proj");
  mkdirSync(join(repo, "pkg"), { recursive: true });
  git(repo, "init", "-q");
  commit(repo, "pkg/first");
  tree = { path: join(worktreeFolder(repo), "a"), branch: "drover/a", repo, ownBranch: true };
});
all.afterEach(() => {
  if (hasGit) rmSync(root, { recursive: true, force: true });
});

const refusal = async (what: Promise<unknown>): Promise<string> => {
  try {
    await what;
    return "";
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`;
    throw error;
  }
};

test("a repository is found from any folder below it, and from a worktree of it", async () => {
  assert.equal(await findRepository(join(repo, "pkg")), { folder: repo, below: "pkg" });
  await ensureWorktree(tree, true);
  assert.equal(await findRepository(join(tree.path, "pkg")), { folder: repo, below: "pkg" });
});

test("what is no repository, is bare, or has no commit is refused in words", async () => {
  assert.match(await refusal(findRepository(root)), /^INVALID: .* is in no git repository/);
  git(root, "init", "-q", "empty");
  assert.match(await refusal(findRepository(join(root, "empty"))), /no commit yet/);
  git(root, "init", "-q", "--bare", "bare.git");
  assert.match(await refusal(findRepository(join(root, "bare.git"))), /bare/);
});

test("a worktree lies beside the repository, on a branch of its own, with files anybody may read", async () => {
  await ensureWorktree(tree, true);
  assert.is(tree.path, join(root, "proj.worktrees", "a"));
  assert.is(git(tree.path, "branch", "--show-current"), "drover/a");
  assert.is(statSync(join(tree.path, "pkg/first")).mode & 0o777, statSync(join(repo, "pkg/first")).mode & 0o777);
  assert.equal(await lossWith(tree), { files: 0, commits: 0 });
});

test("a fresh worktree takes over neither a folder nor a branch that another left", async () => {
  await ensureWorktree(tree, true);
  assert.match(await refusal(ensureWorktree(tree, true)), /^CONFLICT: .* is there already/);
  await ensureWorktree(tree, false);
  git(repo, "worktree", "remove", tree.path);
  assert.match(await refusal(ensureWorktree(tree, true)), /^CONFLICT: the branch drover\/a is there already/);
  await ensureWorktree({ ...tree, ownBranch: false }, true);
});

test("a worktree whose folder is gone is made again, on its branch", async () => {
  await ensureWorktree(tree, true);
  commit(tree.path, "work");
  rmSync(tree.path, { recursive: true });
  await ensureWorktree(tree, false);
  assert.ok(existsSync(join(tree.path, "work")));
});

test("what would be lost is counted: files that no commit holds, commits that no other branch holds", async () => {
  await ensureWorktree(tree, true);
  commit(tree.path, "one");
  commit(tree.path, "two");
  writeFileSync(join(tree.path, "untracked"), "");
  writeFileSync(join(tree.path, "one"), "changed");
  assert.equal(await lossWith(tree), { files: 2, commits: 2 });
  git(repo, "merge", "-q", "drover/a");
  assert.equal(await lossWith(tree), { files: 2, commits: 0 });
  assert.is(await lossWith({ ...tree, path: join(root, "nowhere") }), null);
});

test("commits on a branch the agent changed to, or on none, count as well", async () => {
  await ensureWorktree(tree, true);
  git(tree.path, "switch", "-q", "-c", "elsewhere");
  commit(tree.path, "one");
  assert.equal(await lossWith(tree), { files: 0, commits: 1 });
  git(tree.path, "switch", "-q", "--detach");
  commit(tree.path, "two");
  assert.equal(await lossWith(tree), { files: 0, commits: 1 });
});

test("a worktree goes with the branch that was made for it, where others hold its commits", async () => {
  await ensureWorktree(tree, true);
  commit(tree.path, "one");
  git(repo, "merge", "-q", "drover/a");
  await removeWorktree(tree);
  assert.not.ok(existsSync(tree.path));
  assert.is(git(repo, "branch", "--list", "drover/*"), "");
});

test("commits that nobody else holds stay on their branch, and a person's branch always stays", async () => {
  await ensureWorktree(tree, true);
  commit(tree.path, "one");
  writeFileSync(join(tree.path, "untracked"), "");
  await removeWorktree(tree);
  assert.not.ok(existsSync(tree.path));
  assert.is(git(repo, "branch", "--list", "--format=%(refname:short)", "drover/*"), "drover/a");
  const mine = { ...tree, branch: "mine", ownBranch: false };
  await ensureWorktree(mine, true);
  await removeWorktree(mine);
  assert.is(git(repo, "branch", "--list", "--format=%(refname:short)", "mine"), "mine");
});

test("a worktree that is gone already is forgotten", async () => {
  await ensureWorktree(tree, true);
  rmSync(tree.path, { recursive: true });
  await removeWorktree(tree);
  assert.is(git(repo, "worktree", "list").split("\n").length, 1);
});

for (const name of ["two words", "-d", "a..b", "", "HEAD~1", "@{-1}"]) {
  test(`"${name}" is no branch's name`, async () => {
    assert.match(await refusal(checkBranch(name)), /^INVALID: .* cannot be a branch's name/);
  });
}

test("git's variables of whoever started us mean nothing here", async () => {
  process.env.GIT_DIR = join(root, "nowhere");
  try {
    assert.is((await findRepository(repo)).folder, repo);
  } finally {
    delete process.env.GIT_DIR;
  }
});

all.run();
