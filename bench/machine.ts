/** The machine that a benchmark runs on. */
import { cpus, totalmem } from 'node:os';
import type { Machine } from './report.js';

export function thisMachine(): Machine {
  return { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGB: Math.round(totalmem() / 2 ** 30), node: process.version };
}
