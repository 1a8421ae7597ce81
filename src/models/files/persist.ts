/**
 * The file format: one .safetensors file. Weights under their keys (any safetensors reader finds them), carried states
 * as `state:…`, optimiser slots as `optimizer:slot/key`, what callbacks keep as `callback:n/key`; everything else is one
 * JSON text under `bptt` in the metadata.
 */
import { ArgumentError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { toHost } from '../../tensor.js';
import type { HostTensor } from '../../tensor.js';
import { describeArchitecture } from './describe.js';
import type { Position, TrainingEvent } from '../training/position.js';
import { anyNumber, anyNumberOf, damaged, depthLimit, faultOf, listOf, numberOf, objectOf, textOf } from './json.js';
import { formatVersion, openModelFile } from './modelFile.js';
import type { Network } from '../graph/network.js';
import { encodeTensorFile } from './safetensors.js';

export interface CompiledDescription {
  readonly optimizer: { readonly className: string; readonly config: JsonObject };
  readonly losses: readonly JsonObject[];
  readonly lossWeights: readonly number[];
  readonly metrics: readonly { readonly name: string; readonly output: number; readonly weighted: boolean }[];
}

export interface SavedModel {
  readonly seed: number;
  readonly architecture: JsonObject;
  readonly compiled: CompiledDescription | undefined;
  readonly position: Position;
  readonly metadata: Record<string, JsonValue>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

export function encodeModel(model: Omit<SavedModel, 'architecture'> & { readonly network: Network; readonly frozen?: ReadonlySet<string> }): Uint8Array {
  const tensors = new Map(model.tensors);
  const callbacks = model.position.callbacks.map(({ name, state }, i) => {
    for (const [key, value] of Object.entries(state.tensors ?? {})) {
      tensors.set(`callback:${i}/${key}`, toHost(value, value.data instanceof Float32Array ? 'float32' : 'float64'));
    }
    return { name, state: { json: state.json } };
  });
  const description = {
    version: formatVersion, seed: model.seed, architecture: describeArchitecture(model.network, model.frozen), compiled: model.compiled ?? null,
    position: positionJson(model.position, callbacks), metadata: model.metadata,
  };
  return encodeTensorFile({ tensors, metadata: { format: 'bptt', bptt: asText(description) } });
}

/** What JSON would drop, or write as a plain object, without a word; absent properties are `undefined`, and objects with a `toJSON` say themselves what they are. */
function lostInJson(value: unknown): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (Array.isArray(value)) return value.includes(undefined) ? 'an undefined entry' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' ? undefined : `a ${tag}`;
}

/** @throws ArgumentError for what the user added, metadata or state of a callback, and could not be read again. */
function asText(description: object): string {
  const refused = (actual: string, cause?: unknown): ArgumentError => new ArgumentError({
    operation: 'save', argument: 'metadata and states of callbacks', expected: `JSON, nested at most ${depthLimit} deep with what holds it`, actual,
  }, { cause });
  let text: string;
  try {
    text = JSON.stringify(description, (key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw refused(`${value} in '${key}', which JSON would turn into null`);
      const lost = lostInJson(value);
      if (lost !== undefined) throw refused(`${lost} in '${key}', of which JSON would leave nothing to read`);
      return value;
    });
  } catch (cause) {
    if (cause instanceof ArgumentError) throw cause;
    throw refused('a value that refers to itself, is nested deeper, or is no JSON', cause);
  }
  const fault = faultOf(text);
  if (fault) throw refused(fault.actual);
  return text;
}

function compiledOf(value: JsonValue | undefined): CompiledDescription | undefined {
  if (value === null || value === undefined) return undefined;
  const { optimizer, losses, lossWeights, metrics } = objectOf('compiled', value);
  const { className, config } = objectOf('optimizer', optimizer);
  return {
    optimizer: { className: textOf('optimizer class', className), config: objectOf('optimizer config', config) },
    losses: listOf('losses', losses).map((loss) => objectOf('loss', loss)),
    lossWeights: listOf('lossWeights', lossWeights).map((weight) => numberOf('loss weight', weight)),
    metrics: listOf('metrics', metrics).map((metric) => {
      const { name, output, weighted } = objectOf('metric', metric);
      return { name: textOf('metric', name), output: numberOf('metric output', output), weighted: weighted === true };
    }),
  };
}

function positionJson(position: Position, callbacks: readonly JsonObject[]): JsonObject {
  const { tally, events } = position;
  return {
    ...position, callbacks, tally: tally.map(anyNumber),
    events: events.map(({ logs, ...event }) => ({ ...event, logs: Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, anyNumber(value)])) })),
  };
}

const hooks: readonly TrainingEvent['hook'][] = ['onBatchEnd', 'onEpochEnd', 'onCheckpoint'];

function eventOf(value: JsonValue): TrainingEvent {
  const { hook: name, at, logs, learningRate, waiting } = objectOf('event', value);
  const hook = hooks.find((known) => known === name);
  if (!hook) throw damaged('event hook', hooks.join(' | '), name);
  return {
    hook, at: numberOf('event', at), learningRate: numberOf('event learningRate', learningRate),
    logs: Object.fromEntries(Object.entries(objectOf('event logs', logs)).map(([key, log]) => [key, anyNumberOf(`event log ${key}`, log)])),
    ...(waiting === undefined ? {} : { waiting: listOf('event waiting', waiting).map((who) => textOf('callback name', who)) }),
  };
}

/** Tensors named `callback:n/…` go back to the callbacks, the others stay. */
function positionOf(value: JsonValue | undefined, tensors: Map<string, HostTensor>): Position {
  const saved = objectOf('position', value);
  const number = (key: string): number => numberOf(`position ${key}`, saved[key]);
  const entries = listOf('position callbacks', saved.callbacks);
  const tensorsOf = entries.map(() => new Map<string, HostTensor>());
  for (const [name, tensor] of tensors) {
    const [, owner = '', key = ''] = /^callback:(0|[1-9]\d*)\/(.*)$/s.exec(name) ?? [];
    if (tensorsOf[Number(owner || NaN)]?.set(key, tensor)) tensors.delete(name);
  }
  const callbacks = entries.map((entry, i) => {
    const { name, state } = objectOf('callback', entry);
    const { json = null } = objectOf('callback state', state);
    const own = tensorsOf[i];
    return { name: textOf('callback name', name), state: own && own.size > 0 ? { json, tensors: Object.fromEntries(own) } : { json } };
  });
  return {
    epoch: number('epoch'), batch: number('batch'), step: number('step'), runSteps: number('runSteps'), totalEpochs: number('totalEpochs'),
    learningRateFactor: number('learningRateFactor'),
    tally: listOf('position tally', saved.tally).map((sum) => anyNumberOf('tally', sum)),
    samples: number('samples'), batchSize: number('batchSize'), callbacks,
    events: listOf('position events', saved.events).map(eventOf),
  };
}

/** @throws FileFormatError if the bytes are not a whole, consistent model file. */
export function decodeModel(bytes: Uint8Array): SavedModel {
  const { description: { seed, compiled, position }, architecture, metadata, tensors: all } = openModelFile(bytes);
  const tensors = new Map(all);
  return { seed: numberOf('seed', seed), architecture, compiled: compiledOf(compiled), position: positionOf(position, tensors), metadata, tensors };
}
