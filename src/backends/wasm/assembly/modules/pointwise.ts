export * from '../pointwise';
