/** States of a model that is more than predicted with: it is saved, and streams of others run beside its own. */
import type { Variable } from '../../backend.js';
import { stateName } from '../graph/names.js';
import { StateVariables } from '../graph/states.js';
import type { StateVariable } from '../graph/states.js';

export class ModelStates extends StateVariables {
  /** Of streams that have ended. */
  private readonly spare: (readonly StateVariable[])[] = [];

  /** Running statistics, then these carried states. */
  with(carried: readonly StateVariable[]): readonly StateVariable[] {
    return [...this.statistics, ...carried];
  }

  /** A running statistic. */
  lasting(key: string): Variable | undefined {
    return this.statistics.find(({ spec }) => spec.key === key)?.variable;
  }

  /** Under the names a file uses: running statistics by key, carried states as `state:…`. */
  named(): [string, Variable][] {
    return [...this.statistics, ...(this.carrying ? this.carried : [])].map(({ spec, variable }) => [stateName(spec), variable]);
  }

  /** Carried states for a stream beside that of the model, all zero; those that were given back come first. */
  borrow(batch: number): readonly StateVariable[] {
    const spare = this.spare.findIndex(([{ spec } = { spec: undefined }]) => spec?.shape[0] === batch);
    const states = this.spare.splice(spare, spare < 0 ? 0 : 1)[0] ?? this.fresh(batch);
    this.clear(states);
    return states;
  }

  giveBack(states: readonly StateVariable[]): void {
    this.spare.push(states);
  }

  /** Runs something on a stream of its own, as validation between two epochs or a prediction in a callback, and goes back to the old one. */
  async aside<T>(run: () => Promise<T>): Promise<T> {
    const { carried, carriedBatch, carrying } = this;
    const kept = carrying ? carried.map(({ variable }) => this.device.read(variable)) : [];
    this.reset();
    try {
      return await run();
    } finally {
      this.reset();
      this.carried = carried;
      this.carriedBatch = carriedBatch;
      this.carrying = carrying;
      carried.forEach(({ variable }, i) => {
        const values = kept[i];
        if (values) this.device.write(variable, values);
      });
    }
  }
}
