/** The form that starts an agent: provider, label, session, folder, first prompt. */
import type { Key } from "../driver/driver.js";
import { edit, insert, type LineEditor, openEditor } from "../driver/line-editor.js";
import { keyName } from "../keys/action.js";
import { findAction } from "../keys/table.js";
import { type Event, sentence } from "../state/event.js";
import { putAgent } from "../state/fleet.js";
import { NEW_FIELDS, type NewField, type NewForm } from "../state/mode.js";
import { selectAgent } from "../state/select.js";
import { notice, type State, selectedAgent } from "../state/state.js";
import { tilde, untilde } from "../state/tilde.js";
import type { Step } from "../state/wish.js";

/** Opens it with the folder of the selected agent, since the next one most often works beside it. */
export function openNew(state: State): Step {
  const folder = selectedAgent(state)?.cwd || state.folder;
  const form: NewForm = {
    field: "provider",
    provider: 0,
    typed: "",
    label: openEditor(""),
    session: openEditor(""),
    folder: openEditor(tilde(state, folder)),
    prompt: openEditor(""),
    busy: false,
    problem: null,
  };
  return [{ ...state, mode: { at: "new", form } }, [{ do: "providers" }]];
}

/** Installed ones first, each kind in the daemon's order; without the one that needs a command, for which there is no field. */
export function providersCame(state: State, event: Extract<Event, { on: "providers" }>): State {
  if (event.providers) {
    const offered = event.providers.filter(({ name }) => name !== "generic");
    const providers = offered.sort((a, b) => Number(b.installed) - Number(a.installed));
    return { ...state, providers };
  }
  if (state.mode.at !== "new") return state;
  return withForm(state, { ...state.mode.form, problem: event.refused ? sentence(event.refused) : null });
}

export function newKey(state: State, form: NewForm, key: Key): Step {
  const action = findAction("new", keyName(key))?.name ?? null;
  if (action === "cancel") return [{ ...state, mode: { at: "list" } }, []];
  if (form.busy) return [state, []];
  const field = form.field;
  if (action === "confirm") return start(state, form);
  if (
    action === "previous-field" &&
    (field !== "prompt" || key.name === "backtab" || !form.prompt.text.slice(0, form.prompt.cursor).includes("\n"))
  ) {
    return [go(state, form, -1), []];
  }
  if (
    action === "next-field" &&
    key.name === "tab" &&
    field === "folder" &&
    !form.folder.text.trimEnd().endsWith("/")
  ) {
    return [withForm(state, { ...form, problem: null }), [{ do: "complete", text: form.folder.text }]];
  }
  if (
    action === "next-field" &&
    (field !== "prompt" || key.name === "tab" || !form.prompt.text.slice(form.prompt.cursor).includes("\n"))
  ) {
    return [go(state, form, 1), []];
  }
  if (action === "complete" && field === "folder") return [state, [{ do: "complete", text: form.folder.text }]];
  if (action === "submit") return field === "prompt" ? start(state, form) : [go(state, form, 1), []];
  if (field === "provider") return [pickProvider(state, form, key), []];
  if (action === "newline")
    return field === "prompt" ? [withField(state, form, insert(form.prompt, "\n")), []] : [state, []];
  const editor = edit(form[field], key);
  return editor === form[field] ? [state, []] : [withField(state, form, editor), []];
}

export function newPaste(state: State, form: NewForm, text: string): Step {
  if (form.busy || form.field === "provider") return [state, []];
  const clean = form.field === "prompt" ? text : text.replace(/\s*\n\s*/g, " ").trim();
  return [withField(state, form, insert(form[form.field], clean)), []];
}

function pickProvider(state: State, form: NewForm, key: Key): State {
  const count = state.providers?.length ?? 0;
  if (count === 0) return state;
  const by = key.name === "left" ? -1 : key.name === "right" || key.name === "space" || key.name === " " ? 1 : 0;
  if (by !== 0) {
    const provider = (form.provider + by + count) % count;
    return withForm(state, { ...form, provider, typed: "", problem: null });
  }
  const { text } = key;
  if (text === null || text === "") return state;
  // Letters that go on with a name go to it; another one goes to the next provider that begins with it.
  const begun = form.typed + text.toLowerCase();
  for (const [typed, from] of [
    [begun, form.typed === "" ? 1 : 0],
    [text.toLowerCase(), 1],
  ] as const) {
    for (let step = from; step < from + count; step++) {
      const provider = (form.provider + step) % count;
      if (state.providers![provider]!.name.startsWith(typed)) {
        return withForm(state, { ...form, provider, typed, problem: null });
      }
    }
  }
  return state;
}

export function goTo(state: State, form: NewForm, field: NewField): State {
  return withForm(state, { ...form, field, typed: "" });
}

function go(state: State, form: NewForm, by: number): State {
  const at = NEW_FIELDS.indexOf(form.field) + by;
  const field = NEW_FIELDS[(at + NEW_FIELDS.length) % NEW_FIELDS.length]!;
  return withForm(state, { ...form, field, typed: "" });
}

function withField(state: State, form: NewForm, editor: LineEditor): State {
  return withForm(state, { ...form, [form.field]: editor, problem: null });
}

function withForm(state: State, form: NewForm): State {
  return { ...state, mode: { at: "new", form } };
}

const LABEL = /^[a-z0-9][a-z0-9-]{0,47}$/;

function start(state: State, form: NewForm): Step {
  const provider = state.providers?.[form.provider];
  const label = form.label.text.trim();
  if (!provider) return [withForm(state, { ...form, problem: "the list of providers has not come yet" }), []];
  if (label !== "" && !LABEL.test(label)) {
    const problem = "a label is small letters, digits and dashes, at most 48, and begins with a letter or digit";
    return [withForm(state, { ...form, field: "label", problem }), []];
  }
  const wish = {
    do: "spawn",
    provider: provider.name,
    label,
    session: form.session.text.trim(),
    folder: untilde(state, form.folder.text) || state.folder,
    prompt: form.prompt.text.trim() === "" ? "" : form.prompt.text,
  } as const;
  return [withForm(state, { ...form, busy: true, problem: null }), [wish]];
}

/** It started: select it. It did not: the form stays as it was, with the reason. */
export function spawned(state: State, event: Extract<Event, { on: "spawned" }>): State {
  const form = state.mode.at === "new" ? state.mode.form : null;
  if (event.agent) {
    const closed: State = form?.busy ? { ...state, mode: { at: "list" } } : state;
    const known = putAgent(closed, event.agent);
    return notice(selectAgent(known, event.agent.id), "good", `${event.agent.label} is starting`);
  }
  const why = event.refused ? sentence(event.refused) : "it could not be started";
  return form ? withForm(state, { ...form, busy: false, problem: why }) : notice(state, "bad", why);
}

/** The folder's name has been completed; nothing to add moves on to the next field, as Tab would. */
export function completed(state: State, before: string, after: string): State {
  if (state.mode.at !== "new" || state.mode.form.folder.text !== before) return state;
  const { form } = state.mode;
  if (after === before) return form.field === "folder" ? go(state, form, 1) : state;
  return withForm(state, { ...form, folder: openEditor(after) });
}
