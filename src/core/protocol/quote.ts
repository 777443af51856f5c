/** Every argument of a command line goes through one of these two. Nothing else may put foreign text into a command. */

/**
 * One argument, exact to the byte. Control characters and what tmux would expand (`" \ $ ~ #`) become `\ooo`; the rest,
 * UTF-8 included, is written raw. Byte-exact on 3.3a and 3.7c. NUL cannot be part of an argument and is left out.
 */
export function quote(text: string): string {
  const escaped = text
    .replace(/\0/g, "")
    .replace(/[\x01-\x1f\x7f"\\$~#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"${escaped}"`;
}

/**
 * One argument that tmux expands as a format: names and directories. `#` is doubled, or `#(command)` would run a shell.
 * `#[` has to be written otherwise: tmux keeps `##[` doubled, taking it for an escaped style (seen on 3.3a).
 */
export function quoteFormat(text: string): string {
  return quote(text.replace(/#(\[?)/g, (_, bracket) => (bracket === "" ? "##" : "#{l:#[}")));
}

/**
 * Text that may be pasted: control characters other than line feed and tab are removed, C1 too, so that no text can end
 * a bracketed paste early (`ESC [ 201 ~`, which tmux up to 3.6 passes on). CR LF and CR become LF, and half of a surrogate pair what UTF-8
 * has for it, which is what will be seen.
 */
export function pasteable(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}
