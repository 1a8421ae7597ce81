/** Families of kernels on the default backend: fetched for whoever declares them, and nobody runs without. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { KernelFamily } from '../../src/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { kernelFamilies } from '../../src/backends/wasm/families.js';
import { ArgumentError, BackendError, Dense, Layer, Optimizer, RMSprop, Sequential, l1, l2, maxNorm, nonNegative, unitNorm, wasm } from '../../src/index.js';
import type { CompileOptions, Forward, JsonObject, NoTensors, Run, Shape, Tensor, UpdateInputs } from '../../src/index.js';
import { makers } from '../../src/models/files/makers.js';
import { lossNames } from '../../src/losses/losses.js';
import { optimizerNames } from '../../src/optimizers/resolve.js';
import { sizeOf } from '../../src/tensor.js';
import { rejected } from '../models/support.js';
import { everyLayer, modelOfOne } from '../support/everyLayer.js';
import { thrown } from '../support/compare.js';

test('every layer that can be saved declares what it calls', async () => {
  assert.equal(Object.keys(everyLayer).sort(), Object.keys(makers).sort());
  for (const [name, { shape, inputs: count = 1, values = 0.5 }] of Object.entries(everyLayer)) {
    const model = modelOfOne(name);
    model.compile({ loss: 'mse' });
    const filled = (of: Shape, value: number): { data: Float32Array; shape: number[] } => ({ data: new Float32Array(2 * sizeOf(of)).fill(value), shape: [2, ...of] });
    const x = Array.from({ length: count }, () => filled(shape, values));
    const { loss } = await model.lossAndGradients(count === 1 ? x[0] ?? [] : x, filled(model.network.outputs[0]?.shape ?? [], 0.5), { training: true }).catch((error: unknown) => {
      throw new Error(`${name}: ${String(error)}`);
    });
    assert.ok(Number.isFinite(loss), name);
    model.dispose();
  }
});

/** A layer that calls one kernel of the family `norms`. */
class Norming extends Layer<NoTensors, NoTensors, null> {
  override readonly kind = 'norming';
  override readonly className = 'Norming';
  override readonly families: readonly KernelFamily[];

  constructor(families: readonly KernelFamily[]) {
    super();
    this.families = families;
  }

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [...inputs];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, [x]: readonly Tensor[]): Forward<NoTensors, null> {
    return { outputs: x ? [k.movingAverage(x, x, 0.5)] : [], cache: null };
  }

  override backward(): Tensor[] {
    return [];
  }
}

test('a layer that does not declare its family is told which, and what to write', async () => {
  const missing = await rejected(BackendError, new Sequential([new Norming([])], { inputShape: [2] }).predict([[1, 2]]));
  assert.match(missing.message, /movingAverage/);
  assert.match(missing.message, /families = \['norms'\]/);
  const { data } = await new Sequential([new Norming(['norms'])], { inputShape: [2] }).predict([[1, 2]]);
  assert.equal([...data], [1, 2]);
});

test('an optimiser declares its family too', async () => {
  class Undeclared extends Optimizer {
    override readonly className = 'Undeclared';
    override readonly slotNames = ['v'];
    private readonly inner = new RMSprop();

    override update(k: Parameters<Optimizer['update']>[0], p: Tensor, g: Tensor, slots: Readonly<Record<string, Tensor>>, scalars: Tensor | undefined, inputs: UpdateInputs): { p: Tensor; slots: Readonly<Record<string, Tensor>> } {
      return this.inner.update(k, p, g, slots, scalars, inputs);
    }
  }
  const trained = async (optimizer: Optimizer): Promise<number> => {
    const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2] });
    model.compile({ loss: 'mse', optimizer });
    return (await model.trainOnBatch([[1, 2]], [[3]])).loss ?? NaN;
  };
  assert.ok(Number.isFinite(await trained(new RMSprop())));
  assert.match((await rejected(BackendError, trained(new Undeclared('Undeclared', {}, 0.1)))).message, /families = \['updates'\]/);
});

test('losses, optimisers and rules declare what they call', async () => {
  const step = async (what: string, units: number, options: Partial<CompileOptions>, rules: object = {}): Promise<void> => {
    const model = new Sequential([new Dense({ units, ...rules })], { inputShape: [2] });
    model.compile({ loss: 'mse', ...options });
    const width = typeof options.loss === 'string' && ['gaussian', 'studentT', 'sparseCategoricalCrossentropy'].includes(options.loss) ? 1 : units;
    const { loss } = await model.trainOnBatch([[1, 2]], [Array.from({ length: width }, () => 1)]).catch((error: unknown) => {
      throw new Error(`${what}: ${String(error)}`);
    });
    assert.ok(Number.isFinite(loss), what);
  };
  for (const loss of lossNames) await step(loss, loss === 'studentT' ? 3 : 2, { loss });
  await step('several quantiles', 2, { loss: { kind: 'quantile', quantile: [0.1, 0.9] } }).catch((error: unknown) => assert.match(String(error), /\[batch, 1\]/));
  for (const optimizer of optimizerNames) await step(optimizer, 1, { optimizer });
  for (const rule of [l1(0.1), l2(0.1)]) await step(rule.className, 1, {}, { kernelRegularizer: rule });
  for (const rule of [maxNorm(), unitNorm(), nonNegative()]) await step(rule.className, 1, {}, { kernelConstraint: rule });
});

test('a family that does not exist is refused by name', async () => {
  const unknown = 'norm' as KernelFamily;
  const error = await rejected(ArgumentError, new Sequential([new Norming([unknown])], { inputShape: [2] }).predict([[1, 2]]));
  for (const family of kernelFamilies) assert.ok(error.message.includes(family));
});

test('the default backend opens once something is fetched; what wasm() returns opens at once', async () => {
  const backend = wasmBackend();
  assert.match(thrown(BackendError, () => backend.open()).message, /prepare/);
  await Promise.all([backend.prepare?.(['norms']), backend.prepare?.(['gru'])]);
  const device = backend.open();
  const step = device.compile((k, [x]) => ({ outputs: x ? [k.movingAverage(x, x, 0.5), k.gruBlend(k.zeros([1, 3]), k.zeros([1, 3]), k.zeros([1, 1]), k.zeros([1, 1])).h] : [], variables: [] }), [[1]], []);
  assert.equal(await step.run([Float32Array.of(3)]), [Float32Array.of(3), Float32Array.of(0)]);
  device.dispose();
  (await wasm()).open().dispose();
});

test.run();
