import { linearDevice } from '../backends/linear/device.js';
import { instantiate } from '../backends/wasm/instance.js';
import type { WasmFamily } from '../backends/wasm/instance.js';
import { simdObstacle } from '../backends/wasm/simd.js';
import { bytesOf } from '../byteSource.js';
import type { ByteSource } from '../byteSource.js';
import type { AnyCell } from '../cells/cell.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, BackendError, FileFormatError, listed, quoted } from '../errors.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { ForwardLayer } from '../layers/forwardLayer.js';
import { listOf, objectOf, textOf } from '../models/files/json.js';
import { openModelFile } from '../models/files/modelFile.js';
import { readWiring } from '../models/files/wiring.js';
import { weightTensors } from '../models/graph/network.js';
import { requireKept } from '../models/graph/match.js';
import { core } from './kernels.js';
import type { PredictionKernels } from './kernels.js';
import type { PredictionCell, PredictionLayer } from './layer.js';
import { networkOf } from './network.js';
import { Predictor } from './predictor.js';

export interface LoadPredictorOptions {
  /** All kinds of layers that the file holds, those within others too: `[LSTM, Dense]`, from `bptt/predict`. More do no harm, but to the size of the program. */
  layers: readonly PredictionLayer[];
  /** All kinds of cells in its RNN layers. Default none. */
  cells?: readonly PredictionCell[] | undefined;
}

const optionNames: OptionNames<LoadPredictorOptions> = { layers: true, cells: true };

/**
 * The network of a file that `model.toBytes()` or `model.save()` wrote, for prediction alone, at once and without a training program
 * around it: no optimiser, losses, gradients, and kernels of these layers only. It gives the bits that `predict` of the whole model gives.
 *
 *     import { Dense, LSTM, loadPredictor } from 'bptt/predict';
 *     const predictor = loadPredictor(bytes, { layers: [LSTM, Dense] });
 *     const { data, shape } = predictor.predict([[[0.1], [0.2], [0.3]]]);
 *
 * @param source bytes of the file: an ArrayBuffer, or any view of one, such as a Buffer.
 * @throws ArgumentError naming the layers that the file holds and `layers` does not.
 * @throws FileFormatError for a damaged, truncated or mismatched file.
 * @throws BackendError where the host has no WebAssembly SIMD.
 */
export function loadPredictor(source: ByteSource, options: LoadPredictorOptions): Predictor {
  const { layers, cells = [] } = checkOptions('loadPredictor', options, optionNames);
  const known = { layers: byClass('layers', layers), cells: byClass('cells', cells) };
  const missing = simdObstacle();
  if (missing !== undefined) throw new BackendError({ operation: 'loadPredictor', argument: 'host', expected: 'one with WebAssembly SIMD', actual: missing, hint: 'loadModel of bptt predicts without.' });
  const { architecture, metadata, tensors } = openModelFile(bytesOf('loadPredictor', 'source', source));
  const wiring = readWiring(architecture);
  requireKnown(known, wiring.layers.map(({ entry }) => entry));
  const kept = new Map([...tensors].filter(([name]) => !/^(?:optimizer|callback):/.test(name)));
  const network = building(() => networkOf(wiring, wiring.layers.map(({ entry, name }) => layerOf(known, entry, name))));
  const weights = weightTensors(network);
  requireKept(network, weights, kept);
  const families = [core, ...new Set([...layers, ...cells].flatMap(({ kernels = [] }) => kernels))].map(familyOf);
  const { kernels, storage } = instantiate(families);
  return new Predictor(network, linearDevice(kernels, storage, 'float32', families.map((family) => family.kernels), true), weights, kept, metadata);
}

/** What users name is opaque: only the library knows what is around a module. */
function familyOf(given: PredictionKernels): WasmFamily {
  if (isFamily(given)) return given;
  throw new ArgumentError({ operation: 'loadPredictor', argument: 'kernels', expected: 'those of bptt/predict', actual: 'others', hint: "For example kernels: [kernels.pointwise], after import { kernels } from 'bptt/predict'." });
}

function isFamily(given: PredictionKernels): given is WasmFamily {
  return 'kernels' in given && typeof given.kernels === 'function';
}

interface Known {
  readonly layers: ReadonlyMap<string, PredictionLayer>;
  readonly cells: ReadonlyMap<string, PredictionCell>;
}

function byClass<T extends { readonly className: string; readonly make: unknown }>(argument: string, list: readonly T[]): Map<string, T> {
  const given: unknown = list;
  const odd: unknown = Array.isArray(given) ? given.find((entry) => typeof entry !== 'object' || entry === null || !('className' in entry && 'make' in entry)) : given;
  if (!Array.isArray(given) || odd !== undefined) {
    throw new ArgumentError({
      operation: 'loadPredictor', argument, expected: `a list of ${argument} of bptt/predict`, actual: typeof odd === 'function' ? 'a class' : typeof odd,
      hint: "For example layers: [LSTM, Dense], after import { Dense, LSTM, loadPredictor } from 'bptt/predict'.",
    });
  }
  return new Map(list.map((entry) => [entry.className, entry]));
}

const ruleOption = /(?:Regularizer|Constraint)$/;

/** Without penalties and constraints, which are about training. */
function withoutRules(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !ruleOption.test(key)));
}

function isDescribed(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null && 'className' in value;
}

/** Names of the classes of this entry and of all within it. */
function classesIn(entry: JsonValue): string[] {
  const { className, config } = objectOf('layer', entry);
  const within = Object.values(withoutRules(objectOf('layer config', config))).flatMap((value) => (Array.isArray(value) ? listOf('layers', value) : [value ?? null]));
  return [textOf('layer class', className), ...within.filter(isDescribed).flatMap(classesIn)];
}

/** @throws ArgumentError naming all that are missing. */
function requireKnown({ layers, cells }: Known, entries: readonly JsonValue[]): void {
  const missing = [...new Set(entries.flatMap(classesIn))].filter((name) => !layers.has(name) && !cells.has(name));
  if (missing.length === 0) return;
  throw new ArgumentError({
    operation: 'loadPredictor', argument: 'layers', expected: `all that the file holds, with ${listed(missing)}`, actual: listed([...layers.keys(), ...cells.keys()]) || 'none',
    hint: "Import them from 'bptt/predict' beside the others, and pass them as well; cells go into cells: […].",
  });
}

function entryOf<T>(what: string, entry: JsonValue | undefined, known: ReadonlyMap<string, T>): { readonly found: T; readonly config: JsonObject } {
  const { className, config } = objectOf(what, entry);
  const name = textOf(`${what} class`, className);
  const found = known.get(name);
  if (found) return { found, config: withoutRules(objectOf(`${what} config`, config)) };
  throw new FileFormatError({ operation: 'loadPredictor', argument: `${what} class`, expected: listed([...known.keys()]), actual: quoted(name) });
}

function layerOf(known: Known, entry: JsonValue | undefined, name: string): ForwardLayer {
  const cell = (inner: JsonValue | undefined): AnyCell => {
    const { found, config } = entryOf('cell', inner, known.cells);
    return found.make(config, cell);
  };
  const { found, config } = entryOf('layer', entry, known.layers);
  return found.make(config, { name, cell, layer: (inner) => layerOf(known, inner, 'inner') });
}

/** What cannot be built was not written by this library, or is damaged. */
function building<T>(build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (cause instanceof FileFormatError || !(cause instanceof Error)) throw cause;
    throw new FileFormatError({ operation: 'loadPredictor', argument: 'architecture', expected: 'one that can be built', actual: `'${cause.message}'` }, { cause });
  }
}
