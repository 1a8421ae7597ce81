/**
 * Finding gpu.js and something for it to run on. Both packages are optional peers, loaded when `gpu()` is called: gpu.js
 * itself, and in Node `webgpu`, which brings the WebGPU that browsers have built in.
 */
import { BackendError } from '../../errors.js';
import type { GpuJsConstructor } from './gpujs.js';

export type GpuMode = 'webgpu' | 'webgl2' | 'webasm' | 'cpu';

/** What a mode would run on. */
export interface Adapter {
  readonly name: string;
  /** A software driver: correct, but slower than the other modes. */
  readonly software: boolean;
}

interface WebGpuAdapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly device?: string; readonly description?: string; readonly isFallbackAdapter?: boolean };
}
interface WebGpu { requestAdapter(): Promise<WebGpuAdapter | null> }
interface WebGpuPackage { create(options: string[]): WebGpu; readonly globals: object }

const install = 'Run npm install gpu.js webgpu, or choose another backend.';

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

/** Why a package could not be imported; undefined if it is just not there. */
function loadFailure(error: unknown): string | undefined {
  return isRecord(error) && error.code === 'ERR_MODULE_NOT_FOUND' ? undefined : firstLine(error);
}

/** @throws BackendError if gpu.js is not installed or is no gpu.js. */
export async function loadGpuJs(): Promise<GpuJsConstructor> {
  let loaded: unknown;
  try {
    loaded = await import('gpu.js');
  } catch (error) {
    throw new BackendError({ operation: 'gpu', argument: "package 'gpu.js'", expected: 'installed', actual: loadFailure(error) ?? 'nothing of that name', hint: install });
  }
  const found = constructorIn(loaded);
  if (found) return found;
  throw new BackendError({ operation: 'gpu', argument: "package 'gpu.js'", expected: 'gpu.js 2.24 or later', actual: 'a module without GPU', hint: install });
}

/** Bundlers and Node hand a CommonJS module over in different wrappings. */
function constructorIn(value: unknown): GpuJsConstructor | undefined {
  if (!isRecord(value)) return undefined;
  if (isConstructor(value.GPU)) return value.GPU;
  return isConstructor(value) ? value : constructorIn(value.default);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isConstructor(value: unknown): value is GpuJsConstructor {
  return typeof value === 'function' && isRecord(value.prototype) && 'createPipeline' in value.prototype;
}

/**
 * The WebGPU adapter gpu.js will take, or why there is none. In Node this puts `navigator.gpu` and the constants of WebGPU on
 * the global object, where gpu.js looks for them.
 */
export async function webgpuAdapter(): Promise<Adapter | string> {
  const scope = globalThis as { navigator?: { gpu?: WebGpu } };
  if (!scope.navigator?.gpu) {
    if (typeof process === 'undefined' || !process.versions.node) return 'this browser has no WebGPU';
    const name = 'webgpu'; // not a literal import: bundles for browsers must not look for it
    try {
      const { create, globals } = (await import(name)) as WebGpuPackage;
      Object.assign(globalThis, globals);
      scope.navigator ??= {};
      Object.defineProperty(scope.navigator, 'gpu', { value: create([]), configurable: true });
    } catch (error) {
      const failure = loadFailure(error);
      return failure === undefined ? "package 'webgpu' is not installed" : `package 'webgpu' cannot be loaded: ${failure}`;
    }
  }
  try {
    const adapter = await scope.navigator?.gpu?.requestAdapter();
    if (!adapter) return 'WebGPU finds no adapter';
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
    const named = [vendor, architecture === '' ? device : architecture].filter(Boolean).join(' ');
    const name = named === '' ? (description ?? 'an unnamed adapter') : named;
    return { name, software: isFallbackAdapter === true || isSoftware(`${name} ${description ?? ''}`) };
  } catch (error) {
    return `WebGPU gives no adapter: ${firstLine(error)}`;
  }
}

/** The driver behind WebGL2, or why there is none. */
export function webgl2Adapter(GPU: GpuJsConstructor): Adapter | string {
  if (!GPU.isWebGL2Supported || typeof OffscreenCanvas === 'undefined') return 'no WebGL2 here';
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!context) return 'WebGL2 gives no context';
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER);
  context.getExtension('WEBGL_lose_context')?.loseContext();
  const name = String(renderer);
  return { name, software: isSoftware(name) };
}

function isSoftware(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i.test(name);
}
