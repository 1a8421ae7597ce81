/** Opens files and runs models beside the page: everything it needs is in this script, so that it asks for nothing later. */
import { Dense, Embedding, LSTM, Sequential, randomStream } from 'bptt';
import type { Model } from 'bptt';
import { exportOnnx, exportTensorFlowJs, exportTorch, importModel, inspectModel } from 'bptt/convert';
import type { ModelDescription } from 'bptt/convert';
import type { Calls, GivenFile, Opened, OpenedModel, SavedFile, Values } from './messages.js';

let current: Model | undefined;

function modelNow(): Model {
  if (!current) throw new Error('There is no model yet.');
  return current;
}

type Work = { readonly [K in keyof Calls]: (given: Calls[K]['takes']) => Promise<Calls[K]['gives']> };

const work: Work = {
  open: async ({ files, waiting }) => open(await areModels(files) ? [...waiting, ...files] : files),
  example: async () => {
    const model = new Sequential([new LSTM({ units: 8, name: 'memory' }), new Dense({ units: 2, activation: 'tanh', name: 'answer' })], { inputShape: [null, 3], seed: 7 });
    const { bytes } = await exportOnnx(model);
    return open([{ name: 'example.onnx', bytes }]);
  },
  fill: async ({ seed, sizes }) => openedOf(modelNow(), []).inputs.map(({ indices }, i): Values => {
    const shape = sizes[i] ?? [];
    const random = randomStream(seed, 'input', i);
    const uniform = (): number => (random.next() >>> 0) / 2 ** 32;
    return { shape, data: Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => (indices === null ? 2 * uniform() - 1 : Math.floor(uniform() * indices))) };
  }),
  run: async ({ inputs }) => {
    const model = modelNow();
    const outputs = await model.predictAll(inputs.map(({ data, shape }) => ({ data, shape: [...shape] })));
    return outputs.map(({ data, shape }, i) => ({ name: model.network.outputs[i]?.name ?? '', shape, data: Float32Array.from(data) }));
  },
  save: async ({ format, half }) => saved(format, half ? 'float16' : 'float32'),
};

async function areModels(files: readonly GivenFile[]): Promise<boolean> {
  const found = await Promise.all(files.map(({ bytes }) => inspectModel(bytes).then(({ format }) => format, () => undefined)));
  return found.every((format) => format === 'bptt');
}

async function saved(format: Calls['save']['takes']['format'], weights: 'float16' | 'float32'): Promise<SavedFile[]> {
  const model = modelNow();
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  switch (format) {
    case 'bptt': return [{ name: 'model.safetensors', bytes: model.toBytes() }];
    case 'onnx': return [{ name: 'model.onnx', bytes: (await exportOnnx(model, { weights })).bytes }];
    case 'torch': {
      const { python, weights: bytes } = await exportTorch(model, { weights });
      return [{ name: 'model.safetensors', bytes }, { name: 'model.py', bytes: text(python) }];
    }
    case 'tensorflowjs': {
      const { modelJson, weights: bytes } = await exportTensorFlowJs(model, { precision: weights });
      return [{ name: 'model.json', bytes: text(JSON.stringify(modelJson)) }, { name: 'weights.bin', bytes }];
    }
  }
}

function problemsOf(error: unknown): readonly string[] {
  if (typeof error === 'object' && error !== null && 'problems' in error && Array.isArray(error.problems)) return error.problems.map(String);
  return [error instanceof Error ? error.message : String(error)];
}

function isStateDict({ format, layers }: ModelDescription): boolean {
  return format === 'torch' || format === 'safetensors' || (format === 'keras' && layers.length === 0);
}

/** Of a checkpoint, where its model lies among other things: what the names of all modules begin with. */
function prefixOf({ layers }: ModelDescription): string {
  const [first = '', ...others] = layers.filter(({ type }) => type !== '').map(({ name }) => name.slice(0, Math.max(0, name.indexOf('.'))));
  return others.every((each) => each === first) && layers.some(({ name }) => !name.startsWith(`${first}.`)) ? first : '';
}

/** One file; a model.json with the files of its weights; or a file of weights with the model of bptt that takes them. */
async function open(files: readonly GivenFile[]): Promise<Opened> {
  const described = await Promise.all(files.map(async (file) => ({ file, description: await inspectModel(file.bytes).catch((error: unknown) => ({ error })) })));
  const models = described.flatMap(({ file, description }) => ('error' in description ? [] : [{ file, description }]));
  const first = models.find(({ description }) => isStateDict(description)) ?? models.find(({ description }) => description.format === 'tensorflowjs') ?? models[0];
  if (!first) {
    const [failed] = described;
    throw failed && 'error' in failed.description ? failed.description.error : new Error('There is no file.');
  }
  const { file: { name, bytes }, description } = first;
  const wantsModel = isStateDict(description);
  const receiver = wantsModel ? models.find((each) => each.description.format === 'bptt') : undefined;
  const opened = { name, size: bytes.length, description, wantsModel };
  current = undefined;
  if (wantsModel && !receiver) return { ...opened, problems: [] };
  try {
    const shards = description.shards.map((shard) => {
      const found = files.find((file) => file.name === (shard.split('/').at(-1) ?? shard));
      if (!found) throw new Error(`Choose ${shard} together with ${name}: it holds the weights.`);
      return found.bytes;
    });
    const model = receiver ? (await importModel(receiver.file.bytes)).model : undefined;
    const read = await importModel(bytes, { ...(model && { model, prefix: prefixOf(description) || undefined }), ...(description.format === 'tensorflowjs' && { weights: shards }) });
    current = read.model;
    const mapped = read.layers.map(({ layer, from }) => `${layer} takes ${from}.`);
    return { ...opened, problems: [], model: openedOf(read.model, [...mapped, ...read.notes, ...(read.unused.length > 0 ? [`Left over: ${read.unused.join(', ')}.`] : [])]) };
  } catch (error) {
    return { ...opened, problems: problemsOf(error) };
  }
}

function openedOf(model: Model, notes: readonly string[]): OpenedModel {
  const { inputs, nodes } = model.network;
  const open = (size: number): number | null => (Number.isNaN(size) ? null : size);
  const counts = new Map<string, number>();
  for (const [key, { shape }] of Object.entries(model.getWeights())) {
    const layer = key.slice(0, key.indexOf('/'));
    counts.set(layer, (counts.get(layer) ?? 0) + shape.reduce((size: number, n: number) => size * n, 1));
  }
  return {
    inputs: inputs.map(({ id, name = '', shape }) => {
      const reader = nodes.find((node) => node.inputs.includes(id) && node.layer instanceof Embedding)?.layer;
      const { inputDim } = reader?.config() ?? {};
      return { name, shape: shape.map(open), indices: typeof inputDim === 'number' ? inputDim : null };
    }),
    layers: nodes.map(({ name, layer, outputShapes }) => ({ name, type: layer.className, shape: outputShapes.map((shape) => `[${['batch', ...shape.map((size) => open(size) ?? 'any')].join(', ')}]`).join(' '), parameters: counts.get(name) ?? 0 })),
    parameters: model.countParams(), notes,
  };
}

interface Asked { readonly id: number; readonly call: keyof Calls; readonly given: never }

self.onmessage = async ({ data: { id, call, given } }: MessageEvent<Asked>) => {
  try {
    self.postMessage({ id, result: await work[call](given) });
  } catch (error) {
    self.postMessage({ id, problem: problemsOf(error).join('; ') });
  }
};
self.postMessage({ ready: true });
