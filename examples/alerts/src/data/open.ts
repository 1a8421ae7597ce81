/** Opens the source that the configuration names, and the clock that goes with it. */
import type { BarSource, SourceName } from './barSource.js';
import { replayClock, wallClock } from './clock.js';
import type { Clock } from './clock.js';
import { openCsvFolder } from './csv.js';
import { openMassive } from './massive.js';
import { REPLAY_START, openReplay } from './replay.js';
import { openYahoo } from './yahoo.js';

export interface SourceOptions {
  readonly source: SourceName;
  /** Service time that passes in one of the wall's; only a replay may run faster. */
  readonly speed: number;
  /** When the replay began, by the wall's clock: a service that starts again goes on where it was. */
  readonly replayedSince: number;
  /** Simulated shares of the replay, and their seed. */
  readonly simulated: number;
  readonly seed: number;
  /** Folder of CSV files. */
  readonly csvFolder?: string | undefined;
  /** Length of a bar in the CSV files. */
  readonly barMinutes: number;
  readonly massiveKey?: string | undefined;
}

export async function openSource(options: SourceOptions): Promise<{ readonly source: BarSource; readonly clock: Clock }> {
  switch (options.source) {
    case 'replay':
      return { source: await openReplay(options), clock: replayClock(REPLAY_START, options.speed, options.replayedSince) };
    case 'csv':
      return { source: await openCsvFolder({ folder: options.csvFolder ?? '', barMinutes: options.barMinutes }), clock: wallClock };
    case 'yahoo':
      return { source: await openYahoo(), clock: wallClock };
    case 'massive':
      return { source: await openMassive(options.massiveKey), clock: wallClock };
  }
}
