/** Variables, plans of several batches, disposal, device loss and errors of the gpu backend. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../src/backend.js';
import { BackendError, ShapeError } from '../../src/errors.js';
import { gpu } from '../../src/gpu.js';
import { ArgumentError, cpu } from '../../src/index.js';
import { randomTensor } from '../support/values.js';
import { testModes, webgpuIsDue, withVulkan } from './gpuModes.js';

/** The error an asynchronous call ends in. */
async function rejected<E extends Error>(type: new (...args: never[]) => E, run: () => unknown): Promise<E> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof type, `${String(error)} is not a ${type.name}`);
    return error;
  }
  return assert.unreachable(`expected a ${type.name}`) as never;
}

/** w ← w + x·s, and the sum of what w was; with a guard that stays bad: health is 0, or infinite after a bad batch. */
const sticky: Step = (k, [x = k.zeros([3]), infinity = x], [w = x, health = x]) => {
  const squares = k.sumSquares([x]);
  const guard = k.add(squares, health);
  const next = k.keepIfFinite(guard, k.copy(w), k.add(w, x));
  const healthAfter = k.keepIfFinite(guard, k.copy(infinity), k.zeros([1]));
  return { outputs: [k.copy(w), guard], variables: [next, healthAfter] };
};

const infinity = Float32Array.of(Infinity);
/** 19 batches: two whole plans of eight and a rest. */
const batches = Array.from({ length: 19 }, (_, i) => [Float32Array.from(randomTensor(i, 'batch', [3]).data), infinity]);

if (withVulkan()) {
  testModes('runMany gives what run gives batch by batch, and chains the variables', async (backend) => {
    const results = await Promise.all([backend, cpu()].map(async (on) => {
      const device = on.open();
      const w = device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] });
      const program = device.compile(sticky, [[3], [1]], [w, device.variable({ data: Float32Array.of(0), shape: [1] })]);
      const outputs = on === backend ? await program.runMany(batches) : await Promise.all(batches.map(async (batch) => program.run(batch)));
      const after = device.read(w);
      device.dispose();
      return { outputs, after };
    }));
    const [actual, expected] = results;
    assert.is(actual?.outputs.length, batches.length);
    assert.equal(actual?.after, expected?.after);
    // The guards are sums of squares, added in another order.
    const rounded = (list: typeof results[0] | undefined): number[][] => (list?.outputs ?? []).map(([w = [], [guard = NaN] = []]) => [...w, Math.round(guard * 1e4)]);
    assert.equal(rounded(actual), rounded(expected));
  });

  testModes('many variables travel with as many batches as there are', async (backend) => {
    const device = backend.open();
    const many = device.variable({ data: new Float32Array(2 ** 22).fill(0.5), shape: [2 ** 22] });
    const w = device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] });
    const step: Step = (k, [x = k.zeros([3])], [all = x, sum = x]) => ({ outputs: [k.copy(sum)], variables: [all, k.add(sum, x)] });
    const program = device.compile(step, [[3]], [many, w]);
    assert.is(program.batchesPerPlan, backend.mode === 'webgpu' ? 32 : 1);
    const outputs = await program.runMany(Array.from({ length: 35 }, (_, i) => [Float32Array.of(i, 0, 1)]));
    assert.equal(outputs.map(([sum]) => [...(sum ?? [])]), Array.from({ length: 35 }, (_, i) => [1 + (i * (i - 1)) / 2, 2, 3 + i]));
    assert.equal(device.read(w), Float32Array.of(1 + (35 * 34) / 2, 2, 38));
    assert.ok(device.read(many).every((value) => value === 0.5));
    device.dispose();
  });

  testModes('what is written while a run is under way stays', async (backend) => {
    const device = backend.open();
    const [w, health] = [device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] }), device.variable({ data: Float32Array.of(0), shape: [1] })];
    const program = device.compile(sticky, [[3], [1]], [w, health]);
    const [batch = []] = batches;
    const running = program.run(batch);
    await Promise.resolve().then(() => undefined); // now it has taken the variables
    device.write(w, Float32Array.of(7, 8, 9));
    await running;
    assert.equal(device.read(w), Float32Array.of(7, 8, 9));
    device.dispose();
  });

  testModes('after a batch that is not finite the later ones of the plan change nothing', async (backend) => {
    const device = backend.open();
    const w = device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] });
    const health = device.variable({ data: Float32Array.of(0), shape: [1] });
    const program = device.compile(sticky, [[3], [1]], [w, health]);
    const before = await program.runMany(batches.slice(0, 5));
    const good = device.read(w);
    const outputs = await program.runMany([[Float32Array.of(1, NaN, 2), infinity], ...batches.slice(0, 9)]);
    assert.is(outputs.length, 10);
    assert.ok(before.every(([, guard]) => Number.isFinite(guard?.[0])));
    assert.ok(outputs.every(([, guard]) => guard && !Number.isFinite(guard[0])));
    assert.equal(device.read(w), good);
    device.write(health, Float32Array.of(0));
    await program.run(batches[0] ?? []);
    assert.not.equal(device.read(w), good);
    device.dispose();
  });

  testModes('views and arguments come back whole; runs wait for each other', async (backend) => {
    const device = backend.open();
    const w = device.variable({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
    const program = device.compile((k, [x = k.zeros([2, 3])], [v = x]) => ({
      outputs: [k.row(x, 1), x, k.zeros([2]), k.reshape(v, [6])], variables: [k.add(k.copy(v), x)],
    }), [[2, 3]], [w]);
    const x = Float32Array.of(10, 20, 30, 40, 50, 60);
    const [first, second] = await Promise.all([program.run([x]), program.run([x])]);
    assert.equal(first?.map((output) => [...output]), [[40, 50, 60], [...x], [0, 0], [1, 2, 3, 4, 5, 6]]);
    assert.equal([...second?.[3] ?? []], [11, 22, 33, 44, 55, 66]);
    const read = device.read(w);
    assert.equal([...read], [21, 42, 63, 84, 105, 126]);
    read.fill(0); // a copy
    assert.is(device.read(w)[0], 21);
    device.write(w, new Float64Array(6).fill(7));
    assert.equal([...(await program.run([x]))[3] ?? []], [7, 7, 7, 7, 7, 7]);
    device.dispose();
  });

  testModes('wrong sizes, foreign tensors and a disposed device are named errors', async (backend) => {
    const device = backend.open();
    const w = device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] });
    const add: Step = (k, [x = k.zeros([3])], [v = x]) => ({ outputs: [k.add(x, v)], variables: [v] });
    const program = device.compile(add, [[3]], [w]);
    assert.match((await rejected(ShapeError, () => program.run([new Float32Array(2)]))).message, 'input 0');
    await rejected(ShapeError, () => device.compile(add, [[4]], [w]).run([new Float32Array(4)]));
    assert.throws(() => device.write(w, new Float32Array(2)), (error: Error) => error instanceof ShapeError);
    const stranger = cpu().open().variable({ data: Float32Array.of(1), shape: [1] });
    assert.throws(() => device.read(stranger), (error: Error) => error instanceof BackendError);
    assert.equal([...(await program.run([Float32Array.of(1, 1, 1)]))[0] ?? []], [2, 3, 4]);
    device.dispose();
    device.dispose();
    assert.match((await rejected(BackendError, () => program.run([new Float32Array(3)]))).message, 'disposed');
    assert.throws(() => device.read(w), (error: Error) => error instanceof BackendError);
  });

  testModes('2,000 steps take no memory', async (backend) => {
    const device = backend.open();
    const w = device.variable({ data: new Float32Array(40), shape: [40] });
    const program = device.compile((k, [x = k.zeros([40])], [v = x]) => ({ outputs: [k.sumSquares([v])], variables: [k.scale(k.add(v, x), 0.5)] }), [[40]], [w]);
    const x = new Float32Array(40).fill(1);
    const run = async (steps: number): Promise<number> => {
      for (let i = 0; i < steps; i++) await program.run([x]);
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const { buffers, count } = await countBuffers(backend.mode);
    await program.run([x]);
    const made = count();
    assert.is(made > 0, buffers, 'the plan lives in buffers of the device');
    await run(2000); // what fills once: the pools of a software driver, the young generation after the first collection
    const before = await run(2000);
    // The driver's pools and the collector come and go by tens of megabytes; what leaks is there every time.
    const after = Math.min(await run(2000), await run(2000), await run(2000));
    assert.is(count(), made, 'no buffer is made after the first step');
    assert.ok(after - before < 24e6, `${((after - before) / 1e6).toFixed(1)} MB more after 2,000 steps`);
    device.dispose();
  });

  if (webgpuIsDue) test('webgpu: dispose frees the buffers of every plan', async () => {
    const { live } = await countBuffers('webgpu');
    const backend = await gpu({ mode: 'webgpu' });
    const before = live();
    const device = backend.open();
    const program = device.compile((k, [x = k.zeros([7])]) => ({ outputs: [k.scale(k.sumSquares([x]), 2)], variables: [] }), [[7]], []);
    await program.run([new Float32Array(7)]);
    assert.ok(live() > before);
    device.dispose();
    for (let i = 0; i < 50 && live() > before; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.is(live(), before);
  });

  if (webgpuIsDue) test('webgpu: losing the device is a BackendError; the variables stay and the next run has a new device', async () => {
    const backend = await gpu({ mode: 'webgpu' });
    const device = backend.open();
    const w = device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] });
    const program = device.compile((k, [x = k.zeros([3])], [v = x]) => ({ outputs: [], variables: [k.add(v, x)] }), [[3]], [w]);
    const x = Float32Array.of(1, 1, 1);
    await program.run([x]);
    const { WebGPUContext } = await gpuJs();
    const { device: real } = await WebGPUContext.acquire();
    real.destroy();
    await real.lost;
    const error = await rejected(BackendError, () => program.run([x]));
    assert.match(error.message, /lost/);
    assert.not.ok(error.message.includes('\n'));
    assert.equal([...device.read(w)], [2, 3, 4]);
    await program.run([x]);
    assert.equal([...device.read(w)], [3, 4, 5]);
    device.dispose();
  });

  test('an unknown mode is an ArgumentError; a mode that is missing here says what to do', async () => {
    // @ts-expect-error: no such mode
    await rejected(ArgumentError, () => gpu({ mode: 'metal' }));
    const error = await rejected(BackendError, () => gpu({ mode: 'webgl2' })); // Node has no WebGL2
    assert.match(error.message, /mode 'webgl2' must be available, got no WebGL2 here/);
  });

  if (webgpuIsDue) test('auto takes a real GPU, and prefers WebAssembly to a software driver with a reason', async () => {
    const { adapter = '' } = await gpu({ mode: 'webgpu' });
    const backend = await gpu();
    const software = adapter.endsWith(' (software)');
    assert.is(backend.mode, software ? 'webasm' : 'webgpu');
    assert.match(backend.description, software ? /^gpu\.js webasm \(webgpu has only a software driver/ : /^gpu\.js webgpu on /);
  });

  test('a tensor too large for exact indices is refused', async () => {
    const device = (await gpu({ mode: 'cpu' })).open();
    const program = device.compile((k) => ({ outputs: [k.rows(k.zeros([2 ** 12 + 1, 2 ** 12]), 0, 1)], variables: [] }), [[1]], []);
    assert.match((await rejected(ShapeError, () => program.run([new Float32Array(1)]))).message, 'at most 16777216 elements');
    device.dispose();
  });

  test.run();
}

interface RealBuffer { destroy(): void }
interface RealDevice { createBuffer(descriptor: object): RealBuffer; destroy(): void; readonly lost: Promise<unknown> }
interface GpuJsModule { readonly WebGPUContext: { acquire(): Promise<{ readonly device: RealDevice }> } }

async function gpuJs(): Promise<GpuJsModule> {
  const name = 'gpu.js';
  const module = (await import(name)) as { default: GpuJsModule };
  return module.default;
}

/** Counts the buffers gpu.js makes on its WebGPU device; nothing to count in other modes. */
async function countBuffers(mode: string): Promise<{ buffers: boolean; count: () => number; live: () => number }> {
  let made = 0;
  let live = 0;
  if (mode === 'webgpu') {
    await gpu({ mode: 'webgpu' });
    const { device } = await (await gpuJs()).WebGPUContext.acquire();
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      let gone = false;
      buffer.destroy = () => {
        if (!gone) live--;
        gone = true;
        destroy();
      };
      made++;
      live++;
      return buffer;
    };
  }
  return { buffers: mode === 'webgpu', count: () => made, live: () => live };
}
