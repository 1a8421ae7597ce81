/** Everything that needs Node. */
export { readCsv, readCsvHeader } from './csv.js';
export type { CsvSource } from './csv.js';
export { parseCsv } from '../forecast/series/parseCsv.js';
export type { CsvReport, CsvTable } from '../forecast/series/csvTable.js';
export type { CsvCell, DuplicateDate } from '../forecast/series/csvTime.js';
export { CsvError } from '../forecast/series/csvError.js';
export type { DecimalMark } from '../forecast/series/cellNumbers.js';
export type { CsvOptions, RowOrder } from '../forecast/series/csvOptions.js';
export type { MissingPolicy } from '../forecast/series/missing.js';
export { decodePng, encodePng, readPng, writePng } from './png.js';
export { threads } from './pool.js';
export type { ThreadOptions } from './pool.js';
export { redisQueue } from './redis.js';
export type { RedisQueueOptions } from './redis.js';
export type { QueueAddress, RedisTls } from './redisAddress.js';
export { joinQueue } from './redisWorker.js';
export type { JoinOptions } from './redisWorker.js';
export { trialFile } from './trials.js';
