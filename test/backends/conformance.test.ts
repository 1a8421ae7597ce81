/** The conformance suite in Node. A backend of the list that cannot be had is a failure. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../src/backend.js';
import { cpu } from '../../src/backends/cpu/index.js';
import { wasm } from '../../src/backends/wasm/index.js';
import { gpu } from '../../src/gpu.js';
import { demands, kernelCases, selected } from './conformance/cases.js';
import type { Demand } from './conformance/cases.js';
import { verdict } from './conformance/case.js';
import { webgpuIsDue, withVulkan } from './gpuModes.js';

interface Expected {
  readonly name: string;
  readonly make: () => Backend | Promise<Backend>;
  /** What the backend says of itself when it is the one that was asked for, not its replacement. */
  readonly description: RegExp;
  /** Default: all. */
  readonly demands?: readonly Demand[];
}

/** The mode ran, and fused: gpu.js names any other reason for a slower way. A plan that only passes inputs on has nothing to fuse. */
function fused(mode: string): RegExp {
  return new RegExp(`^gpu\\.js ${mode}$`);
}

/** WebGPU runs on a software driver here, which compiles a plan in up to seconds; all demands: `npm run soak -- conformance`. */
const expected: readonly Expected[] = [
  { name: 'cpu float32', make: () => cpu(), description: /^cpu float32$/ },
  { name: 'wasm, 1 thread', make: () => wasm(), description: /^wasm simd128, 1 thread$/ },
  { name: 'wasm, 2 threads', make: () => wasm({ threads: 2 }), description: /^wasm simd128, 2 threads$/ },
  { name: 'gpu.js cpu', make: () => gpu({ mode: 'cpu' }), description: /^gpu\.js cpu\b/ },
  { name: 'gpu.js webasm', make: () => gpu({ mode: 'webasm' }), description: fused('webasm') },
  ...(webgpuIsDue ? [{ name: 'gpu.js webgpu', make: () => gpu({ mode: 'webgpu' }), description: fused('webgpu on .+'), demands: selected('W8') }] : []),
];

test('names are unique', () => {
  const names = demands.map(({ name }) => name);
  assert.equal(names.filter((name, i) => names.indexOf(name) !== i), []);
});

test('every kernel of the contract has a case', async () => {
  const called = new Set<string>();
  let all: string[] = [];
  const plain = cpu();
  const watched: Backend = {
    ...plain,
    open() {
      const device = plain.open();
      return {
        ...device,
        compile: (step, shapes, variables) => device.compile((k, inputs, state) => {
          all = Object.keys(k).filter((name) => typeof Reflect.get(k, name) === 'function');
          const spy = new Proxy(k, {
            get(kernels, name): unknown {
              called.add(String(name));
              return Reflect.get(kernels, name);
            },
          });
          return step(spy, inputs, state);
        }, shapes, variables),
      };
    },
  };
  for (const one of kernelCases) await verdict(one, watched);
  assert.ok(all.length > 40, 'the kernels could not be listed');
  assert.equal(all.filter((name) => !called.has(name)), []);
});

for (const { name, make, description, demands: wanted = demands } of expected) {
  let backend: Backend | undefined;

  test(`${name} is here`, async () => {
    backend = await make();
  });

  for (const demand of wanted) {
    test(`${name}: ${demand.name}`, async () => {
      assert.ok(backend, `${name} is missing`);
      assert.is(await demand.check(backend), undefined);
    });
  }

  // Asked afterwards: only then the gpu backend knows what gpu.js really did.
  test(`${name} is what ran`, () => {
    console.log(`ran: ${backend?.description}`);
    assert.match(backend?.description ?? 'nothing', description);
  });
}

if (withVulkan()) test.run();
