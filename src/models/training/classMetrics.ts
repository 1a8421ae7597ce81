/** Of binary outputs, number by number: precision, recall, F1 and the area under the ROC curve. Fetched where one is asked for. */
import type { ClassMetricName, Metric } from './metric.js';

/** Of hits, false alarms and misses; 0 where nothing was found or to be found, as in Keras. */
const scores: Readonly<Record<Exclude<ClassMetricName, 'auc'>, (hits: number, falseAlarms: number, misses: number) => number>> = {
  precision: (hits, falseAlarms) => ratio(hits, hits + falseAlarms),
  recall: (hits, _, misses) => ratio(hits, hits + misses),
  f1: (hits, falseAlarms, misses) => ratio(2 * hits, 2 * hits + falseAlarms + misses),
};

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function counted(name: Exclude<ClassMetricName, 'auc'>, threshold: number): Metric {
  return {
    name, size: 3, per: 'number',
    add(sums, { prediction, target, at, targetAt, n, weight }) {
      for (let i = 0; i < n; i++) {
        const [found, real] = [(prediction[at + i] ?? NaN) > threshold, (target[targetAt + i] ?? NaN) > 0.5];
        if (!found && !real) continue;
        const which = found && real ? 0 : found ? 1 : 2;
        sums[which] = (sums[which] ?? 0) + weight;
      }
    },
    result: ([hits = 0, falseAlarms = 0, misses = 0]) => scores[name](hits, falseAlarms, misses),
  };
}

/** Bins of the log odds: 32 to a unit, from −16 to 16; what lies beyond falls into the outermost. */
const perUnit = 32;
const reach = 16;
const bins = 2 * reach * perUnit;

/**
 * P(a positive has the higher score than a negative), ties counting half: sums of the weights of negatives and positives for each bin of
 * the log odds. Two scores in one bin, 1/32 apart at most, count as tied. NaN where one of the classes is missing.
 */
function auc(logits: boolean): Metric {
  return {
    name: 'auc', size: 2 * bins, per: 'number',
    add(sums, { prediction, target, at, targetAt, n, weight }) {
      for (let i = 0; i < n; i++) {
        const p = prediction[at + i] ?? NaN;
        const odds = logits ? p : Math.log(p / (1 - p));
        const bin = Math.min(bins - 1, Math.max(0, Math.floor((odds + reach) * perUnit)));
        const which = (target[targetAt + i] ?? NaN) > 0.5 ? bins + bin : bin;
        sums[which] = (sums[which] ?? 0) + weight;
      }
    },
    result(sums) {
      let [below, positives, area] = [0, 0, 0];
      for (let bin = 0; bin < bins; bin++) {
        const [negative, positive] = [sums[bin] ?? 0, sums[bins + bin] ?? 0];
        area += positive * (below + negative / 2);
        below += negative;
        positives += positive;
      }
      return area / (below * positives);
    },
  };
}

/** @param logits whether predictions are logits, not probabilities. */
export function classMetric(name: ClassMetricName, logits: boolean): Metric {
  return name === 'auc' ? auc(logits) : counted(name, logits ? 0 : 0.5);
}
