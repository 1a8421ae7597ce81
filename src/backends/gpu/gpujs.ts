/**
 * The part of gpu.js this backend uses, as types of our own: gpu.js is an optional peer, and its handles are `any`.
 */

/** What a kernel call gives while a pipeline is recorded; it cannot be read. */
export interface Handle { readonly [opaque]: never }
declare const opaque: unique symbol;

/** Arrays as handles, offsets as numbers, in turn. */
export type KernelCall = (...args: (Handle | number)[]) => Handle;

export interface PipelineCall {
  (...args: Float32Array[]): Promise<Float32Array[]>;
  /** The mode that executed: `webgpu`, `webasm`, `cpu`, `gpu` for WebGL; null before the first call. */
  readonly backend: string | null;
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  destroy(): Promise<void>;
}

export interface GpuJs {
  addFunction(source: string, settings: { argumentTypes: Record<string, string>; returnType: string }): unknown;
  createKernel(source: string, settings: { output: number[]; precision: 'single'; tactic: 'precision' }): KernelCall;
  createPipeline(record: (...handles: Handle[]) => Handle[], settings?: { threads?: boolean }): PipelineCall;
  destroy(): Promise<void>;
}

export interface GpuJsConstructor {
  new (settings: { mode: string }): GpuJs;
  readonly isWebGL2Supported: boolean;
  readonly isWebAssemblySupported: boolean;
}
