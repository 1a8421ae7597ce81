/**
 * A network and what its forerunners said of bars that they had not seen: trained on all that came before the last 250 sessions, asked for the first block of
 * them, trained on with that block, asked for the next, and so on. The network that runs has seen them all.
 */
import { createHash } from 'node:crypto';
import { ModelCheckpoint, randomStream } from 'bptt';
import type { Backend, Model } from 'bptt';
import type { Bar } from '../data/bar.js';
import { DAY } from '../data/barSource.js';
import { PIXELS, WINDOW, buildNetwork, compileNetwork, weightsOnly } from './network.js';
import { samplesOf, targetsOf } from './samples.js';
import type { NetworkSize } from './network.js';
import type { Place } from './samples.js';
import { openUnfinished } from './unfinished.js';

export interface TrainingOptions extends TrainingSize {
  readonly full: boolean;
  readonly seed: number;
  readonly barMinutes: number;
  /** Where an unfinished training is kept, and after how many batches; a training that finds one there goes on with it. */
  readonly keep?: { readonly folder: string; readonly everyBatches: number } | undefined;
}

/** How much a training sees. */
export interface TrainingSize {
  /** Sessions that are foretold by networks that had not seen them. */
  readonly sessions: number;
  /** Blocks that these are parted into, each foretold by a network of its own. */
  readonly blocks: number;
  /** Samples seen before the first block, and after each. */
  readonly first: number;
  readonly later: number;
  /** Forecasts that training may make in all: fewer sessions where there are more symbols. */
  readonly forecasts: number;
}

/** At reduced size half a minute on two cores that do other things too; at full size many hours. */
export const TRAINING = {
  reduced: { sessions: 250, blocks: 5, first: 1024, later: 160, forecasts: 2000 },
  full: { sessions: 250, blocks: 5, first: 20_000, later: 2000, forecasts: 20_000 },
} as const;

const BATCH = { full: 4, reduced: 16 } as const;

/** What a network that had not seen bar `targetAt` said of it after bar `barAt`. */
export interface WalkForecast {
  readonly symbol: string;
  readonly barAt: number;
  readonly targetAt: number;
  readonly lastClose: number;
  /** log10, without correction. */
  readonly forecast: number;
  /** Close of the bar foretold. */
  readonly actual: number;
  /** Hash of the network that said it. */
  readonly by: string;
}

export interface Trained {
  readonly bytes: Uint8Array;
  readonly hash: string;
  readonly walk: readonly WalkForecast[];
  /** Close of the last bar it was trained on. */
  readonly trainedTo: number;
  readonly samples: number;
  readonly seconds: number;
}

export type Progress = (share: number, what: string) => void;

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

type Histories = ReadonlyMap<string, readonly Bar[]>;
interface SymbolPlace extends Place { readonly symbol: string }

/** Every window of every symbol whose next bar is known. */
function placesOf(histories: Histories): SymbolPlace[] {
  return [...histories].flatMap(([symbol, bars]) => Array.from({ length: Math.max(0, bars.length - WINDOW) }, (_, i) => ({ symbol, bars, origin: i + WINDOW - 1 })));
}

const barAt = ({ bars, origin }: Place, ahead = 0): number => bars[origin + ahead]?.closesAt ?? NaN;

/** Where each block begins, and Infinity: times of bars. Empty where there are too few to train on before them. */
function boundaries(places: readonly SymbolPlace[], symbols: number, options: TrainingOptions): number[] {
  const times = [...new Set(places.map((place) => barAt(place)))].sort((a, b) => a - b);
  const perSession = options.barMinutes === DAY ? 1 : Math.ceil(390 / options.barMinutes);
  // A third of what there is at least is trained on before the first forecast.
  const wanted = Math.floor(Math.min(options.sessions * perSession, options.forecasts / symbols, (2 / 3) * times.length));
  const walked = times.slice(times.length - wanted);
  return [...Array.from({ length: options.blocks }, (_, k) => walked[Math.floor((k * walked.length) / options.blocks)] ?? Infinity), Infinity];
}

/** @throws Error where no symbol has more than a window of bars. */
export async function trainWalkingForward(histories: Histories, options: TrainingOptions, backend: Backend, progress: Progress = () => undefined, signal?: AbortSignal): Promise<Trained> {
  const started = performance.now();
  const size = options.full ? 'full' : 'reduced';
  const places = placesOf(histories);
  if (places.length === 0) throw new Error(`There is nothing to train on: a symbol needs more than ${WINDOW} bars.`);
  const network: NetworkSize = { full: options.full, pixels: PIXELS[size], seed: options.seed };
  const { keep, ...decisive } = options;
  const unfinished = keep && await openUnfinished(keep.folder, [decisive, ...histories]);
  const saved = await unfinished?.load(backend);
  const model = saved?.model ?? compileNetwork(buildNetwork(network), backend);
  const starts = boundaries(places, histories.size, options);
  // Targets are known before the block begins: none of them is a bar that it foretells.
  const lessons = starts.map((start, k) => choose(places.filter((place) => barAt(place, 1) <= start), k === 0 ? options.first : options.later, starts[k - 1], options.seed, k));
  const walk: WalkForecast[] = [...unfinished?.from.walk ?? []];
  let samples = unfinished?.from.samples ?? 0;
  const work = { done: 3 * samples + walk.length, all: 3 * lessons.reduce((sum, { length }) => sum + length, 0) + places.filter((place) => barAt(place) >= (starts[0] ?? Infinity)).length };
  const advance = (units: number, what: string): void => {
    work.done += units;
    progress(Math.min(1, work.done / work.all), what);
  };

  for (const [k, start] of starts.entries()) {
    if (k < (unfinished?.from.block ?? 0)) continue;
    const chosen = lessons[k] ?? [];
    if (chosen.length > 0) {
      const resume = k === unfinished?.from.block && saved?.within === true;
      if (resume) advance(3 * BATCH[size] * model.position.batch, `goes on at block ${k}, batch ${model.position.batch + 1}`);
      const batches = Math.ceil(chosen.length / BATCH[size]);
      await model.fit(samplesOf(chosen, PIXELS[size]).inputs, targetsOf(chosen), {
        epochs: 1, batchSize: BATCH[size], resume, ...(signal && { signal }),
        callbacks: [
          { name: 'progress', onBatchEnd: (batch) => { advance(3 * BATCH[size], `learning${k === 0 ? '' : ` block ${k} of ${options.blocks}`}, batch ${batch + 1} of ${batches}`); } },
          ...(unfinished ? [new ModelCheckpoint({ path: unfinished.modelPath(k), everyBatches: keep?.everyBatches })] : []),
        ],
      });
    }
    samples += chosen.length;
    const end = starts[k + 1];
    if (end === undefined) break;
    const block = places.filter((place) => barAt(place) >= start && barAt(place) < end);
    if (block.length > 0) {
      walk.push(...await foretell(model, block, hashOf(weightsOnly(model, network)), network.pixels, signal));
      advance(block.length, `block ${k + 1} of ${options.blocks} is foretold`);
    }
    await unfinished?.note({ block: k + 1, samples, walk });
  }
  const bytes = weightsOnly(model, network);
  return { bytes, hash: hashOf(bytes), walk, samples, trainedTo: Math.max(...places.map((place) => barAt(place, 1))), seconds: (performance.now() - started) / 1000 };
}

/** Some of the places, drawn without return; after the first block half of them from the block that has just become known. */
function choose(known: readonly SymbolPlace[], count: number, since: number | undefined, seed: number, block: number): SymbolPlace[] {
  const random = randomStream(seed, 'samples', block);
  const draw = (from: readonly SymbolPlace[], n: number): SymbolPlace[] => {
    const pool = [...from];
    return Array.from({ length: Math.min(n, pool.length) }, () => {
      const at = (random.next() >>> 0) % pool.length;
      const [place] = pool.splice(at, 1);
      return place;
    }).filter((place) => place !== undefined);
  };
  if (since === undefined) return draw(known, count);
  const fresh = draw(known.filter((place) => barAt(place) >= since), Math.floor(count / 2));
  return [...fresh, ...draw(known.filter((place) => barAt(place) < since), count - fresh.length)];
}

async function foretell(model: Model, places: readonly SymbolPlace[], by: string, pixels: number, signal?: AbortSignal): Promise<WalkForecast[]> {
  const { inputs, sigmas, lasts } = samplesOf(places, pixels);
  const { data } = await model.predict(inputs, { batchSize: 16, ...(signal && { signal }) });
  return places.map((place, i) => ({
    symbol: place.symbol, barAt: barAt(place), targetAt: barAt(place, 1), lastClose: place.bars[place.origin]?.close ?? NaN,
    forecast: (lasts[i] ?? NaN) + (sigmas[i] ?? NaN) * (data[i] ?? NaN), actual: place.bars[place.origin + 1]?.close ?? NaN, by,
  }));
}
