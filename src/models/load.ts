import type { Backend, LossKind } from '../backend.js';
import { typeName } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { ArgumentError, FileFormatError } from '../errors.js';
import { readBytes } from '../files.js';
import { optimizerFromConfig } from '../optimizers/resolve.js';
import type { OptimizerFactory } from '../optimizers/resolve.js';
import type { LearningRate } from '../optimizers/schedules.js';
import { rebuildArchitecture } from './files/architecture.js';
import type { LayerFactory } from './files/factory.js';
import { requireTensors } from './graph/match.js';
import type { Metric, MetricName } from './training/metrics.js';
import { Model } from './model.js';
import { makers } from './files/makers.js';
import { decodeModel } from './files/persist.js';
import type { SavedModel } from './files/persist.js';

export interface LoadOptions {
  /** Where the model will run. Default as in `compile`. */
  backend?: Backend;
  /** Makers of your own layers, by class name. */
  customLayers?: Readonly<Record<string, LayerFactory>>;
  /** In the place of the saved one; needed where that was a function. */
  learningRate?: LearningRate;
  /** Metrics of your own that the model was compiled with. */
  customMetrics?: readonly Metric[];
  /** Makers of your own optimisers, by class name; the state they had is put back. */
  customOptimizers?: Readonly<Record<string, OptimizerFactory>>;
}

const optionNames: OptionNames<LoadOptions> = { backend: true, customLayers: true, learningRate: true, customMetrics: true, customOptimizers: true };

/** The bytes, without copying them. */
function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const given: unknown = source;
  const shared = typeof SharedArrayBuffer !== 'undefined' && given instanceof SharedArrayBuffer;
  if (given instanceof ArrayBuffer || shared) return new Uint8Array(source);
  throw new ArgumentError({ operation: 'loadModel', argument: 'source', expected: 'a path, or the bytes of a file', actual: typeName(given) });
}

/**
 * A model as it was saved: weights, optimiser state, position. `fit(x, y, { epochs, resume: true })` goes on as if it
 * had never stopped.
 *
 * @param source a path (Node), or the bytes of a file: an ArrayBuffer, or any view of one, such as a Buffer.
 * @throws FileFormatError for a damaged, truncated or mismatched file; no model is made then.
 */
export async function loadModel(source: string | ArrayBufferLike | ArrayBufferView, options: LoadOptions = {}): Promise<Model> {
  const own = takeOptions('loadModel', options, optionNames);
  const known = { ...makers, ...own.customLayers };
  const customOptimizers = { ...own.customOptimizers };
  const saved = decodeModel(typeof source === 'string' ? await readBytes('loadModel', source) : bytesOf(source));
  const model = build(saved, { ...own, customOptimizers }, known);
  await model.restore(saved.tensors, saved.position, saved.metadata);
  return model;
}

/** The model without its tensors, once they are known to fit: weights are not even made for a file that lies about them. */
function build({ architecture, compiled, seed, tensors }: SavedModel, { customMetrics = [], customOptimizers, backend, learningRate }: LoadOptions, known: Readonly<Record<string, LayerFactory>>): Model {
  try {
    const network = rebuildArchitecture(architecture, known);
    const optimizer = compiled && optimizerFromConfig(compiled.optimizer.className, compiled.optimizer.config, learningRate, customOptimizers);
    requireTensors(network, optimizer, tensors);
    const model = new Model({ network, seed });
    if (compiled) {
      model.compile({
        optimizer, backend,
        loss: compiled.losses.map((loss) => ({ ...loss, kind: loss.kind as LossKind })),
        metrics: compiled.metrics.map((name) => customMetrics.find((metric) => metric.name === name) ?? (name as MetricName)),
      });
    }
    return model;
  } catch (cause) {
    if (cause instanceof FileFormatError || !(cause instanceof Error)) throw cause;
    throw new FileFormatError({
      operation: 'loadModel', argument: 'architecture', expected: 'one that can be built', actual: `'${cause.message}'`,
      hint: 'Layers, metrics and optimisers of your own are passed as customLayers, customMetrics and customOptimizers.',
    }, { cause });
  }
}
