/** What the daemon's parts share, made once in daemon.ts: the ground they stand on, and the parts that others need. */
import type { Ground } from "./ground.js";
import type { Mail } from "./mail.js";
import type { Tapping } from "./tapping.js";
import type { Transcripts } from "./transcripts.js";

export interface Context extends Ground {
  readonly mail: Mail;
  readonly tapping: Tapping;
  readonly transcripts: Transcripts;
}
