/** One pass forward and back over data as a single batch, for those who want to look at gradients. */
import { fromHost } from '../../ndarrays.js';
import { allocate } from '../../tensor.js';
import type { FloatArray, NdArray } from '../../tensor.js';
import { drawNoise, takeBatch } from './batches.js';
import type { Dataset } from './data.js';
import { observeStep } from './doctor.js';
import type { Engine } from './engine.js';
import type { Weights } from './options.js';
import type { Observation, Session } from './session.js';
import type { StepForm } from './stepInputs.js';

export interface Gradients {
  readonly loss: number;
  /** Of every trained weight, keyed as weights are. */
  readonly gradients: Weights;
  /** Of each input of the model; zeros for indices, which have none. */
  readonly inputGradients: NdArray<FloatArray>[];
}

export async function lossAndGradients(engine: Engine, data: Dataset, training: boolean): Promise<Gradients> {
  const { session, form, inputs } = await oneBatch(engine, data, training);
  const [loss, ...all] = await onOneBatch(engine, form, () => session.differentiator(form).run(inputs));
  const gradients = Object.fromEntries(session.trained.map((spec, i) => [spec.key, fromHost(all[i] ?? allocate('float32', 0), spec.shape)]));
  const inputGradients = form.x.map((shape, i) =>
    fromHost(all[session.trained.length + i] ?? allocate('float32', 0), [form.batch, ...shape]));
  return { loss: loss?.[0] ?? NaN, gradients, inputGradients };
}

export async function observe(engine: Engine, data: Dataset, training: boolean): Promise<Observation[]> {
  const { session, form, inputs } = await oneBatch(engine, data, training);
  return onOneBatch(engine, form, () => observeStep(session, form, inputs));
}

/** With the states of a batch of this size; the stream of a training that goes on meanwhile stays as it was. */
function onOneBatch<T>(engine: Engine, { batch }: StepForm, pass: () => T | Promise<T>): Promise<T> {
  return engine.aside(async ({ states }) => {
    states.select(batch);
    return pass();
  });
}

async function oneBatch(engine: Engine, data: Dataset, training: boolean): Promise<{ session: Session; form: StepForm; inputs: FloatArray[] }> {
  const session = engine.open();
  const { dtype } = session.device;
  const { form, inputs } = await takeBatch(data, undefined, 0, data.samples, training, dtype);
  return { session, form, inputs: [...inputs, ...drawNoise(session.noise(form), engine.seed, 0, dtype)] };
}
