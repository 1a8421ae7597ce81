/** Predictors beside the models that their files are of. */
import type { Model, ModelData, JsonObject, JsonValue, PredictOptions } from '../../src/index.js';
import * as predict from '../../src/predict/index.js';
import type { PredictionCell, PredictionLayer, Predictor } from '../../src/predict/index.js';
import { normal, randomStream } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';
import type { Shape } from '../../src/tensor.js';
import { assertSame } from '../support/compare.js';

/** All that `bptt/predict` knows, by class name. */
export const known = new Map(Object.entries(predict).flatMap(([name, value]): [string, PredictionLayer & PredictionCell][] =>
  (typeof value === 'object' && 'className' in value ? [[name, value as PredictionLayer & PredictionCell]] : [])));

/** Names of the classes of layers and cells in a file's architecture. */
export function classesIn(value: JsonValue | undefined): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(classesIn);
  const { className, ...rest } = value as JsonObject;
  return [...(typeof className === 'string' ? [className] : []), ...Object.values(rest).flatMap(classesIn)];
}

/** Told of nothing but what the model has. */
export function predictorOf(model: Model): Predictor {
  const names = [...new Set(classesIn((model.toJSON() as JsonObject).architecture))].filter((name) => known.has(name));
  const all = names.flatMap((name) => known.get(name) ?? []);
  const isCell = ({ className }: PredictionLayer | PredictionCell): boolean => className.endsWith('Cell') || className.endsWith('Cells');
  return predict.loadPredictor(model.toBytes(), { layers: all.filter((each) => !isCell(each)), cells: all.filter(isCell) });
}

const random = randomStream(5, 'predict');

export function drawn(shape: Shape): { data: Float32Array; shape: Shape } {
  return { data: Float32Array.from({ length: sizeOf(shape) }, () => normal(random)), shape };
}

/** The same bits, whatever the size of the batches. */
export async function assertSameBits(what: string, model: Model, predictor: Predictor, x: ModelData & Parameters<Predictor['predict']>[0], options: PredictOptions = {}): Promise<void> {
  const expected = await model.predictAll(x, options);
  for (const batchSize of [2, 32]) {
    const found = predictor.predictAll(x, { ...options, batchSize });
    expected.forEach(({ data, shape }, i) => {
      assertSame(found[i]?.shape ?? [], shape, `${what}: shape of output ${i}`);
      assertSame(found[i]?.data ?? [], data, `${what}: output ${i}`);
    });
  }
}
