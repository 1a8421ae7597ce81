/** Right and wrong, by the rules that decide. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { firings, isRight, moves } from '../../src/checker/rules.js';
import { tally, truthOf, whatIfOf } from '../../src/checker/truth.js';
import { close } from '../checker/fixtures.js';

const scored = (pairs: readonly (readonly [number, number])[]) => pairs.map(([foretold, came], i) => ({ barAt: new Date(close(i)), targetAt: new Date(close(i + 1)), foretold, came, raw: foretold }));
const rule = { direction: 'both', thresholdPercent: 1, checksInRow: 1, pauseMinutes: 0 } as const;

test('directions and thresholds count as the statement counts them', () => {
  assert.equal([1, -1, 0.99].map((percent) => moves(rule, percent)), [true, true, false]);
  assert.equal([1, -1].map((percent) => moves({ ...rule, direction: 'surge' }, percent)), [true, false]);
  assert.equal([1, -1].map((percent) => moves({ ...rule, direction: 'plunge' }, percent)), [false, true]);
  assert.equal([[2, 1.5], [2, 0.5], [2, -3], [-2, -1]].map(([foretold = 0, came = 0]) => isRight(1, { foretold, came })), [true, false, false, true]);
});

test('bars in a row and pauses', () => {
  const series = scored([[2, 0], [2, 0], [0, 0], [2, 0], [2, 0], [2, 0], [2, 0]]);
  assert.is(firings(rule, series).length, 6);
  assert.equal(firings({ ...rule, checksInRow: 2 }, series).map(({ barAt }) => barAt.getTime()), [1, 4, 6].map(close));
  assert.is(firings({ ...rule, pauseMinutes: 30 * 1440 }, series).length, 1);
});

test('tallies', () => {
  assert.equal(tally(scored([[2, 2], [2, 0], [-2, 2], [0, 3], [-1, -1]]), 1), { thresholdPercent: 1, moved: 4, foretold: 4, right: 2, byChance: 0.4 });
});

test('what chance would have done asks for the direction too', () => {
  // Two of ten bars rise so far, five fall so far.
  const bars = scored([[2, 2], [0, 2], [-2, -2], [0, -2], [0, -2], [0, -2], [0, -2], [0, 0], [0, 0], [0, 0]]);
  const of = (direction: 'both' | 'surge' | 'plunge') => whatIfOf(bars, { ...rule, direction }).byChance;
  assert.is(of('surge'), 0.2);
  assert.is(of('plunge'), 0.5);
  assert.is(of('both'), 0.35, 'not the 0.7 of bars that move at all');
  assert.is(whatIfOf(bars, { ...rule, thresholdPercent: 5 }).byChance, undefined);
});

test('the network is better, worse or the same, and it is said', () => {
  const wave = Array.from({ length: 60 }, (_, i) => Math.sin(i) * 2);
  assert.is(truthOf(scored(wave.map((came) => [0.8 * came, came]))).verdict, 'better');
  const bad = truthOf(scored(wave.map((came) => [-came, came])));
  assert.is(bad.verdict, 'worse');
  assert.match(bad.sentence, 'worse than saying “no change”: 2.000 times');
  const same = truthOf(scored(wave.map((came, i) => [i % 2 ? 0.01 : -0.01, came])));
  assert.is(same.verdict, 'the same');
  assert.match(same.sentence, 'not better');
  assert.ok(Math.abs(same.mase! - 1) < 0.05);
  assert.match(truthOf(scored([[1, 1]])).sentence, 'Only 1 forecast of this symbol has');
  const corrected = truthOf(scored(wave.map((came) => [0.8 * came, came])).map((each) => ({ ...each, raw: 0 })));
  assert.ok(corrected.correction!.after < corrected.correction!.before);
});

test.run();
