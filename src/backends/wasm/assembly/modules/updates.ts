export * from '../updates';
