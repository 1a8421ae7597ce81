/** The role as a whole, on the replay: it trains, checks, scores, trains again, and keeps the better network. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChecker } from '../../src/checker/checker.js';
import type { CheckerEvent } from '../../src/checker/checker.js';
import { truthOfSymbol, whatIf } from '../../src/checker/truth.js';
import { REPLAY_START, openReplay } from '../../src/data/replay.js';
import { retrain } from '../../src/network/retrain.js';
import { knownForecasts, runningNetworks } from '../../src/network/store.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { openFresh } from '../storage/databases.js';
import { alertOf, person } from './fixtures.js';

const DAY_MS = 86_400_000;

test('from an empty database to alerts with the truth beside them', async () => {
  const db = await openFresh();
  const heard: CheckerEvent[] = [];
  let now = REPLAY_START;
  // Not 1: it checks when the test says so. No bar comes in between.
  const clock = { now: () => now, speed: 1e-9 };
  try {
    await migrate(db, await readMigrations());
    const source = await openReplay({ simulated: 0, seed: 1 });
    const checker = await startChecker({ db, source, clock, seed: 1, networkEach: false, threads: 1, hear: (event) => heard.push(event) });
    const { user } = await person(db);
    while (checker.progress < 1) await new Promise((resolve) => setTimeout(resolve, 100));
    await checker.checkNow();
    assert.equal(heard.filter(({ kind }) => kind === 'failed'), []);
    const shares = heard.flatMap((event) => (event.kind === 'training' ? [event.share] : []));
    assert.ok(shares.length > 10 && shares.every((share, i) => share >= (shares[i - 1] ?? 0)));
    const [network] = await runningNetworks(db, '1d');
    const [made] = await db.query<{ n: number; hash: string; picture: string }>('select count(*)::int as n, min(network_hash) as hash, min(picture_hash) as picture from predictions');
    assert.equal([made?.n, made?.hash], [2, network?.hash]);
    const rule = { direction: 'both', thresholdPercent: 0.0001, checksInRow: 1, pauseMinutes: 0 } as const;
    const tried = await whatIf(db, 'AAPL', rule);
    assert.equal([tried.days, tried.bars], [250, 250]);
    assert.ok(tried.fired > 200);
    assert.is((await whatIf(db, 'AAPL', { ...rule, thresholdPercent: 90 })).sentence, 'Over the last 250 days this alert would not have fired; the price moved so far 0 times.');

    await alertOf(db, user, 'AAPL', { threshold: 0.0001 });
    now += DAY_MS;
    const report = await checker.checkNow();
    assert.equal([report.predicted, report.hits], [2, 1]);
    now += DAY_MS;
    await checker.checkNow();
    const truth = await truthOfSymbol(db, 'AAPL');
    assert.is(truth.count, 252);
    assert.match(truth.sentence, 'no change');
    assert.is((await knownForecasts(db, network!.hash, 'AAPL', 1000)).length, 252);
    await checker.stop();

    // Of less: what is asked is which of the two stays.
    const worse = await retrain(db, source, now, { full: false, seed: 2, each: false, size: { sessions: 60, blocks: 2, first: 256, later: 64, forecasts: 200 } });
    assert.ok(worse.length === 1 && (worse[0]?.compared?.bars ?? 0) >= 36);
    const { running = NaN, candidate = NaN } = worse[0]?.compared ?? {};
    assert.is(worse[0]?.state, candidate > running ? 'rejected' : 'running');
    assert.is((await runningNetworks(db, '1d'))[0]?.hash, candidate > running ? network?.hash : worse[0]?.hash);
  } finally {
    await db.close();
  }
});

test.run();
