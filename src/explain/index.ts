/** `bptt/explain`: looking into a model. */
export { gradientFlow } from './gradientFlow.js';
export type { GradientFlow } from './gradientFlow.js';
