/** Layers and models of Keras as things that can be applied, several times if need be, with one set of weights. */
import { BpttError, formatShape, quoted } from '../../errors.js';
import type { JsonValue } from '../../json.js';
import type { AnyLayer, SymbolicTensor } from '../../layers/layer.js';
import type { Entry } from './activations.js';
import type { Call, Reference } from './calls.js';

/** A layer as it stands in the model that is built. */
export interface PlacedLayer {
  /** The one that has the weights. */
  readonly layer: AnyLayer;
  /** Keras's class and name. */
  readonly className: string;
  readonly name: string;
  /** Where its weights lie in an archive of Keras 3: `layers/functional/layers/lstm_1`. */
  readonly path: string;
  /** The layer of the outermost model that it is, or is part of. */
  readonly group: string;
  /** The axis that has to be the last one, the batch included. */
  readonly axis: number | undefined;
  readonly endsMask: boolean;
  /** Whether additive attention has a scale. */
  readonly scaled: boolean;
}

/** What is shared while a model is built. */
export interface Building {
  readonly problems: string[];
  readonly placed: PlacedLayer[];
  /** By the path in the archive: layers in front of which masks end. */
  readonly guarded: ReadonlySet<string>;
  /** Makes a layer under a name that is free. */
  make(entry: Entry, name: string): AnyLayer;
  /** Applications that may still follow: models within models multiply. */
  left: number;
}

export interface Unit {
  /** Undefined where a problem has been told. */
  apply(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] | undefined;
}

export class LayerUnit implements Unit {
  constructor(private readonly building: Building, private readonly placed: PlacedLayer, private readonly then: AnyLayer | undefined) {}

  apply(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] | undefined {
    const { building, placed: { axis, className, layer, name, path } } = this;
    const about = `${className} ${quoted(name)}`;
    const rank = (inputs[0]?.shape.length ?? 0) + 1;
    if (axis !== undefined && axis !== -1 && axis !== rank - 1) {
      building.problems.push(`${about}: axis ${axis} of ${formatShape(['batch', ...(inputs[0]?.shape ?? [])])} is not the last one`);
      return undefined;
    }
    if (--building.left < 0) {
      building.problems.push(`${about}: is applied more often than any model needs`);
      return undefined;
    }
    try {
      const read = building.guarded.has(path) ? inputs.map((input) => this.unmasked(input)) : inputs;
      const [first, ...others] = layer.applyAll(read);
      if (!first) return [];
      return [this.then ? this.then.apply(first) : first, ...others];
    } catch (cause) {
      if (!(cause instanceof BpttError)) throw cause;
      building.problems.push(`${about}: ${cause.message}`);
      return undefined;
    }
  }

  /** The same numbers without a mask: what they are reshaped to keeps none. */
  private unmasked(input: SymbolicTensor): SymbolicTensor {
    return this.building.make({ className: 'Reshape', config: { targetShape: input.shape.map((size) => (Number.isNaN(size) ? -1 : size)) } }, `${this.placed.name}.unmasked`).apply(input);
  }
}

/** One after another. */
export class ChainUnit implements Unit {
  constructor(private readonly units: readonly Unit[]) {}

  apply(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] | undefined {
    return this.units.reduce<readonly SymbolicTensor[] | undefined>((values, unit) => values && unit.apply(values), inputs);
  }
}

/** A layer of a graph, and its uses. */
export interface GraphLayer {
  readonly name: string;
  readonly unit: Unit | undefined;
  readonly calls: readonly Call[];
  /** Of a graph within: its first call may have the number 1, after the one that made it. */
  readonly firstCall: 0 | 1;
}

export class GraphUnit implements Unit {
  constructor(
    private readonly building: Building, private readonly name: string, private readonly layers: readonly GraphLayer[],
    private readonly inputs: readonly Reference[], private readonly outputs: readonly Reference[],
  ) {}

  apply(given: readonly SymbolicTensor[]): readonly SymbolicTensor[] | undefined {
    const { building: { problems }, inputs, layers, name, outputs } = this;
    if (given.length !== inputs.length) {
      problems.push(`model ${quoted(name)}: is given ${given.length} inputs, and has ${inputs.length}`);
      return undefined;
    }
    const values = new Map<string, readonly SymbolicTensor[]>();
    inputs.forEach((input, i) => {
      const tensor = given[i];
      if (tensor) values.set(`${input.layer} ${input.node}`, [tensor]);
    });
    const valueOf = ({ layer, node, tensor }: Reference): SymbolicTensor | undefined => values.get(`${layer} ${node}`)?.[tensor];
    let waiting = layers.flatMap((layer) => layer.calls.map((call, i) => ({ layer, call, id: `${layer.name} ${i + layer.firstCall}` })));
    // Mostly in order; again and again until nothing can be computed any more.
    for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
      before = waiting.length;
      const still: typeof waiting = [];
      for (const use of waiting) {
        const read = use.call.inputs.map(valueOf);
        if (!read.every((each) => each !== undefined)) still.push(use);
        else {
          const made = use.layer.unit?.apply(read);
          if (!made) return undefined;
          values.set(use.id, made);
        }
      }
      waiting = still;
    }
    const results = outputs.map(valueOf);
    const missing = outputs.find((_, i) => results[i] === undefined);
    if (!missing) return results.filter((each) => each !== undefined);
    problems.push(`model ${quoted(name)}: output ${quoted(missing.layer)} depends on what no layer gives`);
    return undefined;
  }
}

/** Arguments of a call that are options of the layer here, or change nothing. @returns what has no counterpart. */
export function callOptions(className: string, options: ReadonlyMap<string, JsonValue>): { readonly config: Entry['config']; readonly unknown: readonly string[] } {
  const attends = className === 'Attention' || className === 'AdditiveAttention' || className === 'MultiHeadAttention';
  const config: Record<string, boolean> = {};
  const unknown: string[] = [];
  for (const [name, value] of options) {
    if (value === false) continue;
    if (attends && value === true && name === 'use_causal_mask') config.causal = true;
    else if (attends && value === true && name === 'return_attention_scores') config.returnAttentionScores = true;
    else unknown.push(name);
  }
  return { config, unknown };
}
