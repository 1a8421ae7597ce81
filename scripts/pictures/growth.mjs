/** Curves of docs/benchmarks.md: how a training step grows, from what `npm run bench:growth -- --write` has measured. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linePlot } from 'bptt/charts';

/** null before anything was measured. */
const measured = JSON.parse(readFileSync(join(import.meta.dirname, '../../bench/growth.json'), 'utf8'));
const curves = measured?.curves ?? {};

/** In a file a plot follows the scheme of its reader; in a page of the site that of the page. */
function forBoth(svg) {
  return svg.replace(/@media screen and \(prefers-color-scheme:dark\)\{\.bptt-plot(\{[^}]*\})\}/, (_, dark) => (
    `.bptt-plot{background:var(--page)}@media screen and (prefers-color-scheme:dark){:root.bptt-plot${dark}}html.dark .bptt-plot${dark}`));
}

function draw(axis) {
  const { sizes, times } = curves[axis];
  const ends = (all) => `${all[0]} to ${all.at(-1)} ms`;
  return `${forBoth(linePlot({
    title: `A training step as ${axis} grow${axis === 'batch' ? 's' : ''}`, x: sizes, xScale: 'log', yScale: 'log', xLabel: axis, yLabel: 'milliseconds', height: 300,
    description: `Milliseconds of a training step for ${axis} from ${sizes[0]} to ${sizes.at(-1)}, both axes logarithmic. ${Object.entries(times).map(([name, all]) => `${name}: ${ends(all)}`).join('; ')}.`,
    series: Object.entries(times).map(([name, values]) => ({ name, values, mark: 'both' })),
  }).svg)}\n`;
}

export const growth = Object.fromEntries(Object.keys(curves).map((axis) => [`growth-${axis}`, () => draw(axis)]));
