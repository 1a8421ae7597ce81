/** Controls of a panel, made from its fields: a slider for a range, a list for a choice, a box for a flag. Each says what it does. */
import type { AnyField, Fields, StateOf, Value } from './address.js';
import { el } from './dom.js';
import type { Host } from './panel.js';

export interface Label {
  readonly label: string;
  /** What it does, in a few words. */
  readonly help?: string;
  /** How its value is written: with a unit, by a name. Of a choice: each option. */
  readonly name?: (value: Value) => string;
}

interface Control { readonly element: HTMLElement; readonly show: (value: Value) => void }

let count = 0;

function makeControl(field: AnyField, { label, help, name = String }: Label, set: (value: Value) => void): Control {
  const id = `control-${++count}`;
  const described = help === undefined ? undefined : `${id}-help`;
  const hint = help === undefined ? [] : [el('small', { id: `${id}-help` }, help)];
  const common = { id, 'aria-describedby': described };
  if (field.kind === 'choice') {
    const input = el('select', common, ...field.options.map((option) => el('option', { value: option }, name(option))));
    input.addEventListener('change', () => set(input.value));
    return { element: el('div', { class: 'control' }, el('label', { for: id }, label), input, ...hint), show: (value) => (input.value = String(value)) };
  }
  if (field.kind === 'flag') {
    const input = el('input', { ...common, type: 'checkbox' });
    input.addEventListener('change', () => set(input.checked));
    return { element: el('div', { class: 'control flag' }, el('label', { for: id }, input, label), ...hint), show: (value) => (input.checked = value === true) };
  }
  if (field.kind === 'text') {
    const input = el('input', { ...common, type: 'text' });
    input.addEventListener('change', () => set(input.value));
    return { element: el('div', { class: 'control' }, el('label', { for: id }, label), input, ...hint), show: (value) => (input.value = String(value)) };
  }
  const input = el('input', { ...common, type: 'range', min: field.from, max: field.to, step: field.step });
  const output = el('output', { for: id });
  input.addEventListener('input', () => set(Number(input.value)));
  return {
    element: el('div', { class: 'control' }, el('label', { for: id }, label), output, input, ...hint),
    show(value) {
      input.value = String(value);
      input.setAttribute('aria-valuetext', name(value));
      output.textContent = name(value);
    },
  };
}

export interface Controls<F extends Fields> { readonly element: HTMLElement; show(state: StateOf<F>): void }

/** The controls of these fields, in this order. */
export function controls<F extends Fields>(host: Host<F>, labels: { readonly [K in keyof F]?: Label }): Controls<F> {
  const made = Object.entries(labels).flatMap(([key, label]: [string, Label | undefined]) => {
    const field = host.fields[key];
    return field && label ? [{ key, ...makeControl(field, label, (value) => host.set({ [key]: value } as Partial<StateOf<F>>)) }] : [];
  });
  return {
    element: el('div', { class: 'controls', role: 'group', 'aria-label': 'Controls' }, ...made.map(({ element }) => element)),
    show(state) {
      for (const { key, show } of made) {
        const value: Value | undefined = state[key];
        if (value !== undefined) show(value);
      }
    },
  };
}
