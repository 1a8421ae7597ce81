/** The network of a forecaster: the one that its owner builds, or the one there is by default, and whether it fits. */
import { ArgumentError, ShapeError, formatShape, listed } from '../../errors.js';
import { Dense } from '../../layers/dense.js';
import { Dropout } from '../../layers/dropout.js';
import { Input } from '../../layers/layer.js';
import type { Applicable, SymbolicTensor } from '../../layers/layer.js';
import { LSTM } from '../../layers/lstm.js';
import { Concatenate } from '../../layers/merge.js';
import { Flatten, Reshape } from '../../layers/reshape.js';
import { Model } from '../../models/model.js';
import { Sequential } from '../../models/sequential.js';
import type { ForecasterOptions, NetworkSpec } from './plan.js';

/** Shapes of the inputs, without the batch, in their order. */
export function inputShapes({ window, columns, futureColumns, staticColumns, steps }: NetworkSpec): number[][] {
  return [
    [window, columns.length], ...(futureColumns.length > 0 ? [[steps, futureColumns.length]] : []), ...(staticColumns.length > 0 ? [[staticColumns.length]] : []),
  ];
}

function outputShape({ steps, parameters }: NetworkSpec): number[] {
  return parameters === 1 ? [steps] : [steps, parameters];
}

export function buildNetwork(spec: NetworkSpec, { model, layers }: Pick<ForecasterOptions, 'model' | 'layers'>): Model {
  const given = { ...spec, columns: [...spec.columns], futureColumns: [...spec.futureColumns], staticColumns: [...spec.staticColumns] };
  return requireFitting(spec, model ? model(given) : layers ? chain(spec, layers(given)) : standardNetwork(spec));
}

/**
 * @returns the model. @throws ShapeError, ArgumentError where the model cannot use an input, or says something else than was asked for.
 */
export function requireFitting(spec: NetworkSpec, model: Model): Model {
  const wanted = inputShapes(spec);
  const found = model.inputShapes;
  if (found.length < wanted.length) {
    const unused = [...spec.futureColumns, ...spec.staticColumns];
    throw new ArgumentError({
      operation: 'Forecaster', argument: 'model', expected: `of ${wanted.length} inputs, ${wanted.map(formatShape).join(', ')}`, actual: `${found.length}: ${found.map(formatShape).join(', ')}`,
      hint: `It cannot use ${listed(unused)}: add inputs for what is known ahead and what is static, or leave these columns out.`,
    });
  }
  const fits = (shape: readonly (number | null)[], own: readonly number[]): boolean => shape.length === own.length && shape.every((size, i) => size === null || size === own[i]);
  wanted.forEach((shape, i) => {
    if (!fits(found[i] ?? [], shape)) throw new ShapeError({ operation: 'Forecaster', argument: `input ${i} of the model`, expected: formatShape(shape), actual: formatShape(found[i] ?? []) });
  });
  if (found.length > wanted.length) throw new ShapeError({ operation: 'Forecaster', argument: 'model', expected: `of ${wanted.length} inputs, ${wanted.map(formatShape).join(', ')}`, actual: String(found.length) });
  const [output = [], ...others] = model.outputShapes;
  if (others.length > 0 || !fits(output, outputShape(spec))) {
    throw new ShapeError({ operation: 'Forecaster', argument: 'output of the model', expected: formatShape(outputShape(spec)), actual: model.outputShapes.map(formatShape).join(', ') });
  }
  return model;
}

function chain(spec: NetworkSpec, layers: readonly Applicable[]): Model {
  return new Sequential(layers, { inputShape: inputShapes(spec)[0] ?? [], seed: spec.seed });
}

/** LSTM 50 → dropout 0.3 → LSTM 50 → dropout 0.2 → dense 25 → dense; what is known ahead and what is static join before the dense layers. */
function standardNetwork(spec: NetworkSpec): Model {
  const { steps, parameters, seed } = spec;
  const [window = [], ...others] = inputShapes(spec);
  const recurrent = [new LSTM({ units: 50, returnSequences: true }), new Dropout({ rate: 0.3 }), new LSTM({ units: 50 }), new Dropout({ rate: 0.2 })];
  const dense = [new Dense({ units: 25 }), new Dense({ units: steps * parameters }), ...(parameters > 1 ? [new Reshape({ targetShape: [steps, parameters] })] : [])];
  if (others.length === 0) return new Sequential([...recurrent, ...dense], { inputShape: window, seed });
  const inputs = [window, ...others].map((shape) => Input({ shape }));
  const [history, ...rest] = inputs;
  const apply = (x: SymbolicTensor, layer: Applicable): SymbolicTensor => layer.applyAll([x])[0] ?? x;
  const state = recurrent.reduce(apply, history ?? Input({ shape: window }));
  const joined = new Concatenate().apply([state, ...rest.map((input, i) => ((others[i]?.length ?? 1) > 1 ? new Flatten().apply(input) : input))]);
  return new Model({ inputs, outputs: dense.reduce(apply, joined), seed });
}
