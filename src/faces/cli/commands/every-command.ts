/** Understood before and after every command's name, by `drover` alone, and as an argument of many. */
import { DRIVERS } from "#host/driver-name.js";
import type { Argument, Option } from "../command.js";

const json: Option = { long: "json", does: "print JSON and nothing else on standard output" };

/** Understood before and after every command's name. */
export const globalOptions: readonly Option[] = [
  { long: "server-name", short: "L", value: "NAME", does: "use the tmux server of this name, as tmux -L does" },
  {
    long: "server-path",
    short: "S",
    value: "PATH",
    does: "use the tmux server with this socket, as tmux -S does",
    from: "files",
  },
  {
    long: "tmux-config",
    short: "f",
    value: "FILE",
    does: "configuration for a tmux server that drover has to start, as tmux -f does",
    from: "files",
  },
  {
    long: "backend",
    value: "NAME",
    does: "what the tabs live in, for a daemon that has to be started: tmux (default) or herdr",
    from: ["tmux", "herdr"],
  },
  json,
  { long: "help", short: "h", does: "say what a command does and how it is used" },
  { long: "version", short: "V", does: "print the version" },
];

/** For `drover` without a command. */
export const dashboardOptions: readonly Option[] = [
  { long: "ephemeral", does: "a daemon that has to be started ends 5 s after the last dashboard" },
  {
    long: "driver",
    value: "LIBRARY",
    does: "the library behind the screen: neo-blessed (default) or blessed",
    from: DRIVERS,
  },
];

export const label: Argument = { name: "LABEL", does: "an agent's label or id, or self", from: "labels" };
export const labels: Argument = { ...label, many: true, does: "labels or ids of agents, or self" };
