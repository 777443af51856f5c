/** Text in cells: how wide it is, cut and broken to fit, and free of what would steer the terminal. */

/** How many cells a terminal gives this text: none for what combines, two for East Asian wide and emoji, else one. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0x20 && code < 0x7f) cells++;
    else if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(character)) continue;
    else if (isWide(code)) cells += 2;
    else cells++;
  }
  return cells;
}

/** Unicode 15, East Asian Width W and F, in the blocks that text is made of. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f680 && code <= 0x1f6ff) ||
    (code >= 0x1f900 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Tabs become four blanks; other control characters go. Newlines stay. */
export function plain(text: string): string {
  return text.replace(/\t/g, "    ").replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, "");
}

export function clip(text: string, width: number): string {
  let cells = 0;
  let kept = "";
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > width) break;
    kept += character;
  }
  return kept;
}

/** Breaks one line at blanks, and inside a word only where the word is longer than a row. Indentation is kept. */
export function wrap(line: string, width: number): string[] {
  const rows: string[] = [];
  let rest = line;
  while (cellsOf(rest) > width) {
    const head = clip(rest, Math.max(1, width)) || [...rest][0]!;
    const blank = rest[head.length] === " " ? head.length : head.lastIndexOf(" ");
    const cut = blank > 0 && head.slice(0, blank).trim() !== "" ? blank : head.length;
    rows.push(rest.slice(0, cut));
    rest = rest.slice(rest[cut] === " " ? cut + 1 : cut);
  }
  rows.push(rest);
  return rows;
}
