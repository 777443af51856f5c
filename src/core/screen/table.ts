/**
 * A provider as data: what `[providers.NAME]` of the configuration holds, and what the built-in tables under agents/ are
 * written in. Patterns are regular expressions (with the `u` flag), ink words those of ink.ts. A table says where its input
 * box is, when the program is gone, how a dialog is framed, and names signs by region; table-provider.ts makes a provider of
 * it, whose screens read-table.ts reads.
 *
 * Regions of a table: `blank` (nothing on the screen), `foot` (below the box), `prompt` (the box's first row), `near` (the
 * `above` rows right above the box, where they are not blank), `last` (the transcript's last row), `block` (its last block,
 * up to a blank row), `tail` (the last row, where there is no box), `line` (the cursor's row up to the cursor, where there
 * is no box and nothing below) and `title`.
 */
import type { QuestionKind } from "../model.js";
import type { Begins } from "../output/extract.js";
import type { Reply } from "./dialog-keys.js";
import type { HookDialect } from "./hook-events.js";
import type { Ink } from "./ink.js";
import type { Provider, Shown } from "./reading.js";

/** All of them, for who checks a table. */
export const REGIONS = ["title", "blank", "foot", "prompt", "near", "last", "block", "tail", "line"] as const;
export type TableRegion = (typeof REGIONS)[number];

export interface SignTable {
  readonly rule: string;
  readonly shows: Shown;
  readonly where: TableRegion;
  readonly looksLike: string;
  /** Of the first character matched, or of the first group. */
  readonly ink?: readonly Ink[];
  /** Of the second group. */
  readonly secondInk?: readonly Ink[];
  /** The text matched is worth showing as the reason. */
  readonly tells?: boolean;
}

/** All that is said must hold. */
export interface GoneTable {
  readonly title?: string;
  readonly cursorVisible?: boolean;
  readonly alternate?: boolean;
  /** The cursor stands below the box and what belongs to it. */
  readonly belowBox?: boolean;
}

export interface ComposerTable {
  /** The rows above and below the box, which begin at column 0 and are as wide as the screen. Without it there is no box. */
  readonly edge?: string;
  readonly edgeInk?: readonly Ink[];
  /** What the box's first row begins with; without a box, what stands before the text on the cursor's row. */
  readonly prompt?: string;
  /** Where the text begins in the box's rows. */
  readonly indent?: number;
  /** Text that stands for an empty box. */
  readonly placeholder?: string;
  /** So many rows at most are below the box. */
  readonly footRows?: number;
  /** So many rows right above the box are not transcript. */
  readonly above?: number;
}

export interface DialogTable {
  /** The first and the last row of the frame. Without them the list itself has to end the screen. */
  readonly top?: string;
  readonly bottom?: string;
  readonly frameInk?: readonly Ink[];
  /** So many rows with something on them may be below. */
  readonly belowRows?: number;
  /** Of the highlighted choice's pointer. */
  readonly pointerInk?: readonly Ink[];
  /** What the text looks like; tried in this order, `other` where none fits. */
  readonly kinds?: Readonly<Partial<Record<QuestionKind, string>>>;
  /** What picks a choice: its digit, or the arrows and Enter. */
  readonly keys?: "digit" | "arrows";
  /** Patterns of the choices that mean yes, no and always, the best first; without them what they mostly are called. */
  readonly replies?: Readonly<Partial<Record<Reply, readonly string[]>>>;
  /** A question on the cursor's own row counts: a password, `[y/N]`. */
  readonly onCursorRow?: boolean;
}

export interface AnswerTable {
  /** By how many cells an answer is indented, its marker included. */
  readonly indent: number;
  /** Cells left free at the right edge, at most, by a line that was wrapped. */
  readonly margin: number;
  /** Answers have no marker of their own. */
  readonly unmarked?: boolean;
  /** Which rows begin something; the first that fits counts. */
  readonly begins: readonly {
    readonly what: Begins;
    readonly looksLike: string;
    readonly ink?: readonly Ink[];
    /** Only below a blank row. */
    readonly afterBlank?: boolean;
  }[];
}

export interface ProviderTable {
  readonly name: string;
  readonly title?: string;
  /** The program; `args` are always given after it. */
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly processNames?: readonly string[];
  readonly promptArgument?: boolean;
  readonly resume?: readonly string[];
  readonly pasteSettleMs?: number;
  readonly shellMode?: Provider["shellMode"];
  readonly interruptKeys?: readonly string[];
  readonly quit?: Provider["quit"];
  readonly refusedEnv?: readonly string[];
  readonly allowedEnv?: readonly string[];
  /** Whose way of hooks it has, where it has any; false: agents of it are given none. */
  readonly hooks?: HookDialect | false;
  /** The variable that gives it a file for its debug log, where it writes that as Gemini CLI does; false: it is given none. */
  readonly debugLog?: string | false;
  readonly versions?: readonly string[];
  /** Whether its agents' panes are tapped: what only the bytes hold (OSC 7501, notices, the bell) counts as well. */
  readonly tap?: boolean;
  readonly gone?: readonly GoneTable[];
  readonly composer?: ComposerTable;
  readonly dialog?: DialogTable;
  /** A row that begins a block of the transcript; without it blocks are parted by blank rows. */
  readonly block?: string;
  /** In order of trust; the first that matches decides, and none means `unclear`. */
  readonly signs?: readonly SignTable[];
  readonly answer?: AnswerTable;
}

/**
 * `own` laid over `base`, field by field; sections (`composer`, `dialog`, `answer`) too. A sign replaces the one of the same
 * name, and a new one goes before all others.
 */
export function overlaid(base: ProviderTable, own: Partial<ProviderTable>): ProviderTable {
  const signs = own.signs === undefined ? base.signs : overSigns(base.signs ?? [], own.signs);
  const answer = own.answer === undefined ? base.answer : { ...base.answer, ...own.answer };
  return {
    ...base,
    ...own,
    name: base.name,
    composer: { ...base.composer, ...own.composer },
    dialog: { ...base.dialog, ...own.dialog },
    ...(signs === undefined ? {} : { signs }),
    ...(answer === undefined ? {} : { answer }),
  };
}

function overSigns(base: readonly SignTable[], own: readonly SignTable[]): SignTable[] {
  const kept = base.map((sign) => own.find(({ rule }) => rule === sign.rule) ?? sign);
  return [...own.filter(({ rule }) => !base.some((sign) => sign.rule === rule)), ...kept];
}
