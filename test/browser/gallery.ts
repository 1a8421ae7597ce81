/** A report with every block and every kind of plot, each with what is hard to fit on a phone. */
import { barChart, candlestickImage, candlestickPlot, heatMap, histogram, htmlReport, linePlot, overlayHeatMap, panels, scatterPlot } from '../../src/charts/index.js';
import type { Plot, ReportBlock } from '../../src/charts/index.js';
import { encodePng } from '../../src/node/index.js';

const wave = (length: number, size: number, phase = 0): number[] => Array.from({ length }, (_, i) => 100 + size * Math.sin(i / 9 + phase) + 3 * Math.cos(i * 1.7));
const days = (length: number): Date[] => Array.from({ length }, (_, i) => new Date(Date.UTC(2023, 0, 2 + i)));
const close = wave(60, 8);
const bars = { open: close.map((v, i) => close[i - 1] ?? v), high: close.map((v) => v + 4), low: close.map((v) => v - 5), close };

export const galleryPlots: Readonly<Record<string, Plot>> = {
  lines: linePlot({
    title: 'Six lines, an interval and two references under a title that needs more than one line of a phone', x: days(90), yFormat: 'usd', yLabel: 'dollars',
    series: ['actual', 'network', 'no-change', 'seasonal naive', 'Theta', 'exponential smoothing'].map((name, k) => ({
      name, values: wave(90, 20 - 3 * k, k / 2), ...(k === 1 ? { band: { name: '90 % interval', lower: wave(90, 17).map((v) => v - 9), upper: wave(90, 17).map((v) => v + 9) } } : {}),
    })),
    references: [{ axis: 'x', value: new Date(Date.UTC(2023, 2, 1)), label: 'test' }, { axis: 'y', value: 100, label: 'mean' }],
  }),
  outlier: linePlot({
    title: 'One wild value, blocks that do not join', yDomain: 'robust', yLabel: 'errors', xLabel: 'row',
    series: [{ name: 'network', values: wave(60, 5).map((v, i) => (i === 33 ? -4000 : v)), mark: 'both', breaks: [20, 40] }, { name: 'no-change', values: wave(60, 6, 1), mark: 'both', breaks: [20, 40] }],
  }),
  points: scatterPlot({ title: 'Forecast against actual', diagonal: true, xLabel: 'actual', yLabel: 'forecast', series: ['training', 'validation', 'test'].map((name, k) => ({ name, x: wave(50, 9, k), y: wave(50, 8, k + 0.1) })) }),
  bars: barChart({
    title: 'Error by method', yLabel: 'RMSE, dollars', yScale: 'log', categories: ['no-change', 'seasonal naive', 'exponential smoothing', 'LSTM', 'autoregression'],
    series: ['validation', 'test'].map((name, k) => ({ name, values: [3, 8, 2.5, 4, 2].map((v) => v + k), interval: { lower: [2, 7, 2, 3, 1], upper: [5, 10, 5, 6, 4] } })),
  }),
  histogram: histogram({ title: 'Residuals', values: wave(300, 2), normalCurve: true, xLabel: 'actual minus forecast, dollars' }),
  heat: heatMap({
    title: 'Errors of a grid', values: Array.from({ length: 5 }, (_, r) => Array.from({ length: 9 }, (_c, c) => (r === 2 && c === 3 ? 9e5 : 2000 + 131 * r * c))), domain: 'robust',
    rows: ['0.0001', '0.0005', '0.001', '0.002', '0.005'], columns: ['5', '10', '25', '50', '100', '200', '500', '800', '1000'], rowLabel: 'initial learning rate', columnLabel: 'hidden units',
    valueLabel: 'root mean squared error on the validation months, thousand jobs',
  }),
  signed: heatMap({ title: 'What moved it', values: [wave(24, 3).map((v) => v - 100), wave(24, 2, 2).map((v) => v - 100)], rows: ['close', 'volume'], columns: Array.from({ length: 24 }, (_, i) => `t − ${String(23 - i)}`), colors: 'diverging', valueLabel: 'dollars' }),
  candles: candlestickPlot({ title: 'Bars', ...bars, volume: close.map((v) => v * 1e5), x: days(60), yFormat: 'usd' }),
};

const png = encodePng(overlayHeatMap(candlestickImage(bars, { width: 200, height: 200 }), { data: [0, 1, -1, 0.5], shape: [2, 2] }, { colors: 'diverging', alpha: 0.55, domain: [-1, 1] }));

export function gallery(): string {
  const plots = Object.values(galleryPlots);
  const figures = plots.map((plot): ReportBlock => ({ kind: 'figure', plot, caption: 'What is to be seen: `code`, and words enough for a line that has to be broken on every screen there is.' }));
  const columns = ['RMSE, thousand jobs', '(no-change)', 'MAE, thousand jobs', '(no-change)', 'MASE', 'skill', 'Diebold–Mariano'].map((name, i) => ({ name, ...(i === 0 ? { best: 'lowest' as const } : {}) }));
  const settings: ReportBlock[] = [
    { kind: 'facts', facts: [['command', 'npm run example cyclical-industry -- --out /a/folder/with/a/long/name/and/another/one'], ['hash', 'a'.repeat(64)], ['seed', 42], ['change', -0.0071]] },
    { kind: 'preformatted', text: `layer                output            parameters\n${'lstm                 [60, 50]          10400     '.repeat(3)}`, caption: 'The model' },
    { kind: 'data', summary: 'Settings', data: { units: [50, 100], text: 'x'.repeat(300) } },
  ];
  return htmlReport({
    title: 'A gallery of antidisestablishmentarianism_and_other_unbreakable_column_names', subtitle: 'Every block, every kind of plot',
    sections: [
      { heading: 'Words', blocks: [
        { kind: 'text', text: 'A paragraph with `some code that is rather long, longer than a phone is wide` in it.\n\nAnother.' }, { kind: 'note', text: 'A note.' }, { kind: 'warning', text: 'A warning with `code`.' },
        { kind: 'table', caption: 'What the text claims, and what this run says to it', rowHeading: 'Claim', columns: [{ name: 'Verdict', words: true }, { name: 'Figures of this run', words: true }, { name: 'Runs' }],
          rows: ['holds', 'does not hold'].map((verdict) => ({ name: 'The network sees the pattern that nobody else has seen before it', values: [verdict, 'RMSE 3.1 against 2.9 of no-change; the paired t is 0.4, so that it may be chance, over all splits of all protocols.', 3] })) },
      ] },
      { heading: 'Figures', blocks: [...figures, { kind: 'figure', plot: panels({ title: 'Panels side by side', columns: 2, plots: plots.slice(0, 4) }) }] },
      { heading: 'Tables', blocks: [{
        kind: 'table', caption: 'Scores over the test block, which neither training nor the choice of the network saw: means over all seeds', rowHeading: 'Network, width × layers', columns,
        rows: ['RNN 5 × 15 + norm between', 'LSTM 250 × 1', 'no-change'].map((name, i) => ({ name, values: [1234.5 + i, 1200, 999.25, 980.5, -0.25, '-0.007', '-1.2'] })),
      }] },
      { heading: 'Pictures', blocks: [{ kind: 'images', images: [{ png, title: 'surge, AAPL 2018-05-11: next close $189.10 after $188.59' }, { png, title: 'plunge' }, { png, title: 'plunge' }], scale: { colors: 'diverging', domain: [-0.02, 0.02], alpha: 0.55, label: 'moves the forecast by, log10 of the price' }, caption: 'Red raised it, blue lowered it.' }] },
      { heading: 'How it was run', blocks: settings },
    ],
    footer: 'npm run example gallery -- --out /a/folder/with/a/long/name/and/another/one · seed 42',
  });
}
