/**
 * Which module goes to which layer: those that the caller names, then those of one name, then those that fit by their shapes, in order. Where
 * more than one would do, none is taken: the caller says which.
 */
import { formatShape, listed, quoted } from '../../errors.js';
import { sameShape } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import { leafShapes } from './mapping/slot.js';
import type { Slot } from './mapping/slot.js';
import { partName } from './parts.js';
import type { Part } from './parts.js';

export interface Pair { readonly slot: Slot; readonly part: Part }
export interface Matched { readonly pairs: readonly Pair[]; readonly problems: readonly string[] }

/** Names of modules by names of layers; null leaves a layer as it is. */
export type ModuleNames = Readonly<Record<string, string | null>>;

function sized([leaf, shape]: readonly [string, Shape]): string {
  return `${leaf} ${formatShape(shape)}`;
}

function shapesOf(part: Part): Map<string, Shape> {
  return new Map([...part.leaves].map(([leaf, { shape }]) => [leaf, shape]));
}

function fits(slot: Slot, part: Part): boolean {
  const wanted = leafShapes(slot);
  const given = shapesOf(part);
  const others = [...given.keys()].filter((leaf) => !wanted.has(leaf) && !slot.inert.includes(leaf));
  return others.length === 0 && [...wanted].every(([leaf, shape]) => sameShape(given.get(leaf) ?? [NaN], shape));
}

function need(slot: Slot): string {
  return `'${slot.layer}' (${slot.module}) needs ${[...leafShapes(slot)].map(sized).join(', ')}`;
}

/** Slots that any of the same modules would do for. */
function signature(slot: Slot): string {
  return [...leafShapes(slot)].map(sized).sort().join();
}

export function matchParts(slots: readonly Slot[], parts: readonly Part[], names: ModuleNames): Matched {
  const pairs: Pair[] = [];
  const problems: string[] = [];
  const free = new Set(parts);
  const open = new Set(slots.filter(({ layer }) => names[layer] !== null));
  const take = (slot: Slot, part: Part): void => {
    pairs.push({ slot, part });
    free.delete(part);
    open.delete(slot);
  };

  for (const slot of [...open]) {
    const module = names[slot.layer];
    if (typeof module !== 'string') continue;
    // Layers that name one module have what it holds in the order of both.
    const own = named(free, module);
    const part = own.find((each) => fits(slot, each));
    if (part) take(slot, part);
    else {
      problems.push(`${need(slot)}, and ${quoted(module)} has ${own.map((each) => `${[...shapesOf(each)].map(sized).join(', ')}`).join(' and ') || 'nothing'}`);
      open.delete(slot);
    }
  }
  for (const slot of [...open]) {
    const alike = [...free].filter(({ module }) => module === slot.layer || module.endsWith(`.${slot.layer}`)).filter((part) => fits(slot, part));
    const [part] = alike;
    if (part && alike.length === 1) take(slot, part);
  }
  for (const alike of grouped([...open], signature)) {
    const [one] = alike;
    const fitting = one ? [...free].filter((part) => fits(one, part)) : [];
    if (fitting.length === alike.length) alike.forEach((slot, i) => { if (fitting[i]) take(slot, fitting[i]); });
    else problems.push(...alike.map((slot) => `${need(slot)}; ${candidates(fitting, alike.length, [...free], slot)}`));
  }
  return { pairs: pairs.sort((a, b) => slots.indexOf(a.slot) - slots.indexOf(b.slot)), problems };
}

/** The module of that name, or where it has no weights of its own the modules within. */
function named(parts: Iterable<Part>, module: string): Part[] {
  const all = [...parts];
  const own = all.filter((part) => part.module === module);
  return own.length > 0 ? own : all.filter((part) => part.module.startsWith(`${module}.`));
}

function grouped<T>(entries: readonly T[], keyOf: (entry: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const entry of entries) groups.set(keyOf(entry), [...groups.get(keyOf(entry)) ?? [], entry]);
  return [...groups.values()];
}

/** Why there is no one module for a slot. */
function candidates(fitting: readonly Part[], wanted: number, free: readonly Part[], slot: Slot): string {
  if (fitting.length > 0) return `${fitting.length} modules fit ${wanted === 1 ? 'it' : `${wanted} such layers`}: ${listed(fitting.map(partName))}; say which by names`;
  const wantedLeaves = [...leafShapes(slot).keys()];
  const near = free.filter(({ leaves }) => wantedLeaves.every((leaf) => leaves.has(leaf)));
  if (near.length === 0) return 'the file has nothing like it';
  return `the file has ${near.slice(0, 3).map((part) => `${quoted(partName(part))} with ${[...shapesOf(part)].map(sized).join(', ')}`).join('; ')}`;
}
