import { ArgumentError } from '../errors.js';
import { Adam, AdamW } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';

export type OptimizerName = 'sgd' | 'rmsprop' | 'adam' | 'adamw';

/** An optimiser by name with its defaults, or as given. @throws ArgumentError for an unknown name. */
export function resolveOptimizer(optimizer: Optimizer | OptimizerName): Optimizer {
  if (typeof optimizer !== 'string') return optimizer;
  switch (optimizer) {
    case 'sgd': return new SGD();
    case 'rmsprop': return new RMSprop();
    case 'adam': return new Adam();
    case 'adamw': return new AdamW();
    default:
      throw new ArgumentError({ operation: 'compile', argument: 'optimizer', expected: 'sgd | rmsprop | adam | adamw', actual: String(optimizer) });
  }
}

/** An optimiser from its saved class name and options. @throws ArgumentError for an unknown class. */
export function optimizerFromConfig(className: string, config: object): Optimizer {
  switch (className) {
    case 'SGD': return new SGD(config);
    case 'RMSprop': return new RMSprop(config);
    case 'Adam': return new Adam(config);
    case 'AdamW': return new AdamW(config);
    default:
      throw new ArgumentError({ operation: 'loadModel', argument: 'optimizer', expected: 'SGD | RMSprop | Adam | AdamW', actual: className });
  }
}
