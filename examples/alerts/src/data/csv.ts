/** A folder of CSV files, one a symbol, each named after it: `SPY.csv`. Read again whenever a file has changed, so a program of the user's may append to it. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readCsv, readCsvHeader } from 'bptt/node';
import type { Bar } from './bar.js';
import { DAY, SourceError, answers } from './barSource.js';
import type { BarSource, Listing } from './barSource.js';
import { ZONE } from './newYork.js';
import { sessionBars } from './sessionBars.js';
import { sessionOf } from './marketCalendar.js';

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The file's own names of the columns, upper and lower case alike. */
async function columnsOf(path: string): Promise<string[]> {
  const header = await readCsvHeader(path);
  return COLUMNS.map((wanted) => {
    const found = header.filter((name) => name.toLowerCase() === wanted);
    if (found[0] === undefined || found.length > 1) throw new SourceError(`${path} must have one column ${wanted}; it has ${header.join(', ')}.`);
    return found[0];
  });
}

async function readBars(path: string, barMinutes: number): Promise<Bar[]> {
  const names = await columnsOf(path);
  const table = await readCsv(path, { columns: names, duplicates: 'report', ...(barMinutes === DAY ? {} : { timeZone: ZONE }) });
  if (table.dates.length === 0) throw new SourceError(`${path} has no column of dates.`);
  const [open, high, low, close, volume] = names.map((name) => table.columns[name] ?? new Float64Array());
  const fed = [...table.times].map((time, row) => ({
    // A daily bar is dated by its day alone: it begins with the session of that day.
    at: barMinutes === DAY ? (sessionOf(table.dates[row]?.slice(0, 10) ?? '')?.opensAt ?? NaN) : time,
    open: open?.[row], high: high?.[row], low: low?.[row], close: close?.[row], volume: volume?.[row],
  }));
  const bars = sessionBars(fed, barMinutes, barMinutes, Infinity);
  if (bars.length < fed.length / 2) {
    throw new SourceError(`${path}: only ${bars.length} of ${fed.length} rows begin where bars of ${barMinutes} minutes do, counted from 9:30 in New York. Say --bar.`);
  }
  return bars;
}

export interface CsvFolder {
  readonly folder: string;
  readonly barMinutes: number;
}

/** @throws SourceError for a folder that cannot be read or holds no CSV file. */
export async function openCsvFolder({ folder, barMinutes }: CsvFolder): Promise<BarSource> {
  const cached = new Map<string, { readonly changed: number; readonly bars: readonly Bar[] }>();
  const list = async (): Promise<(Listing & { readonly path: string })[]> => {
    let names: string[];
    try {
      names = await readdir(folder);
    } catch (error) {
      throw new SourceError(`The folder of CSV files, ${folder}, cannot be read.`, { cause: error });
    }
    return names.filter((name) => name.toLowerCase().endsWith('.csv')).sort().map((name) => ({ symbol: basename(name).slice(0, -4).toUpperCase(), name, origin: 'csv', path: join(folder, name) }));
  };
  if ((await list()).length === 0) throw new SourceError(`The folder ${folder} holds no file that ends in .csv.`);
  return {
    name: 'csv', barMinutes, label: 'The CSV files in the folder that whoever runs this service named.',
    search: async (text) => (await list()).filter((listing) => answers(listing, text)).map(({ symbol, name, origin }) => ({ symbol, name, origin })),
    async bars(symbol, from, to) {
      const file = (await list()).find((each) => each.symbol === symbol);
      if (!file) throw new SourceError(`There is no ${symbol}.csv in ${folder}.`);
      const changed = (await stat(file.path)).mtimeMs;
      const known = cached.get(symbol);
      const bars = known?.changed === changed ? known.bars : await readBars(file.path, barMinutes);
      cached.set(symbol, { changed, bars });
      return bars.filter(({ opensAt, closesAt }) => opensAt >= from && closesAt <= to);
    },
  };
}
