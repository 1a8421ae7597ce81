/** A model beside its ONNX file in onnxruntime. */
import { ArgumentError } from '../../../../src/index.js';
import type { Model, Shape } from '../../../../src/index.js';
import { exportOnnx } from '../../../../src/convert/index.js';
import type { ExportOnnxOptions, OnnxExport } from '../../../../src/convert/index.js';
import { normal, randomStream, uniform } from '../../../../src/random.js';
import { sizeOf } from '../../../../src/tensor.js';
import { randomModel } from './randomModels.js';
import { openInRuntime } from './onnxruntime.js';
import type { Fed, RuntimeModel } from './onnxruntime.js';

/** Largest difference in units of the largest number. @throws Error where shapes differ or a number is missing. */
export function differenceOf(actual: { data: ArrayLike<number>; shape: Shape } | undefined, expected: { data: ArrayLike<number>; shape: Shape }, what: string): number {
  if (actual?.shape.join() !== expected.shape.join()) throw new Error(`${what}: [${actual?.shape.join() ?? 'nothing'}] for [${expected.shape.join()}]`);
  let [difference, scale] = [0, 1e-6];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, e] = [actual.data[i] ?? NaN, expected.data[i] ?? NaN];
    if (!Number.isFinite(a) || !Number.isFinite(e)) throw new Error(`${what}: ${a} for ${e}`);
    difference = Math.max(difference, Math.abs(a - e));
    scale = Math.max(scale, Math.abs(e));
  }
  return difference / scale;
}

/** The states go in as zeros, then as they came out. */
export class Stream {
  private states: Readonly<Record<string, Fed>> = {};

  constructor(private readonly exported: OnnxExport, private readonly session: RuntimeModel, batch: number) {
    this.states = Object.fromEntries(exported.states.map(({ input: { name, shape } }) => {
      const sizes = shape.map((size) => (typeof size === 'number' ? size : batch));
      return [name, { type: 'float32', data: new Float32Array(sizeOf(sizes)), shape: sizes }];
    }));
  }

  async run(feeds: Readonly<Record<string, Fed>>): ReturnType<RuntimeModel['run']> {
    const results = await this.session.run({ ...feeds, ...this.states });
    this.states = Object.fromEntries(this.exported.states.map(({ input, output }) => {
      const { data = new Float32Array(), shape = [] } = results.get(output.name) ?? {};
      return [input.name, { type: 'float32', data, shape }];
    }));
    return results;
  }
}

/** One batch in both. Returns the largest difference of the outputs, in units of the largest number of each. */
export async function judge(model: Model, x: { data: Float32Array | Float64Array; shape: Shape }, options: ExportOnnxOptions = {}, lengths?: readonly number[]): Promise<number> {
  const exported = await exportOnnx(model, { ...options, lengths: lengths !== undefined });
  const session = await openInRuntime(exported.bytes);
  const given = await judgeBatch(model, x, exported, new Stream(exported, session, x.shape[0] ?? 1), lengths);
  await session.release();
  return given;
}

async function judgeBatch(
  model: Model, x: { data: Float32Array | Float64Array; shape: Shape }, exported: OnnxExport, stream: Stream, lengths: readonly number[] | undefined,
): Promise<number> {
  const [{ name: input, type } = { name: '', type: 'float32' }] = exported.inputs;
  const expected = await model.predictAll(x, lengths ? { lengths } : {});
  const results = await stream.run({ [input]: { type, ...x }, ...(lengths ? { lengths: { type: 'int32', data: lengths, shape: [lengths.length] } } : {}) });
  return Math.max(...expected.map((output, i) => {
    const { name = '' } = exported.outputs[i] ?? {};
    return differenceOf(results.get(name), output, `${description(model)}, output ${name}`);
  }));
}

/** A random model, in two batches one after the other, with lengths where there is a time axis. Returns the largest difference of the outputs. */
export async function judgeRandomModel(choices: readonly number[], seed: number, options: ExportOnnxOptions): Promise<number> {
  const made = randomModel(choices, seed);
  const { model } = made;
  const exported = await exportedAs(model, options);
  const session = await openInRuntime(exported.bytes);
  const random = randomStream(seed, 'data');
  const batch = 3;
  const stream = new Stream(exported, session, batch);
  let largest = 0;
  for (let call = 0; call < 2; call++) {
    const x = dataOf(made, random, batch);
    const [steps = 1] = made.shape;
    const lengths = Array.from({ length: batch }, () => 1 + Math.floor(uniform(random) * steps));
    largest = Math.max(largest, await judgeBatch(model, x, exported, stream, exported.inputs.length > 1 ? lengths : undefined));
  }
  await session.release();
  return largest;
}

/** Without lengths where no layer reads them. */
async function exportedAs(model: Model, options: ExportOnnxOptions): Promise<OnnxExport> {
  try {
    return await exportOnnx(model, options);
  } catch (error) {
    if (!(error instanceof ArgumentError) || error.argument !== 'lengths') throw error;
    return exportOnnx(model, { ...options, lengths: false });
  }
}

function description(model: Model): string {
  return model.layers.map((layer) => `${layer.className}(${JSON.stringify(layer.config())})`).join(' ');
}

function dataOf(made: ReturnType<typeof randomModel>, random: ReturnType<typeof randomStream>, batch: number): { data: Float32Array; shape: Shape } {
  const shape = [batch, ...made.shape];
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (made.indices ? Math.floor(5 * uniform(random)) : normal(random)));
  if (made.zerosArePadding && !made.indices) {
    const width = made.shape[1] ?? 1;
    for (let step = 0; step < data.length / width; step++) if (uniform(random) < 0.3) data.fill(0, step * width, (step + 1) * width);
  }
  return { data, shape };
}
