/** The smallest study: what the tests of the shared parts run. */
import { linePlot } from '../../src/charts/index.js';
import { gridSearch, inProcess } from '../../src/forecast/index.js';
import { wholeNumber } from '../../src/cli/options.js';
import { packaged } from '../../examples/support/packaged.js';
import { loadSource } from '../../examples/support/source.js';
import { runStudy } from '../../examples/support/study.js';

await runStudy({
  name: 'toy',
  summary: 'Nothing of interest.',
  csv: 'another file',
  full: 'twice as much, two seconds',
  options: { epochs: wholeNumber('as many', { fallback: 3, least: 1 }) },
  async run({ options: { csv, epochs, seed }, full, journal, signal }) {
    const source = await loadSource({ csv, fallback: packaged.employment, target: 'durable_goods' });
    const runner = inProcess(({ parameters, seed: own }) => {
      if (Number(process.env.TOY_STOP) === parameters.units) process.kill(process.pid, 'SIGKILL');
      return { loss: Number(parameters.units) * epochs + own / 2 ** 32 };
    });
    const { trials } = await gridSearch({ space: { units: full ? [4, 2, 3, 1] : [4, 2] }, seed, runner, journal: journal('grid'), signal });
    return {
      title: 'A toy', headline: 'No-change wins. Of course.', warning: true, source, backend: 'none', settings: { epochs },
      sections: [{ heading: 'Trials', blocks: [{ kind: 'text', text: `${trials.length} trials` }] }],
      claims: [{ claim: 'It works.', verdict: 'does not hold', ours: '0 of 1.' }],
      figures: { losses: Float64Array.from(trials, ({ value }) => value ?? NaN), missing: NaN },
      plots: { losses: linePlot({ title: 'Losses', series: [{ name: 'loss', values: [1, 2] }] }) },
    };
  },
});
