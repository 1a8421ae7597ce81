/** What panels 1 and 2 can be set to, and traces of it. */
import type { Scenario, Trace } from '../cells/trace.js';
import { STEPS, cells, traceOf } from '../cells/trace.js';
import { choice, range, text } from '../shell/address.js';
import type { StateOf } from '../shell/address.js';
import type { Label } from '../shell/controls.js';

export const scenarioFields = {
  cell: choice(['rnn', 'lstm', 'gru'], 'lstm'),
  units: range({ from: 1, to: 3, initial: 2 }),
  unit: range({ from: 1, to: 3, initial: 1 }),
  input: choice(['sine', 'pulse', 'noise']),
  loss: choice(['every', 'last']),
  truncate: range({ from: 0, to: STEPS - 1, initial: 0 }),
  seed: range({ from: 1, to: 20, initial: 10 }),
  t: range({ from: 1, to: STEPS, initial: 4 }),
};

type Key = keyof typeof scenarioFields;

const CELLS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(cells).map(([name, { title }]) => [name, title]));
const INPUTS: Readonly<Record<string, string>> = { sine: 'a sine: say the next value', pulse: 'a pulse at step 1: remember it', noise: 'noise: remember the first value' };

export const scenarioLabels: Readonly<Record<Key, Label>> = {
  cell: { label: 'Cell', name: (cell) => CELLS[String(cell)] ?? '' },
  units: { label: 'Units', help: 'The width of the state' },
  unit: { label: 'Unit shown' },
  input: { label: 'Input and task', name: (input) => INPUTS[String(input)] ?? '' },
  loss: { label: 'Loss', help: 'Where the output is compared with its target', name: (at) => (at === 'every' ? 'at every step' : 'at the last step alone') },
  truncate: { label: 'Truncate', help: 'Nothing is sent back across every k-th border (B5)', name: (k) => (k === 0 ? 'never' : `k = ${String(k)}`) },
  seed: { label: 'Seed', help: 'Draws other weights' },
  t: { label: 'Time step', help: 'Drag to scrub through time' },
};

/** All that panel 1 can be set to: the scenario, and the quantity that is chosen. */
export const stripFields = { ...scenarioFields, q: text('h') };

export function scenarioOf({ cell, units, input, loss, truncate, seed }: StateOf<typeof scenarioFields>): Scenario {
  return { cell, units, input, loss, truncate, seed };
}

/** Traces, of which the last is kept: moving through it changes nothing. */
export function keptTraces(): (scenario: Scenario) => Promise<Trace> {
  let kept: { readonly key: string; readonly trace: Promise<Trace> } | undefined;
  return (scenario) => {
    const key = JSON.stringify(scenario);
    if (kept?.key !== key) kept = { key, trace: traceOf(scenario) };
    return kept.trace;
  };
}

/** A trace, and the same without truncation. */
export function pairsOfTraces(): (scenario: Scenario) => Promise<{ readonly trace: Trace; readonly whole: Trace }> {
  const truncated = keptTraces();
  const untruncated = keptTraces();
  return async (scenario) => {
    const trace = await truncated(scenario);
    return { trace, whole: scenario.truncate === 0 ? trace : await untruncated({ ...scenario, truncate: 0 }) };
  };
}
