/** All figures of a run, gathered for the claims, the report and results.json. */
import { correlation, describe, deviation, magnitude, mean } from 'bptt/forecast';
import type { Source } from '../support/source.js';
import { overError } from '../support/dieboldMariano.js';
import { averaging, paired, protocolFigures, stillEverywhere } from './figures.js';
import type { Averaged, Errors, ProtocolFigures, SplitErrors } from './figures.js';
import { nextDays } from './nextDay.js';
import type { NextDays } from './nextDay.js';
import { PUBLISHED, spanOf } from './protocols.js';
import { isPublishedFile } from './published.js';
import type { Part, Trained } from './train.js';

/** Mean validation RMSE of two protocols on the same splits. */
export interface Comparison {
  readonly splits: number;
  /** The one it is compared with: rolling windows without leaks unless it says otherwise. */
  readonly rolling: number;
  readonly other: number;
  readonly still: number;
  /** Mean difference over its standard error; below −2 the other one is better. Too large where neighbouring splits overlap. */
  readonly t: number;
}

export interface Figures {
  /** The published file at the published size: figures can be held against those of the text. */
  readonly comparable: boolean;
  /** Dollars in one unit of the file's range. */
  readonly range: number;
  readonly published: ProtocolFigures;
  readonly leakFree: ProtocolFigures;
  readonly expanding: ProtocolFigures;
  readonly longer: ProtocolFigures;
  readonly warm?: ProtocolFigures;
  /** No-change on every sample of the file. */
  readonly still: Errors;
  readonly expandingAgainstRolling: Comparison & { readonly trainingSamples: number };
  readonly longerAgainstTen: Comparison;
  /** The warm start without leaks in place of fresh models, and in place of the published protocol. */
  readonly warmAgainst?: { readonly fresh: Comparison; readonly published: Comparison };
  readonly averaged?: { readonly published: Averaged; readonly leakFree: Averaged };
  readonly nextDay: NextDays;
  readonly curves: CurveFigures;
  /** Of all closing prices after the published scaling. */
  readonly scaled: { readonly mean: number; readonly std: number };
  readonly failures: readonly { readonly part: string; readonly folds: readonly number[]; readonly reason: string }[];
  readonly times: Readonly<Record<string, Omit<Part, 'folds' | 'failures'>>>;
}

/** What the loss curves of the carried model do, over all epochs of all splits. */
export interface CurveFigures {
  readonly epochs: number;
  /** Of the logarithms of training and validation loss. */
  readonly correlation: number;
  /** Standard deviation of the logarithm's change from epoch to epoch. */
  readonly wobble: { readonly train: number; readonly validation: number };
  /** Median loss of the first epochs, and of the last half. */
  readonly first: { readonly train: number; readonly validation: number };
  readonly later: { readonly train: number; readonly validation: number };
  /** Share of the splits that kept another epoch than their last. */
  readonly restored: number;
}

export function studyFigures(source: Source, trained: Trained, full: boolean): Figures {
  const values = source.table.columns[source.target] ?? new Float64Array();
  const { min, max } = spanOf(values);
  const scaled = describe(values.map((value) => (value - min) / (max - min)));
  const published = protocolFigures(trained.published.folds, 'published', values);
  const [leakFree, expanding, longer] = [trained.leakFree, trained.expanding, trained.longer].map(({ folds }) => protocolFigures(folds, 'leakFree', values));
  if (!leakFree || !expanding || !longer) throw new Error('a part is missing');
  const warm = trained.warm && protocolFigures(trained.warm.folds, 'leakFree', values);
  const averaged = { published: averaging(published.days), leakFree: averaging(leakFree.days) };
  const parts = Object.entries(trained) as [string, Part][];
  return {
    comparable: full && isPublishedFile(source.table) && published.splits.length === leakFree.splits.length && leakFree.splits.length === 988,
    range: max - min, published, leakFree, expanding, longer, ...(warm && { warm, warmAgainst: { fresh: compare(leakFree.splits, warm.splits), published: compare(published.splits, warm.splits) } }),
    still: stillEverywhere(values),
    expandingAgainstRolling: {
      ...compare(leakFree.splits, expanding.splits),
      trainingSamples: mean(trained.expanding.folds.map(({ fold: { train } }) => train.end - train.start)) / PUBLISHED.train,
    },
    longerAgainstTen: compare(leakFree.splits, longer.splits),
    ...(averaged.published && averaged.leakFree && { averaged: { published: averaged.published, leakFree: averaged.leakFree } }),
    nextDay: nextDays(trained.nextDay.folds, leakFree.days, values),
    curves: curveFigures(published.splits), scaled: { mean: scaled.mean, std: scaled.std },
    failures: parts.flatMap(([part, { failures }]) => failures.map((failure) => ({ part, ...failure }))),
    times: Object.fromEntries(parts.map(([part, { seconds, threadSeconds, cpuSeconds }]) => [part, { seconds, threadSeconds, cpuSeconds }])),
  };
}

function compare(rolling: readonly SplitErrors[], other: readonly SplitErrors[]): Comparison {
  const { a, b } = paired(rolling, other);
  const differences = b.map(({ validation }, i) => validation.rmse - (a[i]?.validation.rmse ?? NaN));
  const size = magnitude(a.map(({ validation }) => validation.rmse));
  return {
    splits: a.length, rolling: mean(a.map(({ validation }) => validation.rmse)), other: mean(b.map(({ validation }) => validation.rmse)),
    still: mean(a.map(({ still }) => still.validation.rmse)), t: overError(Float64Array.from(differences), size, () => deviation(differences, 1) / Math.sqrt(differences.length)),
  };
}

function curveFigures(splits: readonly SplitErrors[]): CurveFigures {
  const train = splits.flatMap(({ curves }) => curves.loss);
  const validation = splits.flatMap(({ curves }) => curves.validation);
  const logarithms = (values: readonly number[]): number[] => values.map(Math.log);
  const wobble = (values: readonly number[]): number => describe(logarithms(values).slice(1).map((value, i) => value - Math.log(values[i] ?? NaN))).std;
  const both = (pick: (values: readonly number[]) => readonly number[]): { train: number; validation: number } =>
    ({ train: describe(pick(train)).median, validation: describe(pick(validation)).median });
  return {
    epochs: train.length, correlation: correlation(logarithms(train), logarithms(validation)),
    wobble: { train: wobble(train), validation: wobble(validation) },
    first: both((values) => values.slice(0, 3)), later: both((values) => values.slice(values.length >> 1)),
    restored: splits.filter(({ curves }) => curves.best < curves.loss.length).length / splits.length,
  };
}
