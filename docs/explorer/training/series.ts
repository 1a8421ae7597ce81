/** A column of a CSV file as a network reads it. */
import { parseCsv } from 'bptt/forecast';
import type { CsvTable } from 'bptt/forecast';
import { STEPS } from './tasks.js';

export interface Series {
  /** In units of the standard deviation from the mean, in order of time. */
  readonly values: Float64Array;
  readonly column: string;
  readonly columns: readonly string[];
  /** How rows were put in order. */
  readonly order: string;
}

/** Rows for training and as many again that it never sees. */
const LEAST = 2 * STEPS;

function read(text: string): { table: CsvTable; order: string } {
  try {
    return { table: parseCsv(text, { missing: 'interpolate' }), order: 'in the order of their dates' };
  } catch (error) {
    try {
      return { table: parseCsv(text, { missing: 'interpolate', dateColumn: false, order: 'ascending' }), order: 'in the order of the file, which has no column of dates' };
    } catch {
      throw error;
    }
  }
}

/**
 * @param wanted name of a column; the last one where there is none of that name.
 * @throws Error in words for the reader where the file is no table of numbers, or has too few rows.
 */
export function readSeries(text: string, wanted: string): Series {
  const { table, order } = read(text);
  const columns = Object.keys(table.columns);
  const column = columns.includes(wanted) ? wanted : columns.at(-1);
  const numbers = column === undefined ? undefined : table.columns[column];
  if (column === undefined || !numbers) throw new Error('The file has no column of numbers.');
  if (numbers.length < LEAST) throw new Error(`The file has ${numbers.length} rows; ${LEAST} are the least.`);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length);
  if (!(deviation > 0)) throw new Error(`All numbers of ${column} are the same.`);
  return { values: Float64Array.from(numbers, (value) => (value - mean) / deviation), column, columns, order };
}
