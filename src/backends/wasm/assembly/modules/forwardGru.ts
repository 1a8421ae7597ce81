/** Of the GRU, the way forward. */
export { gruBlend, gruForward, gruReset } from '../gru';
