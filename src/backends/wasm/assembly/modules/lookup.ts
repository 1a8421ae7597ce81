export * from '../lookup';
