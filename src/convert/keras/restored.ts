/** The model of what was read: weights, and what training goes on from as far as that has a counterpart. */
import type { JsonObject } from '../../json.js';
import { Model } from '../../models/model.js';
import { startPosition } from '../../models/training/position.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { HostTensor } from '../../tensor.js';
import type { KerasNetwork } from './build.js';
import type { WantedLayer } from './filling.js';
import { optimizerOf, optimizerState } from './optimizers.js';
import type { StoredState } from './optimizers.js';
import { lossWeightsOf, lossesOf, metricsOf } from './training.js';

/** A model that was read from a file of another library. */
export interface ImportedModel {
  readonly model: Model;
  /** What of training could not be taken along, one sentence each: predictions are the same without it. */
  readonly notes: readonly string[];
}

/** What a file says of training. */
interface Training {
  /** Loss, metrics, optimiser; undefined for a model that was not compiled. */
  readonly training: JsonObject | undefined;
  readonly layers: readonly WantedLayer[];
  /** Of the optimiser; undefined where there is none. */
  readonly gathered: StoredState | undefined;
}

/** @param tensors all weights by their keys. */
export async function restored(built: KerasNetwork, tensors: ReadonlyMap<string, HostTensor>, { gathered, layers, training }: Training): Promise<ImportedModel> {
  const model = new Model({ network: built.network, weights: tensors });
  const notes: string[] = [];
  const compiled = training && compile(model, built, training, notes);
  const state = compiled && gathered ? await optimizerState(compiled, layers, gathered) : undefined;
  if (typeof state === 'string') notes.push(state);
  const { slots, steps } = typeof state === 'object' ? state : { slots: [], steps: 0 };
  await model.restore(new Map([...tensors, ...slots]), { ...startPosition(), step: steps }, {});
  return { model, notes };
}

/** Compiles the model as Keras had it, if that is possible; if not, a note says why. */
function compile(model: Model, { network, outputs }: KerasNetwork, training: JsonObject, notes: string[]): Optimizer | undefined {
  const loss = lossesOf(training.loss, outputs, network);
  const weights = lossWeightsOf(training.loss_weights, outputs);
  const optimizer = optimizerOf(training.optimizer_config ?? training.optimizer);
  for (const reason of [loss, weights, optimizer]) if (typeof reason === 'string') notes.push(`not compiled: ${reason}`);
  if (typeof loss === 'string' || typeof weights === 'string' || typeof optimizer === 'string') return undefined;
  const names = network.outputs.map(({ name }) => name);
  const plain = metricsOf(training.metrics, outputs, names);
  const weighted = metricsOf(training.weighted_metrics, outputs, names);
  try {
    model.compile({ optimizer, loss, lossWeights: weights, metrics: plain.metrics, weightedMetrics: weighted.metrics });
  } catch (cause) {
    notes.push(`not compiled: ${cause instanceof Error ? cause.message : String(cause)}`);
    return undefined;
  }
  notes.push(...plain.notes, ...weighted.notes);
  return optimizer;
}
