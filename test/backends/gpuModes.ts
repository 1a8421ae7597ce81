/**
 * Which modes of the gpu backend these tests run, and the process they run in: WebGPU in Node finds Vulkan when the process
 * starts, so a test file starts itself again with Chromium's software Vulkan in its environment, where that is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels, Tensor } from '../../src/backend.js';
import { gpu } from '../../src/gpu.js';
import type { GpuBackend } from '../../src/gpu.js';
import type { HostTensor, Shape } from '../../src/tensor.js';
import { assertClose } from '../support/compare.js';
import { float64 } from '../support/step.js';
import { randomTensor } from '../support/values.js';

const chromium = '/usr/lib/chromium';
const driver = `${chromium}/vk_swiftshader_icd.json`;
const marker = 'BPTT_TEST_VULKAN';

/** True in the process that shall run the tests; else that process has run by now, and its exit code is ours. */
export function withVulkan(): boolean {
  if (process.env[marker] !== undefined || !existsSync(driver)) return true;
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: {
      ...process.env, [marker]: '1', VK_ICD_FILENAMES: driver, XDG_RUNTIME_DIR: '/tmp',
      LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(':'),
    },
  });
  process.exitCode = status ?? 1;
  return false;
}

/** Where CI expects WebGPU it runs or fails; elsewhere it runs where its software driver is, and else is said not to. */
export const webgpuIsDue = existsSync(driver) || process.env.CI === 'true';
if (!webgpuIsDue) console.log('not run: webgpu, for want of the software Vulkan driver that comes with Chromium (Debian: apt-get install chromium)');

const modes = (['cpu', 'webasm', 'webgpu'] as const).filter((mode) => mode !== 'webgpu' || webgpuIsDue);

/** A test for each mode. A mode that is due and cannot be had is a failure, never a skip; what ran is printed. */
export function testModes(what: string, run: (backend: GpuBackend) => Promise<void>): void {
  for (const mode of modes) {
    test(`${mode}: ${what}`, async () => {
      const backend = await gpu({ mode });
      await run(backend);
      ran.add(backend.description);
      assert.is(backend.mode, mode);
      assert.is(backend.fallbackReason, undefined);
    });
  }
}

const ran = new Set<string>();
test.after(() => {
  for (const description of ran) console.log(`ran: ${description}`);
});

type Inputs<K extends string> = { readonly [name in K]: HostTensor | Shape };
type Opened<K extends string> = { readonly [name in K]: Tensor };

/**
 * Runs kernel code on a gpu backend and on the float64 cpu backend and compares every tensor it returns, each against its
 * largest entry. Inputs given as a shape are filled with normal values of their own.
 */
export async function compareKernels<K extends string>(
  backend: GpuBackend, inputs: Inputs<K>, code: (k: Kernels, t: Opened<K>) => Record<string, Tensor>, tolerance = 2e-6,
): Promise<void> {
  const names = Object.keys(inputs) as K[];
  const values = names.map((name) => {
    const given: HostTensor | Shape = inputs[name];
    const tensor = 'data' in given ? given : randomTensor(11, name, given);
    return { shape: tensor.shape, data: tensor.data.map(Math.fround) };
  });
  const run = async (on: { open: GpuBackend['open'] }): Promise<Map<string, ArrayLike<number>>> => {
    const device = on.open();
    let labels: string[] = [];
    const program = device.compile((k, tensors) => {
      const opened = Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Opened<K>;
      const results = code(k, opened);
      labels = Object.keys(results);
      return { outputs: Object.values(results), variables: [] };
    }, values.map(({ shape }) => shape), []);
    const outputs = await program.run(values.map(({ data }) => data));
    device.dispose();
    return new Map(labels.map((label, i) => [label, outputs[i] ?? []]));
  };
  const [actual, expected] = [await run(backend), await run(float64)];
  assert.ok(expected.size > 0);
  for (const [label, values] of expected) assertClose(actual.get(label) ?? [], values, tolerance, label);
}
