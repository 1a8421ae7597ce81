import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels, Step } from '../../src/backend.js';
import { cpu } from '../../src/backends/cpu/index.js';
import { wasm } from '../../src/backends/wasm/index.js';
import { BackendError } from '../../src/errors.js';
import { assertClose } from '../support/compare.js';

/** tanh(x·w) twice, with w packed; w is replaced by w + 1. */
const step: Step = (k, [x], [w]) => {
  if (!x || !w) throw new Error('no input');
  const packed = k.pack('nn', w);
  const y = k.activate('tanh', k.matmul('nn', x, packed), 0);
  const z = k.matmul('nt', y, k.pack('nt', w));
  return { outputs: [y, z], variables: [k.add(w, k.reshape(k.activate('sigmoid', k.zeros([12]), 0), [3, 4]))] };
};

test('a step gives what the cpu gives, again and again', async () => {
  const backend = await wasm();
  assert.is(backend.name, 'wasm');
  assert.is(backend.description, 'wasm simd128, 1 thread');
  const x = Float32Array.from({ length: 6 }, (_, i) => Math.sin(i));
  const w = Float32Array.from({ length: 12 }, (_, i) => Math.cos(i));
  const [ours, theirs] = [backend, cpu()].map((chosen) => {
    const device = chosen.open();
    const variable = device.variable({ data: w, shape: [3, 4] });
    const program = device.compile(step, [[2, 3]], [variable]);
    return { device, variable, program };
  });
  assert.ok(ours && theirs);
  for (let round = 0; round < 3; round++) {
    const [a, b] = await Promise.all([ours.program.run([x]), theirs.program.run([x])]);
    a.forEach((values, i) => assertClose(values, b[i] ?? [], 1e-6, `output ${i}`));
  }
  assertClose(ours.device.read(ours.variable), theirs.device.read(theirs.variable), 1e-6, 'w');
});

test('memory grows under a running step without moving anything', async () => {
  const device = (await wasm()).open();
  const held = device.variable({ data: Float32Array.from({ length: 5 }, (_, i) => i + 1), shape: [5] });
  const grow: Step = (k, [x]) => {
    if (!x) throw new Error('no input');
    let sum = k.add(x, k.zeros([1000]));
    for (let i = 0; i < 400; i++) sum = k.add(sum, k.add(x, k.zeros([1000])));
    return { outputs: [sum], variables: [] };
  };
  const program = device.compile(grow, [[1000]], []);
  const [sum] = await program.run([new Float32Array(1000).fill(2)]);
  assert.ok(sum?.every((value) => value === 802));
  assert.equal(device.read(held), Float32Array.of(1, 2, 3, 4, 5));
});

test('models do not share memory', async () => {
  const backend = await wasm();
  const [one, two] = [backend.open(), backend.open()];
  const a = one.variable({ data: Float32Array.of(1, 2), shape: [2] });
  const b = two.variable({ data: Float32Array.of(3, 4), shape: [2] });
  assert.equal(one.read(a), Float32Array.of(1, 2));
  assert.equal(two.read(b), Float32Array.of(3, 4));
});

test('a matrix packed for one mode is refused in another', async () => {
  const device = (await wasm()).open();
  const wrong = (k: Kernels): void => void k.matmul('nt', k.zeros([2, 3]), k.pack('nn', k.zeros([3, 3])));
  const program = device.compile((k) => { wrong(k); return { outputs: [], variables: [] }; }, [], []);
  assert.throws(() => program.run([]), (error: unknown) => error instanceof BackendError && error.message.includes('packed for nn'));
});

test('without SIMD the cpu takes over and says why', async () => {
  const { validate } = WebAssembly;
  try {
    WebAssembly.validate = () => false;
    const backend = await wasm();
    assert.is(backend.name, 'cpu');
    assert.match(backend.description, 'no WebAssembly SIMD');
  } finally {
    WebAssembly.validate = validate;
  }
});

test.run();
