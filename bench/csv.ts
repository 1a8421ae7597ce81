/**
 * `npm run bench:csv`: `readCsv` beside fast-csv alone on a file of prices, alternating; and how its time grows with hostile and with
 * wide files. Ends with exit code 1 where a bound is not kept.
 */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'fast-csv';
import { readCsv } from 'bptt/node';
import type { CsvOptions } from 'bptt/node';
import { medianOf } from './measure.js';

/** Times fast-csv alone, for a plain file. */
const SLOWEST = 1.5;
/** Time for twice the text over time for once. */
const STEEPEST = 2.5;
const ROUNDS = 7;

const folder = mkdtempSync(join(tmpdir(), 'bptt-csv-'));

async function seconds(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await call();
  return (performance.now() - start) / 1000;
}

function prices(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const price = 100 + 40 * Math.sin(i / 500) + ((i * 7919) % 997) / 100;
    const day = new Date(Date.UTC(1800, 0, 1 + i)).toISOString().slice(0, 10);
    return [day, price, price + 1.3, price - 1.1, price + 0.2].map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell)).join(',') + `,${(i * 104_729) % 90_000_000}`;
  });
  return `Date,Open,High,Low,Close,Volume\n${lines.join('\n')}\n`;
}

/** Rows alone, none of them looked at. */
function fastCsv(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let rows = 0;
    createReadStream(path).pipe(parse({ headers: false })).on('data', () => { rows++; }).on('error', reject).on('end', () => { resolve(rows); });
  });
}

async function sideBySide(): Promise<boolean> {
  const path = join(folder, 'prices.csv');
  const text = prices(80_000);
  writeFileSync(path, text);
  const times: Record<string, number[]> = { 'fast-csv alone': [], readCsv: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const alone = await seconds(() => fastCsv(path));
    const whole = await seconds(() => readCsv(path));
    // The first round warms up.
    if (round === 0) continue;
    times['fast-csv alone']?.push(alone);
    times.readCsv?.push(whole);
  }
  console.log(`80,000 rows of prices, ${(text.length / 1e6).toFixed(1)} MB; seconds, median of ${ROUNDS} alternating rounds (lowest – highest)`);
  for (const [name, list] of Object.entries(times)) {
    console.log(`  ${name.padEnd(16)}${medianOf(list).toFixed(3)}  (${Math.min(...list).toFixed(3)} – ${Math.max(...list).toFixed(3)})`);
  }
  const ratio = medianOf((times.readCsv ?? []).map((time, i) => time / (times['fast-csv alone']?.[i] ?? NaN)));
  console.log(`  ${ratio.toFixed(2)} × fast-csv alone (at most ${SLOWEST})\n`);
  return ratio <= SLOWEST;
}

interface Growth {
  readonly what: string;
  readonly n: number;
  readonly text: (n: number) => string;
  readonly options?: CsvOptions;
}

const day = (i: number): string => new Date(Date.UTC(1970, 0, 1 + i)).toISOString().slice(0, 10);
const table = (columns: number, rows: number): string => [
  ['date', ...Array.from({ length: columns }, (_, j) => `c${j}`)],
  ...Array.from({ length: rows }, (_, i) => [day(i), ...Array.from({ length: columns }, (_, j) => `${i}.${j}`)]),
].map((row) => row.join(',')).join('\n');

const growths: readonly Growth[] = [
  { what: 'a number cell of a sign, blanks and a letter', n: 4e6, text: (n) => `a\n-${' '.repeat(n)}x\n` },
  { what: 'a number cell of digits, blanks and a letter', n: 2e6, text: (n) => `a\n${'1 '.repeat(n)}x\n` },
  { what: 'a number cell of grouped digits and a letter', n: 1e6, text: (n) => `a\n"1${',234'.repeat(n)}x"\n` },
  { what: 'a date cell of blanks', n: 4e6, text: (n) => `date,a\n2024-01-02${' '.repeat(n)}x,1\n` },
  { what: 'a header without a line break', n: 4e6, text: (n) => 'x'.repeat(n) },
  { what: 'a row without a line break', n: 4e6, text: (n) => `a\n${'x'.repeat(n)}` },
  { what: 'a quote that is never closed', n: 4e6, text: (n) => `a\n"${'1,\n'.repeat(n / 3)}` },
  { what: 'a cell of doubled quotes', n: 1e6, text: (n) => `a\n"${'""'.repeat(n)}"\n` },
  { what: 'blank lines', n: 4e5, text: (n) => `a\n1\n${'\r\n'.repeat(n)}` },
  { what: 'one row, more columns', n: 4e4, text: (n) => table(n, 1) },
  { what: '40 rows, more columns', n: 8e3, text: (n) => table(n, 40) },
  { what: '3,000 columns, more rows', n: 150, text: (n) => table(3000, n) },
  { what: '5 columns, more rows', n: 4e4, text: (n) => table(5, n) },
  { what: 'comments', n: 2e6, text: (n) => `a\n${'#"\n'.repeat(n)}1\n`, options: { comment: '#' } },
  { what: 'a footer held back', n: 4e5, text: (n) => `a\n${'1\n'.repeat(n)}end,\n`, options: { skipFooter: 1, missing: 'drop' } },
];

/** Processor time of a call. */
async function work(call: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Least work over the rounds, since what else goes on only adds to it. */
async function growth({ what, n, text, options }: Growth): Promise<boolean> {
  const paths = [n, 2 * n].map((size) => {
    const path = join(folder, `${size}.csv`);
    writeFileSync(path, text(size));
    return path;
  });
  const best = [Infinity, Infinity];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, path] of paths.entries()) {
      // Most of these files are refused; the time until then counts.
      const time = await work(() => readCsv(path, { order: 'ascending', ...options }).catch(() => undefined));
      if (round > 0) best[i] = Math.min(best[i] ?? NaN, time);
    }
  }
  const [once = NaN, twice = NaN] = best;
  console.log(`  ${what.padEnd(46)}${once.toFixed(3).padStart(8)}${twice.toFixed(3).padStart(8)}${(twice / once).toFixed(2).padStart(8)}`);
  return twice / once < STEEPEST;
}

try {
  let kept = await sideBySide();
  console.log(`Seconds of processor time for a text of n and of 2n, and their ratio (below ${STEEPEST}); least of ${ROUNDS} rounds`);
  for (const each of growths) kept = (await growth(each)) && kept;
  if (!kept) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
