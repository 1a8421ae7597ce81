/** Several plots under one heading, in rows and columns. */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { createPlot, plotNames, requireData } from './plot.js';
import type { Plot, PlotOptions } from './plot.js';
import { join } from './svg.js';

export interface PanelsOptions extends PlotOptions {
  readonly plots: readonly Plot[];
  /** Default 1: one above the other. */
  readonly columns?: number;
}

const optionNames: OptionNames<PanelsOptions> = { ...plotNames, plots: true, columns: true };

const GAP_X = 28;
const GAP_Y = 16;

/**
 * Plots keep their height and take the width of their column. If all have the same legend it is drawn once, under the
 * common heading. Default height: what the rows need.
 *
 * @throws ArgumentError without plots or for a column count that is not a whole number from 1.
 */
export function panels(options: PanelsOptions): Plot {
  const { title, plots, columns = 1 } = checkOptions('panels', options, optionNames);
  requireData(`panels '${title}'`, { plots });
  requireCount(`panels '${title}'`, 'columns', columns);
  const rows = Array.from({ length: Math.ceil(plots.length / columns) }, (_, r) => plots.slice(r * columns, (r + 1) * columns));
  const heights = rows.map((row) => Math.max(...row.map((plot) => plot.height)));
  const needed = heights.reduce((sum, height) => sum + height + GAP_Y, 0);
  const shared = plots.length > 1 && new Set(plots.map((plot) => JSON.stringify(plot.legend))).size === 1;
  return createPlot(options, {
    description: plots.map((plot) => `${plot.title}: ${plot.description}`).join(' '),
    legend: shared ? plots[0]?.legend : [],
    height: needed + 60,
    body: (box) => {
      const width = (box.width - GAP_X * (columns - 1)) / columns;
      const scale = (box.height - GAP_Y * (rows.length - 1)) / heights.reduce((sum, height) => sum + height, 0);
      let y = box.y + 4;
      return join(rows.flatMap((row, r) => {
        const height = (heights[r] ?? 0) * scale;
        const drawn = row.map((plot, c) => plot.draw({ x: box.x + c * (width + GAP_X), y, width, height }, { legend: !shared }));
        y += height + GAP_Y;
        return drawn;
      }));
    },
  });
}
