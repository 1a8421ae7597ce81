/** Several checkers on an empty database: one trains, the others wait for its network. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChecker } from '../../src/checker/checker.js';
import type { Checker, CheckerEvent } from '../../src/checker/checker.js';
import { openReplay, REPLAY_START } from '../../src/data/replay.js';
import { runningNetworks } from '../../src/network/store.js';
import type { Database } from '../../src/storage/database.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { openServer } from '../../src/storage/server.js';
import { startCluster } from '../storage/databases.js';

const SMALL = { sessions: 20, blocks: 2, first: 64, later: 16, forecasts: 20 };

test('three checkers, one training, one network; where who trains stops, another takes its place', async () => {
  const cluster = await startCluster();
  const databases: Database[] = [];
  const checkers: Checker[] = [];
  const heard: CheckerEvent[][] = [];
  try {
    const source = await openReplay({ simulated: 0, seed: 1 });
    const begin = async (): Promise<void> => {
      const [db, events]: [Database, CheckerEvent[]] = [await openServer(cluster.url, 4), []];
      await migrate(db, await readMigrations());
      databases.push(db);
      heard.push(events);
      checkers.push(await startChecker({ db, source, clock: { now: () => REPLAY_START, speed: 1e-9 }, seed: 1, networkEach: false, training: SMALL, threads: 1, hear: (event) => events.push(event) }));
    };
    const of = (kind: CheckerEvent['kind']): number[] => heard.map((events) => events.filter((event) => event.kind === kind).length);
    const until = async (holds: () => boolean): Promise<void> => {
      for (let i = 0; !holds(); i++) {
        if (i === 3000) throw new Error(JSON.stringify(heard.map((events) => events.map(({ kind }) => kind))));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await begin();
    await until(() => (of('training')[0] ?? 0) > 0);
    for (let n = 0; n < 2; n++) await begin();
    await until(() => of('waiting').slice(1).every((n) => n === 1));
    await checkers[0]?.stop();
    await until(() => checkers.slice(1).every(({ progress }) => progress === 1));
    assert.is(of('trained').reduce((a, b) => a + b, 0), 1);
    assert.is(of('trained')[0], 0);
    assert.is((await runningNetworks(databases[0]!, '1d')).length, 1);
    await Promise.all(checkers.map((checker) => checker.checkNow().catch(() => undefined)));
    assert.is((await databases[0]!.query('select distinct network_hash from predictions')).length, 1);
  } finally {
    await Promise.all(checkers.map((checker) => checker.stop()));
    await Promise.all(databases.map((db) => db.close()));
    await cluster.stop();
  }
});

test.run();
