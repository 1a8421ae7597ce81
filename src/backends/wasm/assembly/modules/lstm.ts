export * from '../lstm';
