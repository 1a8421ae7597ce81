/** What runs on the worker threads: the splits of one protocol. */
import { foldProgram } from 'bptt/forecast';
import { backendNamed } from '../support/backends.js';
import type { BackendName } from '../support/backends.js';
import type { Reading } from '../../src/cli/reading.js';
import { loadSource } from '../support/source.js';
import { carried } from './carried.js';
import { tellFit } from './progress.js';
import { PUBLISHED, foldSetup } from './protocols.js';
import type { ProtocolSettings } from './protocols.js';

/** What a thread is told, as JSON. */
export type FoldParameters = ProtocolSettings & {
  /** Absent: the packaged file. */
  readonly csv?: string;
  readonly reading?: Reading;
  readonly backend: BackendName;
  /** Rows to add after the last one, repeating it: days to forecast whose value nobody knows. */
  readonly ahead?: number;
  /** Where a carried model is kept between runs; see `carried`. */
  readonly kept?: string;
};

export default foldProgram(async (parameters) => {
  const { csv, reading, backend: name, ahead = 0, kept, ...settings } = parameters as FoldParameters;
  const { table, target } = await loadSource({ csv, reading });
  const known = table.columns[target] ?? new Float64Array();
  const values = Float64Array.from({ length: known.length + ahead }, (_, row) => known[row] ?? known.at(-1) ?? NaN);
  const backend = await backendNamed(name);
  const onServed = (): void => { tellFit(PUBLISHED.train * settings.epochs, true); };
  return foldSetup(values, settings, {
    backend, onFit: tellFit,
    ...(kept !== undefined && { keep: (model, fitter) => carried(model, fitter, { path: kept, backend, onServed }) }),
  });
});
