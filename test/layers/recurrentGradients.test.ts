/** Every cell with every option against central differences: parameters, inputs and initial states. */
import fc from 'fast-check';
import { test } from 'uvu';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { assertGradients } from '../support/gradients.js';
import { cellKinds, recurrentLayer } from '../support/recurrent.js';

const flags = [false, true];
const forms = flags.flatMap((returnSequences) =>
  flags.flatMap((returnState) =>
    flags.flatMap((goBackwards) => flags.map((padded) => ({ returnSequences, returnState, goBackwards, padded }))),
  ),
);

const details = fc.record({
  sizes: distinctSizes(['B', 'T', 'D', 'H']),
  seed: anySeed,
  dropout: fc.constantFrom(0, 0.4),
  recurrentDropout: fc.constantFrom(0, 0.4),
  initialState: fc.boolean(),
  lengths: fc.infiniteStream(fc.nat(100)),
});

for (const kind of cellKinds) {
  test(`${kind}: returnSequences × returnState × goBackwards × lengths, with dropouts and initial state`, async () => {
    for (const { padded, ...form } of forms) {
      await forAll(details, 2, async ({ sizes: { B, T, D, H }, seed, lengths, initialState, ...rates }) => {
        const layer = recurrentLayer(kind, { units: H, ...form, ...rates });
        const valid = Array.from({ length: B }, () => 1 + ((lengths.next().value ?? 0) % T));
        await assertGradients(layer, {
          inputShape: [B, T, D], seed, initialState, ...(padded ? { lengths: valid } : {}),
        }, `${kind} ${JSON.stringify({ H, padded, ...form, ...rates })}`, { mayBeZero: kind === 'rnn-relu' });
      });
    }
  });

  test(`${kind}: one time step, one sample, inference mode`, async () => {
    const layer = recurrentLayer(kind, { units: 3, returnSequences: true, returnState: true, dropout: 0.5, recurrentDropout: 0.5 });
    await assertGradients(layer, { inputShape: [2, 1, 4], seed: 3 }, kind, { mayBeZero: kind === 'rnn-relu' });
    await assertGradients(layer, { inputShape: [1, 4, 2], seed: 4, training: false }, kind, { mayBeZero: kind === 'rnn-relu' });
  });
}

test.run();
