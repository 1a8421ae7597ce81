/** Panel 1: the states of a cell over time. */
import { GRU, LSTM, Sequential, SimpleRNN, cpu } from 'bptt';
import { choice, range } from '../shell/address.js';
import { controls } from '../shell/controls.js';
import { el } from '../shell/dom.js';
import { numberElement, shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';

const fields = { cell: choice(['rnn', 'lstm', 'gru'], 'lstm'), t: range({ from: 1, to: 8, initial: 1 }) };
const NAMES: Readonly<Record<string, string>> = { rnn: 'Simple RNN', lstm: 'LSTM', gru: 'GRU' };
const layers = { rnn: SimpleRNN, lstm: LSTM, gru: GRU };

export async function states(cell: 'rnn' | 'lstm' | 'gru'): Promise<Float64Array> {
  const model = new Sequential([new layers[cell]({ units: 1, name: 'cell', returnSequences: true })], { inputShape: [8, 1], seed: 1 });
  model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  const x = { data: Float64Array.from({ length: 8 }, (_, t) => Math.sin(t)), shape: [1, 8, 1] };
  return Float64Array.from((await model.predict(x)).data as Float64Array);
}

export const panel = definePanel(fields, (host) => {
  const knobs = controls(host, { cell: { label: 'Cell', name: (cell) => NAMES[String(cell)] ?? '' }, t: { label: 'Time step', help: 'Which copy of the cell is shown' } });
  const ask = question(host, { ask: () => 'What is h before the first step?', options: () => ['0', '1'], answer: () => ({ right: 0, because: 'Nothing has been read yet: h_0 = 0.' }) });
  const value = el('p');
  host.place.append(knobs.element, value, ask.element);
  return {
    show(state) {
      knobs.show(state);
      ask.show(state);
      void states(state.cell).then((h) => {
        if (host.state.cell !== state.cell) return;
        const at = h[host.state.t - 1] ?? 0;
        value.replaceChildren(`h at step ${host.state.t}: `, numberElement(at));
        host.say(`Step ${host.state.t}: h is ${shown(at)}`);
      });
    },
  };
});
