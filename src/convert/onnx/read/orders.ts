/** In which order the samples of each value come, so that those that were sorted never meet those that were not, and are put back in the end. */
import type { OnnxNode } from '../proto/graph.js';
import type { Value } from './call.js';
import { Refused } from './refused.js';

export class Orders {
  private readonly known = new Map<string, object>();
  /** What the node that is being read says of its outputs; the others have the order of its inputs. */
  private readonly said = new Map<string, object | undefined>();
  private usual: object | undefined;

  /** By what the samples have been sorted; undefined where they come as they came in. */
  of(name: string): object | undefined {
    return this.known.get(name);
  }

  say(name: string, by: object | undefined): void {
    this.said.set(name, by);
  }

  /** What this node makes comes as what it reads. @throws Refused where its inputs come in several orders. */
  follow({ inputs, opType }: Pick<OnnxNode, 'inputs' | 'opType'>, valueOf: (name: string) => Value | undefined): void {
    const read = inputs.filter((name) => isOfSamples(valueOf(name)));
    const [order, ...others] = new Set(read.map((name) => this.known.get(name)));
    if (others.length > 0) throw new Refused('samples in one order are combined with samples in another');
    this.usual = opType === 'TopK' ? undefined : order;
  }

  keep(name: string, value: Value): void {
    const order = this.said.has(name) ? this.said.get(name) : this.usual;
    if (order && isOfSamples(value)) this.known.set(name, order);
  }
}

function isOfSamples(value: Value | undefined): boolean {
  return value?.kind === 'flow' || value?.kind === 'attending';
}
