/** Penalties and constraints of Keras as entries of ours. */
import type { JsonObject, JsonValue } from '../../json.js';
import { isList, serialized, shown } from './layerConfig.js';
import type { LayerConfig, Serialized } from './layerConfig.js';

/** Keras's stem of the options, and ours: `depthwise_regularizer` is `depthwiseRegularizer`, or `kernelRegularizer`. */
type Stems = Readonly<Record<string, string>>;

/** Options for the weights with these stems. Penalties on outputs are refused where they are. */
export function rulesOf(config: LayerConfig, stems: Stems): JsonObject {
  config.require('activity_regularizer');
  return Object.fromEntries(Object.entries(stems).flatMap(([theirs, ours]) => [
    [`${ours}Regularizer`, regularizer(config, `${theirs}_regularizer`)], [`${ours}Constraint`, constraint(config, `${theirs}_constraint`)],
  ].filter(([, rule]) => rule !== undefined)) as [string, JsonValue][]);
}

/** Where ours has no such option. */
export function noRules(config: LayerConfig, ...stems: readonly string[]): void {
  config.require('activity_regularizer');
  for (const stem of stems) {
    config.require(`${stem}_regularizer`);
    config.require(`${stem}_constraint`);
  }
}

function regularizer(config: LayerConfig, key: string): JsonValue | undefined {
  const value = config.take(key);
  if (value === undefined) return undefined;
  const { className, config: options }: Pick<Serialized, 'className' | 'config'> = serialized(value) ?? { className: '', config: {} };
  const factor = (name: string): number => (typeof options[name] === 'number' ? options[name] : 0);
  switch (className) {
    case 'L1L2': return { className: 'L1L2', config: { l1: factor('l1'), l2: factor('l2') } };
    case 'L1': return { className: 'L1L2', config: { l1: factor('l1') } };
    case 'L2': return { className: 'L1L2', config: { l2: factor('l2') } };
    default: return config.refuse(`${key} ${shown(value)} has no counterpart`), undefined;
  }
}

function constraint(config: LayerConfig, key: string): JsonValue | undefined {
  const value = config.take(key);
  if (value === undefined) return undefined;
  const { className, config: options }: Pick<Serialized, 'className' | 'config'> = serialized(value) ?? { className: '', config: {} };
  const axis = options.axis ?? 0;
  const axes = { axis: isList(axis) || typeof axis === 'number' ? axis : 0 };
  switch (className) {
    case 'MaxNorm': return { className: 'MaxNorm', config: { maxValue: options.max_value ?? 2, ...axes } };
    case 'UnitNorm': return { className: 'UnitNorm', config: axes };
    case 'NonNeg': return { className: 'NonNegative', config: {} };
    default: return config.refuse(`${key} ${shown(value)} has no counterpart`), undefined;
  }
}
