/** Of the LSTM, the way forward. */
export { lstmForward } from '../lstm';
export { scratch, scratchBytes } from '../matmul';
