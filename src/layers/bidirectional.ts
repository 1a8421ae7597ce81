import type { Tensor } from '../backend.js';
import { checkOptions, requireChoice } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { GRU } from './gru.js';
import { Layer, commonNames, requireLayer } from './layer.js';
import type { AnyLayer, CommonOptions, Forward, JsonObject, LayerHead, NoiseSpec, ParameterSpec, Run, StateSpec, Tensors } from './layer.js';
import { LSTM } from './lstm.js';
import { addPrefix, withoutPrefix } from './nested.js';
import { reverseTime } from './recurrent.js';
import { SimpleRNN } from './simpleRnn.js';
import type { TimeMask } from './timeMask.js';

export type MergeMode = 'concat' | 'sum' | 'average';
type RecurrentLayer = LSTM | GRU | SimpleRNN;

export interface BidirectionalOptions extends CommonOptions {
  /** The layer that reads forwards; its twin with weights of its own reads backwards. */
  layer: RecurrentLayer;
  /** How the two outputs join: 'concat' (default) to 2H, 'sum' or 'average' to H. */
  mergeMode?: MergeMode | undefined;
}

const optionNames: OptionNames<BidirectionalOptions> = { ...commonNames, layer: true, mergeMode: true };

interface BidirectionalCache {
  readonly forward: unknown;
  readonly backward: unknown;
}

function mirrored(layer: RecurrentLayer): RecurrentLayer {
  if (!(layer instanceof LSTM || layer instanceof GRU || layer instanceof SimpleRNN)) {
    throw new ArgumentError({ operation: 'Bidirectional', argument: 'layer', expected: 'LSTM, GRU or SimpleRNN', actual: (layer as AnyLayer).className });
  }
  const { kernel, recurrent, bias } = layer.initializers;
  const options = {
    ...layer.config(), units: layer.units, goBackwards: !layer.goBackwards,
    kernelInitializer: kernel, recurrentInitializer: recurrent, biasInitializer: bias,
  };
  if (layer instanceof LSTM) return new LSTM(options);
  if (layer instanceof GRU) return new GRU(options);
  return new SimpleRNN(options);
}

/**
 * Reads a sequence in both directions (Schuster & Paliwal 1997). x [B, T, D] → [B, 2H] or [B, T, 2H] ('concat'),
 * [.., H] otherwise. Weights: `forward/…` and `backward/…` of the wrapped kind; they are this layer's, not those of `layer`, which, as
 * in Keras, is only its pattern. With sequences, both outputs are in
 * time order; initial states and returnState are not passed through.
 *
 * @throws ArgumentError if the layer returns states or is stateful.
 */
export class Bidirectional extends Layer<Tensors, Tensors, BidirectionalCache> {
  override readonly kind = 'bidirectional';
  override readonly className = 'Bidirectional';
  readonly layer: RecurrentLayer;
  readonly mergeMode: MergeMode;
  private readonly twin: RecurrentLayer;

  constructor(options: BidirectionalOptions) {
    super(checkOptions('Bidirectional', options, optionNames));
    this.layer = requireLayer('Bidirectional', options.layer);
    this.mergeMode = requireChoice('Bidirectional', 'mergeMode', options.mergeMode ?? 'concat', ['concat', 'sum', 'average']);
    if (this.layer.returnState || this.layer.stateful) {
      throw new ArgumentError({
        operation: 'Bidirectional', argument: 'layer', expected: 'a layer without returnState and stateful', actual: this.layer.label(),
        hint: 'A stateful backward pass would read the future of the next batch.',
      });
    }
    this.twin = mirrored(this.layer);
  }

  override copy(): this {
    return Object.assign(super.copy(), { layer: this.layer.copy() });
  }

  private directions(): readonly [AnyLayer, AnyLayer] {
    return [this.layer, this.twin];
  }

  override get frozen(): boolean {
    return super.frozen || this.layer.frozen;
  }

  override config(): JsonObject {
    return { layer: { className: this.layer.className, config: this.layer.config() }, mergeMode: this.mergeMode };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const [y = []] = this.layer.outputShapes([this.single(inputs)]);
    return [this.mergeMode === 'concat' ? [...y.slice(0, -1), 2 * (y.at(-1) ?? 0)] : y];
  }

  override head(): LayerHead | undefined {
    return this.layer.head();
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return this.layer.masks(inputs);
  }

  override parameters(inputs: readonly Shape[]): Record<string, ParameterSpec> {
    const [forward, backward] = this.directions();
    return { ...addPrefix('forward/', forward.parameters(inputs)), ...addPrefix('backward/', backward.parameters(inputs)) };
  }

  override states(): Record<string, StateSpec> {
    return {};
  }

  override noise(inputs: readonly Shape[], batch: number): NoiseSpec[] {
    return [...this.layer.noise(inputs, batch), ...this.twin.noise(inputs, batch)];
  }

  override forward(run: Run, p: Tensors, _s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, BidirectionalCache> {
    const x = this.single(inputs);
    const [forward, backward] = this.directions();
    const noiseOfForward = run.noise.length / 2;
    const ahead = forward.forward({ ...run, noise: run.noise.slice(0, noiseOfForward) }, withoutPrefix('forward/', p), {}, [x]);
    const back = backward.forward({ ...run, noise: run.noise.slice(noiseOfForward) }, withoutPrefix('backward/', p), {}, [x]);
    const a = this.single(ahead.outputs);
    const b = this.inTimeOrder(run, this.single(back.outputs));
    return { outputs: [this.merge(run, a, b)], cache: { forward: ahead.cache, backward: back.cache } };
  }

  override backward(
    run: Run, p: Tensors, cache: BidirectionalCache, [dy]: readonly (Tensor | undefined)[], grads: Tensors,
  ): Tensor[] {
    const { k } = run;
    const [forward, backward] = this.directions();
    const [da, db] = this.split(run, dy);
    const half = (prefix: string, layer: AnyLayer, part: unknown, d: Tensor | undefined): Tensor | undefined => {
      const own = withoutPrefix(prefix, grads);
      const [dx] = layer.backward(run, withoutPrefix(prefix, p), part, [d], own);
      Object.assign(grads, addPrefix(prefix, own));
      return dx;
    };
    const dxAhead = half('forward/', forward, cache.forward, da);
    const dxBack = half('backward/', backward, cache.backward, db && this.inTimeOrder(run, db));
    return dxAhead && dxBack ? [k.add(dxAhead, dxBack)] : [];
  }

  /** The twin answers in reading order; sequences are turned round. Its own inverse. */
  private inTimeOrder({ k }: Run, y: Tensor): Tensor {
    if (!this.layer.returnSequences) return y;
    return k.swapLeading(reverseTime(k, k.swapLeading(y)));
  }

  private merge({ k }: Run, a: Tensor, b: Tensor): Tensor {
    if (this.mergeMode === 'concat') return k.concat([a, b]);
    return this.mergeMode === 'sum' ? k.add(a, b) : k.scale(k.add(a, b), 0.5);
  }

  private split({ k }: Run, dy: Tensor | undefined): readonly [Tensor | undefined, Tensor | undefined] {
    if (!dy) return [undefined, undefined];
    if (this.mergeMode === 'concat') {
      const [a, b] = k.split(dy, [this.layer.units, this.layer.units]);
      return [a, b];
    }
    const d = this.mergeMode === 'sum' ? dy : k.scale(dy, 0.5);
    return [d, d];
  }
}
