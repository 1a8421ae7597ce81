/** Watching one logged value for improvement, shared by EarlyStopping, ReduceLROnPlateau and ModelCheckpoint. */
import { nearest, requireChoice } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonValue } from '../layers/layer.js';
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

  /** 'auto': larger is better for accuracies, r2, auc, precision, recall and f1, smaller for everything else. */
  constructor(owner: string, key: string, mode: MonitorMode, minDelta: number) {
    requireChoice(owner, 'mode', mode, ['auto', 'min', 'max']);
    if (!Number.isFinite(minDelta)) throw new ArgumentError({ operation: owner, argument: 'minDelta', expected: 'a number', actual: String(minDelta) });
    this.owner = owner;
    this.key = key;
    this.minDelta = Math.abs(minDelta);
    const larger = mode === 'max' || (mode === 'auto' && /accuracy$|(^|_)(r2|auc|precision|recall|f1)$/i.test(key));
    this.sign = larger ? -1 : 1;
    this.best = this.worst = this.sign * Infinity;
  }

  /**
   * Forgets the best value, as training begins.
   * @throws ArgumentError if the key is not among what will be logged: now, not after an epoch.
   */
  begin(logged: readonly string[]): void {
    this.requireKey(logged);
    this.best = this.worst;
  }

  /** The best value as JSON, which has no infinity: a best that is one must not be read back as "none yet". */
  save(): number | string {
    return Number.isFinite(this.best) ? this.best : String(this.best);
  }

  /** Takes over what `save` gave; for anything else there is no best value yet. */
  restore(saved: JsonValue | undefined): void {
    const known = typeof saved === 'number' || saved === 'Infinity' || saved === '-Infinity';
    this.best = known ? Number(saved) : this.worst;
  }

  /** @throws ArgumentError if the key is not logged. */
  read(logs: Logs): number {
    this.requireKey(Object.keys(logs));
    return logs[this.key] ?? NaN;
  }

  private requireKey(logged: readonly string[]): void {
    if (logged.includes(this.key)) return;
    throw new ArgumentError({
      operation: this.owner, argument: 'monitor', expected: logged.join(' | '), actual: `'${this.key}'`,
      hint: this.key.startsWith('val_') && !logged.some((key) => key.startsWith('val_'))
        ? 'Give fit validationData or validationSplit.' : `Did you mean '${nearest(this.key, logged)}'? Metrics are logged where compile was given them.`,
    });
  }

  /** Whether the value is better than another by more than minDelta. */
  beats(value: number, other: number): boolean {
    return this.sign * value < this.sign * other - this.minDelta;
  }

  /** True if the value beats the best one; it is then the best. */
  improved(value: number): boolean {
    if (!this.beats(value, this.best)) return false;
    this.best = value;
    return true;
  }
}
