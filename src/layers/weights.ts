/**
 * The values of one layer's weights and running statistics. A layer instance has one set of them, made by the first model over it;
 * every later model, whatever its backend, takes them from here. The values lie on the host, or on the device of the model that
 * trained last: they come home when somebody else asks. Only models look inside.
 */
import { ShapeError, StateError, formatShape } from '../errors.js';
import { sameShape } from '../tensor.js';
import type { HostTensor, Shape } from '../tensor.js';

export type WeightValues = ReadonlyMap<string, HostTensor>;

/** A model that has the values on its device. */
export interface WeightHolder {
  /** Copies of the values by name. */
  read(): WeightValues;
}

export class LayerWeights {
  private shapes: ReadonlyMap<string, Shape> | undefined;
  private values: WeightValues = new Map();
  /** Whose device holds newer values than those here. */
  private ahead: WeightHolder | undefined;
  private changes = 0;
  private trainer: object | undefined;
  private trainings = 0;

  /** Moves with every change that others may not have seen: who knows the present number has the present values. */
  get version(): number {
    return this.changes;
  }

  /** Makes the values, if no model has done so; otherwise only requires the same tensors. @throws ShapeError */
  join(label: string, shapes: ReadonlyMap<string, Shape>, make: () => WeightValues): void {
    if (!this.shapes) {
      this.values = make();
      this.shapes = shapes;
      return;
    }
    for (const name of new Set([...this.shapes.keys(), ...shapes.keys()])) {
      const before = this.shapes.get(name);
      const wanted = shapes.get(name);
      if (before && wanted && sameShape(before, wanted)) continue;
      throw new ShapeError({
        operation: label, argument: `weight '${name}'`, expected: before ? `${formatShape(before)}, as in the first model over this layer` : 'absent, as in the first model over this layer',
        actual: wanted ? formatShape(wanted) : 'absent', hint: 'A layer has one set of weights, wherever it is used: make another layer for inputs of another width.',
      });
    }
  }

  /** The present values. */
  current(): WeightValues {
    if (this.ahead) this.values = this.ahead.read();
    this.ahead = undefined;
    return this.values;
  }

  /** New values, from the host. */
  set(values: WeightValues): void {
    this.values = new Map([...this.current(), ...values]);
    this.changes++;
  }

  /** The holder has changed the values on its device. Returns the version that this is. */
  moved(holder: WeightHolder): number {
    if (this.ahead !== holder) {
      this.values = new Map();
      this.ahead = holder;
      this.changes++;
    }
    return this.changes;
  }

  /** The holder's device is about to go. */
  leave(holder: WeightHolder): void {
    if (this.ahead === holder) this.current();
  }

  /** While one model trains the layer, no other may change it. @throws StateError */
  requireFree(operation: string, label: string, trainer: object): void {
    if (this.trainer === undefined || this.trainer === trainer) return;
    throw new StateError({
      operation, argument: `weights of ${label}`, expected: 'not in training elsewhere', actual: 'another model that shares them is training',
      hint: 'Await the promise of its fit first.',
    });
  }

  beginTraining(trainer: object): void {
    this.trainer = trainer;
    this.trainings++;
  }

  endTraining(): void {
    if (--this.trainings === 0) this.trainer = undefined;
  }
}
