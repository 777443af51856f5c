/** Screens of the programs, composed row by row in their own styles, to put things into that no recording holds. */
import type { Still } from "#core/screen/still.js";
import { Emulator } from "#host/emulator.js";

export const COLUMNS = 100;
export const ROWS = 40;

const p = (colour: number, text: string) => `\x1b[38;5;${colour}m${text}\x1b[39m`;
const rgb = (hex: string, text: string) => {
  const [r, g, b] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `\x1b[38;2;${r};${g};${b}m${text}\x1b[39m`;
};
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;
const bold = (text: string) => `\x1b[1m${text}\x1b[22m`;
const inverse = (text: string) => `\x1b[7m${text}\x1b[27m`;

const emulator = new Emulator();

export function still(
  lines: readonly string[],
  more: {
    title?: string;
    alternate?: boolean;
    cursorVisible?: boolean;
    cursorRow?: number;
    cursorColumn?: number;
  } = {},
): Promise<Still> {
  const { title = "somewhere", alternate = true, cursorVisible = false, cursorRow = ROWS - 1, cursorColumn = 0 } = more;
  const cursor = { x: cursorColumn, y: cursorRow, visible: cursorVisible };
  return emulator.still(lines.join("\n"), { columns: COLUMNS, rows: ROWS, cursor, title, alternate });
}

/** Transcript at the top, chrome at the bottom, blank rows between; of a transcript too long its last rows. */
function filled(transcript: readonly string[], chrome: readonly string[]): string[] {
  const room = ROWS - chrome.length;
  const shown = transcript.slice(-room);
  return [...shown, ...Array.from({ length: room - shown.length }, () => ""), ...chrome];
}

export type Moment = "busy" | "rest";

/** How one program shows an answer, and the screen around it. */
export interface Screens {
  readonly provider: string;
  /** The rows of an answer, styled and indented as the program does it, after the prompt it answers. */
  answer(lines: readonly string[]): string[];
  /** The screen with this transcript: busy with a turn, or at rest with nothing said of how it ended. */
  screen(moment: Moment, transcript: readonly string[], draft?: string): Promise<Still>;
}

const RULE = p(244, "─".repeat(COLUMNS));

export const claudeScreens: Screens = {
  provider: "claude",
  answer: ([first = "", ...rest]) => [
    `\x1b[48;5;237m${p(246, "❯ ")}${p(231, "show me")}\x1b[49m`,
    "",
    `${p(231, "●")} ${first}`,
    ...rest.map((line) => `  ${line}`),
    "",
  ],
  screen: (moment, transcript, draft = inverse(" ")) =>
    still(
      filled(transcript, [
        `${" ".repeat(COLUMNS - 20)}${p(246, "◐ medium · /effort")}`,
        RULE,
        `${moment === "busy" ? p(246, "❯\u00a0") : "❯\u00a0"}${draft}`,
        RULE,
        `  ${p(246, moment === "busy" ? "⏸ manual mode on · esc to interrupt" : "⏸ manual mode on · ? for shortcuts")}`,
      ]),
      { title: "✳ Claude Code" },
    ),
};

export const codexScreens: Screens = {
  provider: "codex",
  answer: ([first = "", ...rest]) => [
    `\x1b[48;2;68;68;68m${bold(dim("› "))}${rgb("eeeeee", "show me")}\x1b[49m`,
    "",
    `${dim("• ")}${first}`,
    ...rest.map((line) => `  ${line}`),
    "",
  ],
  screen: (moment, transcript, draft = dim("Ask Codex to do anything")) =>
    still(
      filled(transcript, [
        "",
        ...draft.split("\n").map((line, index) => (index === 0 ? `${bold("›")} ${line}` : `  ${line}`)),
        "",
        `  ${rgb("f6e2b7", "some-model default")} · ${rgb("abdfa7", "/srv/shop")}`,
        `  ${bold("←")} for agents · ${bold("?")} for shortcuts`,
      ]),
      { title: moment === "busy" ? "⠹ Fix the till | shop" : "Fix the till | shop", cursorVisible: true },
    ),
};

export const geminiScreens: Screens = {
  provider: "gemini",
  answer: ([first = "", ...rest]) => [
    rgb("5f5f5f", "▄".repeat(COLUMNS)),
    ` ${rgb("d7afff", "> ")}${rgb("ffffff", "show me")}`,
    rgb("5f5f5f", "▀".repeat(COLUMNS)),
    `${rgb("d7afff", "✦ ")}${rgb("ffffff", first)}`,
    ...rest.map((line) => `  ${rgb("ffffff", line)}`),
    "",
  ],
  screen: (moment, transcript, draft = rgb("afafaf", "  Type your message or @path/to/file")) =>
    still(
      filled(transcript, [
        `${moment === "busy" ? ` ${rgb("87b4fa", "⠋")} Thinking... ${rgb("afafaf", "(esc to cancel, 4s)")}` : ""}`.padEnd(
          20,
        ),
        dim(rgb("878787", "─".repeat(COLUMNS))),
        ` ${rgb("afafaf", "Shift+Tab to accept edits")}`,
        rgb("5f5f5f", "▄".repeat(COLUMNS)),
        ` ${rgb("d7afff", "> ")}${draft}`,
        rgb("5f5f5f", "▀".repeat(COLUMNS)),
        ` ${rgb("afafaf", "workspace (/directory)        sandbox        /model")}`,
        ` ${rgb("ffffff", "/srv/shop")}`,
      ]),
      { title: `${moment === "busy" ? "✦  Working… (shop)" : "◇  Ready (shop)"}`.padEnd(80), alternate: false },
    ),
};

const BLUE = "5c9cf5";

export const opencodeScreens: Screens = {
  provider: "opencode",
  answer: (lines) => [
    "",
    `  ${rgb(BLUE, "┃")}`,
    `  ${rgb(BLUE, "┃")}  ${rgb("eeeeee", "show me")}`,
    `  ${rgb(BLUE, "┃")}`,
    "",
    ...lines.map((line) => `     ${rgb("eeeeee", line)}`),
    "",
  ],
  screen: (moment, transcript, draft = "") =>
    still(
      filled(
        // The line of the turn under way has no duration yet.
        moment === "busy"
          ? [...transcript, `     ${rgb(BLUE, "▣ ")} ${rgb("eeeeee", "Build")}${rgb("808080", " · Some model")}`]
          : transcript,
        [
          `  ${rgb(BLUE, "┃")}`,
          `  ${rgb(BLUE, "┃")}  ${rgb("eeeeee", draft)}`,
          `  ${rgb(BLUE, "┃")}`,
          `  ${rgb(BLUE, "┃")}  ${rgb(BLUE, "Build")} ${rgb("808080", "·")} ${rgb("eeeeee", "Some model")}`,
          `  ${rgb(BLUE, "╹")}${rgb("1e1e1e", "▀".repeat(COLUMNS - 6))}`,
          moment === "busy"
            ? `   ${rgb("2d496f", "⬝⬝⬝⬝■■⬝⬝")}  ${rgb("eeeeee", "esc ")}${rgb("808080", "interrupt")}`
            : `   ${rgb("808080", "/srv/shop")}${" ".repeat(50)}${rgb("eeeeee", "ctrl+p ")}${rgb("808080", "commands")}`,
          "",
        ],
      ),
      { title: "OC | till", cursorVisible: true, cursorRow: ROWS - 6 },
    ),
};

export const qwenScreens: Screens = {
  provider: "qwen",
  answer: ([first = "", ...rest]) => [
    `  ${rgb("cba6f7", ">")} ${rgb("cba6f7", "show me")}`,
    "",
    `  ${rgb("cba6f7", "✦")} ${first}`,
    ...rest.map((line) => (line === "" ? "" : `    ${line}`)),
  ],
  screen: (moment, transcript, draft = `${inverse(" ")}${rgb("6c7086", " Type your message or @path/to/file")}`) =>
    still(
      filled(transcript, [
        "",
        moment === "busy"
          ? `  ..  ${rgb("cba6f7", "Herding digital cats...")}${rgb("6c7086", " (4s · esc to cancel)")}`
          : "",
        rgb("89b4fa", "─".repeat(COLUMNS)),
        `${rgb("cba6f7", "> ")}${draft}`,
        rgb("89b4fa", "─".repeat(COLUMNS)),
        `  ${rgb("6c7086", "? for shortcuts")}`,
      ]),
      { title: "Qwen - shop", alternate: false },
    ),
};

export const piScreens: Screens = {
  provider: "pi",
  answer: (lines) => [
    `\x1b[48;2;52;53;65m${" show me".padEnd(COLUMNS)}\x1b[49m`,
    "",
    ...lines.map((line) => (line === "" ? "" : ` ${line}`)),
  ],
  screen: (moment, transcript, draft = inverse(" ")) =>
    still(
      filled(transcript, [
        "",
        ...(moment === "busy" ? [` ${rgb("8abeb7", "⠼")} ${rgb("808080", "Working...")}`, ""] : []),
        rgb("505050", "─".repeat(COLUMNS)),
        draft,
        rgb("505050", "─".repeat(COLUMNS)),
        rgb("666666", "/srv/shop"),
        rgb("666666", `${"0.6%/200k (auto)".padEnd(COLUMNS - 10)}some-model`),
      ]),
      { title: "π - shop", alternate: false },
    ),
};

export const copilotScreens: Screens = {
  provider: "copilot",
  answer: ([first = "", ...rest]) => [
    " ❯ show me",
    "",
    ` ${p(4, "●")} ${first}`,
    ...rest.map((line) => (line === "" ? "" : `   ${line}`)),
    "",
  ],
  screen: (moment, transcript, draft = "") =>
    still(
      filled(transcript, [
        "",
        " /srv/shop",
        dim("─".repeat(COLUMNS)),
        `❯ ${draft}`,
        dim("─".repeat(COLUMNS)),
        moment === "busy"
          ? ` ${p(4, "◎")} ${p(12, "W")}${p(4, "orking")} · 160 B ${bold("esc esc")} interrupt`
          : draft === ""
            ? ` ${bold("←")} open sidebar · Interactive · Manual Approval · ${bold("/")} commands · ${bold("?")} help`
            : ` Interactive · Manual Approval · ${bold("@")} files · ${bold("#")} issues`,
      ]),
      { title: "till - GitHub Copilot", cursorVisible: true, cursorRow: ROWS - 3 },
    ),
};

export const allScreens: readonly Screens[] = [
  claudeScreens,
  codexScreens,
  geminiScreens,
  opencodeScreens,
  qwenScreens,
  piScreens,
  copilotScreens,
];
export const ink = { p, rgb, dim, bold, inverse };
