/** What runs steps, in one piece: an entry of its own, behind an `import()` (docs/decisions/kernel-families.md). */
export { lossAndGradients, observe } from './gradients.js';
export { evaluateFeed, predictDataset } from './passes.js';
export { lossesAtRates } from './rateRange.js';
export { Session } from './session.js';
export { applyGiven, train, trainOnData } from './train.js';
