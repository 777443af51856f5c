/**
 * opencode as drover meets it: its screen at rest with a draft in the input box, drover's plugin in its process, its API
 * behind that, and a file that keeps every prompt that it was given. Typing it hears nothing of.
 */
import { appendFileSync } from "node:fs";
import { OpencodeApi } from "../twins/opencode-api.js";

interface Plugin {
  event(input: { event: { type: string; properties: object } }): Promise<void>;
}

const { FAKE_OPENCODE_TOLD: told = "", OPENCODE_CONFIG_CONTENT: config = "{}" } = process.env;
const [url = ""] = (JSON.parse(config) as { plugin?: string[] }).plugin ?? [];
const { Drover } = (await import(url)) as { Drover(input: object): Promise<Plugin> };
const session = { sessionID: "ses_1" };

const api = new OpencodeApi("ses_1", (text) => {
  appendFileSync(told, `${JSON.stringify(text)}\n`);
  api.busy = true;
  tell("session.status", { status: { type: "busy" } });
  setTimeout(() => {
    api.busy = false;
    tell("session.idle");
  }, 50);
});
const plugin = await Drover({ client: api.client });
const tell = (type: string, more: object = {}): void => {
  void plugin.event({ event: { type, properties: { ...session, ...more } } });
};

const bar = "\x1b[35m  ┃\x1b[0m";
const screen = [
  "     \x1b[35m▣\x1b[0m  Build · Some model · 1.2s",
  "",
  bar,
  `${bar}  a draft of mine`,
  bar,
  `${bar}  Build · Some model P`,
  `\x1b[35m  ╹${"▀".repeat(60)}\x1b[0m`,
  "\x1b[90m   /tmp   ctrl+p commands\x1b[0m",
];
process.stdin.setRawMode?.(true);
process.stdin.resume();
process.stdout.write(`\x1b]2;OC | Topic\x07\x1b[?1049h\x1b[H${screen.join("\r\n")}\x1b[4;21H`);
tell("session.created", { info: { id: session.sessionID } });
tell("session.idle");
