/** Passes over data without training. */
import { allocate, sizeOf } from '../../tensor.js';
import type { HostTensor } from '../../tensor.js';
import { takeBatch } from './batches.js';
import { closing, firstPass, takeGroup } from './batchSource.js';
import type { BatchSource, BatchTarget } from './batchSource.js';
import type { Dataset } from './data.js';
import { sourceOf } from './feed.js';
import type { Feed } from './feed.js';
import type { Session } from './session.js';
import { Tally } from './tally.js';
import type { Scoring } from './tally.js';

/** Lets timers, I/O and rendering run; cheap enough between batches because it acts only every 30 ms. */
export function createYielder(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 30) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    last = performance.now();
  };
}

/** Loss and metrics over one pass, which begins here. */
export async function evaluateBatches(
  session: Session, source: BatchSource, scoring: Scoring, prefix: string, signal?: AbortSignal,
): Promise<Record<string, number>> {
  const outputs = session.network.outputs.length;
  const tally = new Tally(scoring);
  const breathe = createYielder();
  await closing(source, async () => {
    signal?.throwIfAborted();
    await source.begin(firstPass);
    for (let index = 0, first = await source.take(0); first; first = await source.take(index)) {
      session.states.advance(first.form.batch);
      const program = session.evaluator(first.form);
      const group = await takeGroup(source, first, index, Math.min(program.batchesPerPlan, source.alike(index)));
      const outcomes = await program.runMany(group.map(({ inputs }) => inputs));
      index += group.length;
      for (const [i, results] of outcomes.entries()) {
        tally.add(results.slice(0, outputs).map(([loss = NaN]) => loss), session.penaltyIn(results), group[i] ?? first, scoring.metrics.length > 0 ? results.slice(outputs) : undefined);
      }
      await breathe();
      signal?.throwIfAborted();
    }
  });
  return tally.logs(prefix);
}

/** The same over what a model was given. */
export function evaluateFeed(target: BatchTarget, session: Session, feed: Feed, scoring: Scoring, signal?: AbortSignal): Promise<Record<string, number>> {
  return evaluateBatches(session, sourceOf(target, feed), scoring, '', signal);
}

/** All outputs, batch after batch. */
export async function predictDataset(
  session: Session, data: Dataset, batchSize: number, signal?: AbortSignal,
): Promise<HostTensor[]> {
  const { dtype } = session.device;
  const { outputs } = data.network;
  const results = outputs.map(({ shape }) => ({ shape: [data.samples, ...shape], data: allocate(dtype, data.samples * sizeOf(shape)) }));
  const breathe = createYielder();
  for (let from = 0; from < data.samples;) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, data.samples - from);
    const first = await takeBatch(data, undefined, from, count, false, dtype);
    session.states.advance(count);
    const program = session.predictor(first.form);
    const group = [first];
    const size = Math.min(program.batchesPerPlan, Math.floor((data.samples - from) / count));
    while (group.length < size) group.push(await takeBatch(data, undefined, from + group.length * count, count, false, dtype));
    for (const predictions of await program.runMany(group.map(({ inputs }) => inputs))) {
      predictions.forEach((values, i) => results[i]?.data.set(values, from * sizeOf(outputs[i]?.shape ?? [])));
      from += count;
    }
    await breathe();
  }
  return results;
}
