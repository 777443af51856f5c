/** The first row: how many agents there are and in what state, and on the right whose they are or what is wrong. */
import { blindWords } from "../../kit/sight.js";
import type { Canvas, Style } from "../driver/driver.js";
import { count } from "../state/fleet.js";
import type { State } from "../state/state.js";
import { allMail, mailBadges } from "./badges.js";
import { type AgentState, ASKS, BAD, BOLD, counted, DIM, fit, type Look, STATES, sign, stateSign } from "./look.js";

/** Most important first: what does not fit is left out from the end. */
const ORDER: readonly AgentState[] = [
  "blocked",
  "error",
  "working",
  "done",
  "starting",
  "unclear",
  "lost",
  "idle",
  "exited",
];

const IN_NEED: ReadonlySet<AgentState> = new Set(["blocked", "error", "done"]);

interface Spot {
  readonly x: number;
  readonly width: number;
  readonly text: string;
  readonly style: Style;
  /** A click here goes to the next agent that needs a person in this way; null where it does nothing. */
  readonly inNeed: AgentState | null;
  /** A click here shows everybody's mail. */
  readonly mail?: true;
}

export function paintHeader(canvas: Canvas, state: State, look: Look): void {
  for (const spot of headerSpots(state, look, canvas.width)) canvas.put(spot.x, 0, spot.text, spot.style);
}

export function headerSpots(state: State, look: Look, columns: number): Spot[] {
  const right = rightSide(state, look, columns);
  // Bad news has its place; whose fleet this is only gets what the counts leave.
  const limit = right && right.style !== DIM ? right.x - 2 : columns - 1;
  const counts = count(state.agents.values());
  const present = state.seq === null ? [] : ORDER.filter((name) => counts[name] > 0);
  const badges = state.seq === null ? [] : mailBadges(look, allMail(state));
  // What waits in the mail is not left out for those that need nobody.
  const forBadges = badges.reduce((sum, { text }) => sum + look.width(text) + 1, 1);
  const forStates = badges.length === 0 ? limit : limit - forBadges;
  const said = (name: AgentState, words: boolean) =>
    `${stateSign(look, name)} ${words ? counted(name, counts[name]) : counts[name]}`;
  const wordy = present.slice(0, 4).reduce((sum, name) => sum + 2 + said(name, true).length, 21) <= forStates;
  const spots: Spot[] = [];
  let x = 1;
  const add = (text: string, style: Style, more: Partial<Spot> = {}) => {
    const width = look.width(text);
    if (x + width > (more.mail || more.inNeed ? limit : forStates)) return;
    spots.push({ x, width, text, style, inNeed: null, ...more });
    x += width + (more.mail ? 1 : 2);
  };
  add("drover", BOLD);
  if (wordy && state.seq !== null) add(`${counts.total} agent${counts.total === 1 ? "" : "s"}`, {});
  for (const name of present) {
    add(said(name, wordy), STATES[name].style, { inNeed: IN_NEED.has(name) ? name : null });
  }
  for (const { text, style } of badges) add(text, style, { mail: true });
  return right && x + 1 <= right.x ? [...spots, right] : spots;
}

function rightSide(state: State, look: Look, columns: number): Spot | null {
  const { link } = state;
  const blind = blindWords(state.sight, state.agents.values(), state.nowMs);
  const most = Math.floor(columns * (link.at === "live" && blind === null ? 0.5 : 0.7));
  const [text, style]: [string, Style] =
    link.at === "connecting"
      ? [`connecting${look.unicode ? "…" : "..."}`, DIM]
      : link.at === "gone"
        ? [
            fit(
              look,
              columns < 70 ? "daemon gone" : `daemon gone, starting again${look.unicode ? "…" : "..."} ${link.why}`,
              most,
            ),
            BAD,
          ]
        : link.at === "stopped"
          ? [columns < 70 ? "stopped: r starts it" : "the daemon was stopped: r starts it again", BOLD]
          : blind !== null
            ? [fit(look, blind, most), ASKS]
            : [fit(look, place(state, look), most), DIM];
  const width = look.width(text);
  if (text === "" || (link.at === "live" && columns < 70 && style === DIM)) return null;
  return { x: columns - width - 1, width, text, style, inNeed: null };
}

function place(state: State, look: Look): string {
  const { tmux } = state.health ?? {};
  if (!tmux) return state.host;
  // A socket in tmux's own folder goes by its name.
  const name = /\/tmux-\d+\/([^/]+)$/.exec(tmux.socket)?.[1] ?? "default";
  const server = `tmux ${tmux.version ?? ""}`.trim() + (name === "default" ? "" : ` -L ${name}`);
  return `${server} ${sign(look, "dot")} ${state.host}`;
}
