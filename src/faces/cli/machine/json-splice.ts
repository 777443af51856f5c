/**
 * Changes in a JSON text that leave the rest of it as its owner wrote it: indentation, line ends, odd spaces. What is
 * taken out again leaves the text as it was. The text must be valid JSON; a byte order mark may precede it.
 */

interface Node {
  readonly start: number;
  readonly end: number;
  readonly kind: "object" | "array" | "other";
  /** In order; `from` is where the child begins, its key included. */
  readonly children: readonly Child[];
}

interface Child {
  readonly key: string | number;
  readonly from: number;
  readonly node: Node;
}

export type JsonPath = readonly (string | number)[];

/** Puts `value` into the object at `path` under `key`, or at the end of the array there. Throws where there is neither. */
export function spliceIn(text: string, path: JsonPath, value: unknown, key?: string): string {
  const node = nodeAt(text, path);
  if (node === null || node.kind === "other") throw new TypeError(`nothing holds ${JSON.stringify(path)}`);
  const { children, start, end } = node;
  const first = children[0];
  const last = children.at(-1);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const unit = unitOf(text);
  // A list on one line stays on one line.
  const inline = first !== undefined && !text.slice(start, first.from).includes("\n");
  const outer = lineIndent(text, start);
  const indent = first === undefined ? outer + unit : inline ? "" : lineIndent(text, first.from);
  const body = inline ? JSON.stringify(value) : JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);
  const member = key === undefined ? body : `${JSON.stringify(key)}: ${body}`;
  if (last === undefined) {
    return `${text.slice(0, start + 1)}${eol}${indent}${member}${eol}${outer}${text.slice(end - 1)}`;
  }
  return `${text.slice(0, last.node.end)},${inline ? " " : eol + indent}${member}${text.slice(last.node.end)}`;
}

/** Takes out what stands at `path`, with its comma; the text itself where there is nothing. */
export function spliceOut(text: string, path: JsonPath): string {
  const parent = nodeAt(text, path.slice(0, -1));
  const n = parent?.children.findIndex(({ key }) => key === path.at(-1)) ?? -1;
  const child = parent?.children[n];
  if (parent === null || child === undefined) return text;
  const before = parent.children[n - 1];
  const after = parent.children[n + 1];
  if (before !== undefined) return text.slice(0, before.node.end) + text.slice(child.node.end);
  if (after !== undefined) return text.slice(0, child.from) + text.slice(after.from);
  return text.slice(0, parent.start + 1) + text.slice(parent.end - 1);
}

function nodeAt(text: string, path: JsonPath): Node | null {
  let node: Node | undefined = scan(text, skip(text, text.startsWith("\ufeff") ? 1 : 0));
  // Of a key that stands twice the last one counts, as for JSON.parse.
  for (const key of path) node = node?.children.findLast((child) => child.key === key)?.node;
  return node ?? null;
}

function scan(text: string, start: number): Node {
  const open = text[start];
  if (open !== "{" && open !== "[") return { start, end: endOfScalar(text, start), kind: "other", children: [] };
  const kind = open === "{" ? "object" : "array";
  const children: Child[] = [];
  let at = skip(text, start + 1);
  while (text[at] !== "}" && text[at] !== "]") {
    const from = at;
    let key: string | number = children.length;
    if (kind === "object") {
      const end = endOfScalar(text, at);
      key = JSON.parse(text.slice(at, end)) as string;
      at = skip(text, skip(text, end) + 1);
    }
    const node = scan(text, at);
    children.push({ key, from, node });
    at = skip(text, node.end);
    if (text[at] === ",") at = skip(text, at + 1);
  }
  return { start, end: at + 1, kind, children };
}

function skip(text: string, at: number): number {
  let next = at;
  while (/[ \t\r\n]/.test(text[next] ?? "")) next++;
  return next;
}

function endOfScalar(text: string, start: number): number {
  const scalar = /"(?:[^"\\]|\\.)*"|[^\s,\]}"]+/y;
  scalar.lastIndex = start;
  const found = scalar.exec(text);
  if (found === null) throw new TypeError("the text is not JSON");
  return start + found[0].length;
}

/** The blanks with which the line of `at` begins. */
function lineIndent(text: string, at: number): string {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, at))?.[0] ?? "";
}

/** By what the file indents: what its first indented line begins with. */
function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
}
