/** The network that a Keras model describes. */
import { ConversionError, quoted } from '../../errors.js';
import type { JsonValue } from '../../json.js';
import { Input } from '../../layers/layer.js';
import type { SymbolicTensor } from '../../layers/layer.js';
import { layerMaker } from '../../models/files/architecture.js';
import { knownMakers } from '../../models/files/makers.js';
import { buildNetwork } from '../../models/graph/network.js';
import type { Network } from '../../models/graph/network.js';
import { readCalls, references } from './calls.js';
import type { Call } from './calls.js';
import type { Entry } from './activations.js';
import type { Dialect } from './dialect.js';
import { isList, isModel, isObject, layersWithin, serialized, shown } from './layerConfig.js';
import type { Serialized } from './layerConfig.js';
import { inputsOf, layerName } from './listed.js';
import type { InputSpec } from './listed.js';
import { translateLayer } from './layers/translate.js';
import { NamesInUse, snakeCase } from './names.js';
import { callOptions, ChainUnit, GraphUnit, LayerUnit } from './units.js';
import type { Building, GraphLayer, PlacedLayer, Unit } from './units.js';

export interface KerasNetwork {
  readonly network: Network;
  /** In Keras's order. */
  readonly placed: readonly PlacedLayer[];
  /** Keras's names of the outputs. */
  readonly outputs: readonly string[];
}

/** More than any model has. */
const mostApplications = 2 ** 16;

interface Place { readonly path: string; readonly group: string | undefined }

class ModelBuilder {
  readonly building: Building;

  constructor(private readonly dialect: Dialect, guarded: ReadonlySet<string>) {
    const names = new NamesInUse();
    const make = layerMaker(knownMakers({}));
    this.building = { problems: [], placed: [], guarded, left: mostApplications, make: (entry, name) => make(entry, names.free(name)) };
  }

  /** What a layer, or a model within a model, is applied as. @param calls of it. */
  private unit({ className, config, entry }: Serialized, name: string, place: Place, calls: readonly Call[]): Unit | undefined {
    const { building: { problems } } = this;
    const group = place.group ?? name;
    if (isModel(className)) return this.model({ className, config, entry }, name, { ...place, group });
    const options = calls.map((call) => callOptions(className, call.options));
    for (const unknown of new Set(options.flatMap((each) => each.unknown))) problems.push(`${className} ${quoted(name)}: is called with ${unknown}, which has no counterpart`);
    const translation = translateLayer(className, name, entry, config, this.dialect, problems);
    if (!translation) return undefined;
    const own = { ...translation.entry.config, ...options[0]?.config, ...(config.trainable === false ? { trainable: false } : {}) };
    if (options.some((each) => JSON.stringify(each.config) !== JSON.stringify(options[0]?.config))) problems.push(`${className} ${quoted(name)}: is called in different ways`);
    if (problems.length > 0) return undefined;
    try {
      const layer = this.building.make({ className: translation.entry.className, config: own }, name);
      const then = translation.then && this.building.make(translation.then, `${name}.${nameOf(translation.then)}`);
      const placed = { layer, className, name, path: place.path, group, axis: translation.axis, endsMask: this.dialect.endsMasks && (translation.endsMask ?? false), scaled: config.use_scale !== false };
      this.building.placed.push(placed);
      return new LayerUnit(this.building, placed, then);
    } catch (cause) {
      problems.push(`${className} ${quoted(name)}: ${cause instanceof Error ? cause.message : String(cause)}`);
      return undefined;
    }
  }

  model({ className, config, entry }: Serialized, name: string, place: Place): Unit {
    const layers = layersWithin({ className, config, entry });
    const within = place.path === '' ? 'layers' : `${place.path}/layers`;
    const paths = new NamesInUse();
    const found = layers.map((layer) => serialized(layer));
    found.forEach((each, i) => { if (!each) this.building.problems.push(`model ${quoted(name)}: layer ${shown(layers[i])} is none`); });
    const known = found.flatMap((each) => (each ? [{ ...each, name: layerName(each), path: `${within}/${paths.free(snakeCase(each.className))}` }] : []));
    if (className === 'Sequential') {
      return new ChainUnit(known.filter((each) => each.className !== 'InputLayer').flatMap((each) => this.unit(each, each.name, { path: each.path, group: place.group }, []) ?? []));
    }
    const [inputs, outputs] = [references(config.input_layers), references(config.output_layers)];
    if (!inputs || !outputs) this.building.problems.push(`model ${quoted(name)}: its inputs or outputs are none of its layers`);
    const used = usedCalls([config.output_layers, ...known.map((each) => each.entry.inbound_nodes)]);
    const graph = known.filter((each) => each.className !== 'InputLayer').map((each): GraphLayer => {
      const calls = readCalls(each.entry.inbound_nodes);
      if (typeof calls === 'string') this.building.problems.push(`${each.className} ${quoted(each.name)}: ${calls}`);
      const read = typeof calls === 'string' ? [] : calls;
      return {
        name: each.name, calls: read, firstCall: isModel(each.className) && used.get(each.name)?.has(read.length) ? 1 : 0,
        unit: this.unit(each, each.name, { path: each.path, group: place.group }, read),
      };
    });
    return new GraphUnit(this.building, name, graph, inputs ?? [], outputs ?? []);
  }
}

/** Of a layer behind another: its activation. */
function nameOf({ className, config }: Entry): string {
  return typeof config.kind === 'string' ? config.kind : className;
}

/** The numbers of the calls that somebody refers to, by layer. */
function usedCalls(values: readonly (JsonValue | undefined)[]): ReadonlyMap<string, ReadonlySet<number>> {
  const used = new Map<string, Set<number>>();
  const all = values.flatMap((value, i) => {
    if (i === 0) return references(value) ?? [];
    const calls = readCalls(value);
    return typeof calls === 'string' ? [] : calls.flatMap((call) => call.inputs);
  });
  for (const { layer, node } of all) used.set(layer, (used.get(layer) ?? new Set()).add(node));
  return used;
}

function symbolicInputs(specs: readonly InputSpec[], problems: string[]): SymbolicTensor[] {
  const names = new NamesInUse();
  return specs.flatMap(({ name, shape }) => {
    const sizes = isList(shape) ? shape.slice(1) : undefined;
    if (!sizes?.every((size) => size === null || (typeof size === 'number' && Number.isSafeInteger(size) && size > 0))) {
      problems.push(`input ${quoted(name ?? 'of the model')}: its shape ${shown(shape)} is not known`);
      return [];
    }
    return [Input({ shape: sizes as (number | null)[], ...(name === undefined ? {} : { name: names.free(name) }) })];
  });
}

/** @throws ConversionError with all that has no counterpart. */
export function buildKeras(operation: string, model: Serialized, dialect: Dialect): KerasNetwork {
  const guarded = new Set<string>();
  for (;;) {
    const built = attempt(operation, model, dialect, guarded);
    const reached = built.placed.filter(({ endsMask, layer, path }) => endsMask && !guarded.has(path) && isMasked(built.network, layer));
    if (reached.length === 0) return built;
    for (const { path } of reached) guarded.add(path); // again, with an end to the masks in front of these
  }
}

/** Whether a layer reads what a mask of Masking or Embedding belongs to. */
export function isMasked({ inputs, masks, nodes }: Network, layer: PlacedLayer['layer']): boolean {
  const unsaid = inputs.map(() => ({ mask: undefined, values: new Float32Array(0) }));
  return nodes.some((node) => node.layer === layer && node.inputs.some((id) => masks.get(id)?.rows(unsaid, 0) !== undefined));
}

function attempt(operation: string, model: Serialized, dialect: Dialect, guarded: ReadonlySet<string>): KerasNetwork {
  const builder = new ModelBuilder(dialect, guarded);
  const { building: { placed, problems } } = builder;
  if (!isModel(model.className)) problems.push(`${model.className}: a model that is a class of its own, whose code is not in the file`);
  const refuse = (): void => {
    if (problems.length > 0) throw new ConversionError({ operation, argument: 'model', expected: 'made of what there is here', hint: 'docs/convert-keras.md lists it.' }, problems);
  };
  refuse();
  const unit = builder.model(model, layerName(model), { path: '', group: undefined });
  const inputs = symbolicInputs(inputsOf(model), problems);
  refuse();
  const outputs = unit.apply(inputs);
  refuse();
  try {
    const names = outputNames(model, outputs?.length ?? 0);
    const free = new NamesInUse();
    const network = buildNetwork(inputs, outputs ?? [], names?.map((name) => free.free(name)));
    return { network, placed, outputs: names ?? network.outputs.map(({ name }) => name) };
  } catch (cause) {
    problems.push(cause instanceof Error ? cause.message : String(cause));
    return refuse() as never;
  }
}

/** What Keras calls the outputs: by their keys, or the layers that make them. */
function outputNames({ className, config }: Serialized, count: number): string[] | undefined {
  const { layers, output_layers: outputs } = config;
  const last = className === 'Sequential' && isList(layers) ? serialized(layers.at(-1)) : undefined;
  const names = isObject(outputs) && outputs.class_name === undefined ? Object.keys(outputs) : last ? [layerName(last)] : (references(outputs) ?? []).map(({ layer }) => layer);
  return names.length === count ? names : undefined;
}
