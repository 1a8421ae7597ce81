/**
 * `node jax.mjs wasm JSON SECONDS` (cwd: this folder): jax-js on its WebAssembly backend, the same workload as ours, one
 * JSON line. The whole training step is one jitted function; x·W is taken step by step, which jax-js differentiates
 * faster than one product over a sliced sequence.
 */
import process from 'node:process';
import { init, defaultDevice, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { measure, normalArray } from './stopwatch.mjs';

const [backend = 'wasm', text = '{}', secondsText = '1'] = process.argv.slice(2);
const workload = JSON.parse(text);
const seconds = Number(secondsText);
await init(backend);
defaultDevice(backend);

const array = (values, shape) => np.array(values).reshape(shape);
const weights = [];
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
function weight(shape, fanIn) {
  const size = sizeOf(shape);
  const values = normalArray(size, weights.length + 1).map((v) => (fanIn ? v / Math.sqrt(fanIn) : 0));
  weights.push(array(values, shape));
  return weights.length - 1;
}

async function product([rows, inner, columns]) {
  const a = array(normalArray(rows * inner, 1), [rows, inner]);
  const b = array(normalArray(inner * columns, 2), [inner, columns]);
  const train = await measure(() => {
    np.matmul(a.ref, b.ref).dataSync();
  }, seconds);
  return { train };
}

/** One step of a cell; z = x·W + h·U + b arrives as `z`. */
function cellStep(cell, z, c, units) {
  if (cell === 'rnn') return { h: np.tanh(z), c: null };
  const gate = (i) => z.ref.slice([], [i * units, (i + 1) * units]);
  const i = nn.sigmoid(gate(0));
  const f = nn.sigmoid(gate(1));
  const g = np.tanh(gate(2));
  const o = nn.sigmoid(gate(3));
  z.dispose?.();
  const next = c ? f.mul(c).add(i.mul(g)) : i.mul(g);
  if (!c) f.dispose?.();
  return { h: o.mul(np.tanh(next.ref)), c: next };
}

/** Weights, and what predicts from x [steps, batch, inputs]. */
function recurrentNet() {
  const { cell, layers, head, dropout = [], batch, steps, inputs } = workload;
  const gates = cell === 'lstm' ? 4 : 1;
  const recurrent = layers.map((units, i) => {
    const width = i === 0 ? inputs : layers[i - 1];
    return { units, w: weight([width, gates * units], width), u: weight([units, gates * units], units), b: weight([gates * units]) };
  });
  const widths = [layers.at(-1), ...head];
  const dense = head.map((units, i) => ({ w: weight([widths[i], units], widths[i]), b: weight([units]) }));

  const drawMasks = (seed) => dropout.map((rate, i) => {
    const shape = i === layers.length - 1 ? [batch, layers[i]] : [steps, batch, layers[i]];
    const values = normalArray(sizeOf(shape), seed + i);
    return array(values.map((value) => (value < -0.5 ? 0 : 1 / (1 - rate))), shape);
  });
  const predict = (p, x, masks) => {
    let sequence = Array.from({ length: steps }, (_, t) => x.ref.slice(t));
    let last;
    recurrent.forEach((layer, i) => {
      let h = null;
      let c = null;
      const outputs = [];
      const final = i === recurrent.length - 1;
      for (const xt of sequence) {
        let z = np.matmul(xt, p[layer.w].ref).add(p[layer.b].ref);
        if (h) z = z.add(np.matmul(h, p[layer.u].ref));
        ({ h, c } = cellStep(cell, z, c, layer.units));
        if (!final) outputs.push(masks[i] ? h.ref.mul(masks[i].ref.slice(outputs.length)) : h.ref);
      }
      sequence = outputs;
      last = final && masks[i] ? h.mul(masks[i].ref) : h;
    });
    return dense.reduce((y, { w, b }) => np.matmul(y, p[w].ref).add(p[b].ref), last);
  };
  return { predict, drawMasks, shape: [steps, batch, inputs] };
}

/** The same for images [batch, 3, size, size], as jax-js has them: a convolution and four residual blocks of 16. */
function imageNet() {
  const { batch, size } = workload;
  const kernel = (inputs) => weight([16, inputs, 3, 3], 9 * inputs);
  const vector = (value) => weights.push(array(new Float32Array(16).fill(value), [1, 16, 1, 1])) - 1;
  const stem = { kernel: kernel(3), bias: vector(0) };
  const blocks = Array.from({ length: 4 }, () => [0, 1].map(() => ({ kernel: kernel(16), scale: vector(1), shift: vector(0) })));
  const head = { w: weight([16, 1], 16), b: weight([1]) };

  const convolve = (p, x, { kernel: k }) => lax.convGeneralDilated(x, p[k].ref, [1, 1], [[1, 1], [1, 1]]);
  const moment = (x) => x.mean([0, 2, 3], { keepdims: true });
  const normalised = (p, x, part) => {
    const y = convolve(p, x, part);
    const centred = y.ref.sub(moment(y));
    const deviation = np.sqrt(moment(np.square(centred.ref)).add(1e-5));
    return centred.mul(p[part.scale].ref.div(deviation)).add(p[part.shift].ref);
  };
  const predict = (p, x) => {
    const first = nn.relu(convolve(p, x, stem).add(p[stem.bias].ref));
    const trunk = blocks.reduce((y, [one, two]) => nn.relu(normalised(p, nn.relu(normalised(p, y.ref, one)), two).add(y)), first);
    return np.matmul(trunk.mean([2, 3]), p[head.w].ref).add(p[head.b].ref);
  };
  return { predict, drawMasks: () => [], shape: [batch, 3, size, size] };
}

async function training() {
  const { predict, drawMasks, shape } = workload.net ? imageNet() : recurrentNet();
  const step = jit((p, m, v, x, y, rate, masks) => {
    const [loss, gradients] = valueAndGrad((q) => np.mean(np.square(predict(q, x.ref, masks).sub(y.ref))))(p.map((q) => q.ref));
    const nextM = gradients.map((g, i) => m[i].mul(0.9).add(g.ref.mul(0.1)));
    const nextV = gradients.map((g, i) => v[i].mul(0.999).add(np.square(g).mul(0.001)));
    const nextP = p.map((q, i) => q.sub(rate.ref.mul(nextM[i].ref).div(np.sqrt(nextV[i].ref).add(1e-7))));
    return [loss, nextP, nextM, nextV];
  });

  const x = array(normalArray(sizeOf(shape), 101), shape);
  const y = array(normalArray(workload.batch, 102), [workload.batch, 1]);
  if (workload.predict) {
    const run = jit((q, xs) => predict(q, xs, []));
    return { train: await measure(() => void run(weights.map((w) => w.ref), x.ref).dataSync(), seconds) };
  }
  let p = weights.map((w) => w.ref);
  let m = weights.map((w) => w.ref.mul(0));
  let v = weights.map((w) => w.ref.mul(0));
  let t = 0;
  let lossBefore;
  let lossAfter;
  const train = await measure(() => {
    t++;
    const rate = np.array([(1e-3 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)]);
    const [loss, nextP, nextM, nextV] = step(p, m, v, x.ref, y.ref, rate, drawMasks(10 * t));
    [p, m, v] = [nextP, nextM, nextV];
    [lossAfter] = loss.dataSync();
    lossBefore ??= lossAfter;
  }, seconds);
  return { train, lossBefore, lossAfter };
}

const result = workload.product ? await product(workload.product) : await training();
console.log(JSON.stringify({ subject: `jax-js ${backend}`, backend: `jax-js ${backend}`, ...result }));
process.exit(0);
