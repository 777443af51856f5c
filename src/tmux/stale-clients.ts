/** Control clients that an earlier drover left behind in our private session. */
import { execa } from "execa";
import type { Command } from "#core/protocol/commands.js";
import { OWN_SESSION } from "#core/protocol/listing.js";
import type { Log } from "#host/log.js";
import type { ControlClient } from "./client.js";

/**
 * Ends clients of ours whose watchdog is gone. Another drover's client has its own and stays: several may look at one
 * server. A process is started only where there is a client beside `ownPid`, ours. Throws as `request` does.
 */
export async function endStaleClients(
  client: ControlClient,
  ownPid: number,
  env: Readonly<Record<string, string>>,
  log: Log,
): Promise<void> {
  const [body] = await client.request(listClients);
  const pids = body!
    .toString("utf8")
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([pid, session]) => session === OWN_SESSION && Number(pid) > 1 && Number(pid) !== ownPid)
    .map(([pid]) => pid!);
  for (const pid of pids) {
    if (await isWatched(pid, env)) continue;
    log.warn("ending a client that an earlier drover left behind", { client: pid });
    try {
      process.kill(Number(pid), "SIGTERM");
    } catch {
      // it ended by itself
    }
  }
}

/** Whether the parent is a shell, as a watchdog is; true where that cannot be told. */
async function isWatched(pid: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const ps = async (field: string, of: string): Promise<string> => {
    const options = { env, extendEnv: false, reject: false, timeout: 2_000, stdin: "ignore" } as const;
    return (await execa("ps", ["-o", `${field}=`, "-p", of], options)).stdout.trim();
  };
  const parent = await ps("ppid", pid);
  if (!/^\d+$/.test(parent)) return true;
  return parent !== "1" && /(^|\/)sh$/.test(await ps("comm", parent));
}

const listClients: Command = { line: 'list-clients -F "#{client_pid}\\011#{client_session}"', replies: 1 };
