/** Reference lines: a value or an instant worth comparing with, such as zero or the first day of the test set. */
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import type { Scale } from './scale.js';
import { element, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { fitText, textWidth } from './text.js';

export interface Reference {
  readonly axis: 'x' | 'y';
  readonly value: number | Date;
  readonly label?: string;
}

const referenceNames: OptionNames<Reference> = { axis: true, value: true, label: true };

/** @throws ArgumentError for an unknown name in a reference, or an axis that is neither x nor y. */
export function checkReferences(operation: string, references: readonly Reference[] = []): void {
  for (const [i, reference] of references.entries()) {
    checkOptions(`${operation}, reference ${i}`, reference, referenceNames);
    requireChoice(operation, `references[${i}].axis`, reference.axis, ['x', 'y']);
  }
}

const FONT = 11.5;
const ROW = 14;

/** Lines belong under the data, their names above it. References outside the domain are left out. */
export function drawReferences(references: readonly Reference[], x: Scale, y: Scale): { lines: Markup; names: Markup } {
  const [left, right] = x.range;
  const [bottom, top] = y.range;
  const lines: Markup[] = [];
  const names: Markup[] = [];
  // Right end of the last name in each row, so that names of neighbouring lines take the next row.
  const rows: number[] = [];
  // Names of level lines stand at the right end; where two lines are too close for that, beside each other.
  const levels: { readonly y: number; readonly left: number }[] = [];
  const placed = references
    .map((reference) => ({ ...reference, at: (reference.axis === 'x' ? x : y).map(Number(reference.value)) }))
    .filter(({ axis, at }) => (axis === 'x' ? at >= left - 0.01 && at <= right + 0.01 : at >= top - 0.01 && at <= bottom + 0.01))
    .sort((a, b) => a.at - b.at);
  for (const { axis, at, label: name } of placed) {
    const [x2, y2] = axis === 'x' ? [at, bottom] : [right, at];
    lines.push(element('line', { class: 'reference', x1: axis === 'x' ? at : left, y1: axis === 'x' ? top : at, x2, y2 }));
    if (name === undefined) continue;
    const width = textWidth(name, FONT);
    const text = fitText(name, right - left, FONT);
    if (axis === 'y') {
      const line = at - top < ROW ? at + ROW - 2 : at - 4;
      const end = Math.min(right - 2, ...levels.filter((other) => Math.abs(other.y - line) < ROW - 2).map((other) => other.left - 10));
      levels.push({ y: line, left: end - width });
      names.push(label(text, end, line, { class: 'halo', 'text-anchor': 'end', 'font-size': FONT }));
      continue;
    }
    const turned = at + 4 + width > right;
    const start = Math.max(left, turned ? at - 4 - width : at + 4);
    let row = rows.findIndex((end) => end + 6 <= start);
    if (row === -1) row = rows.length;
    rows[row] = start + width;
    names.push(label(text, start, top + 9 + row * ROW, { class: 'halo', 'font-size': FONT }));
  }
  return { lines: join(lines), names: join(names) };
}
