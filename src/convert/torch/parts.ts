/** A state dict by modules: tensors that belong together, each under its name within the module. */
import type { TorchTensor } from './types.js';

/** What one layer here may take: a module, or one layer of a recurrent module of several. */
export interface Part {
  /** `encoder.rnn`; of the tensors at the root, empty. */
  readonly module: string;
  /** Of a recurrent module, from 0. */
  readonly layer: number | undefined;
  readonly leaves: Map<string, TorchTensor>;
  /** Names in the file, in its order. */
  readonly names: string[];
}

const recurrentLeaf = /^((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d+))?(_reverse)?$/;

/** @param prefix with whose names alone it is concerned; empty: all. */
export function partsOf(tensors: ReadonlyMap<string, TorchTensor>, prefix: string): Part[] {
  const parts = new Map<string, Part>();
  const stem = prefix === '' ? '' : `${prefix}.`;
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(stem)) continue;
    const { module, leaf, layer } = split(name.slice(stem.length));
    const key = `${module} ${layer ?? ''}`;
    const part = parts.get(key) ?? { module, layer, leaves: new Map<string, TorchTensor>(), names: [] };
    part.leaves.set(leaf, tensor);
    part.names.push(name);
    parts.set(key, part);
  }
  for (const part of [...parts.values()]) join(parts, part);
  return [...parts.values()].filter(isFirstOfItsKind());
}

function split(name: string): { readonly module: string; readonly leaf: string; readonly layer: number | undefined } {
  const dot = name.lastIndexOf('.');
  const [module, leaf] = [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
  const [, stem, layer, reverse = ''] = recurrentLeaf.exec(leaf) ?? [];
  return stem === undefined ? { module, leaf, layer: undefined } : { module, leaf: stem + reverse, layer: layer === undefined ? undefined : Number(layer) };
}

/** nn.MultiheadAttention holds a module of its own, out_proj. */
function join(parts: Map<string, Part>, { module, leaves, names }: Part): void {
  const outer = /^(?:(.+)\.)?out_proj$/.exec(module);
  const attention = outer && parts.get(`${outer[1] ?? ''} `);
  if (!attention || ![...attention.leaves.keys()].some((leaf) => leaf.endsWith('_proj_weight'))) return;
  for (const [leaf, tensor] of leaves) attention.leaves.set(`out_proj.${leaf}`, tensor);
  attention.names.push(...names);
  parts.delete(`${module} `);
}

/** One module under two names has the same tensors under both. */
function isFirstOfItsKind(): (part: Part) => boolean {
  const owners = new Map<TorchTensor, Part>();
  return (part) => {
    const [first] = part.leaves.values();
    const owner = first && owners.get(first);
    const twin = owner?.leaves.size === part.leaves.size && [...part.leaves].every(([leaf, tensor]) => owner.leaves.get(leaf) === tensor);
    if (twin) owner.names.push(...part.names);
    else if (first) owners.set(first, part);
    return !twin;
  };
}

/** `rnn, layer 1`, for messages and reports. */
export function partName({ module, layer }: Pick<Part, 'module' | 'layer'>): string {
  const name = module === '' ? 'the root' : module;
  return layer === undefined ? name : `${name}, layer ${layer}`;
}
