/** A stateful model one step at a time, at once and without an allocation. */
import { requireCount } from '../../checks.js';
import { disposal } from '../../disposal.js';
import { ArgumentError, BackendError, DataError, ShapeError, StateError, formatShape } from '../../errors.js';
import { allocate, sizeOf } from '../../tensor.js';
import type { FloatArray, Shape } from '../../tensor.js';
import type { StateVariable } from '../graph/states.js';
import type { Engine } from './engine.js';
import type { Session } from './session.js';

export interface StreamOptions {
  /** Samples that go through the stream side by side. Default 1. */
  batch?: number | undefined;
}

/**
 * A stream through a stateful model: `step` takes the numbers of one time step and returns the prediction, as `predict` of the model would
 * when it is given the steps one by one. Its states are its own: a model may have many streams, and `predict` and `fit` do not touch them.
 * It computes with the weights that the model has at the time. Made by `model.stream()`.
 */
export class Stream {
  /** Of one step of all samples: [batch, 1, D]. */
  readonly inputShape: Shape;
  /** Of what `step` returns, with the batch. */
  readonly outputShape: Shape;
  /** Steps taken since the beginning or the last `reset`. */
  steps = 0;
  private readonly engine: Engine;
  private readonly session: Session;
  private readonly carried: readonly StateVariable[];
  private readonly run: (inputs: readonly ArrayLike<number>[], outputs: readonly FloatArray[]) => void;
  private readonly size: number;
  private readonly inputs: ArrayLike<number>[] = [];
  private readonly outputs: readonly FloatArray[];
  private readonly output: FloatArray;
  private open = true;

  /** @internal */
  constructor(engine: Engine, batch: number) {
    requireCount('stream', 'batch', batch);
    const { inputs: [input, ...moreInputs], outputs: [, ...moreOutputs] } = engine.network;
    if (!input || moreInputs.length + moreOutputs.length > 0) {
      throw new ArgumentError({ operation: 'stream', argument: 'model', expected: 'one input and one output', actual: 'several', hint: 'Use predictAll of the stateful model, step by step.' });
    }
    if (!engine.stateful) {
      throw new ArgumentError({
        operation: 'stream', argument: 'model', expected: 'layers that carry their state: stateful: true', actual: 'none',
        hint: 'Build the model anew with stateful layers and one time step, and give it the weights: next.setWeights(model.getWeights()).',
      });
    }
    const [time = NaN, ...rest] = input.shape;
    if (!(Number.isNaN(time) || time === 1) || rest.some(Number.isNaN)) {
      throw new ShapeError({ operation: 'stream', argument: 'model', expected: 'one time step as input: [batch, 1, features]', actual: formatShape(['batch', ...input.shape]), hint: 'inputShape: [1, features], or [null, features].' });
    }
    const x = [[1, ...rest]];
    const session = engine.open();
    const { program, carried } = session.streamer({ batch, x, masked: [false], rowWeights: [], training: false, mayHold: false });
    if (!program.runInto) {
      throw new BackendError({ operation: 'stream', argument: 'backend', expected: 'one that computes at once: wasm or cpu', actual: session.device.dtype, hint: 'Compile the model without a backend.' });
    }
    const [output] = engine.shapes.at(x).outputs;
    this.engine = engine;
    this.session = session;
    this.carried = carried;
    this.run = program.runInto;
    this.inputShape = [batch, ...x.flat()];
    this.outputShape = [batch, ...output?.shape ?? []];
    this.size = sizeOf(this.inputShape);
    this.output = allocate(session.device.dtype, sizeOf(this.outputShape));
    this.outputs = [this.output];
  }

  /**
   * The next step. @param x [batch, 1, D], row by row: D numbers for a batch of one.
   * @returns the prediction, in an array that the next step overwrites; `slice()` keeps it.
   * @throws ShapeError for another count of numbers, DataError for one that is not finite, StateError once the stream or the model is disposed of.
   */
  step(x: ArrayLike<number>): FloatArray {
    this.requireOpen();
    if (x.length !== this.size) throw new ShapeError({ operation: 'stream', argument: 'x', expected: `${this.size} numbers for ${formatShape(this.inputShape)}`, actual: String(x.length) });
    for (let i = 0; i < this.size; i++) {
      if (!Number.isFinite(x[i])) throw new DataError({ operation: 'stream', argument: 'x', expected: 'finite numbers', actual: `${String(x[i])} at ${i}` });
    }
    this.session.sharing.takeOver();
    this.inputs[0] = x;
    this.run(this.inputs, this.outputs);
    this.steps++;
    return this.output;
  }

  /** Forgets what has been: the states are zero again. */
  reset(): void {
    this.requireOpen();
    this.session.states.clear(this.carried);
    this.steps = 0;
  }

  /** Gives its states back to the model, for the next stream. */
  dispose(): void {
    if (!this.open) return;
    this.open = false;
    this.session.states.giveBack(this.carried);
  }

  [disposal](): void {
    this.dispose();
  }

  private requireOpen(): void {
    if (this.open && this.engine.store.session === this.session) return;
    throw new StateError({
      operation: 'stream', argument: 'stream', expected: 'open', actual: this.open ? 'its model was compiled anew or disposed of' : 'disposed of', hint: 'Call model.stream() for a new one.',
    });
  }
}
