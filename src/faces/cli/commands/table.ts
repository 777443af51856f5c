/**
 * Every command of drover, as data. The parser, `--help`, shell completion and the test of the man page read the same
 * rows, so none of them can say what the others do not. What a command does is in load.ts, by its name.
 */
import type { Command } from "../command.js";
import { agents } from "./agents.js";
import { life } from "./life.js";
import { machine } from "./machine.js";
import { recordings } from "./recordings.js";
import { type completeCommand, shell } from "./shell.js";
import { talk } from "./talk.js";

const rows = [...agents, ...talk, ...life, ...machine, ...recordings, ...shell] as const;

/** In the order of the help. */
export const commands: readonly Command[] = rows;

export type CommandName = (typeof rows)[number]["name"] | (typeof completeCommand)["name"];
