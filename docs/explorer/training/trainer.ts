/**
 * One network of 50 units, trained epoch by epoch. An epoch is four batches of 32 sequences that were never seen before, and then one look:
 * four sequences, the same at every epoch, forward and back once. From that one pass come the norms of ∂L/∂h_t and the answers beside
 * which the page draws the right ones.
 *
 * Runs in a worker of the page and in Node alike; with the wasm backend both give the same bits.
 */
import { Adam, Cropping1D, Dense, GRU, LSTM, Sequential, SimpleRNN, randomStream, wasm } from 'bptt';
import type { Layer } from 'bptt';
import { gradientFlow, inputGradients, linearCombination } from 'bptt/explain';
import { STEPS, taskPair } from './tasks.js';
import type { Batch, Task, TaskName, TaskPair } from './tasks.js';

export const UNITS = 50;
const BATCH = 32;
const BATCHES = 4;
const LOOKED_AT = 4;

export const cellNames = ['rnn', 'gru', 'lstm'] as const;
export type CellName = (typeof cellNames)[number];

export interface Setup {
  readonly task: TaskName;
  readonly cell: CellName;
  readonly lr: number;
  /** Largest norm of all gradients together; 0 for no limit. */
  readonly clip: number;
  readonly seed: number;
}

/** What one epoch leaves to see. */
export interface EpochSeen {
  /** From 1. 0 is the network as it was made. */
  readonly epoch: number;
  /** Mean over the batches, each before its step; of epoch 0 of the sequences looked at. */
  readonly loss: number;
  /** [50] ‖∂L/∂h_t‖ over the sequences looked at. */
  readonly norms: Float64Array;
  /** [asked, outputs] what the network answers for the first of them. */
  readonly answers: Float64Array;
}

function makeCell(cell: CellName): Layer {
  const options = { units: UNITS, returnSequences: true, name: 'cell' };
  switch (cell) {
    case 'rnn': return new SimpleRNN(options);
    case 'gru': return new GRU(options);
    case 'lstm': return new LSTM(options);
  }
}

/** The last steps of every sequence are read, and each by itself answers. */
function makeModel({ asked, outputs, features }: Task, { cell, seed }: Setup): Sequential {
  return new Sequential([
    makeCell(cell), new Cropping1D({ cropping: [STEPS - asked, 0], name: 'asked' }), new Dense({ units: outputs, name: 'answer' }),
  ], { inputShape: [STEPS, features.length], seed });
}

export class Trainer {
  epoch = 0;
  /** What is looked at at every epoch: x [4, 50, features], y [4, asked, outputs]. */
  readonly probe: Batch;

  private constructor(readonly setup: Setup, readonly tasks: TaskPair, private readonly model: Sequential) {
    this.probe = tasks.probe.draw(randomStream(setup.seed, 'explorer probe'), LOOKED_AT);
  }

  /** @param series of the task csv: standardised, in order of time. @param threads that share the work; they change no bit. */
  static async start(setup: Setup, series?: Float64Array, threads = 1): Promise<Trainer> {
    const tasks = taskPair(setup.task, series);
    const model = makeModel(tasks.train, setup);
    model.compile({
      loss: tasks.train.loss, backend: await wasm({ threads }),
      optimizer: new Adam({ learningRate: setup.lr, ...(setup.clip > 0 ? { globalClipNorm: setup.clip } : {}) }),
    });
    return new Trainer(setup, tasks, model);
  }

  /** @throws NotFiniteError where loss or gradients blow up. */
  async train(): Promise<EpochSeen> {
    const random = randomStream(this.setup.seed, 'explorer batches', this.epoch);
    let sum = 0;
    for (let i = 0; i < BATCHES; i++) {
      const { x, y } = this.tasks.train.draw(random, BATCH);
      const { loss = NaN } = await this.model.trainOnBatch(x, y);
      sum += loss;
    }
    this.epoch++;
    return this.look(sum / BATCHES);
  }

  /** The network as it is. @param loss of the epoch; that of the sequences looked at unless given. */
  async look(loss?: number): Promise<EpochSeen> {
    let found = NaN;
    let answers: ArrayLike<number> = [];
    const [flow] = await gradientFlow({
      // gradientFlow asks for one pass under observation; loss and answers are read off the same.
      observe: async (...asked) => {
        const seen = await this.model.observe(...asked);
        found = seen.find(({ tensor }) => tensor === 'loss')?.data[0] ?? NaN;
        answers = seen.find(({ layer, tensor }) => layer === 'answer' && tensor === 'output')?.data ?? [];
        return seen;
      },
    }, this.probe.x, this.probe.y);
    const { asked, outputs } = this.tasks.probe;
    return {
      epoch: this.epoch, loss: loss ?? found, norms: flow?.h ?? new Float64Array(),
      answers: Float64Array.from({ length: asked * outputs }, (_, i) => answers[i] ?? NaN),
    };
  }

  /**
   * How far each input step moves each answer, for the first sequence looked at: [asked, 50] ‖∂y_j/∂x_i‖, over all numbers of answer and step.
   */
  async connections(): Promise<Float64Array> {
    const { asked, outputs, features } = this.tasks.probe;
    const numbers = asked * outputs;
    const each = STEPS * features.length;
    const first = this.probe.x.data.slice(0, each);
    const x = { data: Float32Array.from({ length: numbers * each }, (_, i) => first[i % each] ?? NaN), shape: [numbers, STEPS, features.length] };
    const onlyOne = Float64Array.from({ length: numbers * numbers }, (_, i) => (i % (numbers + 1) === 0 ? 1 : 0));
    const { gradients } = await inputGradients(this.model, x, { target: linearCombination({ data: onlyOne, shape: [numbers, asked, outputs] }) });
    const squares = new Float64Array(asked * STEPS);
    gradients[0]?.data.forEach((gradient, i) => {
      const at = Math.floor(i / each / outputs) * STEPS + Math.floor((i % each) / features.length);
      squares[at] = (squares[at] ?? 0) + gradient * gradient;
    });
    return squares.map(Math.sqrt);
  }
}
