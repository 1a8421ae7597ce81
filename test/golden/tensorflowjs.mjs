/**
 * Models of TensorFlow.js with what it predicts: `node test/golden/tensorflowjs.mjs [--check]`. It uses the TensorFlow.js of bench/peers,
 * which `npm run bench -- --peers` installs. Each file of data/tensorflowjs holds model.json, its weights in base64, x and y; `-uint8`,
 * `-uint16` and `-float16` are the same model with quantised weights, loaded back by TensorFlow.js before it predicts.
 */
import { Buffer } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

console.warn = () => undefined; // advice to install native bindings
const tf = createRequire(join(import.meta.dirname, '../../bench/peers/package.json'))('@tensorflow/tfjs');
await tf.setBackend('cpu');
const { layers: L } = tf;

/** Multiples of 1/256 in [-1, 1), the same in every run. */
function numbers(count, seed) {
  let state = seed * 2654435761 % 2 ** 32;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 23) / 256 - 1;
  });
}

const chain = (...parts) => {
  const model = tf.sequential({ name: 'chain' });
  parts.forEach((part) => model.add(part));
  return model;
};

const models = {
  'lstm': () => chain(L.lstm({ units: 3, returnSequences: true, inputShape: [5, 2] }), L.lstm({ units: 2, recurrentActivation: 'sigmoid', activation: 'relu' })),
  'lstm-hard': () => chain(L.lstm({ units: 3, recurrentActivation: 'hardSigmoid', inputShape: [5, 2] })),
  'gru': () => chain(L.gru({ units: 3, returnSequences: true, recurrentActivation: 'hardSigmoid', inputShape: [5, 2] }), L.gru({ units: 2, recurrentActivation: 'sigmoid', goBackwards: true })),
  'simple-rnn': () => chain(L.simpleRNN({ units: 3, returnSequences: true, useBias: false, inputShape: [5, 2] }), L.simpleRNN({ units: 2 })),
  'stacked-cells': () => chain(L.rnn({ cell: [L.lstmCell({ units: 2 }), L.gruCell({ units: 3, recurrentActivation: 'hardSigmoid' })], inputShape: [4, 2] })),
  'bidirectional': () => chain(
    L.bidirectional({ layer: L.lstm({ units: 3, returnSequences: true }), mergeMode: 'concat', inputShape: [5, 2] }), L.bidirectional({ layer: L.gru({ units: 2 }), mergeMode: 'ave' }),
  ),
  'time-distributed': () => chain(L.lstm({ units: 3, returnSequences: true, inputShape: [4, 2] }), L.timeDistributed({ layer: L.dense({ units: 3, activation: 'softmax' }) })),
  'embedding': () => chain(L.embedding({ inputDim: 6, outputDim: 3, maskZero: true, inputLength: 5 }), L.lstm({ units: 2, returnSequences: true }), L.gru({ units: 2 })),
  'masking': () => chain(L.masking({ maskValue: 0, inputShape: [5, 2] }), L.simpleRNN({ units: 3 })),
  'convolution': () => chain(
    L.conv1d({ filters: 4, kernelSize: 3, padding: 'same', dilationRate: 2, activation: 'relu', inputShape: [12, 2] }), L.maxPooling1d({ poolSize: 2 }),
    L.conv1d({ filters: 3, kernelSize: 2, strides: 2, padding: 'same' }), L.batchNormalization(), L.averagePooling1d({ poolSize: 2, strides: 1, padding: 'same' }), L.flatten(), L.dense({ units: 2, activation: 'elu' }),
  ),
  'images': () => chain(
    L.conv2d({ filters: 3, kernelSize: [3, 2], activation: 'tanh', inputShape: [9, 8, 2] }), L.zeroPadding2d({ padding: [[1, 0], [0, 1]] }), L.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, strides: 2 }),
    L.separableConv2d({ filters: 4, kernelSize: 2 }), L.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }), L.upSampling2d({ size: [2, 1] }),
    L.maxPooling2d({ poolSize: 2 }), L.averagePooling2d({ poolSize: [2, 1] }), L.globalAveragePooling2d({}),
  ),
  'rearranged': () => chain(
    L.permute({ dims: [2, 1], inputShape: [4, 3] }), L.reshape({ targetShape: [6, 2] }), L.layerNormalization(), L.globalMaxPooling1d(), L.repeatVector({ n: 3 }), L.leakyReLU({ alpha: 0.1 }), L.dense({ units: 2, activation: 'softplus' }),
    L.globalAveragePooling1d(),
  ),
  'graph': () => {
    const [a, b] = [tf.input({ shape: [5, 2], name: 'a' }), tf.input({ shape: [3], name: 'b' })];
    const shared = L.dense({ units: 3, name: 'shared' });
    const encoder = chain(L.lstm({ units: 3, name: 'inner', inputShape: [5, 2] }), L.batchNormalization(), L.dense({ units: 3 }));
    const [x, y] = [shared.apply(encoder.apply(a)), shared.apply(b)];
    const joined = L.concatenate().apply([L.add().apply([x, y]), L.multiply().apply([x, y]), L.average().apply([x, y]), L.maximum().apply([x, y]), L.minimum().apply([x, y])]);
    return tf.model({ inputs: [a, b], outputs: [L.dense({ units: 2, name: 'one' }).apply(joined), L.dense({ units: 1, activation: 'sigmoid', name: 'two' }).apply(joined)] });
  },
  'states': () => {
    const [x, h, c] = [tf.input({ shape: [4, 2] }), tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    return tf.model({ inputs: [x, h, c], outputs: L.lstm({ units: 3, returnState: true, returnSequences: true }).apply(x, { initialState: [h, c] }) });
  },
};

/** Of the inputs; whole numbers for an embedding, some steps of zeros for masking. */
function inputsOf(name, model) {
  return model.inputs.map(({ shape: [, ...shape] }, i) => {
    const values = numbers(2 * shape.reduce((a, b) => a * b, 1), 100 + i);
    if (name === 'embedding') values.forEach((value, at) => { values[at] = at < 2 ? 0 : Math.floor((value + 1) * 3); });
    if (name === 'masking') values.fill(0, 4, 10);
    return { shape: [2, ...shape], data: values };
  });
}

async function artifacts(model) {
  let saved;
  await model.save(tf.io.withSaveHandler(async (given) => {
    saved = given;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  }));
  return { modelTopology: saved.modelTopology, weightSpecs: saved.weightSpecs, weightData: tf.io.CompositeArrayBuffer ? tf.io.CompositeArrayBuffer.join(saved.weightData) : joined(saved.weightData) };
}

function joined(data) {
  return Array.isArray(data) ? Buffer.concat(data.map((part) => Buffer.from(part))).buffer : data;
}

function float16(value) {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const mantissa = Math.round(Math.abs(value) / 2 ** (exponent - 10));
  return (value < 0 ? 0x8000 : 0) + ((exponent + 14) << 10) + mantissa;
}

/** As the converter of TensorFlow.js quantises. */
function quantised({ modelTopology, weightSpecs, weightData }, dtype) {
  const parts = [];
  let at = 0;
  const specs = weightSpecs.map((spec) => {
    const count = spec.shape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(weightData.slice(at, at + 4 * count));
    at += 4 * count;
    if (dtype === 'float16') {
      parts.push(Buffer.from(Uint16Array.from(values, float16).buffer));
      return { ...spec, quantization: { dtype, original_dtype: 'float32' } };
    }
    const levels = dtype === 'uint8' ? 255 : 65535;
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const scale = max > min ? (max - min) / levels : 1;
    const codes = Array.from(values, (value) => Math.round((value - min) / scale));
    parts.push(Buffer.from(dtype === 'uint8' ? Uint8Array.from(codes) : Uint16Array.from(codes).buffer));
    return { ...spec, quantization: { dtype, scale, min, original_dtype: 'float32' } };
  });
  return { modelTopology, weightSpecs: specs, weightData: new Uint8Array(Buffer.concat(parts)).buffer };
}

function golden({ modelTopology, weightSpecs, weightData }, inputs, outputs) {
  return {
    modelJson: { format: 'layers-model', generatedBy: `TensorFlow.js tfjs-layers v${tf.version_layers}`, convertedBy: null, modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] },
    weights: Buffer.from(weightData).toString('base64'),
    x: inputs.map(({ shape, data }) => ({ shape, data: [...data] })), y: outputs.map((output) => ({ shape: output.shape, data: [...output.dataSync()] })),
  };
}

function predict(model, inputs) {
  const given = inputs.map(({ shape, data }) => tf.tensor(data, shape));
  return [model.predict(given.length === 1 ? given[0] : given)].flat();
}

let differing = 0;
function emit(name, content) {
  const path = join(import.meta.dirname, `data/tensorflowjs/${name}.json`);
  const text = `${JSON.stringify(content)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.log(`differs: ${name}`);
    differing++;
  }
}

for (const [name, build] of Object.entries(models)) {
  const model = build();
  model.setWeights(model.getWeights().map(({ shape }, i) => {
    const values = numbers(shape.reduce((a, b) => a * b, 1), i + 1);
    const variance = model.weights[i].name.includes('variance');
    return tf.tensor(variance ? values.map((value) => value + 1.25) : values, shape);
  }));
  const inputs = inputsOf(name, model);
  const saved = await artifacts(model);
  emit(name, golden(saved, inputs, predict(model, inputs)));
  for (const dtype of name === 'lstm' ? ['uint8', 'uint16', 'float16'] : []) {
    const small = quantised(saved, dtype);
    emit(`${name}-${dtype}`, golden(small, inputs, predict(await tf.loadLayersModel(tf.io.fromMemory(small)), inputs)));
  }
}
process.exitCode = differing > 0 ? 1 : 0;
