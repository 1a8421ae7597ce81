/** One pass forward and back over data as a single batch, for those who want to look at gradients. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { allocate, fromHost } from '../../tensor.js';
import type { FloatArray, NdArray } from '../../tensor.js';
import { drawNoise, inSequence, takeBatch } from './batches.js';
import { dataNames } from './data.js';
import type { DataOptions, ModelData } from './data.js';
import { observeStep } from './doctor.js';
import type { Engine } from './engine.js';
import type { Weights } from './options.js';
import type { Observation, Session } from './session.js';
import type { StepForm } from './stepInputs.js';

export interface PassOptions extends DataOptions {
  /** Dropout (mask of step 0) and batch statistics. Default false. */
  training?: boolean;
}

const passNames: OptionNames<PassOptions> = { ...dataNames, training: 'flag' };

export interface Gradients {
  readonly loss: number;
  /** Of every trained weight, keyed as weights are. */
  readonly gradients: Weights;
  /** Of each input of the model. */
  readonly inputGradients: NdArray<FloatArray>[];
}

export async function lossAndGradients(engine: Engine, x: ModelData, y: ModelData, options: PassOptions): Promise<Gradients> {
  const { session, form, inputs } = await oneBatch(engine, 'lossAndGradients', x, y, options);
  const [loss, ...all] = await onOneBatch(engine, form, () => session.differentiator(form).run(inputs));
  const gradients = Object.fromEntries(session.trained.map((spec, i) => [spec.key, fromHost(all[i] ?? allocate('float32', 0), spec.shape)]));
  const inputGradients = engine.network.inputs.map(({ shape }, i) =>
    fromHost(all[session.trained.length + i] ?? allocate('float32', 0), [form.batch, ...shape]));
  return { loss: loss?.[0] ?? NaN, gradients, inputGradients };
}

export async function observe(engine: Engine, x: ModelData, y: ModelData, options: PassOptions): Promise<Observation[]> {
  const { session, form, inputs } = await oneBatch(engine, 'observe', x, y, options);
  return onOneBatch(engine, form, () => observeStep(session, form, inputs));
}

/** With the states of a batch of this size; the stream of a training that goes on meanwhile stays as it was. */
function onOneBatch<T>(engine: Engine, { batch }: StepForm, pass: () => T | Promise<T>): Promise<T> {
  return engine.aside(async ({ states }) => {
    states.select(batch);
    return pass();
  });
}

async function oneBatch(
  engine: Engine, operation: string, x: ModelData, y: ModelData, options: PassOptions,
): Promise<{ session: Session; form: StepForm; inputs: FloatArray[] }> {
  engine.requireCompiled(operation);
  const { training = false } = checkOptions(operation, options, passNames);
  const data = engine.prepare(operation, x, y, options);
  await engine.choose();
  const session = engine.open();
  const { dtype } = session.device;
  const { form, inputs } = await takeBatch(engine.network, data, inSequence(data.samples), 0, data.samples, training, dtype);
  return { session, form, inputs: [...inputs, ...drawNoise(session.noise(form), engine.seed, 0, dtype)] };
}
