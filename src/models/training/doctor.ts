/** The NaN doctor: finds the first tensor that went bad by running the failing step once more under observation. */
import { NotFiniteError } from '../../errors.js';
import type { NotFiniteSite } from '../../errors.js';
import type { FloatArray } from '../../tensor.js';
import type { Observation, Session } from './session.js';
import type { StepForm } from './stepInputs.js';

export async function observeStep(session: Session, form: StepForm, inputs: readonly FloatArray[]): Promise<Observation[]> {
  const { program, seen } = session.observer(form);
  const values = await program.run(inputs);
  return values.flatMap((data, i) => {
    const what = seen[i];
    return what ? [{ ...what, data }] : [];
  });
}

function hintFor(tensor: string): string {
  if (tensor.startsWith('weight')) return 'The update before this step overflowed: lower the learning rate.';
  if (tensor.startsWith('gradient') || tensor === 'dh' || tensor === 'dc') {
    return 'Gradients explode: set globalClipNorm (1 is a good start) on the optimizer or lower the learning rate.';
  }
  return 'Check the scale of the inputs, lower the learning rate, or set globalClipNorm on the optimizer.';
}

/** The error that ends training, with its place. */
export async function diagnose(
  session: Session, form: StepForm, inputs: readonly FloatArray[], loss: number, epoch: number, batch: number,
): Promise<NotFiniteError> {
  const observations = await observeStep(session, form, inputs);
  const first = observations.find(({ data }) => data.some((value) => !Number.isFinite(value)));
  // All tensors finite and yet the step failed: the sum of squared gradients overflowed.
  const site: NotFiniteSite = {
    layer: first?.layer ?? 'optimizer', tensor: first?.tensor ?? 'gradient norm', epoch, batch,
    ...(first?.timeStep === undefined ? {} : { timeStep: first.timeStep }),
  };
  const at = site.timeStep === undefined ? '' : ` at time step ${site.timeStep}`;
  const bad = first?.data.find((value) => !Number.isFinite(value)) ?? Infinity;
  return new NotFiniteError({
    operation: `fit, epoch ${epoch + 1}, batch ${batch + 1}`, argument: `${site.tensor} of '${site.layer}'${at}`, expected: 'finite',
    actual: `${bad} (loss ${loss})`, hint: `${hintFor(site.tensor)} The model keeps the weights of the last step whose loss was finite.`,
  }, site);
}
