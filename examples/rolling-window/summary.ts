/** What the terminal shows. */
import { formatDuration } from 'bptt';
import { print, printHeading, printParagraph, printTable } from '../../src/cli/terminal.js';
import { count } from '../../src/cli/wording.js';
import type { ProtocolFigures } from './figures.js';
import { TEXT } from './published.js';
import type { Figures } from './study.js';
import { fixed } from '../../src/cli/wording.js';

export function printStudy({ published, leakFree, warm, expanding, longer, range, times, failures }: Figures): void {
  printHeading('Validation errors');
  printParagraph(`RMSE, MAE and R² are means over the splits, in units of the file's range ($${range.toFixed(2)}); dollars are over all forecasts together.`);
  print('');
  const row = (name: string, { validation, pooled: { dollars: { model } }, splits }: ProtocolFigures): string[] =>
    [name, String(splits.length), fixed(validation.rmse.mean, 5), fixed(validation.mae.mean, 5), fixed(validation.r2.mean, 3), model.rmse.toFixed(2), model.mae.toFixed(2)];
  const still = (name: string, { still: { validation }, pooled: { dollars: { still: model } }, splits }: ProtocolFigures): string[] =>
    [name, String(splits.length), fixed(validation.rmse.mean, 5), fixed(validation.mae.mean, 5), fixed(validation.r2.mean, 3), model.rmse.toFixed(2), model.mae.toFixed(2)];
  printTable(['protocol', 'splits', 'RMSE', 'MAE', 'R²', 'RMSE, $', 'MAE, $'], [
    ['text (quoted)', String(TEXT.splits), ...([['rmse', 5], ['mae', 5], ['r2', 3]] as const).map(([metric, digits]) => fixed(TEXT.validation[metric][1], digits)), '', ''],
    row('as published', published), row('without leaks', leakFree), still('no-change', published),
    ...(warm ? [row('without leaks, warm start', warm), still('no-change on those splits', warm)] : []),
    row('expanding windows', expanding), row('three times the epochs', longer), still('no-change on those splits', expanding),
  ]);
  print('');
  const { leakFree: time } = times;
  if (time) printParagraph(`Without leaks: ${count(leakFree.splits.length, 'fresh fit')}, ${formatDuration(time.threadSeconds)} on the threads.`);
  for (const { part, folds, reason } of failures) printParagraph(`${part}: ${count(folds.length, 'split')} without a result (${reason}).`, { text: 'Warning:', style: 'yellow' });
}
