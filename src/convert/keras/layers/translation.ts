/** What becomes of one layer of Keras. */
import type { JsonValue } from '../../../json.js';
import type { Entry } from '../activations.js';
import type { LayerConfig } from '../layerConfig.js';

export interface Translation {
  readonly entry: Entry;
  /** A layer of its own behind it. */
  readonly then?: Entry | undefined;
  /** The axis that it works on as Keras counts it, the batch included: here it has to be the last one. */
  readonly axis?: number | undefined;
  /** Masks end at this layer in Keras 3, and go on here. */
  readonly endsMask?: boolean | undefined;
}

/** @param inner translates a layer or cell within. It says itself what is wrong with that. */
export type Translator = (config: LayerConfig, inner: (entry: JsonValue | undefined) => Translation) => Translation;

export function made(className: string, config: Entry['config'], rest: Omit<Translation, 'entry'> = {}): Translation {
  return { entry: { className, config }, ...rest };
}
