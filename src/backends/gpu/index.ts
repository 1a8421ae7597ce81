/** The gpu backend: gpu.js on WebGPU or WebGL2, and its WebAssembly and plain JavaScript modes where there is neither. */
import type { Backend } from '../../backend.js';
import { checkOptions, requireChoice } from '../../checks.js';
import { BackendError } from '../../errors.js';
import { GpuDevice } from './device.js';
import type { GpuJsConstructor, PipelineCall } from './gpujs.js';
import { loadGpuJs, webgl2Adapter, webgpuAdapter } from './load.js';
import type { Adapter, GpuMode } from './load.js';

export interface GpuOptions {
  /**
   * 'auto' (default) takes WebGPU, then WebGL2, each on real hardware only, then gpu.js's WebAssembly, then plain JavaScript.
   * Any other mode is taken as it is, a software driver included, or refused.
   */
  mode?: 'auto' | GpuMode | undefined;
}

/** What runs can be asked: before the first step it is what was found, after it what gpu.js really did. */
export interface GpuBackend extends Backend {
  readonly name: 'gpu';
  readonly mode: GpuMode;
  /** Name of the device, `(software)` behind it where it is none; undefined in the modes webasm and cpu. */
  readonly adapter: string | undefined;
  /** Why something better did not run. */
  readonly fallbackReason: string | undefined;
}

const modes: readonly GpuMode[] = ['webgpu', 'webgl2', 'webasm', 'cpu'];
/** As gpu.js names them when it reports what executed. */
const executedAs: Readonly<Record<string, GpuMode>> = { webgpu: 'webgpu', gpu: 'webgl2', webasm: 'webasm', cpu: 'cpu' };

/** What a mode would run on; undefined for the processor; a sentence if it cannot run. */
async function probe(mode: GpuMode, GPU: GpuJsConstructor): Promise<Adapter | string | undefined> {
  switch (mode) {
    case 'webgpu': return webgpuAdapter();
    case 'webgl2': return webgl2Adapter(GPU);
    case 'webasm': return GPU.isWebAssemblySupported ? undefined : 'no WebAssembly here';
    case 'cpu': return undefined;
  }
}

interface Choice { readonly mode: GpuMode; readonly adapter?: Adapter; readonly reasons: readonly string[] }

async function choose(wanted: 'auto' | GpuMode, GPU: GpuJsConstructor): Promise<Choice> {
  const reasons: string[] = [];
  for (const mode of wanted === 'auto' ? modes : [wanted]) {
    const found = await probe(mode, GPU);
    if (found === undefined) return { mode, reasons };
    if (typeof found === 'string') reasons.push(found);
    else if (wanted === 'auto' && found.software) reasons.push(`${mode} has only a software driver, ${found.name}`);
    else return { mode, adapter: found, reasons };
  }
  throw new BackendError({
    operation: 'gpu', argument: `mode '${wanted}'`, expected: 'available', actual: reasons.join('; '),
    hint: "In Node, WebGPU needs npm install webgpu@^0.6 and a Vulkan, Metal or Direct3D 12 driver; mode 'auto' takes what there is.",
  });
}

/**
 * Runs training steps as gpu.js plans, in float32. Needs the packages gpu.js ≥ 2.24 and, in Node, webgpu ≥ 0.6.
 *
 * @throws BackendError if gpu.js is not installed, or if the mode asked for cannot run here.
 */
export async function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  const { mode: wanted = 'auto' } = checkOptions('gpu', options, { mode: true });
  requireChoice('gpu', 'mode', wanted, ['auto', ...modes]);
  const GPU = await loadGpuJs();
  const { mode, adapter, reasons } = await choose(wanted, GPU);
  let ran = mode;
  let planReason: string | undefined;

  function onPlan({ backend, executorKind, fallbackReason }: PipelineCall): void {
    ran = executedAs[backend ?? ''] ?? ran;
    const nothingToFuse = (fallbackReason ?? '').includes('no kernel steps'); // a plan that only hands inputs on
    const fused = executorKind !== 'generic' || mode === 'cpu' || mode === 'webgl2' || nothingToFuse;
    if (ran !== mode || !fused) planReason = fallbackReason ?? `gpu.js ran ${ran}`;
  }

  const backend: GpuBackend = {
    name: 'gpu',
    dtype: 'float32',
    get mode() { return ran; },
    get adapter() { return adapter && ran === mode ? `${adapter.name}${adapter.software ? ' (software)' : ''}` : undefined; },
    get fallbackReason() { return [...reasons, ...(planReason === undefined ? [] : [planReason])].join('; ') || undefined; },
    get description() {
      const { adapter: on, fallbackReason: why } = backend;
      return `gpu.js ${ran}${on ? ` on ${on}` : ''}${why ? ` (${why})` : ''}`;
    },
    open: () => new GpuDevice(new GPU({ mode }), { planned: mode === 'webgpu', onPlan }),
  };
  return backend;
}
