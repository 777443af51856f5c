/** Mail in a few signs: what waits, what may not have arrived, what did not. Shown at agents and, summed up, in the header. */
import type { AgentJson } from "#wire/agent.js";
import type { Style } from "../driver/driver.js";
import type { State } from "../state/state.js";
import { type Look, MAIL_LOOK, mailSign } from "./look.js";

export interface Badge {
  readonly text: string;
  readonly style: Style;
}

/** What waits is `queued`, and what its inbox holds; nothing where all is delivered. */
export function mailBadges(look: Look, mail: AgentJson["mail"]): Badge[] {
  const counted = [
    ["uncertain", mail.uncertain],
    ["dead", mail.dead],
    ["queued", mail.queued + mail.inbox],
  ] as const;
  return counted
    .filter(([, count]) => count > 0)
    .map(([place, count]) => {
      return { text: `${mailSign(look, place)}${short(count)}`, style: MAIL_LOOK[place].style };
    });
}

/** All mail together, that of agents off the list too: what the mail panel shows of everybody. */
export function allMail({ agents, removedMail }: State): AgentJson["mail"] {
  const all = { queued: 0, inbox: 0, dead: 0, uncertain: 0 };
  const each = [...[...agents.values()].map(({ mail }) => mail), ...removedMail.values()];
  for (const mail of each) {
    all.queued += mail.queued;
    all.inbox += mail.inbox;
    all.dead += mail.dead;
    all.uncertain += mail.uncertain;
  }
  return all;
}

/** At most three characters: `9`, `87`, `2k`. */
function short(count: number): string {
  return count < 1_000 ? String(count) : `${Math.floor(count / 1_000)}k`;
}
