/**
 * How long answers take for addresses that have an account and for those that have none, asked in turn: sign-up, forgotten password, log-in with a wrong password.
 *
 *   node dist/test/soak/answers.js [--rounds N]
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Person, openSite } from '../web/site.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } });
const rounds = Number(values.rounds);
const site = await openSite();
await site.member('known@example.org');
const person = new Person(site.url);

const asks = {
  'sign-up': (email: string) => person.post('/sign-up', { email, timeZone: 'UTC' }),
  'forgotten password': (email: string) => person.post('/forgot', { email }),
  'log-in': (email: string) => person.post('/log-in', { email, password: 'wrong password' }),
};
const quantile = (times: readonly number[], q: number): string => ([...times].sort((a, b) => a - b)[Math.floor(q * times.length)] ?? NaN).toFixed(2);

console.log(`${rounds} rounds, known and unknown in turn, who comes first too; ${process.version}`);
for (const [name, ask] of Object.entries(asks)) {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let round = -5; round < rounds; round++) {
    for (const kind of round % 2 === 0 ? ['known', 'unknown'] as const : ['unknown', 'known'] as const) {
      await site.database.query('delete from rate_limits');
      const started = performance.now();
      const answer = await ask(kind === 'known' ? 'known@example.org' : `other@example.org`);
      await answer.arrayBuffer();
      if (round >= 0) times[kind].push(performance.now() - started);
      // What goes on after the answer must not slow down the next one.
      await site.settled();
    }
  }
  console.log(`${name}: known p50 ${quantile(times.known, 0.5)} ms, p90 ${quantile(times.known, 0.9)}; unknown p50 ${quantile(times.unknown, 0.5)} ms, p90 ${quantile(times.unknown, 0.9)}`);
}
await site.close();
