import type { Backend } from '../backend.js';
import { bytesOf } from '../byteSource.js';
import type { ByteSource } from '../byteSource.js';
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { ArgumentError, FileFormatError } from '../errors.js';
import { readBytes } from '../files.js';
import { lossFromConfig } from '../losses/losses.js';
import type { LossFactory } from '../losses/losses.js';
import { optimizerFromConfig } from '../optimizers/resolve.js';
import type { OptimizerFactory } from '../optimizers/resolve.js';
import type { LearningRate } from '../optimizers/schedules.js';
import { rebuildArchitecture } from './files/architecture.js';
import type { CellFactory, LayerFactory, Makers, RuleFactory } from './files/factory.js';
import { requireTensors } from './graph/match.js';
import type { Metric, MetricFunction, MetricName } from './training/metric.js';
import type { AnyMetric } from './training/scoring.js';
import { Model } from './model.js';
import { randomStream } from '../random.js';
import { knownMakers } from './files/makers.js';
import { decodeModel } from './files/persist.js';
import type { SavedModel } from './files/persist.js';

export interface LoadOptions {
  /** Where the model will run. Default as in `compile`. */
  backend?: Backend | undefined;
  /** Train in less memory, as `recompute` of `compile`; it does not travel. Default false. */
  recompute?: boolean | undefined;
  /** Makers of your own layers, by class name. */
  customLayers?: Readonly<Record<string, LayerFactory>> | undefined;
  /** Makers of the cells of your own in {@link RNN}, by class name. */
  customCells?: Readonly<Record<string, CellFactory>> | undefined;
  /** Makers of your own penalties and constraints, by class name. */
  customRules?: Readonly<Record<string, RuleFactory>> | undefined;
  /** In the place of the saved one; needed where that was a function. */
  learningRate?: LearningRate | undefined;
  /** Metrics of your own that the model was compiled with. */
  customMetrics?: readonly (Metric | MetricFunction)[] | undefined;
  /** Makers of your own losses, by their names; each gets what `config()` of the saved one said. */
  customLosses?: Readonly<Record<string, LossFactory>> | undefined;
  /** Makers of your own optimisers, by class name; the state they had is put back. */
  customOptimizers?: Readonly<Record<string, OptimizerFactory>> | undefined;
}

const optionNames: OptionNames<LoadOptions> = { backend: true, recompute: 'flag', customLayers: true, customCells: true, customRules: true, learningRate: true, customMetrics: true, customLosses: true, customOptimizers: true };

/**
 * A model as it was saved: weights, optimiser state, position. `fit(x, y, { epochs, resume: true })` goes on as if it
 * had never stopped.
 *
 * @param source a path (Node), or the bytes of a file: an ArrayBuffer, or any view of one, such as a Buffer.
 * @throws FileFormatError for a damaged, truncated or mismatched file; no model is made then.
 */
export async function loadModel(source: string | ByteSource, options: LoadOptions = {}): Promise<Model> {
  const own = takeOptions('loadModel', options, optionNames);
  const known = knownMakers(own);
  const customOptimizers = { ...own.customOptimizers };
  const customLosses = { ...own.customLosses };
  const saved = decodeModel(typeof source === 'string' ? await readBytes('loadModel', source) : bytesOf('loadModel', 'source', source, 'a path, or the bytes of a file'));
  const model = build(saved, { ...own, customOptimizers, customLosses }, known);
  await model.restore(saved.tensors, saved.position, saved.metadata);
  return model;
}

/** The model without its tensors, once they are known to fit: weights are not even made for a file that lies about them. */
function build({ architecture, compiled, seed, tensors }: SavedModel, { customMetrics = [], customLosses = {}, customOptimizers, backend, recompute, learningRate }: LoadOptions, known: Makers): Model {
  try {
    randomStream(seed, ''); // of what training draws later: a seed that is none is refused now
    const network = rebuildArchitecture(architecture, known);
    const optimizer = compiled && optimizerFromConfig(compiled.optimizer.className, compiled.optimizer.config, learningRate, customOptimizers);
    requireTensors(network, optimizer, tensors);
    const model = new Model({ network, seed, weights: tensors });
    if (compiled) {
      const of = (weighted: boolean): Record<string, AnyMetric[]> => Object.fromEntries(network.outputs.map(({ name: output }, i) => [
        output,
        compiled.metrics.filter((metric) => metric.output === i && metric.weighted === weighted)
          .map(({ name }) => customMetrics.find((metric) => metric.name === name) ?? (name as MetricName)),
      ]));
      model.compile({
        optimizer, backend, recompute,
        loss: compiled.losses.map((loss) => lossFromConfig(loss, customLosses)),
        lossWeights: compiled.lossWeights, metrics: of(false), weightedMetrics: of(true),
      });
    }
    return model;
  } catch (cause) {
    if (cause instanceof FileFormatError || !(cause instanceof Error) || (cause instanceof ArgumentError && cause.argument === 'recompute')) throw cause;
    throw new FileFormatError({
      operation: 'loadModel', argument: 'architecture', expected: 'one that can be built', actual: `'${cause.message}'`,
      hint: 'What is your own is passed as customLayers, customCells, customRules, customLosses, customMetrics and customOptimizers.',
    }, { cause });
  }
}
