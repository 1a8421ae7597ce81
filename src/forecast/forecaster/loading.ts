/** What a forecaster fetches once it is loaded from a file. */
export { loadModel } from '../../models/load.js';
export { requireFitting } from './network.js';
