/**
 * System 5: a residual network over pictures of candlesticks and an LSTM over the same closes foretell the next close together;
 * heat maps show what the pictures were good for, and a move beyond a threshold is an alert.
 *
 *   npm run example cnn-lstm [-- --full] [-- --help]
 */
import { join } from 'node:path';
import { wasm } from 'bptt';
import type { Model } from 'bptt';
import type { ReportImage } from 'bptt/charts';
import { notifyLatest } from './cnn-lstm/demonstration.js';
import { amplitude, correctedTest, correctionEffects, forecastBlock, tallyAlerts } from './cnn-lstm/evaluation.js';
import type { BlockForecasts, CorrectionEffect } from './cnn-lstm/evaluation.js';
import { headline, judge } from './cnn-lstm/findings.js';
import type { Outcome } from './cnn-lstm/findings.js';
import { heatMaps, liveShare, mapStatistics, overlayPng, strongestOf } from './cnn-lstm/heatMaps.js';
import { NETWORKS } from './cnn-lstm/network.js';
import type { NetworkName } from './cnn-lstm/network.js';
import { makeBlocks } from './cnn-lstm/samples.js';
import { SCORE_NAMES, forecastPlot, reportSections, scoreRows, trainingPlots } from './cnn-lstm/sections.js';
import { VARIATIONS, trainNetwork } from './cnn-lstm/training.js';
import type { Glance, TrainedNetwork } from './cnn-lstm/training.js';
import { backendNamed } from './support/backends.js';
import { UsageError, choice, list, wholeNumber } from '../src/cli/options.js';
import { makeFolder, writeOutput } from '../src/cli/output.js';
import { packaged } from './support/packaged.js';
import { loadSource } from './support/source.js';
import { runStudy } from './support/study.js';
import { printHeading, printTable } from '../src/cli/terminal.js';
import { count } from '../src/cli/wording.js';

const WINDOW = 50;
/** Pixels, batch and epochs at reduced and at published size. */
const SIZES = { reduced: { size: 96, batch: 16, epochs: 10 }, full: { size: 350, batch: 4, epochs: 30 } } as const;
/** Validation samples whose maps are measured after every epoch. */
const WATCHED = 24;
/** Per cent. */
const THRESHOLDS = [0.25, 0.5, 1, 2] as const;

await runStudy({
  name: 'cnn-lstm',
  summary: 'Forecasts the next close from a candlestick picture and the prices of 50 bars with a CNN-LSTM of 16 residual blocks, beside each branch alone and no-change; explains it with Grad-CAM heat maps, and says when it would have raised an alert.',
  csv: 'bars with the columns Open, High, Low and Close; without it, AAPL 2013–2018, daily',
  full: 'pictures of 350 × 350, 34 layers of up to 512 channels; about nine minutes an epoch and network on two cores',
  options: {
    networks: list('A,B', `which to train, of ${NETWORKS.join(', ')}; without it all`),
    epochs: wholeNumber(`at most; 0 stands for ${SIZES.reduced.epochs}, with --full ${SIZES.full.epochs}`, { fallback: 0, least: 0 }),
    batch: wholeNumber(`samples in a batch; 0 stands for ${SIZES.reduced.batch}, with --full ${SIZES.full.batch}, as published`, { fallback: 0, least: 0 }),
    patience: wholeNumber('epochs without a better validation RMSE before training ends', { fallback: 10, least: 1 }),
    variation: choice(VARIATIONS, 'Adam at 0.003, as published, or at 0.0001, reached over the first epoch, with the norm of the gradients clipped to 1: at the published size the first kills the image branch', 'published'),
    threshold: wholeNumber('hundredths of a per cent that a forecast must move to be an alert', { fallback: 50, least: 1 }),
  },
  async run({ options, reading, full, signal, progress }) {
    const wanted = options.networks.length === 0 ? NETWORKS : NETWORKS.filter((name) => options.networks.includes(name));
    const unknown = options.networks.find((name) => !NETWORKS.some((each) => each === name));
    if (unknown !== undefined) throw new UsageError(`--networks must be of ${NETWORKS.join(', ')}, got '${unknown}'.`);
    const source = await loadSource({ csv: options.csv, reading, fallback: packaged.aapl, features: ['Open', 'High', 'Low'] });
    const { size, batch, epochs } = full ? SIZES.full : SIZES.reduced;
    const [close = '', open = '', high = '', low = ''] = source.columns;
    const column = (name: string): Float64Array => source.table.columns[name] ?? new Float64Array();
    const bars = { open: column(open), high: column(high), low: column(low), close: column(close) };
    const blocks = makeBlocks(bars, { window: WINDOW, size });
    const backend = options.backend === 'wasm' ? await wasm({ threads: options.workers }) : await backendNamed(options.backend);
    const settings = { window: WINDOW, size, full, seed: options.seed, epochs: options.epochs || epochs, patience: options.patience, batch: options.batch || batch, variation: options.variation };

    const watched = Array.from({ length: WATCHED }, (_, i) => Math.floor((i * blocks.validation.origins.length) / WATCHED));
    const look = async (model: Model): Promise<Glance> => {
      const maps = await heatMaps('fusion', model, blocks.validation, watched, signal);
      const forecast = await forecastBlock('fusion', model, blocks.validation, signal);
      const live = await liveShare('fusion', model, blocks.validation, watched, signal);
      const [map = { sample: 0, values: [], size: 0 }] = maps;
      return { map, figures: { ...mapStatistics(maps, blocks.validation), live, amplitude: amplitude(forecast) } };
    };

    const folder = join(options.out, 'models');
    await makeFolder(folder);
    const trained: Partial<Record<NetworkName, TrainedNetwork>> = {};
    const forecasts: Partial<Record<NetworkName, BlockForecasts>> = {};
    const corrections: Partial<Record<NetworkName, readonly CorrectionEffect[]>> = {};
    for (const name of wanted) {
      progress.write(`${name}: ${count(settings.epochs, 'epoch')} at most, ${count(blocks.train.origins.length, 'sample')} of ${size} × ${size} pixels\n`);
      const network = await trainNetwork(name, blocks.train, blocks.validation, {
        options: settings, identity: [source.name, source.table.rows, ...bars.close], folder, backend, signal, progress, ...(name === 'fusion' ? { look } : {}),
      });
      trained[name] = network;
      const of = async (block: typeof blocks.test): ReturnType<typeof forecastBlock> => forecastBlock(name, network.model, block, signal);
      const each = { train: await of(blocks.train), validation: await of(blocks.validation), test: await of(blocks.test) };
      forecasts[name] = each;
      corrections[name] = correctionEffects(each.validation, each.test);
    }

    const { fusion } = trained;
    const outcome: Outcome = { forecasts, corrections, curves: fusion?.curves ?? {}, bestEpoch: fusion?.bestEpoch ?? 0 };
    const corrected = forecasts.fusion && correctedTest(forecasts.fusion.validation, forecasts.fusion.test);
    const alerts = forecasts.fusion && corrected
      ? { raw: tallyAlerts(forecasts.fusion.test, THRESHOLDS), corrected: tallyAlerts(corrected, THRESHOLDS) } : undefined;
    const maps = (fusion?.maps ?? []).map((map, i) => ({ map, epoch: i + 1 }));
    const strongest = strongestOf(maps.map(({ map }) => map));
    const shown = [...new Set([maps[0], maps[outcome.bestEpoch - 1], maps.at(-1)])];
    const epochImages = shown.flatMap((each): ReportImage[] =>
      (each ? [{ png: overlayPng(bars, blocks.validation, each.map, strongest), title: `epoch ${each.epoch}` }] : []));
    const notified = fusion && forecasts.fusion && corrected
      ? await notifyLatest({ model: fusion.model, bars, block: blocks.test, forecasts: corrected, threshold: options.threshold / 100, names: source.table.dates, symbol: source.name.split(',')[0] ?? '', signal })
      : { outcomes: [], pictures: [], strongest: 0 };
    for (const [i, { png }] of notified.pictures.entries()) await writeOutput(join(options.out, `alert-${i + 1}.png`), png);
    for (const { png, title } of epochImages) await writeOutput(join(options.out, `${title.replace(' ', '-')}.png`), png);

    const input = {
      outcome, corrected, alerts, pictures: { notified: { images: notified.pictures, strongest: notified.strongest }, epochs: { images: epochImages, strongest } },
      dates: source.table.dates.length > 0 ? [...blocks.test.origins].map((row) => new Date(source.table.dates[row + 1] ?? 0)) : [],
      summary: Object.values(trained)[0]?.model.summary() ?? '',
      seconds: Object.fromEntries(Object.entries(trained).map(([name, { seconds }]) => [name, seconds])),
    };
    printHeading('Test block');
    printTable(['forecast', ...SCORE_NAMES], scoreRows(input).map(({ name, values }) => [name, ...values.map((value) => value.toPrecision(3))]));
    const { text, warning } = headline(outcome);
    return {
      title: 'CNN-LSTM over candlesticks', headline: text, warning, sections: reportSections(input), claims: judge(outcome), source,
      backend: backend.description, settings,
      figures: { outcome, corrected, alerts, notified: notified.outcomes, seconds: input.seconds, samples: blocks.train.origins.length },
      plots: { forecast: forecastPlot(input), ...(fusion ? trainingPlots(input) : {}) },
    };
  },
});
