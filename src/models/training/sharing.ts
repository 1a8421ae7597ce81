/** A model's side of what it shares: taking over what others have changed, and saying what its own steps change. */
import type { LayerWeights, WeightHolder, WeightValues } from '../../layers/weights.js';
import type { LayerTensorSpecs } from '../graph/network.js';
import type { Variables } from './variables.js';

/** One layer on the device of this model. */
class SharedLayer implements WeightHolder {
  private readonly weights: LayerWeights;
  private readonly specs: LayerTensorSpecs;
  private readonly variables: Variables;
  private seen: number;

  constructor(specs: LayerTensorSpecs, variables: Variables) {
    this.specs = specs;
    this.weights = specs.layer.weights;
    this.variables = variables;
    this.seen = this.weights.version;
  }

  read(): WeightValues {
    return new Map(this.specs.tensors.map(({ name, key, shape }) => [name, { data: this.variables.read(key), shape }]));
  }

  /** Whether there was anything new. */
  takeOver(): boolean {
    if (this.weights.version === this.seen) return false;
    const values = this.weights.current();
    for (const { name, key } of this.specs.tensors) {
      const value = values.get(name);
      if (value) this.variables.write(key, value.data);
    }
    this.seen = this.weights.version;
    return true;
  }

  moved(): void {
    this.seen = this.weights.moved(this);
  }

  leave(): void {
    this.weights.leave(this);
  }
}

export class Sharing {
  private readonly layers: readonly SharedLayer[];
  private readonly moving: readonly SharedLayer[];
  private readonly variables: Variables;

  /** The variables hold the present values. @param frozen names of layers that steps leave as they are. */
  constructor(specs: readonly LayerTensorSpecs[], variables: Variables, frozen: ReadonlySet<string>) {
    this.variables = variables;
    this.layers = specs.map((layer) => new SharedLayer(layer, variables));
    this.moving = this.layers.filter((_, i) => !frozen.has(specs[i]?.name ?? ''));
  }

  /** When an operation begins. Where nobody else has changed anything, two numbers are compared for each layer. */
  takeOver(): void {
    let changed = false;
    for (const layer of this.layers) changed = layer.takeOver() || changed;
    if (changed) this.variables.trustWeights();
  }

  /** After a step that trains. */
  moved(): void {
    for (const layer of this.moving) layer.moved();
  }

  /** Before the device goes. */
  leave(): void {
    for (const layer of this.layers) layer.leave();
  }
}
