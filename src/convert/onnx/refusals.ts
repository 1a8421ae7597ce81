/** What cannot be taken along, gathered so that it is said all at once. */
import { ConversionError, quoted } from '../../errors.js';

export class Refusals {
  private readonly list: string[] = [];

  /** @param operation in the error. */
  constructor(private readonly operation: string) {}

  /** @param place the node or layer by name. @param kind its operator or class. */
  add(place: string, kind: string, reason: string): void {
    this.list.push(`${quoted(place)} (${kind}): ${reason}`);
  }

  /** @param expected of the model. @throws ConversionError */
  throwIfAny(expected: string): void {
    if (this.list.length > 0) this.throwAll(expected);
  }

  /** @throws ConversionError */
  throwAll(expected: string): never {
    throw new ConversionError({ operation: this.operation, argument: 'model', expected }, this.list);
  }
}
