/** Who feeds whom in the graph of a Keras model, in the words of Keras 3 and in those of Keras 2. */
import type { JsonValue } from '../../json.js';
import { isList, isObject, serialized, shown } from './layerConfig.js';

/** Output `tensor` of the call number `node` of a layer. */
export interface Reference { readonly layer: string; readonly node: number; readonly tensor: number }

/** One use of a layer. */
export interface Call {
  readonly inputs: readonly Reference[];
  /** Further arguments that are neither null nor tensors. */
  readonly options: ReadonlyMap<string, JsonValue>;
}

/** Arguments by name in the order in which layers here take their inputs. */
const inputOrder = ['inputs', 'sequence', 'sequences', 'query', 'value', 'key', 'initial_state'];

function reference(value: JsonValue | undefined): Reference | undefined {
  const history = isObject(value) && value.class_name === '__keras_tensor__' ? serialized(value)?.config.keras_history : value;
  if (!isList(history)) return undefined;
  const [layer, node, tensor] = history;
  return typeof layer === 'string' && typeof node === 'number' && typeof tensor === 'number' ? { layer, node, tensor } : undefined;
}

/** All references in lists within one another; undefined where something else stands there. */
export function references(value: JsonValue | undefined): Reference[] | undefined {
  const one = reference(value);
  if (one) return [one];
  const parts = isList(value) ? value : isObject(value) && value.class_name === undefined ? Object.values(value) : undefined;
  if (!parts) return undefined;
  const all = parts.map(references);
  return all.every((part) => part !== undefined) ? all.flat() : undefined;
}

/** @returns the calls, or a sentence about what they are not. */
export function readCalls(inbound: JsonValue | undefined): readonly Call[] | string {
  if (inbound === undefined || inbound === null) return [];
  if (!isList(inbound)) return `inbound_nodes ${shown(inbound)} is no list`;
  const calls: Call[] = [];
  for (const node of inbound) {
    const call = isObject(node) ? newCall(node.args, node.kwargs) : isList(node) ? oldCall(node) : `a call ${shown(node)} is none`;
    if (typeof call === 'string') return call;
    calls.push(call);
  }
  return calls;
}

/** Keras 3: arguments, and arguments by name. */
function newCall(args: JsonValue | undefined, named: JsonValue | undefined): Call | string {
  const positional = isList(args) ? args : [];
  const inputs = positional.filter((each) => each !== null).map((each) => references(each));
  if (!inputs.every((each) => each !== undefined)) return `an argument ${shown(args)} is no output of a layer`;
  return withNamed(inputs.flat(), named);
}

/** Keras 2 and TensorFlow.js: `[[name, node, tensor, { arguments by name }], …]`, or one of these alone. */
function oldCall(node: readonly JsonValue[]): Call | string {
  const entries = typeof node[0] === 'string' ? [node] : node;
  const inputs = entries.map((entry) => reference(isList(entry) ? entry.slice(0, 3) : entry));
  if (!inputs.every((each) => each !== undefined)) return `an input ${shown(node)} is no output of a layer`;
  const [first] = entries;
  return withNamed(inputs, isList(first) ? first[3] : undefined);
}

function withNamed(first: readonly Reference[], named: JsonValue | undefined): Call {
  const inputs = [...first];
  const options = new Map<string, JsonValue>();
  const entries = isObject(named) ? Object.entries(named) : [];
  const rank = ([name]: readonly [string, unknown]): number => inputOrder.indexOf(name);
  for (const [name, value] of entries.sort((a, b) => rank(a) - rank(b))) {
    if (value === null || value === undefined) continue;
    const given = rank([name, value]) < 0 ? undefined : references(value);
    if (given) inputs.push(...given);
    else options.set(name, value);
  }
  return { inputs, options };
}
