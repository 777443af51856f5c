/** How long the providers take to read a still: every picture of every recording, made as large as a big terminal. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { providers } from "#core/screen/providers.js";
import type { Provider } from "#core/screen/reading.js";
import type { Row as ScreenRow, Still } from "#core/screen/still.js";
import { installRoot } from "#faces/kit/install-root.js";
import { parseCast } from "#host/cast.js";
import { Stream } from "#host/emulator.js";
import { figure, median, percentile, type Row } from "./row.js";

const COLUMNS = 200;
const ROWS = 60;
const BUDGET_MS = 1;
/** Pictures of each recording, spread over it. */
const PICTURES = 12;
const ROUNDS = 5;

export async function readingRow(): Promise<Row> {
  const folder = join(installRoot(), "fixtures/screens");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".cast"));
  const pictures: { provider: Provider; still: Still }[] = [];
  for (const name of names) {
    const { cli } = JSON.parse(readFileSync(join(folder, name.replace(/cast$/, "expect.json")), "utf8")) as {
      cli: string;
    };
    for (const still of await stillsOf(join(folder, name))) {
      pictures.push({ provider: providers.get(cli)!, still: enlarged(still) });
    }
  }
  const times: number[] = [];
  const shown = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { provider, still } of pictures) {
      const beganMs = performance.now();
      const reading = provider.read(still);
      // The first round is the compiler's.
      if (round > 0) times.push(performance.now() - beganMs);
      shown.set(reading.shown, (shown.get(reading.shown) ?? 0) + 1);
    }
  }
  const p99 = percentile(times, 99);
  return {
    name: "reading",
    what: `reading a still of ${COLUMNS}x${ROWS}, ${pictures.length} pictures of ${names.length} recordings (p99)`,
    budget: `<= ${BUDGET_MS} ms`,
    measured: `${figure(p99)} ms (median ${figure(median(times))})`,
    baseline: "",
    within: p99 <= BUDGET_MS,
    values: { p99Ms: p99, medianMs: median(times), unclear: (shown.get("unclear") ?? 0) / ROUNDS },
  };
}

async function stillsOf(file: string): Promise<Still[]> {
  const { columns, rows, events } = parseCast(readFileSync(file, "utf8"));
  const stream = await Stream.open(columns, rows, "host");
  const stills: Still[] = [];
  try {
    for (const [n, event] of events.entries()) {
      if (event.kind === "output") stream.feed(event.text);
      if (n % Math.max(1, Math.floor(events.length / PICTURES)) === 0) stills.push((await stream.snapshot()).still);
    }
  } finally {
    stream.close();
  }
  return stills;
}

/** As its program would have drawn it there: rules as wide as the screen, and more of the transcript above. */
function enlarged(still: Still): Still {
  const above = ROWS - still.rows.length;
  const prose = "what was said before, long enough to fill a row of a large terminal and be looked at ".repeat(3);
  const plain = (text: string): ScreenRow => ({
    text,
    runs: [{ text, cells: text.length, unit: 1, fg: -1, bg: -1, attrs: 0 }],
  });
  const filler = Array.from({ length: above }, (_, y) => plain(`  ${y} ${prose}`.slice(0, COLUMNS)));
  return {
    ...still,
    columns: COLUMNS,
    rows: [...filler, ...still.rows.map((row) => widened(row, still.columns))],
    cursor: { ...still.cursor, y: still.cursor.y + above },
  };
}

function widened(row: ScreenRow, columns: number): ScreenRow {
  const last = row.runs.at(-1);
  if (last === undefined || row.text.length < columns || !/^([─▀▄━═])\1*$/.test(row.text)) return row;
  const more = row.text[0]!.repeat(COLUMNS - columns);
  const runs = [...row.runs.slice(0, -1), { ...last, text: last.text + more, cells: last.cells + more.length }];
  return { text: row.text + more, runs };
}
