import * as assert from "uvu/assert";
import { boot } from "#core/fleet/fleet.js";
import { type HookSender, whoseHook } from "#core/fleet/whose-hook.js";
import type { AgentRecord, PaneId } from "#core/model.js";
import { suite } from "../../kit/t.js";
import { idOf, record } from "./play.js";

const test = suite("whose hook");

const speaksOf = (provider: string) => (provider === "shell" ? "nothing" : provider);

/** Whose it is, as the label (with "+" where its conversation is learnt), or why it is nobody's. */
function whose(records: readonly AgentRecord[], sender: Partial<HookSender>): string {
  const nobody = { speaks: "claude", id: null, pane: null, session: null, begins: false, prompts: false };
  const found = whoseHook(boot(records, new Map()), { ...nobody, ...sender }, speaksOf);
  return "stray" in found ? found.stray : found.agent.record.label + (found.learns ? "+" : "");
}

const at = (label: string, pane: PaneId, more: Partial<AgentRecord> = {}): AgentRecord =>
  record(`${label} ${pane} idle`, more);

const codexOf = (label: string, pane: PaneId, nativeSession: string): AgentRecord =>
  at(label, pane, { provider: "codex", nativeSession });

const a = at("a", "%1", { nativeSession: "sa" });
const b = at("b", "%2", { nativeSession: "sb" });
const fresh = at("c", "%3");

test("it is the agent's whom the environment names, whose pane and conversation agree", () => {
  assert.is(whose([a, b], { id: idOf("a"), pane: "%1", session: "sa" }), "a");
  assert.is(whose([a, b], { id: idOf("a") }), "a");
  assert.is(whose([fresh], { id: idOf("c"), pane: "%3", session: "new" }), "c");
});

test("started by hand, it is known by its conversation or its pane, else by nothing", () => {
  assert.is(whose([a, b], { session: "sb" }), "b");
  assert.is(whose([a, b, fresh], { pane: "%3", session: "new" }), "c");
  assert.is(whose([a, b], { pane: "%9", session: "new" }), "nobody");
  assert.is(whose([a, b], {}), "nobody");
});

test("a pane tells more than an environment that was handed on", () => {
  assert.is(whose([a, b], { id: idOf("a"), pane: "%2", session: "sb" }), "b");
  assert.is(whose([a, fresh], { id: idOf("a"), pane: "%3", session: "new" }), "c");
  assert.is(whose([a, b], { id: idOf("a"), pane: "%9", session: "new" }), "nobody");
  // The same conversation taken up by hand elsewhere is not the agent in its tab.
  assert.is(whose([a, b], { pane: "%9", session: "sa" }), "nobody");
});

test("Codex's conversations are told apart in whichever pane's environment their hooks run", () => {
  const codex = [codexOf("a", "%1", "sa"), codexOf("b", "%2", "sb")];
  assert.is(whose(codex, { speaks: "codex", id: idOf("a"), pane: "%1", session: "sb", prompts: true }), "b");
  assert.is(
    whose(codex, { speaks: "codex", id: idOf("a"), pane: "%1", session: "third", prompts: true }),
    "other-thread",
  );
});

test("Codex's new conversations are whose they can only be", () => {
  const of = (state: "idle" | "working", label: string, pane: PaneId) => at(label, pane, { provider: "codex", state });
  const told = { speaks: "codex", pane: "%1", session: "new" } as const;
  assert.is(whose([of("idle", "a", "%1")], { ...told, prompts: true }), "a");
  // Of two, nobody can say who was prompted; who works can be seen.
  const two = [of("idle", "a", "%1"), of("working", "b", "%2")];
  assert.is(whose(two, { ...told, prompts: true }), "other-thread");
  assert.is(whose(two, told), "b");
  assert.is(whose([of("working", "a", "%1"), of("working", "b", "%2")], told), "other-thread");
  assert.is(whose([codexOf("a", "%1", "sa"), of("idle", "b", "%2")], { ...told, prompts: true }), "other-thread");
  // Named in its own command, it is certain.
  assert.is(whose(two, { ...told, id: idOf("a"), named: true }), "a");
});

test("what an agent starts in the middle of a turn is not the agent", () => {
  const busy = { ...a, state: "working" as const };
  assert.is(whose([busy], { id: idOf("a"), pane: "%1", session: "nested", begins: true }), "other-thread");
  assert.is(whose([busy], { id: idOf("a"), pane: "%1", session: "nested", prompts: true }), "other-thread");
  assert.is(whose([busy], { id: idOf("a"), pane: "%1", session: "nested" }), "other-thread");
  assert.is(whose([busy], { id: idOf("a"), pane: "%1", session: "nested", speaks: "codex" }), "other-program");
});

test("at rest another conversation begins, is taken up, or was not seen to begin", () => {
  assert.is(whose([a], { id: idOf("a"), pane: "%1", session: "next", begins: true }), "a+");
  assert.is(whose([a], { id: idOf("a"), pane: "%1", session: "next", prompts: true }), "a+");
  assert.is(whose([a], { id: idOf("a"), pane: "%1", session: "next" }), "other-thread");
});

test("a conversation that the program ended is followed by its own next one, whatever the screen shows of that", () => {
  const busy = boot([{ ...a, state: "working" as const }], new Map());
  const known = busy.agents.get(idOf("a"))!;
  const between = { ...busy, agents: new Map([[idOf("a"), { ...known, betweenSessions: true }]]) };
  const sender = {
    speaks: "claude",
    id: idOf("a"),
    pane: "%1",
    session: "next",
    begins: true,
    prompts: false,
  } as const;
  const found = whoseHook(between, sender, speaksOf);
  assert.equal("learns" in found && [found.agent.record.label, found.learns], ["a", true]);
});

test("it goes on in another conversation where its program says that its user began it", () => {
  const known = { ...codexOf("a", "%1", "sa"), state: "working" as const };
  const told = { speaks: "codex", id: idOf("a"), session: "new", named: true } as const;
  assert.is(whose([known], { ...told, users: true }), "a+");
  assert.is(whose([known], told), "other-thread");
});

test.run();
