/**
 * `node jax.mjs wasm JSON SECONDS` (cwd: this folder): jax-js on its WebAssembly backend, the same workload as ours, one
 * JSON line. The whole training step is one jitted function; x·W is taken step by step, which jax-js differentiates
 * faster than one product over a sliced sequence.
 */
import process from 'node:process';
import { init, defaultDevice, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { measure, normalArray } from './stopwatch.mjs';

const [backend = 'wasm', text = '{}', secondsText = '1'] = process.argv.slice(2);
const workload = JSON.parse(text);
const seconds = Number(secondsText);
await init(backend);
defaultDevice(backend);

const array = (values, shape) => np.array(values).reshape(shape);
const weights = [];
function weight(shape, fanIn) {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = normalArray(size, weights.length + 1).map((v) => (fanIn ? v / Math.sqrt(fanIn) : 0));
  weights.push(array(values, shape));
  return weights.length - 1;
}

async function product(n) {
  const a = array(normalArray(n * n, 1), [n, n]);
  const b = array(normalArray(n * n, 2), [n, n]);
  const train = await measure(() => {
    np.matmul(a.ref, b.ref).dataSync();
  }, seconds);
  return { train, gflops: (2 * n ** 3) / train.median / 1e6 };
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

async function training() {
  const { cell, layers, head, dropout = [], batch, steps, inputs } = workload;
  const gates = cell === 'lstm' ? 4 : 1;
  const recurrent = layers.map((units, i) => {
    const width = i === 0 ? inputs : layers[i - 1];
    return { units, w: weight([width, gates * units], width), u: weight([units, gates * units], units), b: weight([gates * units]) };
  });
  const widths = [layers.at(-1), ...head];
  const dense = head.map((units, i) => ({ w: weight([widths[i], units], widths[i]), b: weight([units]) }));

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

  const step = jit((p, m, v, x, y, rate, masks) => {
    const [loss, gradients] = valueAndGrad((q) => np.mean(np.square(predict(q, x.ref, masks).sub(y.ref))))(p.map((q) => q.ref));
    const nextM = gradients.map((g, i) => m[i].mul(0.9).add(g.ref.mul(0.1)));
    const nextV = gradients.map((g, i) => v[i].mul(0.999).add(np.square(g).mul(0.001)));
    const nextP = p.map((q, i) => q.sub(rate.ref.mul(nextM[i].ref).div(np.sqrt(nextV[i].ref).add(1e-7))));
    return [loss, nextP, nextM, nextV];
  });

  const x = array(normalArray(batch * steps * inputs, 101), [steps, batch, inputs]);
  const y = array(normalArray(batch, 102), [batch, 1]);
  if (workload.predict) {
    const run = jit((q, xs) => predict(q, xs, []));
    return { train: await measure(() => void run(weights.map((w) => w.ref), x.ref).dataSync(), seconds) };
  }
  let p = weights.map((w) => w.ref);
  let m = weights.map((w) => w.ref.mul(0));
  let v = weights.map((w) => w.ref.mul(0));
  let seed = 1;
  const drawMasks = () => dropout.map((rate, i) => {
    const shape = i === layers.length - 1 ? [batch, layers[i]] : [steps, batch, layers[i]];
    const values = normalArray(shape.reduce((a, b) => a * b, 1), seed++);
    return array(values.map((value) => (value < -0.5 ? 0 : 1 / (1 - rate))), shape);
  });
  let t = 0;
  let lossBefore;
  let lossAfter;
  const train = await measure(() => {
    t++;
    const rate = np.array([(1e-3 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)]);
    const [loss, nextP, nextM, nextV] = step(p, m, v, x.ref, y.ref, rate, drawMasks());
    [p, m, v] = [nextP, nextM, nextV];
    [lossAfter] = loss.dataSync();
    lossBefore ??= lossAfter;
  }, seconds);
  return { train, lossBefore, lossAfter };
}

const result = workload.product ? await product(workload.product) : await training();
console.log(JSON.stringify({ subject: `jax-js ${backend}`, backend: `jax-js ${backend}`, ...result }));
process.exit(0);
