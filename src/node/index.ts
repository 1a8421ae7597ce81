/** Everything that needs Node. */
export { parseCsv, readCsv } from './csv.js';
export type { CsvCell, CsvOptions, CsvReport, CsvTable, MissingPolicy } from './csv.js';
export { CsvError } from './csvRecords.js';
export type { DecimalMark } from './csvNumber.js';
export { decodePng, encodePng, readPng, writePng } from './png.js';
