export * from '../broadcast';
