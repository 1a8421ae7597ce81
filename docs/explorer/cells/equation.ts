/** The equation behind a number of a trace. */
import type { At, Quantity } from './cell.js';
import { constant, leaf, minus, times } from './expression.js';
import type { Expression, Place } from './expression.js';
import { STEPS, isCut, valueAt } from './trace.js';
import type { Trace } from './trace.js';

/** What stands below a symbol: gate, step, and the unit where there are several. */
export function below(trace: Trace, { t, unit }: { readonly t: number; readonly unit: number }, { symbol: [, gate], ofInput }: Pick<Quantity, 'symbol' | 'ofInput'>): string {
  return [...(gate === undefined ? [] : [gate.replace('t+1', `${t + 1}`)]), `${t}`, ...(trace.scenario.units > 1 && !ofInput ? [`${unit}`] : [])].join(', ');
}

/** The quantity of this name; the state where the cell has none of it. */
export function quantityOf({ kind }: Trace, name: string): Quantity {
  const found = kind.quantities.find((quantity) => quantity.name === name) ?? kind.quantities.find((quantity) => quantity.name === 'h');
  if (!found) throw new Error(`${kind.title} has no quantities`);
  return found;
}

function weight(trace: Trace, name: string, symbol: string, row: number, gate: string, unit: number): Expression {
  const { kind, scenario: { units } } = trace;
  const data = trace.weights.find((entry) => entry.name === name)?.data;
  const column = Math.max(0, kind.gates.indexOf(gate)) * units + unit - 1;
  const place = [...(symbol === 'U' && units > 1 ? [`${row}`] : []), `${gate}${units > 1 ? unit : ''}`].filter(Boolean).join(', ');
  return leaf(symbol, place, data?.[(row - 1) * units * kind.gates.length + column] ?? 0);
}

/** undefined for what is given, for what is cut, and for what would come from beyond the last step. */
export function equationOf(trace: Trace, { quantity: name, t, unit }: Place): Expression | undefined {
  const quantity = quantityOf(trace, name);
  if (name.endsWith('Next') && (t === STEPS || isCut(trace.scenario, t))) return undefined;
  const at: At = {
    t, unit, units: Array.from({ length: trace.scenario.units }, (_, i) => i + 1),
    q(other, place = {}) {
      const where = { t, unit, ...place };
      const read = quantityOf(trace, other);
      const onStrip = where.t >= 1 && where.t <= STEPS;
      return leaf(read.symbol[0], below(trace, where, read), valueAt(trace, other, where.t, where.unit), onStrip ? { quantity: other, ...where } : undefined);
    },
    w: (gate, to) => weight(trace, 'kernel', 'W', 1, gate, to),
    u: (from, gate, to) => weight(trace, 'recurrentKernel', 'U', from, gate, to),
    bias: (gate, to) => weight(trace, 'bias', 'b', 1, gate, to),
    recurrentBias: (gate, to) => weight(trace, 'recurrentBias', 'b_U', 1, gate, to),
  };
  if (name === 'dy') return lossEquation(trace, t, at);
  return quantity.equation?.(at);
}

/** The slope of the mean of squares. */
function lossEquation({ scenario: { loss, units }, targets }: Trace, t: number, { q }: At): Expression | undefined {
  if (loss === 'last' && t < STEPS) return undefined;
  const count = units * (loss === 'every' ? STEPS : 1);
  return times(constant(`2/${count}`, 2 / count), minus(q('h'), leaf('target', `${t}`, targets[t - 1] ?? 0)));
}

/** Where a number is known from, if from no equation. */
export function givenBy({ quantity, t }: Place): string {
  if (quantity === 'x') return 'Given: the input of this step.';
  if (quantity === 'dy') return 'The loss looks at the last step alone, so it says nothing of this one: 0.';
  return t === STEPS ? 'There is no later step: 0.' : `Truncation cuts what step ${t + 1} sends back: 0.`;
}
