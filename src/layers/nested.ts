/**
 * Layers within layers. Names outside are names inside behind the part's: the weight `kernel` of part `conv1` is
 * `conv1/kernel`, and what observers see follows suit.
 */
import type { Tensor } from '../backend.js';
import type { AnyLayer, Forward, Run, Tensors } from './layer.js';

export function addPrefix<V>(prefix: string, record: { readonly [key: string]: V }): Record<string, V> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [prefix + key, value]));
}

export function withoutPrefix<V>(prefix: string, record: { readonly [key: string]: V }): Record<string, V> {
  return Object.fromEntries(
    Object.entries(record).filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** How a part runs: observers see its tensors under its name. */
function runOf(run: Run, part: string): Run {
  const { observe } = run;
  return observe ? { ...run, observe: (name, tensor, timeStep) => { observe(`${part}/${name}`, tensor, timeStep); } } : run;
}

/** Forward of one part. p and s are the whole layer's; `run.noise` is the part's. Observers see `part/output`. */
export function forwardPart(run: Run, part: string, layer: AnyLayer, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, unknown> {
  const inner = runOf(run, part);
  const { outputs, cache, states } = layer.forward(inner, withoutPrefix(`${part}/`, p), withoutPrefix(`${part}/`, s), inputs);
  const [output] = outputs;
  if (output) inner.observe?.('output', output);
  return { outputs, cache, ...(states && { states: addPrefix(`${part}/`, states) }) };
}

/** Backward of one part, into the whole layer's gradients. Observers see `part/output gradient`. */
export function backwardPart(
  run: Run, part: string, layer: AnyLayer, p: Tensors, cache: unknown, dOutputs: readonly (Tensor | undefined)[], grads: Tensors,
): Tensor[] {
  const inner = runOf(run, part);
  const [d] = dOutputs;
  if (d) inner.observe?.('output gradient', d);
  const own = withoutPrefix(`${part}/`, grads);
  const dInputs = layer.backward(inner, withoutPrefix(`${part}/`, p), cache, dOutputs, own);
  Object.assign(grads, addPrefix(`${part}/`, own));
  return dInputs;
}
