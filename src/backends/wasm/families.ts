/** The families of kernels on WebAssembly, each fetched where it is asked for (docs/decisions/kernel-families.md). */
import type { KernelFamilies, KernelFamily, Kernels } from '../../backend.js';
import { requireChoice } from '../../checks.js';
import { BackendError } from '../../errors.js';
import type { Family } from '../linear/device.js';
import { coreKernels } from '../linear/core.js';
import type { WasmFamily } from './instance.js';
import { text as core } from './modules/core.js';

interface Entry<F extends KernelFamily> {
  readonly fetch: () => Promise<{ readonly family: WasmFamily }>;
  /** All its kernels, for the message that one of them is missing. */
  readonly names: Readonly<Record<keyof KernelFamilies[F], true>>;
}

const entries: { readonly [F in KernelFamily]: Entry<F> } = {
  lstm: {
    fetch: () => import('./families/lstm.js'),
    names: { lstmGates: true, lstmGatesBackward: true, lstmPeepholeTo: true },
  },
  gru: {
    fetch: () => import('./families/gru.js'),
    names: { gruGates: true, gruGatesBackward: true, gruReset: true, gruBlend: true, gruBlendBackward: true, gruResetBackward: true },
  },
  norms: {
    fetch: () => import('./families/norms.js'),
    names: {
      layerNorm: true, layerNormBackward: true, batchNorm: true, batchNormBackward: true, batchNormInference: true, batchNormInferenceBackward: true,
      movingAverage: true,
    },
  },
  convolution: {
    fetch: () => import('./families/convolution.js'),
    names: {
      conv2d: true, conv2dBackward: true, conv2dKernelTo: true, maxPool2d: true, maxPool2dBackward: true, averagePool2d: true, averagePool2dBackward: true,
    },
  },
  updates: {
    fetch: () => import('./families/updates.js'),
    names: { rmsprop: true, nadam: true, adagrad: true },
  },
  pointwise: {
    fetch: () => import('./families/pointwise.js'),
    names: {
      exp: true, log: true, sqrt: true, abs: true, sign: true, reciprocal: true, div: true, maximum: true, minimum: true, greater: true, select: true,
      affine: true, sumLast: true, oneHot: true,
    },
  },
  lookup: {
    fetch: () => import('./families/lookup.js'),
    names: { gatherRows: true, scatterRowsTo: true },
  },
  broadcast: {
    fetch: () => import('./families/broadcast.js'),
    names: { broadcast: true, sumAxes: true },
  },
  attention: {
    fetch: () => import('./families/attention.js'),
    names: { headScores: true, headMix: true, visibleSoftmax: true, additiveScores: true, additiveScoresBackward: true },
  },
};

export const kernelFamilies = Object.keys(entries) as readonly KernelFamily[];

/** In the place of the kernels of families that nobody asked for. */
const missing: Partial<Kernels> = Object.fromEntries(kernelFamilies.flatMap((family) => Object.keys(entries[family].names).map((name) => [name, () => {
  throw new BackendError({
    operation: name, argument: `kernels of the family '${family}'`, expected: 'fetched before the model was opened', actual: 'not asked for',
    hint: `A layer, loss or optimiser that calls them declares it: readonly families = ['${family}'].`,
  });
}])));

/** What one backend has fetched, beside the core. */
export class FetchedFamilies {
  private readonly core: readonly WasmFamily[];
  private readonly fetched = new Map<KernelFamily, WasmFamily>();

  /** @param product text of a module whose products replace those of the core. */
  constructor(product?: string) {
    this.core = [{ text: core, kernels: coreKernels }, ...(product === undefined ? [] : [{ text: product, kernels: () => ({}) }])];
  }

  /** @throws ArgumentError for a family that does not exist. */
  async prepare(families: readonly KernelFamily[]): Promise<void> {
    const wanted = families.filter((family) => !this.fetched.has(requireChoice('prepare', 'families', family, kernelFamilies)));
    const found = await Promise.all(wanted.map(async (name) => (await entries[name].fetch()).family));
    wanted.forEach((name, i) => {
      const family = found[i];
      if (family) this.fetched.set(name, family);
    });
  }

  get all(): readonly WasmFamily[] {
    return [...this.core, ...this.fetched.values()];
  }

  /** For devices. */
  get kernels(): readonly Family[] {
    return [() => missing, ...this.all.map(({ kernels }) => kernels)];
  }
}
