/**
 * How far back the gradient reaches: ‖∂L/∂h_t‖ over 100 steps for SimpleRNN, LSTM and GRU, at several spectral radii of the
 * recurrent matrix (of each gate's block). The loss looks at the last step alone; norms are relative to that step's.
 *
 *   npm run example vanishing-gradients [-- --out DIR]     prints a table, writes DIR/vanishing-gradients.html (default out)
 *
 * One size only, some seconds.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { GRU, LSTM, Sequential, SimpleRNN, cpu, randomStream } from 'bptt';
import { htmlReport, linePlot, panels } from 'bptt/charts';
import { gradientFlow } from 'bptt/explain';
import { scientific } from '../src/charts/plots/format.js';
import { runCli } from '../src/cli/runCli.js';
import { flag, optionHelp, parseOptions, text } from '../src/cli/options.js';
import { print } from '../src/cli/terminal.js';
import { scaleBlocks } from './vanishing-gradients/spectralRadius.js';

const steps = 100;
const units = 32;
const batch = 8;
const radii = [0.5, 0.9, 1, 1.1, 1.5];
const shownSteps = [1, 20, 40, 60, 80, 99];

const random = randomStream(1, 'input');
const noise = (): number => Math.sqrt(12) * ((random.next() >>> 0) / 2 ** 32 - 0.5);
/** Small, so that the units work near h = 0: there the radius decides, not saturation. */
const x = { data: Float64Array.from({ length: batch * steps }, () => 0.1 * noise()), shape: [batch, steps, 1] };
const y = { data: Float64Array.from({ length: batch * units }, noise), shape: [batch, units] };

const cells = {
  SimpleRNN: () => new SimpleRNN({ units, name: 'cell', recurrentInitializer: 'glorotNormal' }),
  LSTM: () => new LSTM({ units, name: 'cell', recurrentInitializer: 'glorotNormal' }),
  GRU: () => new GRU({ units, name: 'cell', recurrentInitializer: 'glorotNormal' }),
};

/** Norms by step, over the norm at the last step where there is one. */
function relative(norms: Float64Array): Float64Array {
  const last = [...norms].reverse().find((norm) => norm > 0) ?? 1;
  return norms.map((norm) => (norm > 0 ? norm / last : NaN));
}

async function measure(make: () => SimpleRNN | LSTM | GRU, radius: number): Promise<{ h: Float64Array; c?: Float64Array }> {
  const model = new Sequential([make()], { inputShape: [steps, 1], seed: 1 });
  model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  const recurrent = model.getWeights()['cell/recurrentKernel'];
  if (!recurrent) throw new Error('no recurrent weights');
  model.setWeights({ 'cell/recurrentKernel': scaleBlocks(recurrent, radius) });
  const [flow] = await gradientFlow(model, x, y);
  if (!flow) throw new Error('no recurrent layer');
  return { h: relative(flow.h), ...(flow.c ? { c: relative(flow.c) } : {}) };
}

const OPTIONS = {
  quick: flag('the one size there is'),
  out: text('DIR', 'where vanishing-gradients.html goes', 'out'),
};

await runCli('vanishing-gradients', async () => {
  const options = parseOptions(OPTIONS, process.argv.slice(2));
  if (options === 'help') {
    print('npm run example vanishing-gradients [-- OPTIONS]', '', optionHelp(OPTIONS));
    return;
  }
  const { out } = options;

  const curves: { name: string; radius: number; norms: Float64Array }[] = [];
  for (const [name, make] of Object.entries(cells)) {
    for (const radius of radii) {
      const { h, c } = await measure(make, radius);
      curves.push({ name: `${name}, state h`, radius, norms: h });
      if (c) curves.push({ name: `${name}, memory c`, radius, norms: c });
    }
  }
  const names = [...new Set(curves.map(({ name }) => name))];
  const of = (name: string): typeof curves => curves.filter((curve) => curve.name === name);

  console.log(`Gradient norm at step t over the norm at the last step; ${units} units, ${steps} steps, ${batch} samples`);
  for (const name of names) {
    console.log(`\n${name.padEnd(18)}${shownSteps.map((t) => `t = ${t}`.padStart(11)).join('')}`);
    for (const { radius, norms } of of(name)) {
      console.log(`radius ${radius.toFixed(1).padEnd(11)}${shownSteps.map((t) => (norms[t - 1] ?? NaN).toExponential(1).padStart(11)).join('')}`);
    }
  }

  const t = Array.from({ length: steps }, (_, i) => i + 1);
  const plots = names.map((name) => linePlot({
    title: name, xLabel: 'time step t', yLabel: 'norm over that of the last step', x: t, yScale: 'log', yDomain: [1e-32, 1e8],
    series: of(name).map(({ radius, norms }) => ({ name: `radius ${radius}`, values: norms })),
  }));
  const html = htmlReport({
    title: 'How far back the gradient reaches',
    subtitle: `${units} units, ${steps} steps, ${batch} samples of small noise; the loss looks at the last step alone`,
    sections: [{
      heading: 'Gradient norms by time step',
      blocks: [
        { kind: 'figure', plot: panels({ title: 'Norm of the gradient, by time step', plots, columns: 2 }), caption: 'Recurrent blocks scaled to each spectral radius. Flat lines carry the gradient, falling ones (to the left) lose it, rising ones explode.' },
        {
          kind: 'table', caption: 'Norm at step t over the norm at the last step', rowHeading: 'cell and radius',
          columns: shownSteps.map((step) => ({ name: `t = ${step}` })),
          rows: names.flatMap(of).map(({ name, radius, norms }) => ({ name: `${name}, ${radius}`, values: shownSteps.map((step) => scientific(norms[step - 1] ?? NaN, 1)) })),
        },
      ],
    }],
    footer: 'npm run example vanishing-gradients',
  });
  await mkdir(out, { recursive: true });
  const path = join(out, 'vanishing-gradients.html');
  await writeFile(path, html);
  console.log(`\nPlot: ${path}`);
});
