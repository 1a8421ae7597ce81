/** The blocks a report is made of, and how each becomes HTML. */
import { formatNumber } from './format.js';
import type { NumberFormat } from './format.js';
import type { Plot } from './plot.js';
import { renderTable } from './reportTable.js';
import type { TableBlock } from './reportTable.js';
import { element, escapeText, join } from './svg.js';
import type { Markup } from './svg.js';

export type ReportBlock = TextBlock | TableBlock | FigureBlock | CalloutBlock | FactsBlock | PreformattedBlock | DataBlock;

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

export function renderBlock(block: ReportBlock): Markup {
  switch (block.kind) {
    case 'text':
      return paragraphs(block.text);
    case 'table':
      return renderTable(block);
    case 'figure': {
      const drawing = element('div', { class: 'scroll', role: 'group', tabindex: '0', 'aria-label': block.plot.title }, block.plot.svg);
      const caption = block.caption === undefined ? [] : [element('figcaption', {}, ...inline(block.caption))];
      return element('figure', {}, drawing, ...caption);
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
      return block.caption === undefined ? text : element('figure', {}, text, element('figcaption', {}, ...inline(block.caption)));
    }
    case 'data':
      return element('details', {}, element('summary', {}, escapeText(block.summary)), element('pre', { tabindex: '0' }, escapeText(toJson(block.data))));
  }
}

function paragraphs(text: string): Markup {
  const parts = text.split(/\n\s*\n/).filter((part) => part.trim() !== '');
  return join(parts.map((part) => element('p', {}, ...inline(part.trim()))));
}

/** Text with `code` between backticks. */
function inline(text: string): Markup[] {
  return text.split(/(`[^`]+`)/).map((part) => (/^`[^`]+`$/.test(part) ? element('code', {}, escapeText(part.slice(1, -1))) : escapeText(part)));
}

function toJson(data: unknown): string {
  const plain = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value;
  // Arrays of numbers on one line each: otherwise a price series is a thousand lines.
  return (JSON.stringify(data, plain, 1) ?? 'null').replace(/\[\s+([-+\d.eE,\snull]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`);
}
