import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { accountMeaning } from "#host/account-meaning.js";
import { readAccount } from "#host/accounts.js";
import { suite } from "../kit/t.js";

const test = suite("accounts");
const home = mkdtempSync(join(tmpdir(), "accounts-"));
test.after(() => rmSync(home, { recursive: true, force: true }));

const put = (name: string, value: unknown) => {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), typeof value === "string" ? value : JSON.stringify(value));
};
const jwt = (claims: object) =>
  ["eyJhbGciOiJIUzI1NiJ9", Buffer.from(JSON.stringify(claims)).toString("base64url"), "c2lnbmF0dXJl"].join(".");
const codex = (email: string, exp: number, more: object = {}) => ({
  OPENAI_API_KEY: null,
  tokens: {
    id_token: jwt({ sub: `user-${email}`, email, exp, iat: exp - 9 }),
    access_token: jwt({ sub: `user-${email}`, email, exp, jti: String(exp) }),
    refresh_token: `r${exp}`,
    account_id: `account-${email}`,
  },
  last_refresh: new Date(exp).toISOString(),
  ...more,
});

test("a token that is refreshed changes nothing, another account does", async () => {
  const read = async (value: unknown) => {
    put(".codex/auth.json", value);
    const { loggedIn, fingerprint } = await readAccount("codex", { HOME: home });
    assert.is(loggedIn, true);
    return fingerprint;
  };
  const first = await read(codex("a@b.c", 1_000));
  assert.is(await read(codex("a@b.c", 900_000)), first);
  assert.is.not(await read(codex("other@b.c", 1_000)), first);
  assert.is.not(await read(codex("a@b.c", 1_000, { OPENAI_API_KEY: "sk-1" })), first, "a key of one's own is a login");
});

test("counters, times and expiries of every spelling are left out, names of accounts are not", () => {
  const value = {
    claudeAiOauth: { accessToken: "x", refreshToken: "y", expiresAt: 5, scopes: ["user"], subscriptionType: "max" },
    opencode: { anthropic: { type: "oauth", refresh: "r", access: "a", expires: 1 } },
    numStartups: 7,
    lastSeen: 3,
    requestCount: 9,
    updated_at: "2026",
    google: { active: "me@x.y", expiry_date: 1 },
  };
  assert.equal(accountMeaning(value), {
    claudeAiOauth: { scopes: ["user"], subscriptionType: "max" },
    google: { active: "me@x.y" },
    opencode: { anthropic: { type: "oauth" } },
  });
});

test("of a file that holds much else only the login counts", async () => {
  const claude = { oauthAccount: { accountUuid: "u1", emailAddress: "a@b.c" }, numStartups: 1, projects: {} };
  put(".claude.json", claude);
  const { loggedIn, fingerprint } = await readAccount("claude", { HOME: home });
  assert.is(loggedIn, true);
  put(".claude.json", { ...claude, numStartups: 99, projects: { "/srv": { history: ["x"] } } });
  assert.is((await readAccount("claude", { HOME: home })).fingerprint, fingerprint);
  put(".claude.json", { ...claude, oauthAccount: { accountUuid: "u2", emailAddress: "d@e.f" } });
  assert.is.not((await readAccount("claude", { HOME: home })).fingerprint, fingerprint);
});

test("nobody is logged in where nothing says so; a key in the environment does", async () => {
  put(".gemini/google_accounts.json", { active: null, old: [] });
  if (process.platform !== "darwin") assert.is((await readAccount("gemini", { HOME: home })).loggedIn, false);
  assert.is((await readAccount("gemini", { HOME: home, GEMINI_API_KEY: "k" })).loggedIn, true);
  assert.is((await readAccount("mine", { HOME: home })).loggedIn, null);
});

test("models and hooks are read from settings", async () => {
  put(".codex/config.toml", 'model = "o4"\n[profiles.x]\nmodel = "o5"\n');
  put(".codex/models_cache.json", { models: [{ slug: "o6" }, { slug: "o4" }] });
  put(".codex/hooks.json", { hooks: { Stop: [{ hooks: [{ command: "/x/bin/drover-hook codex Stop" }] }] } });
  const { models, hooks } = await readAccount("codex", { HOME: home });
  assert.equal([models, hooks], [["o4", "o5", "o6"], true]);
  assert.equal(
    [(await readAccount("gemini", { HOME: home })).hooks, (await readAccount("pi", { HOME: home })).hooks],
    [false, null],
  );
});

test("broken files say nothing", async () => {
  put(".qwen/oauth_creds.json", "{");
  put(".qwen/settings.json", "]");
  assert.equal(
    { ...(await readAccount("qwen", { HOME: home })), fingerprint: "" },
    { loggedIn: false, models: [], hooks: null, fingerprint: "" },
  );
});

test.run();
