/** The HTML report of what a saved forecaster says. */
import { htmlReport } from '../../charts/report/report.js';
import { columnTitle, count, stepUnit } from '../wording.js';
import { nextFigure } from './figures.js';
import { DRAWN } from './report.js';
import { shownTable } from './shown.js';
import type { Shown } from './shown.js';
import { viewOf } from './view.js';

export function predictReport(shown: Shown, warnings: readonly string[], facts: Readonly<Record<string, string>>): string {
  const { panel, target } = shown;
  const names = [...panel.keys()];
  const [first] = panel.values();
  const unit = stepUnit(first?.dates ?? []);
  return htmlReport({
    title: `${columnTitle(target)}: forecast`,
    subtitle: `${facts.source ?? ''} · ${names.length === 1 ? count(first?.rows ?? 0, 'row') : count(names.length, 'series')}`,
    sections: [
      {
        heading: 'Forecast',
        blocks: [
          ...warnings.map((text) => ({ kind: 'warning', text }) as const),
          shownTable(shown), ...names.slice(0, DRAWN).map((name) => nextFigure(viewOf(shown, name), target, unit, shown.coverage)),
        ],
      },
      { heading: 'How it was made', blocks: [{ kind: 'facts', facts: Object.entries(facts) }] },
    ],
  });
}
