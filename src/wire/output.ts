/**
 * `GET /v1/agents/{ref}/output?follow=1` (server-sent events): `event: lines` with the rows of the present turn's answer
 * as they come, as the screen shows them; at the turn's end `event: end` with the whole response. With `screen=1` the
 * rows are those of the whole screen. Where no turn is under way only `end` is sent.
 */
import type { OutputJson } from "./agent.js";

/** Lines that came since the event before. */
export interface LinesJson {
  /** `[…]` stands for rows that came and went between two looks. */
  lines: string[];
}

export type OutputEvent = { event: "lines"; data: LinesJson } | { event: "end"; data: OutputJson };
