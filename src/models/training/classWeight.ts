/** Weights by class: what each row of the target counts in the loss. */
import { typeName } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { ResolvedLoss } from '../../losses/losses.js';
import type { FloatArray, Shape } from '../../tensor.js';

/** One number of at least 0 for each class, in a list or by their numbers. */
export type ClassWeight = readonly number[] | Readonly<Record<number, number>>;

/** The weights of the rows of one target. */
export type RowsByClass = (y: FloatArray) => Float64Array;

/** What decides the class of a row: the loss of the model's one output. */
export interface Classified {
  /** Of the output, without the batch. */
  readonly output: Shape;
  readonly accuracy: ResolvedLoss['accuracy'];
}

/** @throws ArgumentError for a model without classes, and unless each class has a weight. */
export function rowsByClass(operation: string, classWeight: ClassWeight, outputs: readonly Classified[]): RowsByClass {
  const refuse = (expected: string, actual: string): ArgumentError => new ArgumentError({ operation, argument: 'classWeight', expected, actual });
  const [{ accuracy, output } = { accuracy: undefined, output: [] }, ...others] = outputs;
  const width = output.at(-1) ?? 1;
  if (others.length > 0) throw refuse('left off where there are several outputs: sampleWeight says whose', `${outputs.length} outputs`);
  if (accuracy === undefined || (accuracy === 'binaryAccuracy' && width > 1)) {
    throw refuse('for one class a row, as cross-entropies have them', accuracy === undefined ? 'a loss without classes' : `${width} yes-or-no numbers a row`);
  }
  const classes = accuracy === 'binaryAccuracy' ? 2 : width;
  const given: unknown = classWeight;
  if (typeof given !== 'object' || given === null) throw refuse('a list, or a record by numbers of classes', typeName(given));
  const keys = Object.keys(given);
  const odd = keys.find((key) => !(Number(key) < classes && String(Math.floor(Number(key))) === key));
  if (odd !== undefined || keys.length !== classes) throw refuse(`one number for each of the ${classes} classes`, odd === undefined ? `${keys.length}` : `one for class ${odd}`);
  const weights = Float64Array.from({ length: classes }, (_, i) => Number(Reflect.get(given, i)));
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) throw refuse('finite numbers of at least 0', `${String(Reflect.get(given, bad))} for class ${bad}`);
  return (y) => {
    if (accuracy === 'sparseCategoricalAccuracy') return Float64Array.from(y, (t) => weights[t] ?? NaN);
    if (accuracy === 'binaryAccuracy') return Float64Array.from(y, (t) => weights[t > 0.5 ? 1 : 0] ?? NaN);
    return Float64Array.from({ length: y.length / width }, (_, row) => weights[largest(y, row * width, width)] ?? NaN);
  };
}

function largest(y: FloatArray, at: number, n: number): number {
  let best = 0;
  for (let j = 1; j < n; j++) if ((y[at + j] ?? NaN) > (y[at + best] ?? NaN)) best = j;
  return best;
}
