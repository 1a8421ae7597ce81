/** The HTML report of a backtest. */
import { barChart } from '../../charts/plots/barChart.js';
import { linePlot } from '../../charts/plots/linePlot.js';
import { htmlReport } from '../../charts/report/report.js';
import type { ForecastRow } from '../../forecast/evaluation/forecastTable.js';
import type { ModelScore } from '../../forecast/evaluation/scoreTable.js';
import type { ForecastWarning } from '../../forecast/evaluation/warning.js';
import { columnTitle, count, gatherWarnings, unitName } from '../wording.js';
import { MODEL_HEAD, SCORES_MEAN, modelCells } from './models.js';
import type { Task } from './options.js';

export interface BacktestReport {
  readonly task: Task;
  readonly rows: readonly ForecastRow[];
  readonly scores: readonly ModelScore[];
  readonly warnings: readonly ForecastWarning[];
  readonly facts: readonly (readonly [string, string])[];
}

export function backtestReport({ task: { source, target }, rows, scores, warnings, facts }: BacktestReport): string {
  const [{ series: first = '', model: own = '' } = {}] = rows;
  const [network, ...others] = scores;
  const origins = new Set(rows.map(({ series, cutoff }) => `${series}\n${cutoff}`)).size;
  const drawn = rows.filter(({ series, step }) => series === first && step === 1);
  const of = (model: string): ForecastRow[] => drawn.filter((row) => row.model === model);
  const dated = (source.panel.get(first)?.dates.length ?? 0) > 0;
  const x = dated ? of(own).map(({ date }) => new Date(date)) : of(own).map(({ date }) => Number(date) + 1);
  const bounded = of(own).every(({ lower }) => lower !== undefined);
  return htmlReport({
    title: `${columnTitle(target)}: a backtest`,
    subtitle: `${source.name} · ${count(origins, 'origin')}${source.panel.size > 1 ? ` over ${source.panel.size} series` : ''}`,
    sections: [
      {
        heading: 'Scores',
        blocks: [
          { kind: 'table', caption: 'Every model on the same values: means over the series', rowHeading: 'Model', columns: MODEL_HEAD.map((name) => ({ name })), rows: scores.map((score) => ({ name: score.model, values: modelCells(score) })) },
          { kind: 'text', text: SCORES_MEAN },
          ...gatherWarnings(Math.max(...rows.map(({ step }) => step)), { warnings }).map((text) => ({ kind: 'warning', text }) as const),
          ...(network?.mase === undefined ? [] : [{
            kind: 'figure', plot: barChart({ title: 'Mean absolute scaled error', categories: scores.map(({ model }) => model), series: [{ name: 'MASE', values: [network, ...others].map(({ mase = NaN }) => mase), color: 0 }], yLabel: 'naive errors' }),
          } as const]),
        ],
      },
      {
        heading: 'One step ahead',
        blocks: [{
          kind: 'figure',
          plot: linePlot({
            title: first === '' ? `${columnTitle(target)}, 1 step ahead` : `${first}: ${columnTitle(target)}, 1 step ahead`, x, yLabel: unitName(target),
            series: [
              { name: 'actual', values: of(own).map(({ actual }) => actual), color: 'ink' },
              { name: own, values: of(own).map(({ forecast }) => forecast), color: 0, ...(bounded && { band: { name: 'interval', lower: of(own).map(({ lower = NaN }) => lower), upper: of(own).map(({ upper = NaN }) => upper) } }) },
              ...others.slice(0, 1).map(({ model }) => ({ name: model, values: of(model).map(({ forecast }) => forecast), color: 4 }) as const),
            ],
          }),
          caption: `Forecasts from ${count(of(own).length, 'origin')}, none of whose rows were learned from.`,
        }],
      },
      { heading: 'How it was run', blocks: [{ kind: 'facts', facts }] },
    ],
    footer: facts.map(([name, value]) => `${name} ${value}`).join(' · '),
  });
}
