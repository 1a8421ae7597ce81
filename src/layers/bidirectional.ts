/** The two directions with their options, and the way back through both (B8); the way forward: bothWays.ts. */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions, requireChoice } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { forwardBothWays, inTimeOrder, mergeModes, perDirection, twoWayMasks, twoWayShapes } from './bothWays.js';
import type { BothWaysCache, MergeMode } from './bothWays.js';
import { Layer, commonNames, describeLayer, requireLayer } from './layer.js';
import type { AnyLayer, CommonOptions, Forward, JsonObject, LayerHead, NoiseSpec, ParameterSpec, Run, StateSpec, Tensors } from './layer.js';
import { addPrefix, withoutPrefix } from './nested.js';
import { isRecurrent } from './recurrent.js';
import type { AnyRecurrent } from './recurrent.js';
import type { RecurrentCache } from './timeLoop.js';
import type { TimeMask } from './timeMask.js';

export interface BidirectionalOptions extends CommonOptions {
  /** The layer that reads forwards: SimpleRNN, LSTM, GRU or another recurrent one. A stateful one carries its state on. */
  layer: AnyRecurrent;
  /**
   * The layer that reads backwards, with options of its own; returnSequences and returnState are those of `layer`, goBackwards is the
   * other one. Default: the twin of `layer`, not stateful.
   */
  backwardLayer?: AnyRecurrent | undefined;
  /** How the two outputs join: 'concat' (default) to H + H′, 'sum', 'average' or 'multiply' to H; 'none': both are returned. */
  mergeMode?: MergeMode | undefined;
}

const optionNames: OptionNames<BidirectionalOptions> = { ...commonNames, layer: true, backwardLayer: true, mergeMode: true };

function requireRecurrent(argument: string, layer: AnyRecurrent): AnyRecurrent {
  const given: AnyLayer = requireLayer('Bidirectional', layer);
  if (isRecurrent(given)) return given;
  throw new ArgumentError({ operation: 'Bidirectional', argument, expected: 'a recurrent layer, such as LSTM, GRU or SimpleRNN', actual: given.className });
}

/** The same layer, read the other way. Its state would come from the future of the next batch, so it carries none. */
function mirrored(layer: AnyRecurrent): AnyRecurrent {
  return Object.assign(layer.copy(), { goBackwards: !layer.goBackwards, stateful: false });
}

/** @throws ArgumentError unless both can be one layer. */
function requireTwins(ahead: AnyRecurrent, back: AnyRecurrent): void {
  const refuse = (argument: string, expected: string, actual: boolean, hint?: string): ArgumentError =>
    new ArgumentError({ operation: 'Bidirectional', argument, expected, actual: String(actual), hint });
  for (const option of ['returnSequences', 'returnState'] as const) {
    if (back[option] !== ahead[option]) throw refuse(`${option} of backwardLayer`, `${ahead[option]}, as in layer`, back[option]);
  }
  if (back.goBackwards === ahead.goBackwards) throw refuse('goBackwards of backwardLayer', `${!ahead.goBackwards}: it reads the other way`, back.goBackwards);
  const early = ahead.goBackwards ? 'layer' : 'backwardLayer';
  if ((ahead.goBackwards ? ahead : back).stateful) {
    throw refuse(`stateful of ${early}`, 'false, as it reads backwards', true, 'Its state would come from the future of the next batch; the layer that reads forwards may be stateful.');
  }
}

/**
 * Reads a sequence in both directions. x [B, T, D] → [B, H + H′] or [B, T, H + H′] ('concat'), [.., H] otherwise, both in the order in
 * which `layer` reads; with `mergeMode: 'none'` two outputs. With `returnState` the last states follow, those of `layer` first; initial
 * states come in behind x in the same order: LSTM h, c, h, c. A masked step is masked for both.
 *
 * Weights: `forward/…` and `backward/…` of the wrapped kinds; they are this layer's, not those of `layer` and `backwardLayer`, which, as
 * in Keras, are only its pattern.
 *
 * @throws ArgumentError for two layers that do not belong together, and a stateful one that reads backwards.
 */
export class Bidirectional extends Layer<Tensors, Tensors, BothWaysCache<RecurrentCache>> {
  override readonly kind = 'bidirectional';
  override readonly className = 'Bidirectional';
  override readonly families: AnyLayer['families'];
  override readonly recomputes: boolean;
  readonly layer: AnyRecurrent;
  readonly backwardLayer: AnyRecurrent;
  readonly mergeMode: MergeMode;

  constructor(options: BidirectionalOptions) {
    super(checkOptions('Bidirectional', options, optionNames));
    this.layer = requireRecurrent('layer', options.layer);
    this.mergeMode = requireChoice('Bidirectional', 'mergeMode', options.mergeMode ?? 'concat', mergeModes);
    this.backwardLayer = options.backwardLayer === undefined ? mirrored(this.layer) : requireRecurrent('backwardLayer', options.backwardLayer);
    requireTwins(this.layer, this.backwardLayer);
    this.families = [...this.layer.families, ...this.backwardLayer.families];
    this.recomputes = this.layer.recomputes || this.backwardLayer.recomputes;
  }

  override copy(): this {
    return Object.assign(super.copy(), { layer: this.layer.copy(), backwardLayer: this.backwardLayer.copy() });
  }

  override get frozen(): boolean {
    return super.frozen || this.layer.frozen || this.backwardLayer.frozen;
  }

  override config(): JsonObject {
    return { layer: describeLayer(this.layer), backwardLayer: describeLayer(this.backwardLayer), mergeMode: this.mergeMode };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return twoWayShapes(this, inputs);
  }

  /** Of either direction: no loss can look behind a gate. */
  override head(): LayerHead | undefined {
    return this.layer.head() ?? this.backwardLayer.head();
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return twoWayMasks(this, inputs);
  }

  override parameters(inputs: readonly Shape[]): Record<string, ParameterSpec> {
    const [ahead, back] = perDirection(this, inputs);
    return { ...addPrefix('forward/', this.layer.weightSpecs(ahead)), ...addPrefix('backward/', this.backwardLayer.weightSpecs(back)) };
  }

  override states(inputs: readonly Shape[], batch: number): Record<string, StateSpec> {
    const [ahead, back] = perDirection(this, inputs);
    return { ...addPrefix('forward/', this.layer.states(ahead, batch)), ...addPrefix('backward/', this.backwardLayer.states(back, batch)) };
  }

  override noise(inputs: readonly Shape[], batch: number): NoiseSpec[] {
    return [...this.layer.noise(inputs, batch), ...this.backwardLayer.noise(inputs, batch)];
  }

  override forward(run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, BothWaysCache<RecurrentCache>> {
    const [ahead] = perDirection(this, inputs);
    const cut = run.noise.length === 0 ? 0 : this.layer.noise(ahead.map(({ shape }) => shape.slice(1)), ahead[0]?.shape[0] ?? 1).length;
    return forwardBothWays(this, cut, run, p, s, inputs);
  }

  override backward(
    run: Run, p: Tensors, cache: BothWaysCache<RecurrentCache>, dOutputs: readonly (Tensor | undefined)[], grads: Tensors,
  ): Tensor[] {
    const { k } = run;
    const outputs = this.mergeMode === 'none' ? 2 : 1;
    const [da, db] = this.split(k, dOutputs, cache);
    const dStates = dOutputs.slice(outputs);
    const cut = this.layer.returnState ? this.layer.stateCount : 0;
    const half = (prefix: string, layer: AnyRecurrent, part: RecurrentCache, d: readonly (Tensor | undefined)[]): Tensor[] => {
      const own = withoutPrefix(prefix, grads);
      const dInputs = layer.backward(run, withoutPrefix(prefix, p), part, d, own);
      Object.assign(grads, addPrefix(prefix, own));
      return dInputs;
    };
    const [dxAhead, ...dAhead] = half('forward/', this.layer, cache.forward, [da, ...dStates.slice(0, cut)]);
    const [dxBack, ...dBack] = half('backward/', this.backwardLayer, cache.backward, [db && inTimeOrder(this, k, db), ...dStates.slice(cut)]);
    return dxAhead && dxBack ? [k.add(dxAhead, dxBack), ...dAhead, ...dBack] : [];
  }

  private split(k: Kernels, [dy, second]: readonly (Tensor | undefined)[], { a, b }: BothWaysCache<RecurrentCache>): readonly (Tensor | undefined)[] { // B8
    if (this.mergeMode === 'none') return [dy, second];
    if (!dy) return [];
    switch (this.mergeMode) {
      case 'concat': return k.split(dy, [a.shape.at(-1) ?? 1, b.shape.at(-1) ?? 1]);
      case 'sum': return [dy, dy];
      case 'average': return Array.from({ length: 2 }, () => k.scale(dy, 0.5));
      case 'multiply': return [k.mul(dy, b), k.mul(dy, a)];
    }
  }
}
