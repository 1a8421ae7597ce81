/** Everything that needs Node. */
export { parseCsv, readCsv } from './csv.js';
export type { CsvCell, CsvReport, CsvTable } from './csv.js';
export { CsvError } from '../forecast/series/csvError.js';
export type { DecimalMark } from '../forecast/series/cellNumbers.js';
export type { CsvOptions, MissingPolicy } from './csvOptions.js';
export { decodePng, encodePng, readPng, writePng } from './png.js';
export { threads } from './pool.js';
export type { ThreadOptions } from './pool.js';
export { redisQueue } from './redis.js';
export type { QueueAddress, RedisQueueOptions } from './redis.js';
export { joinQueue } from './redisWorker.js';
export type { JoinOptions } from './redisWorker.js';
export { trialFile } from './trials.js';
