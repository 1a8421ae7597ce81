/** Run the model: inputs by a seed, or typed; outputs, and the largest of their values. */
import { button, el } from '../shell/dom.js';
import { ask } from './ask.js';
import { table } from './described.js';
import type { NamedValues, OpenedInput, OpenedModel, Values } from './messages.js';

/** Where any size will do: enough to see something. */
const usual = 8;
/** Numbers that are written out. */
const most = 2000;

interface InputField { readonly element: HTMLElement; readonly size: () => number[]; readonly text: HTMLTextAreaElement }

export function runPanel({ inputs }: OpenedModel): HTMLElement {
  const fields = inputs.map(inputField);
  const seed = el('input', { type: 'number', id: 'seed', min: '0', step: '1', value: '1' });
  const said = el('p', { role: 'status', class: 'verdict' });
  const outputs = el('div', {});
  const trying = async (work: () => Promise<void>): Promise<void> => {
    said.textContent = 'Running …';
    try {
      await work();
      said.textContent = 'Done.';
    } catch (error) {
      outputs.replaceChildren();
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  const fill = async (): Promise<void> => {
    const values = await ask('fill', { seed: Number(seed.value), sizes: fields.map(({ size }) => size()) });
    values.forEach(({ data }, i) => {
      const field = fields[i];
      if (field) field.text.value = data.length > most ? '' : Array.from(data).join(' ');
      if (field) field.text.placeholder = data.length > most ? `${data.length.toLocaleString('en-US')} numbers by the seed; paste your own` : '';
    });
  };
  const run = async (): Promise<void> => {
    const sizes = fields.map(({ size }) => size());
    const seeded = await ask('fill', { seed: Number(seed.value), sizes });
    outputs.replaceChildren(...(await ask('run', { inputs: fields.map(({ text }, i) => typed(text.value, sizes[i] ?? [], seeded[i])) })).map(outputOf));
  };
  void trying(fill).then(() => { said.textContent = ''; });
  return el('section', { 'aria-labelledby': 'run-title' },
    el('h2', { id: 'run-title' }, 'Run it'),
    el('p', {}, 'Numbers in the order of the shape, last axis first to move, or a nested list as JSON.'),
    el('div', { class: 'buttons' }, el('label', { for: 'seed' }, 'Seed'), seed, button('Fill by the seed', () => { void trying(fill); })),
    ...fields.map(({ element }) => element),
    el('div', { class: 'buttons' }, button('Run', () => { void trying(run); })), said, outputs,
  );
}

function inputField({ name, shape, indices }: OpenedInput, i: number): InputField {
  const open = shape.map((size, axis) => (size === null ? el('input', { type: 'number', id: `size-${i}-${axis}`, min: '1', max: '100000', step: '1', value: String(usual) }) : undefined));
  const text = el('textarea', { id: `input-${i}`, rows: '4', spellcheck: 'false' });
  const label = name === '' ? `Input ${i + 1}` : name;
  const element = el('fieldset', {}, el('legend', {}, `${label} [1, ${shape.map((size) => size ?? 'any').join(', ')}]${indices === null ? '' : `, whole numbers below ${indices}`}`),
    ...open.flatMap((field, axis) => (field ? [el('label', { for: field.id }, `Size of axis ${axis + 1}`), field] : [])),
    el('label', { for: text.id }, `Numbers of ${label}`), text);
  return {
    element, text,
    size: () => [1, ...shape.map((size, axis) => {
      const given = size ?? Number(open[axis]?.value);
      if (!Number.isSafeInteger(given) || given < 1 || given > 100_000) throw new Error(`${label}: the size of axis ${axis + 1} must be a whole number from 1 to 100000.`);
      return given;
    })],
  };
}

/** @param seeded in the place of a field that is left empty. */
function typed(text: string, shape: readonly number[], seeded: Values | undefined): Values {
  if (text.trim() === '' && seeded) return seeded;
  const numbers = text.replace(/[[\],;]/g, ' ').trim().split(/\s+/);
  const data = Float32Array.from(numbers, Number);
  const wrong = numbers.findIndex((_, i) => !Number.isFinite(data[i]));
  if (wrong >= 0) throw new Error(`'${(numbers[wrong] ?? '').slice(0, 40)}' is no number.`);
  const count = shape.reduce((size, n) => size * n, 1);
  if (data.length !== count) throw new Error(`[${shape.join(', ')}] takes ${count.toLocaleString('en-US')} numbers, got ${data.length.toLocaleString('en-US')}.`);
  return { shape, data };
}

function outputOf({ name, shape, data }: NamedValues): HTMLElement {
  const order = [...data.keys()].sort((a, b) => (data[b] ?? 0) - (data[a] ?? 0)).slice(0, 5);
  const written = Array.from(data.subarray(0, most), (value) => String(Number(value.toPrecision(6)))).join(' ');
  return el('section', {},
    el('h3', {}, `${name} [${shape.join(', ')}]`),
    el('pre', { class: 'values', tabindex: '0', role: 'region', 'aria-label': `Values of ${name}` }, data.length > most ? `${written} …` : written),
    table(`Largest values of ${name}`, ['Largest at', 'Value'], order.map((at) => [`[${placeOf(at, shape).join(', ')}]`, String(Number((data[at] ?? NaN).toPrecision(6)))])));
}

/** Indices along each axis. */
function placeOf(at: number, shape: readonly number[]): number[] {
  let rest = at;
  return [...shape].reverse().map((size) => {
    const index = rest % size;
    rest = (rest - index) / size;
    return index;
  }).reverse();
}
