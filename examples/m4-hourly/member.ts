/** What runs on a worker thread: one member of an ensemble is trained on all series and saved. */
import type { JsonObject } from 'bptt';
import { Forecaster } from 'bptt/forecast';
import type { TrialProgram } from 'bptt/forecast';
import { backendNamed } from '../support/backends.js';
import type { BackendName } from '../support/backends.js';
import { hourlyNetwork } from './network.js';
import { TARGET, before, readPanel } from './panel.js';
import { DAY, HORIZON, QUANTILES, optimizerOf, windowWeight } from './settings.js';
import type { Job } from './training.js';

/** What a thread is told, as JSON. */
interface MemberParameters {
  readonly train: string;
  readonly backend: BackendName;
  readonly job: Job;
}

const member: TrialProgram = async ({ parameters }, { signal }) => {
  const { train, backend, job: { settings, path, held, seed } } = parameters as JsonObject & MemberParameters;
  const { days, steps, batchSize, level, samePhase } = settings;
  const forecaster = new Forecaster({
    target: TARGET, window: DAY * days, horizon: HORIZON, season: DAY, strategy: 'sequence', head: { quantiles: [...QUANTILES] }, relativeTo: 'season',
    scalers: ['log10', { kind: 'windowStandard', level }], windowStatistics: ['deviation', 'change', 'seasonalChange'],
    model: (spec) => hourlyNetwork(spec, settings), seed,
  });
  const { history } = await forecaster.fit(before(await readPanel(train), held), {
    validation: 0, epochs: 1, stepsPerEpoch: steps, batchSize, samePhase, earlyStopping: false, weights: { window: windowWeight },
    optimizer: optimizerOf(settings), backend: await backendNamed(backend), signal,
  });
  await forecaster.save(path);
  return { loss: history.history.loss?.at(-1) ?? NaN };
};

export default member;
