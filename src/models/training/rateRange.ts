/** Steps at rates of one's own, to see what comes of them. */
import type { Trainee } from '../../callbacks/callback.js';
import { NotFiniteError } from '../../errors.js';
import { firstPass } from './batchSource.js';
import type { Engine } from './engine.js';
import { sourceOf } from './feed.js';
import type { DataFeed } from './feed.js';
import { createYielder } from './passes.js';
import { trainSteps } from './steps.js';
import { Tally } from './tally.js';
import { trainerOf } from './train.js';

/**
 * One step at each of the rates, batch after batch, pass after pass. The loss of each batch before its step, up to the first that is not
 * finite.
 * @param ended whether these losses are enough.
 */
export async function lossesAtRates(
  engine: Engine, model: Trainee, feed: DataFeed, rates: readonly number[], ended: (losses: readonly number[]) => boolean, signal: AbortSignal | undefined,
): Promise<number[]> {
  const trainer = trainerOf(engine, model, 'findLearningRate');
  const source = sourceOf(engine, feed);
  const breathe = createYielder();
  const losses: number[] = [];
  for (let pass = 0; losses.length < rates.length && !ended(losses); pass++) {
    await source.begin({ ...firstPass, totalEpochs: pass });
    for (let index = 0; losses.length < rates.length && !ended(losses); index++) {
      signal?.throwIfAborted();
      const batch = await source.take(index);
      if (!batch) break;
      const tally = new Tally(trainer.scoring);
      try {
        const [outcome] = await trainSteps(trainer, [batch], [rates[losses.length] ?? NaN], index);
        if (outcome) tally.add(outcome.losses, outcome.penalty, batch, undefined);
      } catch (error) {
        if (error instanceof NotFiniteError) return losses;
        throw error;
      }
      losses.push(tally.logs().loss ?? NaN);
      await breathe();
    }
  }
  return losses;
}
