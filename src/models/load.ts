import type { Backend } from '../backend.js';
import { readBytes } from '../files.js';
import type { Loss } from '../losses/losses.js';
import { optimizerFromConfig } from '../optimizers/resolve.js';
import { rebuildArchitecture } from './architecture.js';
import type { LayerFactory } from './architecture.js';
import type { Metric, MetricName } from './metrics.js';
import { Model } from './model.js';
import { decodeModel } from './persist.js';

export interface LoadOptions {
  /** Where the model will run. Default as in `compile`. */
  backend?: Backend;
  /** Makers of your own layers, by class name. */
  customLayers?: Readonly<Record<string, LayerFactory>>;
  /** Metrics of your own that the model was compiled with. */
  customMetrics?: readonly Metric[];
}

/**
 * A model as it was saved: weights, optimiser state, position. `fit(x, y, { epochs, resume: true })` goes on as if it
 * had never stopped.
 *
 * @param source a path (Node), or the bytes of a file.
 * @throws FileFormatError for a damaged, truncated or mismatched file; no model is made then.
 */
export async function loadModel(source: string | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  const saved = decodeModel(typeof source === 'string' ? await readBytes('loadModel', source) : source);
  const model = new Model({ network: rebuildArchitecture(saved.architecture, options.customLayers), seed: saved.seed });
  const { compiled } = saved;
  if (compiled) {
    const own = options.customMetrics ?? [];
    model.compile({
      optimizer: optimizerFromConfig(compiled.optimizer.className, compiled.optimizer.config),
      loss: compiled.losses as readonly object[] as readonly Loss[],
      metrics: compiled.metrics.map((name) => own.find((metric) => metric.name === name) ?? (name as MetricName)),
      backend: options.backend,
    });
  }
  model.restore(saved.tensors, saved.position, saved.metadata);
  return model;
}
