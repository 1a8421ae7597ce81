/**
 * What a network of the explorer learns: a sequence of 50 steps goes in, and at its last steps, at which the input says nothing, answers are
 * asked. The loss therefore speaks only at the end, and what the network knows of early steps has to come there through time.
 */
import type { HostTensor, RandomGenerator } from 'bptt';

export const STEPS = 50;

export interface Batch { readonly x: HostTensor; readonly y: HostTensor }

export interface Task {
  /** Numbers of each input step. */
  readonly features: readonly string[];
  /** How many steps at the end are asked. */
  readonly asked: number;
  /** Numbers of each answer. */
  readonly outputs: number;
  readonly loss: 'mse' | 'categoricalCrossentropy';
  /** The loss of who knows how answers are distributed and has not read the input. */
  readonly unread: number;
  /** x [samples, 50, features], y [samples, asked, outputs]. */
  draw(random: RandomGenerator, samples: number): Batch;
}

export const taskNames = ['copy', 'adding', 'sine', 'csv'] as const;
export type TaskName = (typeof taskNames)[number];

/** Uniform in [0, 1). */
function uniform(random: RandomGenerator): number {
  return (random.next() >>> 0) / 2 ** 32;
}

function below(random: RandomGenerator, n: number): number {
  return Math.floor(uniform(random) * n);
}

/** Room for a batch, and where a number of it lies. */
function room(samples: number, { features, asked, outputs }: Pick<Task, 'features' | 'asked' | 'outputs'>): Batch & {
  setX(sample: number, step: number, feature: number, value: number): void;
  setY(sample: number, answer: number, output: number, value: number): void;
} {
  const x = { data: new Float32Array(samples * STEPS * features.length), shape: [samples, STEPS, features.length] };
  const y = { data: new Float32Array(samples * asked * outputs), shape: [samples, asked, outputs] };
  return {
    x, y,
    setX: (sample, step, feature, value) => { x.data[(sample * STEPS + step) * features.length + feature] = value; },
    setY: (sample, answer, output, value) => { y.data[(sample * asked + answer) * outputs + output] = value; },
  };
}

const SYMBOLS = 4;

/** Symbols at the first steps, silence, a mark, and the same symbols are asked (Hochreiter & Schmidhuber 1997). */
const copy: Task = {
  features: ['A', 'B', 'C', 'D', 'mark'], asked: 3, outputs: SYMBOLS, loss: 'categoricalCrossentropy', unread: Math.log(SYMBOLS),
  draw(random, samples) {
    const batch = room(samples, copy);
    for (let n = 0; n < samples; n++) {
      for (let i = 0; i < copy.asked; i++) {
        const symbol = below(random, SYMBOLS);
        batch.setX(n, i, symbol, 1);
        batch.setY(n, i, symbol, 1);
      }
      batch.setX(n, STEPS - copy.asked - 1, SYMBOLS, 1);
    }
    return batch;
  },
};

/** Two of fifty numbers are marked, one in each half; their sum is asked (Hochreiter & Schmidhuber 1997). */
const adding: Task = {
  features: ['number', 'mark'], asked: 1, outputs: 1, loss: 'mse', unread: 1 / 6,
  draw(random, samples) {
    const batch = room(samples, adding);
    for (let n = 0; n < samples; n++) {
      const marked = [below(random, STEPS / 2), STEPS / 2 + below(random, STEPS / 2)];
      let sum = 0;
      for (let t = 0; t < STEPS; t++) {
        const number = uniform(random);
        batch.setX(n, t, 0, number);
        if (!marked.includes(t)) continue;
        batch.setX(n, t, 1, 1);
        sum += number;
      }
      batch.setY(n, 0, 0, sum);
    }
    return batch;
  },
};

/** How many steps ahead a wave or a column is continued. */
const AHEAD = 10;

/** A task that goes on with what it has read for 40 steps. @param next fills 50 values of a sample. */
function continuation(unread: number, next: (random: RandomGenerator, values: Float64Array) => void): Task {
  const task: Task = {
    features: ['value', 'mark'], asked: AHEAD, outputs: 1, loss: 'mse', unread,
    draw(random, samples) {
      const batch = room(samples, task);
      const values = new Float64Array(STEPS);
      for (let n = 0; n < samples; n++) {
        next(random, values);
        values.forEach((value, t) => {
          if (t < STEPS - AHEAD) batch.setX(n, t, 0, value);
          else {
            batch.setX(n, t, 1, 1);
            batch.setY(n, t - (STEPS - AHEAD), 0, value);
          }
        });
      }
      return batch;
    },
  };
  return task;
}

/** A wave of a period between 10 and 25 steps that begins anywhere. */
const sine = continuation(0.5, (random, values) => {
  const [frequency, phase] = [(2 * Math.PI) / (10 + 15 * uniform(random)), 2 * Math.PI * uniform(random)];
  for (let t = 0; t < values.length; t++) values[t] = Math.sin(phase + frequency * t);
});

/** Windows of a column of one's own, in units of its standard deviation from its mean. */
function column(series: Float64Array): Task {
  return continuation(1, (random, values) => {
    const from = below(random, series.length - STEPS + 1);
    for (let t = 0; t < values.length; t++) values[t] = series[from + t] ?? NaN;
  });
}

export const generated: Readonly<Record<Exclude<TaskName, 'csv'>, Task>> = { copy, adding, sine };

/** What is trained on, and what is looked at: of a column its last fifth, which training never sees. */
export interface TaskPair { readonly train: Task; readonly probe: Task }

/** @param series of `csv`: standardised, in order of time. */
export function taskPair(name: TaskName, series?: Float64Array): TaskPair {
  if (name !== 'csv') return { train: generated[name], probe: generated[name] };
  if (!series) throw new Error('csv without a column');
  const cut = Math.max(STEPS, Math.min(Math.floor(series.length * 0.8), series.length - STEPS));
  return { train: column(series.subarray(0, cut)), probe: column(series.subarray(cut)) };
}
