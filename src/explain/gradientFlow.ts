/**
 * How far the gradient reaches: ‖∂L/∂h_t‖ for every time step of every recurrent layer.
 *
 * dh_t is the whole gradient of the state, from the output at t and from step t+1 (B3 in docs/bptt.md). Norms that fall
 * towards t = 0 by powers are a vanishing gradient, norms that rise an exploding one (Pascanu, Mikolov & Bengio 2013).
 */
import { ArgumentError } from '../errors.js';
import type { DataOptions, ModelData } from '../models/training/data.js';
import type { Model } from '../models/model.js';
import type { Observation } from '../models/training/session.js';

export interface GradientFlow {
  /** Name of the layer. */
  readonly layer: string;
  /** 0, or counted on where a layer runs several times: Bidirectional 0 forward, 1 backward in time; a shared layer from its last use. */
  readonly use: number;
  /** [T] ‖∂L/∂h_t‖₂ over batch and units, in the order the layer reads; 0 where nothing flowed back. */
  readonly h: Float64Array;
  /** [T] ‖∂L/∂c_t‖₂ as it arrives from step t+1; LSTM only. */
  readonly c?: Float64Array;
}

/**
 * Runs the model once forward and back over the data as one batch, in inference mode unless `training`.
 *
 * @param model compiled; its weights do not change.
 * @returns one entry for each recurrent layer, input side first.
 * @throws ArgumentError if the model has no recurrent layer; ShapeError, DataError for data that do not fit.
 */
export async function gradientFlow(
  model: Pick<Model, 'observe'>, x: ModelData, y: ModelData, options: DataOptions & { training?: boolean } = {},
): Promise<GradientFlow[]> {
  const observations = await model.observe(x, y, options);
  const layers: string[] = [];
  const steps = new Map<string, number>();
  for (const { layer, tensor, timeStep } of observations) {
    if (tensor !== 'h' || timeStep === undefined) continue;
    if (!layers.includes(layer)) layers.push(layer);
    steps.set(layer, Math.max(steps.get(layer) ?? 0, timeStep + 1));
  }
  if (layers.length === 0) {
    throw new ArgumentError({ operation: 'gradientFlow', argument: 'model', expected: 'at least one recurrent layer', actual: 'none' });
  }

  return layers.flatMap((layer) => {
    const own = observations.filter((seen) => seen.layer === layer);
    const inOrder = (norms: ReadonlyMap<number, number>): Float64Array => Float64Array.from({ length: steps.get(layer) ?? 0 }, (_, t) => norms.get(t) ?? 0);
    const hasCell = own.some(({ tensor }) => tensor === 'c');
    return separateUses(own).map(({ dh, dc }, use): GradientFlow => ({ layer, use, h: inOrder(dh), ...(hasCell ? { c: inOrder(dc) } : {}) }));
  });
}

/** Norms by time step, of one run of a layer. */
interface Use { readonly dh: Map<number, number>; readonly dc: Map<number, number>; lowest: number }

/** Backward steps descend, so a step that rises, or comes again, belongs to the next run through the layer. */
function separateUses(observations: readonly Observation[]): Use[] {
  const uses: Use[] = [];
  for (const { tensor, timeStep, data } of observations) {
    if (timeStep === undefined || (tensor !== 'dh' && tensor !== 'dc')) continue;
    let use = uses.at(-1);
    if (!use || timeStep > use.lowest || use[tensor].has(timeStep)) uses.push(use = { dh: new Map(), dc: new Map(), lowest: timeStep });
    use.lowest = timeStep;
    let squares = 0;
    for (const value of data) squares += value * value;
    use[tensor].set(timeStep, Math.sqrt(squares));
  }
  return uses;
}
