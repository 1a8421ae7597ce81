/** Faults in how models share the weights of their layers, and in what is kept of them. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

const tests = ['models/sharing'];

export const sharingFaults: readonly Fault[] = [
  ...faultsIn('layers/weights', tests,
    ['a second model makes weights anew', 'if (!this.shapes) {', 'if (this.shapes !== 0) {'],
    ['what a device holds does not come home', 'if (this.ahead)\n            this.values = this.ahead.read();', ''],
    ['nobody hears of a change made on the host', 'this.values = new Map([...this.current(), ...values]);\n        this.changes++;', 'this.values = new Map([...this.current(), ...values]);'],
    ['nobody hears of a training step', 'this.ahead = holder;\n            this.changes++;', 'this.ahead = holder;'],
    ['the weights go with the device', 'if (this.ahead === holder)\n            this.current();', 'this.ahead = undefined;'],
    ['two models train at once', 'if (this.trainer === undefined || this.trainer === trainer)', 'if (trainer !== 0)'],
  ),
  ...faultsIn('models/training/sharing', tests,
    ['a model never takes over', 'if (this.weights.version === this.seen)', 'if (this.seen >= 0)'],
  ),
  ...faultsIn('backends/linear/device', ['backends/wasmPacks'],
    ['weights written from outside are read as they were packed', 'packs.spoil(new Set([own(variable)]));', ''],
    ['weights that a step changed are read as they were packed', 'packs.spoil(changing);', ''],
    ['nobody packs anew what is stale', 'packs.ready(last.packs)', ''],
  ),
];
