/** The six practice agents of `drover demo`: two at work, two that wait for a person, one done, one failed. */

export interface DemoAgent {
  readonly label: string;
  readonly session: string;
  /** A folder below the demo's own; made for it. */
  readonly folder: string;
  readonly prompt: string;
  /** Further options of the rehearsal agent, so that both kinds of screen and of title are on show. */
  readonly args: readonly string[];
}

/** Each plays fixtures/rehearsal/demo/LABEL.json. */
export const DEMO_FLEET: readonly DemoAgent[] = [
  {
    label: "checkout-bug",
    session: "acme-shop",
    folder: "acme-shop",
    prompt: "Customers are charged twice when they click Pay twice. Find out why and fix it.",
    args: [],
  },
  {
    label: "coupon-api",
    session: "acme-shop",
    folder: "acme-shop",
    prompt: "Add coupons to the API: create, list, redeem. A coupon can be used once.",
    args: ["--alt-screen"],
  },
  {
    label: "flaky-tests",
    session: "acme-shop",
    folder: "acme-shop",
    prompt: "The session test fails now and then on CI. Find out why.",
    args: [],
  },
  {
    label: "release-notes",
    session: "handbook",
    folder: "handbook",
    prompt: "Write the release notes for 2.4.",
    args: ["--title", "constant"],
  },
  {
    label: "translate-de",
    session: "handbook",
    folder: "handbook",
    prompt: "Translate the handbook into German.",
    args: [],
  },
  {
    label: "node-upgrade",
    session: "infra",
    folder: "infra",
    prompt: "Move our images from Node 20 to Node 22.",
    args: ["--title", "constant"],
  },
];
