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
/** Plots that would get narrower than this, and narrower than they were meant to be, stand below each other. */
const LEAST = 300;

/**
 * Plots take the width of their column, and the height that makes them as tall inside as they are alone. If all have the same legend it is
 * drawn once, under the common heading. Default height: what the rows need.
 *
 * @throws ArgumentError without plots or for a column count that is not a whole number from 1.
 */
export function panels(options: PanelsOptions): Plot {
  const { title, plots, columns = 1, width: own = 760 } = checkOptions('panels', options, optionNames);
  requireData(`panels '${title}'`, { plots });
  requireCount(`panels '${title}'`, 'columns', columns);
  const widthOf = (width: number, count: number): number => (width - GAP_X * (count - 1)) / count;
  const least = Math.min(LEAST, widthOf(own, columns));
  const arrange = (width: number): { size: number; rows: Plot[][]; heights: number[] } => {
    let count = columns;
    while (count > 1 && widthOf(width, count) < least) count--;
    const size = widthOf(width, count);
    const rows = Array.from({ length: Math.ceil(plots.length / count) }, (_, r) => plots.slice(r * count, (r + 1) * count).map((plot) => plot.at(size)));
    return { size, rows, heights: rows.map((row) => Math.max(...row.map((plot) => plot.height))) };
  };
  const shared = plots.length > 1 && new Set(plots.map((plot) => JSON.stringify(plot.legend))).size === 1;
  return createPlot(options, {
    description: plots.map((plot) => `${plot.title}: ${plot.description}`).join(' '),
    legend: shared ? plots[0]?.legend : [],
    height: (width) => arrange(width).heights.reduce((sum, height) => sum + height + GAP_Y, 60),
    body: (box) => {
      const { size, rows, heights } = arrange(box.width);
      const scale = (box.height - GAP_Y * (rows.length - 1)) / heights.reduce((sum, height) => sum + height, 0);
      let y = box.y + 4;
      return join(rows.flatMap((row, r) => {
        const height = (heights[r] ?? 0) * scale;
        const drawn = row.map((plot, c) => plot.draw({ x: box.x + c * (size + GAP_X), y, width: size, height }, { legend: !shared }));
        y += height + GAP_Y;
        return drawn;
      }));
    },
  });
}
