/**
 * A program that waits before it asks the model again works on, and says so on a row that counts the seconds down. What is
 * told of that is in the same words for all programs and stands still between two tries.
 */
const NOTE = /^retrying\b/;

/** `says`: what went wrong, in the program's words; `attempt`: which try is next (`2`, `2/10`), where it is known. */
export function retryNote(says: string, attempt: string | undefined): string {
  return `retrying${attempt ? `, attempt ${attempt}` : ""}${says === "" ? "" : `: ${says}`}`;
}

export function isRetryNote(reason: string | null): boolean {
  return reason !== null && NOTE.test(reason);
}
