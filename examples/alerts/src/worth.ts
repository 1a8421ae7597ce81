/**
 * What alerts would have been worth on the bars of a source: networks trained walking forward, as the service trains them, and every alert of a threshold counted
 * over the last 250 sessions, beside no-change, which foretells no move and so never alerts.
 *
 *   npm run alerts -- worth --source csv --csv FOLDER
 */
import { DAY } from './data/barSource.js';
import type { BarSource } from './data/barSource.js';
import type { Bar } from './data/bar.js';
import { soundHistory } from './data/sanity.js';
import { THRESHOLDS, tally, truthOf } from './checker/truth.js';
import type { ScoredForecast } from './checker/truth.js';
import { WINDOW } from './network/network.js';
import { correctedWalk } from './network/store.js';
import { trainInThread } from './network/train.js';
import { TRAINING } from './network/walkForward.js';

export interface WorthOptions {
  readonly seed: number;
  readonly full: boolean;
  readonly write: (line: string) => void;
}

export async function worth(source: BarSource, { seed, full, write }: WorthOptions): Promise<void> {
  const histories = new Map<string, readonly Bar[]>();
  for (const { symbol } of await source.search('')) {
    const bars = soundHistory(await source.bars(symbol, 0, Date.now()));
    if (bars.length > 2 * WINDOW) histories.set(symbol, bars);
    else write(`${symbol} is left out: it has only ${bars.length} sound bars`);
  }
  if (histories.size === 0) throw new Error('The source has no symbol with bars enough.');
  const trained = await trainInThread(histories, { ...TRAINING[full ? 'full' : 'reduced'], full, seed, barMinutes: source.barMinutes });
  write(`${source.label}`);
  write(`Bars of ${source.barMinutes === DAY ? 'a day' : `${source.barMinutes} minutes`}, seed ${seed}, ${full ? 'published' : 'reduced'} size, ${trained.samples} samples seen, ${trained.seconds.toFixed(0)} s; last network ${trained.hash}.`);
  const walk = correctedWalk(trained.walk);
  for (const symbol of histories.keys()) {
    const own = walk.filter((each) => each.symbol === symbol);
    const scored = own.map(({ barAt, targetAt, lastClose, forecast, acted, actual }): ScoredForecast => ({
      barAt: new Date(barAt), targetAt: new Date(targetAt), foretold: 100 * (10 ** acted / lastClose - 1), raw: 100 * (10 ** forecast / lastClose - 1), came: 100 * (actual / lastClose - 1),
    }));
    report(symbol, scored, write);
  }
}

function report(symbol: string, scored: readonly ScoredForecast[], write: (line: string) => void): void {
  const truth = truthOf(scored);
  const day = (date: Date | undefined): string => date?.toISOString().slice(0, 10) ?? '';
  write('');
  write(`${symbol}: ${truth.count} bars foretold by networks that had not seen them, ${day(truth.from)} to ${day(truth.to)}, ${truth.days} sessions`);
  write(truth.sentence);
  if (truth.dieboldMariano) {
    const { statistic, pValue } = truth.dieboldMariano;
    write(`mean absolute error ${truth.error?.toFixed(4)} %, no-change ${truth.noChangeError?.toFixed(4)} %, MASE ${truth.mase?.toFixed(3)}, Diebold–Mariano ${statistic.toFixed(2)} (p ${pValue.toPrecision(2)})`);
  }
  write(truth.correction ? `corrected ${truth.correction.count} times: error ${truth.correction.before.toFixed(4)} % before, ${truth.correction.after.toFixed(4)} % after` : 'never corrected: it would not have helped');
  write('');
  write('| threshold | moves of that size | alerts | right | wrong | moves missed | missed by no-change |');
  write('|---|---|---|---|---|---|---|');
  for (const threshold of THRESHOLDS) {
    const { moved, foretold, right } = tally(scored, threshold);
    write(`| ${threshold} % | ${moved} | ${foretold} | ${right} | ${foretold - right} | ${moved - right} | ${moved} |`);
  }
}
