/** Everything that needs Node. */
export { parseCsv, readCsv, readCsvHeader } from './csv.js';
export type { CsvReport, CsvSource, CsvTable } from './csv.js';
export type { CsvCell, DuplicateDate } from './csvTime.js';
export { CsvError } from '../forecast/series/csvError.js';
export type { DecimalMark } from '../forecast/series/cellNumbers.js';
export type { CsvOptions, MissingPolicy, RowOrder } from './csvOptions.js';
export { decodePng, encodePng, readPng, writePng } from './png.js';
export { threads } from './pool.js';
export type { ThreadOptions } from './pool.js';
export { redisQueue } from './redis.js';
export type { RedisQueueOptions } from './redis.js';
export type { QueueAddress, RedisTls } from './redisAddress.js';
export { joinQueue } from './redisWorker.js';
export type { JoinOptions } from './redisWorker.js';
export { trialFile } from './trials.js';
