/** The blocks a report is made of, and how each becomes HTML. */
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawColorBar } from '../plots/colorBar.js';
import type { ColorMapName } from '../plots/colorMap.js';
import { formatNumber, withMinus } from '../plots/format.js';
import type { NumberFormat } from '../plots/format.js';
import type { Plot } from '../plots/plot.js';
import type { Interval } from '../plots/scale.js';
import { renderTable, tableNames } from './table.js';
import type { TableBlock } from './table.js';
import { element, escapeText, join } from '../plots/svg.js';
import type { Markup } from '../plots/svg.js';

export type ReportBlock = TextBlock | TableBlock | FigureBlock | ImagesBlock | CalloutBlock | FactsBlock | PreformattedBlock | DataBlock;

/** Paragraphs, separated by an empty line; `code` between backticks. */
export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
}

export interface FigureBlock {
  readonly kind: 'figure';
  readonly plot: Plot;
  /** What to see in the plot; `code` between backticks. */
  readonly caption?: string;
}

/** Pictures side by side, kept inside the report. */
export interface ImagesBlock {
  readonly kind: 'images';
  readonly images: readonly ReportImage[];
  /** What the colours of heat maps over them stand for, drawn below them. */
  readonly scale?: ImageScale;
  /** What to see in the pictures; `code` between backticks. */
  readonly caption?: string;
}

/** As `overlayHeatMap` was told. */
export interface ImageScale {
  readonly colors: ColorMapName;
  /** Values at the ends of the colours, the same in all pictures. */
  readonly domain: Interval;
  /** What the values are, with their unit. */
  readonly label: string;
  readonly format?: NumberFormat;
  /** Part of the colours in the mixture with the picture; default 1. */
  readonly alpha?: number;
}

export interface ReportImage {
  /** The bytes of a PNG file. */
  readonly png: Uint8Array;
  /** Stands under the picture, and in its place where it cannot be seen. */
  readonly title: string;
}

/** Paragraphs that must not be overlooked. */
export interface CalloutBlock {
  readonly kind: 'note' | 'warning';
  readonly text: string;
}

/** Names with their values, such as the settings of a run. */
export interface FactsBlock {
  readonly kind: 'facts';
  readonly facts: readonly (readonly [name: string, value: string | number])[];
  /** How numbers are written. */
  readonly format?: NumberFormat;
}

/** Text in a fixed pitch, line breaks kept: a model summary, a command. */
export interface PreformattedBlock {
  readonly kind: 'preformatted';
  readonly text: string;
  readonly caption?: string;
}

/** The values behind a figure as JSON, folded away. Typed arrays are written as arrays, what is not finite as null. */
export interface DataBlock {
  readonly kind: 'data';
  readonly summary: string;
  readonly data: unknown;
}

const scaleNames: OptionNames<ImageScale> = { colors: true, domain: true, label: true, format: true, alpha: true };
const calloutNames: OptionNames<CalloutBlock> = { kind: true, text: true };
/** What each kind of block has. */
const namesOf = {
  text: { kind: true, text: true } satisfies OptionNames<TextBlock>,
  table: tableNames,
  figure: { kind: true, plot: true, caption: true } satisfies OptionNames<FigureBlock>,
  images: { kind: true, images: true, scale: true, caption: true } satisfies OptionNames<ImagesBlock>,
  note: calloutNames,
  warning: calloutNames,
  facts: { kind: true, facts: true, format: true } satisfies OptionNames<FactsBlock>,
  preformatted: { kind: true, text: true, caption: true } satisfies OptionNames<PreformattedBlock>,
  data: { kind: true, summary: true, data: true } satisfies OptionNames<DataBlock>,
};

export function renderBlock(block: ReportBlock): Markup {
  const kind = requireChoice('htmlReport', 'kind of block', block.kind, Object.keys(namesOf) as ReportBlock['kind'][]);
  checkOptions<Readonly<Record<string, unknown>>>(`htmlReport, block '${kind}'`, { ...block }, namesOf[kind]);
  switch (block.kind) {
    case 'text':
      return paragraphs(block.text);
    case 'table':
      return renderTable(block);
    case 'figure':
      return figure(renderPlot(block.plot), block.caption);
    case 'images': {
      const pictures = block.images.map(({ png, title }) =>
        element('div', {}, element('img', { src: `data:image/png;base64,${base64(png)}`, alt: title }), element('span', {}, ...inline(title))));
      return figure(join([element('div', { class: 'pictures' }, ...pictures), ...(block.scale ? [renderScale(block.scale)] : [])]), block.caption);
    }
    case 'note':
    case 'warning': {
      const name = block.kind === 'note' ? 'Note' : 'Warning';
      return element('div', { class: `callout ${block.kind}`, role: 'note' }, element('strong', {}, escapeText(name)), paragraphs(block.text));
    }
    case 'facts': {
      const pairs = block.facts.map(([name, value]) => {
        const text = typeof value === 'number' ? formatNumber(value, block.format) : value;
        return element('div', {}, element('dt', {}, escapeText(name)), element('dd', {}, ...inline(text)));
      });
      return element('dl', {}, ...pairs);
    }
    case 'preformatted': {
      const name = block.caption ?? 'Preformatted text';
      const text = element('pre', { tabindex: '0', role: 'region', 'aria-label': name }, escapeText(block.text));
      return block.caption === undefined ? text : figure(text, block.caption);
    }
    case 'data':
      return element('details', {}, element('summary', {}, escapeText(block.summary)), element('pre', { tabindex: '0' }, escapeText(toJson(block.data))));
  }
}

/** Width of a drawing on a phone of 390 pixels, without the margins of the page. */
const NARROW = 358;

/** The plot laid out for wide and for narrow screens; the style sheet shows one of them. */
function renderPlot(plot: Plot): Markup {
  if (plot.width <= NARROW) return element('div', { class: 'drawing' }, plot.unstyled);
  return element('div', { class: 'drawing' }, element('div', { class: 'wide' }, plot.unstyled), element('div', { class: 'narrow' }, plot.at(NARROW).unstyled));
}

function renderScale(scale: ImageScale): Markup {
  const { colors, domain, label, format, alpha } = checkOptions("htmlReport, block 'images', scale", scale, scaleNames);
  const { markup, height } = drawColorBar({ colors, domain, format, alpha, valueLabel: label }, 0, 0, NARROW);
  const name = `${label}, ${domain.map((value) => formatNumber(value, format)).join(' to ')}`;
  return element('div', { class: 'drawing' }, element('svg', { class: 'bptt-plot', width: NARROW, height, viewBox: `0 0 ${NARROW} ${height}`, role: 'img', 'aria-label': name }, markup));
}

function figure(content: Markup, caption: string | undefined): Markup {
  return element('figure', {}, content, ...(caption === undefined ? [] : [element('figcaption', {}, ...inline(caption))]));
}

function paragraphs(text: string): Markup {
  const parts = text.split(/\n\s*\n/).filter((part) => part.trim() !== '');
  return join(parts.map((part) => element('p', {}, ...inline(part.trim()))));
}

/** Text with `code` between backticks, and the minus sign of print before figures outside it. */
function inline(text: string): Markup[] {
  return text.split(/(`[^`]+`)/).map((part) => (/^`[^`]+`$/.test(part) ? element('code', {}, escapeText(part.slice(1, -1))) : escapeText(withMinus(part))));
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function toJson(data: unknown): string {
  const plain = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value;
  // Arrays of numbers on one line each: otherwise a price series is a thousand lines.
  return (JSON.stringify(data, plain, 1) ?? 'null').replace(/\[\n([-+\d.eE,\snul]*)\]/g, (_, numbers: string) => `[${numbers.trim().replace(/\s+/g, ' ')}]`);
}
