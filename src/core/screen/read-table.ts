/** The reader of providers that are tables: finds the box, the dialog and the regions, and runs the signs over them. */
import type { Question, QuestionKind } from "../model.js";
import type { TranscriptShape } from "../output/extract.js";
import { readComposer } from "./composer.js";
import { askedOn, lastInked, numberedChoices, question, rowAt } from "./dialog.js";
import { hasInk, type Ink } from "./ink.js";
import { type Layout, readScreen, type Sign } from "./read-screen.js";
import type { Composer, Reading } from "./reading.js";
import type { Row, Still } from "./still.js";
import type { AnswerTable, ComposerTable, DialogTable, GoneTable, ProviderTable, TableRegion } from "./table.js";

type Region = TableRegion | "gone";

const GONE: readonly Sign<Region>[] = [{ rule: "let-go", shows: "exited", where: "gone", looksLike: /^/ }];
/** A dialog without a frame has its text right above the list. */
const UNFRAMED_TEXT_ROWS = 12;
/** So long a text behind a prompt is followed upwards. */
const DRAFT_ROWS = 100;

interface Box {
  readonly top: number;
  readonly bottom: number;
}

export function screenReader(table: ProviderTable): (still: Still) => Reading {
  const { name } = table;
  const findBox = boxFinder(table.composer ?? {});
  const findDialog = dialogFinder(table.dialog ?? {});
  const isGone = (table.gone ?? []).map(goneTest);
  const opening = openingOf(table);
  const placeholder = pattern(table.composer?.placeholder);
  const indent = table.composer?.indent ?? 0;
  const above = table.composer?.above ?? 0;
  const footRows = table.composer?.footRows ?? 14;
  const block = pattern(table.block);
  const signs: Sign<Region>[] = (table.signs ?? []).map(({ tells, looksLike, ...sign }) => ({
    ...sign,
    looksLike: new RegExp(looksLike, "u"),
    ...(tells ? { tells: true as const } : {}),
  }));

  return (still) => {
    const { rows, cursor } = still;
    const end = lastInked(rows);
    const found = findBox(still, end);
    if (isGone.some((test) => test(still, found))) {
      return readScreen(name, still, { regions: { gone: [rowAt(rows, Math.max(0, end))] } }, GONE, []);
    }
    if (end < 0) return readScreen(name, still, { regions: { blank: rows.slice(0, 1) } }, [], signs);
    const box = found !== null && end - found.bottom <= footRows ? found : null;
    if (box !== null) return readScreen(name, still, layOut(still, box, end), [], signs);
    // Up to the cursor, and only where nothing is below: what a program goes on writing is no prompt.
    const line: Row | null =
      cursor.visible && cursor.y >= end
        ? { text: rowAt(rows, cursor.y).text.slice(0, cursor.x).padEnd(cursor.x), runs: rowAt(rows, cursor.y).runs }
        : null;
    const drafted = line === null ? null : draftOn(still, line);
    const asked = findDialog(still, end) ?? (table.dialog?.onCursorRow && line !== null ? askedOn(line) : null);
    const composer: Composer | null =
      drafted === null ? null : { text: drafted, empty: drafted.trim() === "", pasted: false };
    const regions = { tail: [rows[end]!], ...(line === null ? {} : { line: [line] }) };
    return readScreen(name, still, { regions, composer, question: asked }, [], signs);
  };

  /** What stands behind the prompt, up to the cursor; a long text has run on from the rows above. Null without a prompt. */
  function draftOn({ rows, columns, cursor }: Still, line: Row): string | null {
    if (opening === null) return null;
    let text = line.text;
    for (let y = cursor.y; y >= 0 && cursor.y - y < DRAFT_ROWS; y--) {
      const match = opening.exec(text);
      if (match?.index === 0 && match[0] !== "") return text.slice(match[0].length);
      const above = y === 0 ? "" : rowAt(rows, y - 1).text;
      if (above.length < columns - 1) return null;
      text = above.padEnd(columns) + text;
    }
    return null;
  }

  function layOut(still: Still, box: Box, end: number): Layout<Region> {
    const { rows } = still;
    const inside = rows.slice(box.top + 1, box.bottom);
    const nearTop = Math.max(0, box.top - above);
    const near = rows.slice(nearTop, box.top).filter((row) => row.text !== "");
    const last = rows.findLastIndex((row, y) => y < nearTop && row.text !== "");
    const composer = readComposer(inside, indent);
    return {
      regions: {
        foot: rows.slice(box.bottom + 1, end + 1),
        prompt: inside.slice(0, 1),
        near,
        last: last < 0 ? [] : [rows[last]!],
        block: last < 0 ? [] : lastBlock(rows, last),
      },
      composer: placeholder?.test(composer.text) ? { ...composer, text: "", empty: true } : composer,
      question: null,
    };
  }

  function lastBlock(rows: readonly Row[], last: number): readonly Row[] {
    const first = rows.findLastIndex(
      (row, y) => y <= last && (block === null ? row.text === "" : block.test(row.text)),
    );
    const from = block === null ? first + 1 : Math.max(0, first);
    const blank = rows.findIndex((row, y) => y > from && row.text === "");
    return rows.slice(from, blank < 0 ? last + 1 : Math.min(blank, last + 1));
  }
}

/** What stands before the text on the cursor's row, of a program without a box; a text may stand behind it. */
function openingOf({ composer }: ProviderTable): RegExp | null {
  return composer?.edge === undefined ? pattern(composer?.prompt?.replace(/(?<!\\)\$$/, "")) : null;
}

function pattern(text: string | undefined): RegExp | null {
  return text === undefined ? null : new RegExp(text, "u");
}

function written(row: Row, inks: readonly Ink[] | undefined): boolean {
  const at = row.text.search(/\S/);
  return (inks ?? []).every((ink) => hasInk(row, at, ink));
}

/** The lowest pair of edges with a prompt below the upper one. */
function boxFinder({ edge, edgeInk, prompt }: ComposerTable): (still: Still, end: number) => Box | null {
  const edges = pattern(edge);
  const prompts = pattern(prompt);
  if (edges === null) return () => null;
  return ({ rows, columns }, end) => {
    const isEdge = (row: Row) =>
      row.text.length >= columns - 1 && edges.test(row.text) && (edgeInk ?? []).every((ink) => hasInk(row, 0, ink));
    const bottom = rows.findLastIndex((row, y) => y <= end && isEdge(row));
    const top = rows.findLastIndex((row, y) => y < bottom && isEdge(row));
    if (top < 0 || bottom - top < 2) return null;
    return prompts === null || prompts.test(rowAt(rows, top + 1).text) ? { top, bottom } : null;
  };
}

function goneTest({
  title,
  cursorVisible,
  alternate,
  belowBox,
}: GoneTable): (still: Still, box: Box | null) => boolean {
  const titles = pattern(title);
  return (still, box) =>
    (titles === null || titles.test(still.title)) &&
    (cursorVisible === undefined || still.cursor.visible === cursorVisible) &&
    (alternate === undefined || still.alternate === alternate) &&
    (!belowBox || (box !== null && still.cursor.y > box.bottom));
}

function dialogFinder(table: DialogTable): (still: Still, end: number) => Question | null {
  const top = pattern(table.top);
  const bottom = pattern(table.bottom);
  const kinds = Object.entries(table.kinds ?? {}).map(
    ([kind, looksLike]) => [kind as QuestionKind, new RegExp(looksLike, "iu")] as const,
  );
  const kindOf = (body: readonly Row[]): QuestionKind => {
    const text = body.map((row) => row.text).join("\n");
    return kinds.find(([, looksLike]) => looksLike.test(text))?.[0] ?? "other";
  };
  const { belowRows = 0, frameInk, pointerInk } = table;
  const pointed = (row: Row) => {
    const pointer = /^[\s│┃]*([❯›●▶>])\s*\d/.exec(row.text);
    if (pointer === null) return false;
    const at = pointer[0].indexOf(pointer[1]!);
    return (pointerInk ?? []).every((ink) => hasInk(row, at, ink));
  };

  return ({ rows }, end) => {
    if (pointerInk === undefined && bottom === null) return null;
    let edge = end + 1;
    if (bottom !== null) {
      edge = rows.findLastIndex((row, y) => y <= end && bottom.test(row.text) && written(row, frameInk));
      if (edge < 0 || rows.slice(edge + 1, end + 1).filter((row) => row.text !== "").length > belowRows) return null;
    }
    // Without a frame a hint may be below the list: a row or two that are no part of it.
    const from = bottom !== null ? edge - 1 : lastNumbered(rows, end, belowRows);
    const list = from < 0 ? null : numberedChoices(rows, from, { isSelected: pointed });
    if (list === null) return null;
    const above =
      top === null
        ? Math.max(0, list.first - UNFRAMED_TEXT_ROWS)
        : // A frame taller than the screen begins above it.
          Math.max(
            0,
            rows.findLastIndex((row, y) => y < list.first && top.test(row.text) && written(row, frameInk)),
          );
    const body = rows.slice(above, list.first);
    return question(kindOf(body), body, list.choices);
  };
}

function lastNumbered(rows: readonly Row[], end: number, belowRows: number): number {
  const last = rows.findLastIndex((row, y) => y <= end && /^[\s│┃❯›●▶>]*\d{1,2}\.\s+\S/.test(row.text));
  if (last < 0) return -1;
  return rows.slice(last + 1, end + 1).filter((row) => row.text !== "").length <= belowRows ? last : -1;
}

/** How the table's program writes its transcript. */
export function tableShape(table: ProviderTable, answer: AnswerTable): TranscriptShape {
  const findBox = boxFinder(table.composer ?? {});
  const bottom = pattern(table.dialog?.bottom);
  const top = pattern(table.dialog?.top);
  const opening = openingOf(table);
  const begins = answer.begins.map(({ looksLike, ...begin }) => ({ ...begin, looksLike: new RegExp(looksLike, "u") }));
  return {
    indent: answer.indent,
    margin: answer.margin,
    ...(answer.unmarked ? { unmarked: true as const } : {}),
    end(still) {
      const end = lastInked(still.rows);
      const box = findBox(still, end);
      if (box !== null) return Math.max(0, box.top - (table.composer?.above ?? 0));
      // The prompt that waits begins no turn yet.
      const { cursor, rows } = still;
      const waits = cursor.visible && cursor.y >= end ? rowAt(rows, cursor.y).text.padEnd(cursor.x) : "";
      if (box === null && opening?.test(waits)) return cursor.y;
      const framed =
        bottom !== null && top !== null && still.rows.slice(end - 3, end + 1).some((row) => bottom.test(row.text));
      const frame = framed ? still.rows.findLastIndex((row) => top.test(row.text)) : -1;
      return frame < 0 ? end + 1 : frame;
    },
    begins(rows, y) {
      const row = rows[y]!;
      for (const { what, looksLike, ink, afterBlank } of begins) {
        const match = looksLike.exec(row.text);
        if (match === null || (afterBlank && (rows[y - 1]?.text ?? "") !== "")) continue;
        const part = match[1] ?? match[0];
        const from = match.index + match[0].indexOf(part);
        const at = from + (part.length - part.trimStart().length);
        if ((ink ?? []).every((one) => hasInk(row, at, one))) return what;
      }
      return null;
    },
  };
}
