/** Of the LSTM, the way forward. */
export { lstmForward } from '../lstm';
