/** Of the core, what prediction calls: no losses, no updates, no slopes, and no sums over rows, which are those of gradients. */
export { add, addRow, blendRows, copy, copyRows, divRows, fill, mul, mulRows, mulTiled, scale, sub, swapLeading } from '../arrays';
export * from '../forwardMatmul';
export { activate, softmax } from '../activations';
