/** See crash.ts. */
import { atRandom, atStep, HEAD, line, POINTS, type Row } from "./crash.js";

const [kills = 20, random = 100, agents = 8] = process.argv.slice(2).map(Number);
const rows: Row[] = [];
const show = (row: Row): void => {
  rows.push(row);
  console.log(line(row));
  for (const text of row.lost) console.log(`  lost: ${text}`);
  for (const text of row.doubled) console.log(`  doubled: ${text}`);
};
console.log(HEAD);
if (kills > 0) for (const point of POINTS) show(await atStep(point, kills));
if (random > 0) show(await atRandom(random, agents));
const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
const sent = sum((row) => row.sent);
console.log(
  `\nlost ${sum((row) => row.lost.length)}, doubled ${sum((row) => row.doubled.length)}, uncertain ${sum((row) => row.uncertain)} of ${sent} sent, ${sum((row) => row.kills)} kills`,
);
process.exitCode = rows.some((row) => row.lost.length + row.doubled.length > 0) ? 1 : 0;
