/** What a step takes, in order: x, y, row weights, masks, dropout masks, extras (learning rate, optimiser scalars). */
import type { Tensor } from '../../backend.js';
import { closed } from '../../openShapes.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import { masksRead } from '../graph/masks.js';
import { noiseOf } from '../graph/network.js';
import type { Network } from '../graph/network.js';

/** What decides the form of a step. */
export interface StepForm {
  readonly batch: number;
  /** Shapes of the model's inputs, without the batch. */
  readonly x: readonly Shape[];
  /** For each input of the model, whether it has a mask. */
  readonly masked: readonly boolean[];
  /** For each output how many weights come in for each of its rows: none, one, or one for each number. */
  readonly rowWeights: readonly number[];
  readonly training: boolean;
  /** Whether every output has a mask, so that it may be that no row of the batch counts. */
  readonly mayHold: boolean;
}

export interface StepInputs {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
  readonly rowWeights: readonly (Tensor | undefined)[];
  /** By key. */
  readonly masks: ReadonlyMap<string, Tensor>;
  /** By node, as `noiseOf` lists them. */
  readonly noise: readonly (readonly Tensor[])[];
  readonly extras: readonly Tensor[];
}

export interface StepLayout {
  readonly shapes: readonly Shape[];
  read(inputs: readonly Tensor[]): StepInputs;
}

/** @param network at the sizes of the form. @param targets shapes of y; undefined where neither y nor row weights come in. */
export function stepLayout(network: Network, form: StepForm, targets: readonly Shape[] | undefined, extraShapes: readonly Shape[]): StepLayout {
  const withBatch = ({ shape }: { shape: Shape }): Shape => [form.batch, ...shape];
  const xShapes = network.inputs.map(withBatch);
  const yShapes = (targets ?? []).map((shape, i) => withBatch({ shape: closed(shape, network.outputs[i]?.shape ?? []) }));
  const weights = network.outputs.map(({ shape }, i) => (targets ? form.batch * sizeOf(shape.slice(0, -1)) * (form.rowWeights[i] ?? 0) : 0));
  const weightShapes = weights.filter((size) => size > 0).map((size) => [size]);
  const masksTaken = masksRead(network, form.masked);
  const maskShapes = masksTaken.map(({ steps }) => [form.batch, steps]);
  const noiseSpecs = form.training ? noiseOf(network, form.batch) : network.nodes.map(() => []);
  return {
    shapes: [...xShapes, ...yShapes, ...weightShapes, ...maskShapes, ...noiseSpecs.flat().map((spec) => spec.shape), ...extraShapes],
    read(inputs) {
      const rest = [...inputs];
      const take = (count: number): Tensor[] => rest.splice(0, count);
      const x = take(xShapes.length);
      const y = take(yShapes.length);
      const rowWeights = weights.map((size) => (size > 0 ? rest.shift() : undefined));
      const masks = new Map(take(maskShapes.length).map((tensor, i) => [masksTaken[i]?.key ?? '', tensor]));
      return { x, y, rowWeights, masks, noise: noiseSpecs.map((specs) => take(specs.length)), extras: rest };
    },
  };
}
