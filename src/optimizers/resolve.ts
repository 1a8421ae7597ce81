import { requireChoice } from '../checks.js';
import { ArgumentError } from '../errors.js';
import { Adam, AdamW } from './adam.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';
import { RMSprop } from './rmsprop.js';
import type { LearningRate } from './schedules.js';
import { SGD } from './sgd.js';

export type OptimizerName = 'sgd' | 'rmsprop' | 'adam' | 'adamw';

const names: readonly OptimizerName[] = ['sgd', 'rmsprop', 'adam', 'adamw'];

/** An optimiser by name with its defaults, or as given. @throws ArgumentError for an unknown name. */
export function resolveOptimizer(optimizer: Optimizer | OptimizerName): Optimizer {
  if (typeof optimizer !== 'string') return optimizer;
  switch (requireChoice('compile', 'optimizer', optimizer, names)) {
    case 'sgd': return new SGD();
    case 'rmsprop': return new RMSprop();
    case 'adam': return new Adam();
    case 'adamw': return new AdamW();
  }
}

/**
 * An optimiser from its saved class name and options.
 * @param learningRate in the place of the saved one.
 * @throws ArgumentError for an unknown class, and for a rate that was a function and is not given.
 */
export function optimizerFromConfig(className: string, saved: object, learningRate?: LearningRate): Optimizer {
  const config: { learningRate?: LearningRate | null } = learningRate === undefined ? saved : { ...saved, learningRate };
  if (config.learningRate === null) {
    throw new ArgumentError({
      operation: 'loadModel', argument: 'learningRate', expected: 'given, as the saved model had a function', actual: 'none', hint: 'A function is not saved: pass it again as loadModel(…, { learningRate }).',
    });
  }
  return made(className, { ...config, learningRate: config.learningRate });
}

function made(className: string, config: OptimizerOptions): Optimizer {
  switch (className) {
    case 'SGD': return new SGD(config);
    case 'RMSprop': return new RMSprop(config);
    case 'Adam': return new Adam(config);
    case 'AdamW': return new AdamW(config);
    default:
      throw new ArgumentError({ operation: 'loadModel', argument: 'optimizer', expected: 'SGD | RMSprop | Adam | AdamW', actual: className });
  }
}
