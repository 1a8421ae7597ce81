/**
 * A report as one HTML text: no network, no fonts or scripts from elsewhere, complete without JavaScript, light and
 * dark by the reader's setting, printable. Reports are assembled from blocks; everything in them is escaped.
 */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { readoutScript } from './readoutScript.js';
import { renderBlock } from './blocks.js';
import type { ReportBlock } from './blocks.js';
import { reportCss } from './style.js';
import { element, escapeText, join, rawElement } from '../plots/svg.js';

export interface ReportSection {
  readonly heading: string;
  readonly blocks: readonly ReportBlock[];
}

const sectionNames: OptionNames<ReportSection> = { heading: true, blocks: true };

export interface ReportOptions {
  readonly title: string;
  /** One line under the title: data, span, date of the run. */
  readonly subtitle?: string;
  /** Language of the text, for screen readers and hyphenation; default `en`. */
  readonly language?: string;
  readonly sections: readonly ReportSection[];
  /** Last line: seed, versions, the command that made the report. */
  readonly footer?: string;
}

const optionNames: OptionNames<ReportOptions> = { title: true, subtitle: true, language: true, sections: true, footer: true };

/**
 * Assembles the document. The same input gives the same text.
 *
 * @throws ArgumentError without sections, for an unknown name, or when a table's rows do not fit its columns.
 */
export function htmlReport(options: ReportOptions): string {
  const { title, subtitle, language = 'en', sections, footer } = checkOptions('htmlReport', options, optionNames);
  if (sections.length === 0) {
    throw new ArgumentError({ operation: 'htmlReport', argument: 'sections', expected: 'at least one section', actual: 'none' });
  }
  for (const section of sections) checkOptions(`htmlReport, section '${section.heading}'`, section, sectionNames);
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
  const head = element(
    'head', {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('title', {}, escapeText(title)),
    rawElement('style', reportCss),
  );
  const header = [element('h1', {}, escapeText(title))];
  if (subtitle !== undefined) header.push(element('p', { class: 'subtitle' }, escapeText(subtitle)));
  const body = sections.map(({ heading, blocks }) =>
    element('section', {}, element('h2', {}, escapeText(heading)), ...blocks.map(renderBlock)));
  const main = element('main', {}, element('header', {}, ...header), ...body);
  const end = footer === undefined ? join([]) : element('footer', {}, escapeText(footer));
  const html = element('html', { lang: language }, head, element('body', {}, main, end, rawElement('script', readoutScript)));
  return `<!doctype html>\n${html}\n`;
}
