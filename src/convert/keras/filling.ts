/** The weights of a network, filled from the variables of a file one by one. */
import { formatShape, quoted } from '../../errors.js';
import { frozenLayers, lastingTensors } from '../../models/graph/network.js';
import type { Network } from '../../models/graph/network.js';
import type { HostTensor, Shape } from '../../tensor.js';
import type { PlacedLayer } from './units.js';
import { fits, variablesOf } from './variables.js';
import type { FixedWeights, KerasVariable } from './variables.js';

/** A tensor of a file that has not been read yet. */
export interface StoredTensor {
  /** Where it lies, for messages. */
  readonly name: string;
  readonly shape: Shape;
  read(): Promise<HostTensor>;
}

/** A layer of the network with what it needs. */
export interface WantedLayer {
  readonly placed: Pick<PlacedLayer, 'className' | 'name' | 'path' | 'group'>;
  /** Its name in the network. */
  readonly name: string;
  readonly frozen: boolean;
  readonly variables: readonly KerasVariable[];
  readonly fixed: FixedWeights;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** In Keras's order; layers without weights are left out. */
export function wantedLayers(network: Network, placed: readonly Omit<PlacedLayer, 'axis' | 'endsMask'>[]): WantedLayer[] {
  const lasting = lastingTensors(network);
  const frozen = frozenLayers(network);
  return placed.flatMap((each) => {
    const found = lasting.find(({ layer }) => layer === each.layer);
    if (!found) return [];
    const shapes = new Map(found.tensors.map(({ name, shape }) => [name, shape]));
    return [{ placed: each, name: found.name, frozen: frozen.has(found.name), shapes, ...variablesOf(each.layer, shapes, each.scaled) }];
  });
}

/** `LSTM 'lstm_1'`, as Keras calls it. */
export function labelOf({ placed: { className, name } }: WantedLayer): string {
  return `${className} ${quoted(name)}`;
}

export class Filling {
  readonly tensors = new Map<string, HostTensor>();
  readonly problems: string[] = [];

  /** One variable of a layer. Nothing is read before its shape is known to fit. */
  async fill(layer: WantedLayer, variable: KerasVariable, stored: StoredTensor | undefined): Promise<void> {
    const what = `${labelOf(layer)}: ${variable.names[0] ?? ''}`;
    if (!stored) {
      this.problems.push(`${what} is missing`);
      return;
    }
    if (!fits(variable, stored.shape)) {
      this.problems.push(`${what} has to be ${variable.shapes.map(formatShape).join(' or ')}, and ${quoted(stored.name)} is ${formatShape(stored.shape)}`);
      return;
    }
    const parts = variable.decode(await stored.read());
    variable.targets.forEach((target, i) => {
      const data = parts[i];
      const shape = layer.shapes.get(target);
      if (data && shape) this.tensors.set(`${layer.name}/${target}`, { data, shape });
    });
  }

  /** What Keras has no variable for, and what is left without one. */
  finish(layers: readonly WantedLayer[]): void {
    for (const layer of layers) {
      const covered = new Set([...layer.variables.flatMap(({ targets }) => targets), ...layer.fixed.keys()]);
      for (const target of layer.shapes.keys()) if (!covered.has(target)) this.problems.push(`${labelOf(layer)}: Keras has no ${target}`);
    }
    if (this.problems.length > 0) return;
    for (const layer of layers) for (const [target, make] of layer.fixed) this.tensors.set(`${layer.name}/${target}`, { data: make(), shape: layer.shapes.get(target) ?? [] });
  }
}
