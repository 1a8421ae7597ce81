import { requireChoice, typeName } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import { Adagrad } from './adagrad.js';
import { Adam, AdamW } from './adam.js';
import { Nadam } from './nadam.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';
import { RMSprop } from './rmsprop.js';
import type { LearningRate } from './schedules.js';
import { SGD } from './sgd.js';

export type OptimizerName = 'sgd' | 'rmsprop' | 'adagrad' | 'adam' | 'adamw' | 'nadam';

export const optimizerNames: readonly OptimizerName[] = ['sgd', 'rmsprop', 'adagrad', 'adam', 'adamw', 'nadam'];

/** An optimiser by name with its defaults, or as given. @throws ArgumentError for an unknown name. */
export function resolveOptimizer(optimizer: Optimizer | OptimizerName): Optimizer {
  const given: unknown = optimizer;
  if (typeof given === 'object' && given !== null && 'update' in given) return optimizer as Optimizer;
  if (typeof optimizer !== 'string') throw new ArgumentError({ operation: 'compile', argument: 'optimizer', expected: `an optimiser, or ${optimizerNames.join(' | ')}`, actual: typeName(given) });
  switch (requireChoice('compile', 'optimizer', optimizer, optimizerNames)) {
    case 'sgd': return new SGD();
    case 'rmsprop': return new RMSprop();
    case 'adagrad': return new Adagrad();
    case 'adam': return new Adam();
    case 'adamw': return new AdamW();
    case 'nadam': return new Nadam();
  }
}

/** Makes an optimiser from what its `config()` returned. */
export type OptimizerFactory = (options: OptimizerOptions & { readonly [option: string]: unknown }) => Optimizer;

/**
 * An optimiser from its saved class name and options.
 * @param learningRate in the place of the saved one.
 * @param custom makers of classes that are not the library's, or stand in their place.
 * @throws ArgumentError for an unknown class, and for a rate that was a function and is not given.
 */
export function optimizerFromConfig(
  className: string, saved: JsonObject, learningRate?: LearningRate, custom: Readonly<Record<string, OptimizerFactory>> = {},
): Optimizer {
  const config: object & { learningRate?: LearningRate | null } = learningRate === undefined ? saved : { ...saved, learningRate };
  if (config.learningRate === null) {
    throw new ArgumentError({
      operation: 'loadModel', argument: 'learningRate', expected: 'given, as the saved model had a function', actual: 'none', hint: 'A function is not saved: pass it again as loadModel(…, { learningRate }).',
    });
  }
  const options = { ...config, learningRate: config.learningRate };
  if (!Object.hasOwn(custom, className)) return made(className, options);
  const own = custom[className]?.(options);
  if (own?.className === className) return own;
  throw new ArgumentError({ operation: 'loadModel', argument: `customOptimizers.${className}`, expected: `to make a ${className}`, actual: typeName(own) });
}

function made(className: string, config: OptimizerOptions): Optimizer {
  switch (className) {
    case 'SGD': return new SGD(config);
    case 'RMSprop': return new RMSprop(config);
    case 'Adagrad': return new Adagrad(config);
    case 'Adam': return new Adam(config);
    case 'AdamW': return new AdamW(config);
    case 'Nadam': return new Nadam(config);
    default:
      throw new ArgumentError({ operation: 'loadModel', argument: 'optimizer', expected: 'SGD | RMSprop | Adagrad | Adam | AdamW | Nadam', actual: className, hint: 'Pass your own optimisers as customOptimizers.' });
  }
}
