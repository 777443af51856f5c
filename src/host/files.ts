/** Small files that are read and written whole, and files of others that are read with care. */
import { closeSync, constants, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";

/**
 * Replaces `file` with `text`, for its owner alone (0600): whoever reads it, at any moment and after a crash, sees the
 * old or the new text, never half of one. Throws what the file system says.
 */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    const fd = openSync(draft, "w", 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** The file's JSON; null where it is missing, unreadable or not JSON. What it holds is for the caller to check. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/**
 * Opens for reading a file that somebody else named, if a file it is, itself or by a link; throws where not. To open a FIFO
 * that nobody writes to would hold one of the process's four threads for file work for good, and a device may never end.
 */
export async function openPlain(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no plain file`);
  const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    // It may have been replaced between the two.
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  throw new Error(`${path} is no plain file`);
}

/** The first `limit` bytes of a plain file, as text; empty where it cannot be read. */
export async function beginningOf(path: string, limit: number): Promise<string> {
  try {
    const file = await openPlain(path);
    try {
      const bytes = Buffer.alloc(Math.min(limit, (await file.stat()).size));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}
