/** Pictures of what the library computes: Adam's two moments along a run, and gradients through time. */
import { Adam, Dense, GRU, LSTM, Sequential, SimpleRNN, cpu, randomStream } from 'bptt';
import { gradientFlow } from 'bptt/explain';
import { arrow, curve, picture, text } from './draw.mjs';

/** A frame with values mapped into it. */
function frame({ x, y, width, height, from, to, low, high }) {
  const at = (a, b) => [x + width * (a - from) / (to - from), y + height * (1 - (b - low) / (high - low))];
  return { at, lines: [`<path class="thin" d="M${x} ${y}V${y + height}H${x + width}"/>`] };
}

/** One weight, y = w x with noisy data: gradient, first and second moment, step. By A1–A6, from the gradients that the model itself gives. */
export async function adamMoments() {
  const steps = 60;
  const model = new Sequential([new Dense({ units: 1, useBias: false, name: 'line' })], { inputShape: [1], seed: 1 });
  model.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  model.setWeights({ 'line/kernel': [[3]] });
  const random = randomStream(3, 'noise');
  const noise = () => (random.next() >>> 0) / 2 ** 32 - 0.5;
  const [beta1, beta2] = [0.9, 0.999];
  const rows = [];
  let [m, v] = [0, 0];
  for (let step = 1; step <= steps; step++) {
    const x = [[1 + noise()], [1 + noise()]];
    const y = x.map(([value]) => [0.5 * value + 2 * noise()]);
    const { gradients } = await model.lossAndGradients(x, y);
    const g = gradients['line/kernel'].data[0];
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    rows.push({ step, g, m: m / (1 - beta1 ** step), v: Math.sqrt(v / (1 - beta2 ** step)), w: model.getWeights()['line/kernel'].get(0, 0) });
    await model.trainOnBatch(x, y);
  }
  const upper = frame({ x: 60, y: 40, width: 560, height: 130, from: 1, to: steps, low: -5, high: 9 });
  const lower = frame({ x: 60, y: 210, width: 560, height: 90, from: 1, to: steps, low: 0, high: 3.2 });
  const line = (panel, key, kind) => curve(rows.map((row) => panel.at(row.step, row[key])), kind);
  const zero = upper.at(1, 0)[1];
  return picture({
    width: 720, height: 345, title: "Adam's two moments along a run",
    description: `One weight, sixty steps of noisy gradients. Above: the gradient g jumps; its mean m̂ follows slowly (A1, A3); √v̂, its usual size (A2, A4), hardly moves. Below: the weight goes from 3 towards 0.5 by steps of the learning rate times m̂ over √v̂: ${rows.at(-1).w.toFixed(2)} at the end.`,
  },
  upper.lines, lower.lines, `<path class="thin" d="M60 ${zero}H620"/>`, text(52, zero + 4, '0', 'small soft', 'end'),
  line(upper, 'g', 'thin'), line(upper, 'm', 'forward'), line(upper, 'v', 'backward'), line(lower, 'w', 'forward'),
  text(628, upper.at(steps, rows.at(-1).m)[1] + 4, 'm̂ (A1, A3)', 'forward small', 'start'), text(628, upper.at(steps, rows.at(-1).v)[1] + 4, '√v̂ (A2, A4)', 'backward small', 'start'), text(66, 34, 'gradient g: thin line', 'small soft', 'start'),
  text(628, lower.at(steps, rows.at(-1).w)[1] + 4, 'weight (A6)', 'forward small', 'start'), text(52, lower.at(1, 3)[1] + 4, '3', 'small soft', 'end'), text(52, lower.at(1, 0.5)[1] + 4, '0.5', 'small soft', 'end'), text(340, 330, 'step', 'small soft'));
}

/** ‖∂L/∂h_t‖ over 50 steps of the three cells as they are made, on noise. */
export async function gradientNorms() {
  const [steps, units, batch] = [50, 32, 8];
  const random = randomStream(1, 'input');
  const noise = () => Math.sqrt(12) * ((random.next() >>> 0) / 2 ** 32 - 0.5);
  const x = { data: Float64Array.from({ length: batch * steps }, noise), shape: [batch, steps, 1] };
  const y = { data: Float64Array.from({ length: batch * units }, noise), shape: [batch, units] };
  const cells = { SimpleRNN: [SimpleRNN, 'backward'], LSTM: [LSTM, 'forward'], GRU: [GRU, 'thin'] };
  const panel = frame({ x: 70, y: 30, width: 540, height: 230, from: 1, to: steps, low: -9, high: 0.5 });
  const parts = [];
  for (const [name, [Cell, kind]] of Object.entries(cells)) {
    const model = new Sequential([new Cell({ units })], { inputShape: [steps, 1], seed: 1 });
    model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
    const [flow] = await gradientFlow(model, x, y);
    const points = Array.from(flow.h, (norm, t) => [t + 1, Math.log10(norm / flow.h.at(-1))]);
    parts.push(curve(points.filter(([, value]) => value > -9).map(([t, value]) => panel.at(t, value)), kind));
    const [labelX, labelY] = panel.at(...points.find(([t, value]) => t >= 8 && value > -8.5));
    parts.push(text(labelX, labelY - 8, name, `small ${kind === 'thin' ? 'soft' : kind}`));
  }
  return picture({
    width: 660, height: 310, title: 'Gradients through time, three cells as they are made',
    description: 'The norm of the gradient at each of fifty steps over that of the last step, on a logarithmic axis, for 32 units on noise and a loss at the last step. The curves fall towards the first steps: how steeply is what the cells differ in.',
  },
  panel.lines, parts, [0, -3, -6, -9].map((power) => text(62, panel.at(1, power)[1] + 4, `10^{${String(power).replace('-', '−')}}`, 'small soft', 'end')), text(70, 280, '1', 'small soft'), text(610, 280, '50', 'small soft'), text(340, 296, 'time step t', 'small soft'),
  arrow([[610, 20], [540, 20]], 'backward'), text(575, 14, 'backwards', 'backward small'));
}
