/**
 * Colours. Six categorical hues told apart under red-green and blue-yellow colour blindness, each with at least 3:1
 * contrast to the page, in a light and a dark variant (both tested; the hues were found by search). They are CSS
 * custom properties, so a drawing follows the reader's colour scheme, and a page can override them. Print is light.
 */
import { requireChoice } from '../../checks.js';
import { dashCss } from './marks.js';

const LIGHT = ['#298fe3', '#ac460d', '#076f50', '#75257b', '#cc8400', '#4b2842'];
const DARK = ['#1fa1fa', '#d85813', '#52f2ae', '#b96493', '#ffd43f', '#cdd7fb'];

/** A hue of the palette by number (beyond the last, they start over), the text colour, or grey. */
export type ColorSlot = number | 'ink' | 'muted';

export const PALETTE_SIZE = LIGHT.length;

const TOKENS = {
  light: { page: '#ffffff', ink: '#1b1e23', muted: '#5c636d', rule: '#dfe2e6', panel: '#f5f6f8', good: '#e3f1e7', warn: '#b45309' },
  dark: { page: '#15181c', ink: '#e8eaed', muted: '#a2a9b3', rule: '#343a42', panel: '#1e2227', good: '#1d3a2a', warn: '#f0a54a' },
} as const;

/** The palette as plain hexadecimal colours, for tests and for writers that do not know CSS. */
export const palette = {
  light: { ...TOKENS.light, series: LIGHT },
  dark: { ...TOKENS.dark, series: DARK },
} as const;

/** Custom properties of both schemes, set on `selector`. */
export function themeCss(selector: string): string {
  const block = (scheme: 'light' | 'dark'): string => {
    const tokens = Object.entries(TOKENS[scheme]).map(([name, color]) => `--${name}:${color}`);
    const series = palette[scheme].series.map((color, i) => `--s${i}:${color}`);
    return `${selector}{${[...tokens, ...series].join(';')}}`;
  };
  return `${block('light')}@media screen and (prefers-color-scheme:dark){${block('dark')}}`;
}

/** Class that sets the drawing colour `--c` for the elements in it. */
export function colorClass(slot: ColorSlot): string {
  return typeof slot === 'number' ? `c${slot % PALETTE_SIZE}` : requireChoice('plot', 'color', slot, ['ink', 'muted']);
}

/** Rules of drawings for a page that sets the colours itself. */
export const plotRules = [
  ...Array.from({ length: PALETTE_SIZE }, (_, i) => `.bptt-plot .c${i}{--c:var(--s${i})}`),
  '.bptt-plot .ink{--c:var(--ink)}.bptt-plot .muted{--c:var(--muted)}',
  '.bptt-plot{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;max-width:100%;height:auto;overflow:visible}',
  '.bptt-plot text{fill:var(--ink)}.bptt-plot text.quiet{fill:var(--muted)}.bptt-plot .title{font-weight:600}',
  '.bptt-plot text.on-light{fill:#111}.bptt-plot text.on-dark{fill:#fff}',
  '.bptt-plot .grid{stroke:var(--rule);fill:none;shape-rendering:crispEdges}',
  '.bptt-plot .axis{stroke:var(--muted);fill:none;shape-rendering:crispEdges}',
  '.bptt-plot .reference{stroke:var(--ink);stroke-dasharray:2 3;fill:none}',
  '.bptt-plot .halo{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}',
  '.bptt-plot .line{fill:none;stroke:var(--c);stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}',
  dashCss,
  '.bptt-plot .dots{fill:none;stroke:var(--c);stroke-width:5;stroke-linecap:round}.bptt-plot .fine.dots{stroke-width:3.4}',
  '.bptt-plot .dots.filled{fill:var(--c);stroke:none}.bptt-plot .dots.crossed{stroke-width:1.5}',
  '.bptt-plot .fine.line{stroke-width:1.2}.bptt-plot .beyond{fill:var(--c)}.bptt-plot .leader{fill:none;stroke:var(--rule)}',
  '.bptt-plot .area{fill:var(--c);fill-opacity:.18;stroke:none}.bptt-plot .bar{fill:var(--c)}',
  '.bptt-plot .whisker{fill:none;stroke:var(--ink);stroke-width:1.2}',
].join('\n');

/**
 * The style sheet of a plot. Stand-alone drawings hold it; a page that shows `plot.unstyled` links or includes it once, from a file of its own
 * where a Content-Security-Policy forbids styles in the page.
 */
export const plotCss = `${themeCss('.bptt-plot')}\n${plotRules}`;
