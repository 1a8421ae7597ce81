/** Errors of a forecaster in the words of the command line. */
import { ArgumentError, DataError, ShapeError } from '../../errors.js';
import { UsageError } from '../options.js';
import { inFlags } from '../reading.js';

/** Options of a forecaster, and the flags that set them where those are called otherwise. */
const FLAGS: Readonly<Record<string, string>> = {
  head: '--head', 'head.quantiles': '--quantiles', scalers: '--scaler', batchSize: '--batch', window: '--window', horizon: '--horizon', season: '--season', strategy: '--strategy', epochs: '--epochs', 'calendar.inputs': '--calendar',
  'calendar.holidays': '--holidays', holidays: '--holidays', future: '--future-file', origins: '--origins', stride: '--stride', refit: '--refit',
};

/** Runs `work`; what is wrong with the table or the options is said of the file and its flags. @param path of the file. */
export async function inCommandTerms<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArgumentError || error instanceof DataError || error instanceof ShapeError)) throw error;
    const { argument, expected, actual, hint } = error;
    const ahead = /^future( of series .*)$/.exec(argument);
    const what = Object.hasOwn(FLAGS, argument) ? FLAGS[argument] ?? argument : ahead ? `--future-file${ahead[1] ?? ''}` : /^(table|history)$/.test(argument) ? path : `${path}, ${argument.replace(/^(?:table|history) of /, '')}`;
    throw new UsageError(`${what}: expected ${flagged(expected)}, got ${actual}.${hint === undefined ? '' : ` ${flagged(inFlags(hint))}`}`, { cause: error });
  }
}

/** `a smaller window or horizon` names the flags. */
function flagged(text: string): string {
  return text.replace(/\bsmaller window or horizon\b/, 'smaller --window or --horizon').replace(/\bstrategy '(\w+)'/g, '--strategy $1')
    .replace(/\bcalendar\.holidays\b/, '--holidays').replace('Columns of `future`', 'Columns of --future').replace(/\bsay past for\b/, 'say --past for');
}
