export * from '../gru';
