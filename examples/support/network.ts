/** The networks of the studies. */
import { Dense, Dropout, LSTM, Sequential } from 'bptt';

/** System 2: LSTM 50 → dropout 0.3 → LSTM 50 → dropout 0.2 → dense 25 → dense. All linear but the cells, as published. */
export function stackedLstm({ window, features, outputs, seed }: { window: number; features: number; outputs: number; seed: number }): Sequential {
  return new Sequential([
    new LSTM({ units: 50, returnSequences: true }),
    new Dropout({ rate: 0.3 }),
    new LSTM({ units: 50 }),
    new Dropout({ rate: 0.2 }),
    new Dense({ units: 25 }),
    new Dense({ units: outputs }),
  ], { inputShape: [window, features], seed });
}
