/** The data files that come with the repository's dependencies. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PackagedFile {
  readonly path: string;
  /** What reports call it. */
  readonly name: string;
}

const require = createRequire(import.meta.url);

/** A file beside the entry of vega-datasets, whose exports allow nothing deeper. */
function vega(file: string): string {
  return join(dirname(require.resolve('vega-datasets')), '..', 'data', file);
}

export const packaged = {
  /** Daily bars of AAPL, 2013-05 to 2018-05: Date, Open, High, Low, Close, Adj Close, Volume. */
  aapl: { path: require.resolve('@observablehq/sample-datasets/aapl.csv'), name: 'AAPL, daily (aapl.csv of @observablehq/sample-datasets)' },
  /** Daily bars of the S&P 500 from 2000 on: date, open, high, low, close, adjclose, volume. */
  sp500: { path: vega('sp500-2000.csv'), name: 'S&P 500, daily (sp500-2000.csv of vega-datasets)' },
  /** Jobs in thousands by industry, 120 months from 2006 on: month, nonfarm, …, durable_goods, … */
  employment: { path: vega('us-employment.csv'), name: 'US employment, monthly (us-employment.csv of vega-datasets)' },
} as const satisfies Record<string, PackagedFile>;
