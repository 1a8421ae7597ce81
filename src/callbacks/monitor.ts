/** Watching one logged value for improvement, shared by EarlyStopping, ReduceLROnPlateau and ModelCheckpoint. */
import { ArgumentError } from '../errors.js';
import type { Logs } from './callback.js';

export type MonitorMode = 'auto' | 'min' | 'max';

export class Monitor {
  readonly key: string;
  /** Best value so far; NaN never counts as one. */
  best: number;
  private readonly owner: string;
  private readonly minDelta: number;
  private readonly sign: 1 | -1;
  private readonly worst: number;

  /** 'auto': larger is better for accuracies and r2, smaller for everything else. */
  constructor(owner: string, key: string, mode: MonitorMode, minDelta: number) {
    if (!['auto', 'min', 'max'].includes(mode)) {
      throw new ArgumentError({ operation: owner, argument: 'mode', expected: "'auto', 'min' or 'max'", actual: String(mode) });
    }
    this.owner = owner;
    this.key = key;
    this.minDelta = Math.abs(minDelta);
    const larger = mode === 'max' || (mode === 'auto' && /accuracy$|r2$/i.test(key));
    this.sign = larger ? -1 : 1;
    this.best = this.worst = this.sign * Infinity;
  }

  /** Forgets the best value. */
  reset(): void {
    this.best = this.worst;
  }

  /** @throws ArgumentError if the key is not logged. */
  read(logs: Logs): number {
    const value = logs[this.key];
    if (value === undefined) {
      throw new ArgumentError({
        operation: this.owner, argument: 'monitor', expected: Object.keys(logs).join(' | '), actual: `'${this.key}'`,
        hint: this.key.startsWith('val_') ? 'Give fit validationData or validationSplit.' : undefined,
      });
    }
    return value;
  }

  /** True if the value beats the best one by more than minDelta; it is then the best. */
  improved(value: number): boolean {
    if (!(this.sign * value < this.sign * this.best - this.minDelta)) return false;
    this.best = value;
    return true;
  }
}
