/**
 * The frame every plot shares: title, subtitle, legend, and below them the space for the drawing. A plot is drawn
 * when it is asked for, at the size it is asked for, so panels can place plots that were made on their own.
 */
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { endLabelWidth } from './endLabels.js';
import { drawLegend } from './legend.js';
import type { Block, LegendEntry } from './legend.js';
import { plotCss } from './palette.js';
import { element, escapeText, join, label, rawElement } from './svg.js';
import type { Markup } from './svg.js';
import { wrapText } from './text.js';

/** Options of every plot. */
export interface PlotOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** What the picture shows, for readers who cannot see it. Default: made from the data. */
  readonly description?: string;
  /** Pixels, default 760. */
  readonly width?: number;
  /** Pixels, default 360 (some plots choose it from their data). */
  readonly height?: number;
}

export const plotNames: OptionNames<PlotOptions> = { title: true, subtitle: true, description: true, width: true, height: true };

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Plot {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
  /** A stand-alone SVG document: put it in a file or in a page. */
  readonly svg: Markup;
  /**
   * The same without its style sheet, for a page that has `plotCss` already: many plots share one sheet, and nothing is inline that a strict
   * Content-Security-Policy forbids.
   */
  readonly unstyled: Markup;
  /**
   * The plot laid out anew for another width, from 160 pixels: letters keep their size, ticks get fewer, legends wrap, panels that would get
   * too narrow stand below each other. The height follows.
   */
  at(width: number): Plot;
  /** The drawing without its `<svg>`, to be placed in another; a part of a whole has a smaller title. */
  draw(box: Box, part?: { readonly legend: boolean }): Markup;
}

interface PlotContent {
  readonly description: string;
  /** Pixels; a function where they depend on the width. */
  readonly height?: number | ((width: number) => number);
  readonly legend?: readonly LegendEntry[];
  /** Those of the legend that the body can name at the ends of its lines. */
  readonly endLabels?: readonly LegendEntry[];
  /** A key other than a legend, such as a colour bar. */
  readonly key?: (x: number, y: number, width: number) => Block;
  /** @param aside pixels to leave at the right for the names of `endLabels`; 0: they stand in the legend. */
  readonly body: (box: Box, aside: number) => Markup;
}

const TITLE = 16;
const PART_TITLE = 13;
const SUBTITLE = 12.5;

/** Makes a plot of what lies inside the frame. */
export function createPlot(options: PlotOptions, content: PlotContent): Plot {
  const { title, width = 760 } = options;
  const heightAt = typeof content.height === 'function' ? content.height : undefined;
  const height = options.height ?? heightAt?.(width) ?? (typeof content.height === 'number' ? content.height : 360);
  const description = options.description ?? content.description;
  const legend = content.legend ?? [];
  for (const [argument, size, least] of [['width', width, 160], ['height', height, 120]] as const) {
    if (!(size >= least && size <= 20_000)) {
      throw new ArgumentError({ operation: `plot '${title}'`, argument, expected: `${String(least)} to 20000 pixels`, actual: String(size) });
    }
  }

  /** Heading and legend, and what they leave to the body. */
  const frame = (box: Box, part?: { readonly legend: boolean }): { markup: Markup; height: number; aside: number } => {
    const heading = drawHeading(title, options.subtitle, box, part ? PART_TITLE : TITLE);
    const top = box.y + heading.height;
    const showLegend = part?.legend ?? true;
    const { endLabels = [] } = content;
    const aside = showLegend ? endLabelWidth(endLabels, box.width, box.height) : 0;
    const entries = aside > 0 ? legend.filter((entry) => !endLabels.includes(entry)) : legend;
    const key = content.key?.(box.x, top, box.width) ?? (showLegend ? drawLegend(entries, box.x, top, box.width) : undefined);
    if (!key || key.height === 0) return { ...heading, aside };
    return { markup: join([heading.markup, key.markup]), height: heading.height + key.height + 4, aside };
  };
  const draw = (box: Box, part?: { readonly legend: boolean }): Markup => {
    const { markup, height: above, aside } = frame(box, part);
    // A long legend must not leave the drawing without room.
    const rest = Math.max(box.height - above, 60);
    return join([markup, content.body({ x: box.x, y: box.y + above, width: box.width, height: rest }, aside)]);
  };
  const drawing = (...styles: readonly Markup[]): Markup => {
    const size = { width, height, viewBox: `0 0 ${String(width)} ${String(height)}` };
    const name = options.subtitle === undefined ? title : `${title}. ${options.subtitle}`;
    return element(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', class: 'bptt-plot', ...size, role: 'img', 'aria-label': name },
      element('desc', {}, escapeText(description)), ...styles, draw({ x: 0, y: 0, width, height }),
    );
  };

  return {
    title, description, width, height, legend, draw,
    get svg() {
      return drawing(rawElement('style', plotCss));
    },
    get unstyled() {
      return drawing();
    },
    at(other) {
      if (other === width) return this;
      const above = (pixels: number): number => frame({ x: 0, y: 0, width: pixels, height }).height;
      return createPlot({ ...options, width: other, height: heightAt?.(other) ?? height + Math.max(0, above(other) - above(width)) }, content);
    },
  };
}

function drawHeading(title: string, subtitle: string | undefined, box: Box, size: number): Block {
  // Bold letters are about an eighth wider than those the estimate is made for.
  const lines = wrapText(title, box.width / 1.13, size);
  const quiet = subtitle === undefined ? [] : wrapText(subtitle, box.width, SUBTITLE);
  const pieces: Markup[] = [];
  let y = box.y;
  for (const line of lines) pieces.push(label(line, box.x, (y += size * 1.25) - 3, { class: 'title', 'font-size': size }));
  for (const line of quiet) pieces.push(label(line, box.x, (y += 17) - 3, { class: 'quiet', 'font-size': SUBTITLE }));
  return { markup: join(pieces), height: y - box.y + 6 };
}

/** @throws ArgumentError when a plot is asked to draw nothing, or columns of different length. */
export function requireData(operation: string, columns: Readonly<Record<string, ArrayLike<unknown> | undefined>>): void {
  let length: number | undefined;
  for (const [argument, column] of Object.entries(columns)) {
    if (column === undefined) continue;
    length ??= column.length;
    if (length === 0 || column.length !== length) {
      throw new ArgumentError({
        operation, argument,
        expected: length === 0 ? 'at least one value' : `${String(length)} values`,
        actual: column.length === 0 ? 'none' : String(column.length),
      });
    }
  }
}
