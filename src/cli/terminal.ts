/** Text for a terminal: headings, aligned tables, wrapped paragraphs; colour only where somebody looks. */
import process from 'node:process';
import { styleText } from 'node:util';
import { wrapWords } from './options.js';

const WIDTH = 100;

type Style = Parameters<typeof styleText>[0];

function styled(style: Style, text: string): string {
  const wanted = process.stdout.isTTY && !process.env.NO_COLOR;
  return wanted ? styleText(style, text) : text;
}

export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

export function printHeading(text: string): void {
  print('', styled('bold', text));
}

/** A paragraph, indented by two, with an optional mark in front that carries the colour. */
export function printParagraph(text: string, mark?: { readonly text: string; readonly style: Style }): void {
  const [first = '', ...rest] = wrapWords(mark ? `${mark.text} ${text}` : text, WIDTH - 2);
  print(...[mark ? first.replace(mark.text, () => styled(mark.style, mark.text)) : first, ...rest].map((line) => `  ${line}`));
}

/** Names with values, the names padded to one width; long values continue below. */
export function printFacts(facts: readonly (readonly [name: string, value: string])[]): void {
  const wide = Math.max(...facts.map(([name]) => name.length)) + 2;
  for (const [name, value] of facts) {
    const [first = '', ...rest] = wrapWords(value, WIDTH - wide - 2);
    print(`  ${styled('dim', name.padEnd(wide))}${first}`, ...rest.map((line) => `  ${' '.repeat(wide)}${line}`));
  }
}

/** @param sides of the columns; by default the first column to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[], sides: readonly ('left' | 'right')[] = ['left']): void {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (sides[i] === 'left' ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ').trimEnd()}`;
  print(styled('dim', line(head)), ...rows.map(line));
}

/** Text of several lines, indented by two. */
export function printBlock(text: string): void {
  print(...text.split('\n').map((line) => `  ${line}`));
}
