/** No forecast from a bar that cannot be trusted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Bar } from '../../src/data/bar.js';
import { barsOf, sessionOf } from '../../src/data/marketCalendar.js';
import { addDays, fromNewYork } from '../../src/data/newYork.js';
import { adjusted, doubtOf, soundHistory, withoutRepeats } from '../../src/data/sanity.js';

/** Sound hourly bars of ten sessions, up to and with 2024-12-12. */
function sound(): Bar[] {
  const days = Array.from({ length: 16 }, (_, i) => addDays('2024-11-27', i));
  return days.flatMap((day) => { const session = sessionOf(day); return session ? barsOf(session, 60) : []; }).map((time, i) => ({
    ...time, open: 100 + i, high: 102 + i, low: 99 + i, close: 101 + i, volume: 1000 + i,
  }));
}

const now = fromNewYork('2024-12-12', 970);
const doubt = (change: (bars: Bar[]) => Bar[], at = now): string | undefined => doubtOf(change(sound()), 50, 60, at)?.doubt;
const with_ = (place: number, change: Partial<Bar>) => (bars: Bar[]) => bars.map((bar, i) => (i === bars.length + place ? { ...bar, ...change } : bar));

test('sound bars raise no doubt, in the night and over a weekend either', () => {
  assert.is(doubt((bars) => bars), undefined);
  assert.is(doubt((bars) => bars, fromNewYork('2024-12-13', 560)), undefined);
});

test('too few, stale, future, duplicated, broken and split bars are doubted', () => {
  assert.is(doubt((bars) => bars.slice(-49)), 'short');
  assert.is(doubt((bars) => bars.slice(0, -1)), undefined, 'the feed may be half an hour late');
  assert.is(doubt((bars) => bars.slice(0, -2)), 'stale');
  assert.is(doubt((bars) => bars, fromNewYork('2024-12-13', 700)), 'stale');
  assert.is(doubt((bars) => bars, fromNewYork('2024-12-12', 959)), 'future');
  assert.is(doubt((bars) => [...bars.slice(0, -1), bars.at(-2)!, bars.at(-1)!]), 'duplicated');
  assert.is(doubt((bars) => { const { open, high, low, close, volume } = bars.at(-2)!; return with_(-1, { open, high, low, close, volume })(bars); }), 'duplicated');
  assert.is(doubt(with_(-3, { close: NaN })), 'broken');
  assert.is(doubt(with_(-3, { high: 1 })), 'broken');
  assert.is(doubt(with_(-3, { low: -1 })), 'broken');
  assert.is(doubt((bars) => bars.map((bar, i) => (i < bars.length - 1 ? bar : { ...bar, open: bar.open / 4, high: bar.high / 4, low: bar.low / 4, close: bar.close / 4 }))), 'split');
  assert.is(doubt(with_(-60, { close: NaN })), undefined, 'what the network does not look at');
});

test('a history that comes back with other prices was adjusted', () => {
  const bars = sound();
  assert.is(adjusted(bars, bars), false);
  assert.is(adjusted(bars, with_(-1, { close: bars.at(-1)!.close * 1.001 })(bars)), false);
  assert.is(adjusted(bars.slice(0, -5), bars.map((bar) => ({ ...bar, close: bar.close / 2 }))), true);
  assert.is(adjusted([], bars), false);
});

test('repeats are dropped but at the end, and a history begins behind what is broken', () => {
  const bars = sound();
  const repeated = (place: number): Bar[] => bars.map((bar, i) => { const { open, high, low, close, volume } = bars[i - 1] ?? bar; return i === place ? { ...bar, open, high, low, close, volume } : bar; });
  assert.equal(withoutRepeats(bars), bars);
  assert.is(withoutRepeats(repeated(5)).length, bars.length - 1);
  assert.is(withoutRepeats(repeated(bars.length - 1)).length, bars.length);
  assert.is(soundHistory(repeated(bars.length - 1)).length, bars.length - 1);
  assert.equal(soundHistory(with_(-20, { close: NaN })(bars)), bars.slice(-19));
  assert.equal(soundHistory(with_(-20, { close: 1e6, high: 1e6 })(bars)), bars.slice(-18));
});

test.run();
