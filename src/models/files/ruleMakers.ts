/** Makers of all penalties and constraints, for `loadModel` alone; the constructors check what they are given. */
import { MaxNorm, NonNegative, UnitNorm } from '../../constraints.js';
import { L1L2 } from '../../regularizers.js';
import type { RuleFactory } from './factory.js';

/** By class name. */
export const ruleMakers: Readonly<Record<string, RuleFactory>> = {
  L1L2: (o) => new L1L2(o),
  MaxNorm: (o) => new MaxNorm(o),
  NonNegative: () => new NonNegative(),
  UnitNorm: (o) => new UnitNorm(o),
};
