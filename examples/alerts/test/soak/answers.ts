/**
 * How long answers take for an address that has an account and for two that have none, asked in turn: sign-up, forgotten password, log-in with a wrong password.
 * What the two without one differ by is what this measurement cannot tell apart.
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

const KINDS = { 'with an account': 'known@example.org', 'without one': 'other@example.org', 'without one either': 'third@example.org' } as const;
type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS) as Kind[];

console.log(`${rounds} rounds, each address first as often as the others; ${process.version}`);
for (const [name, ask] of Object.entries(asks)) {
  const times: Record<Kind, number[]> = { 'with an account': [], 'without one': [], 'without one either': [] };
  for (let round = -6; round < rounds; round++) {
    const from = (round + 6) % kinds.length;
    for (const kind of [...kinds.slice(from), ...kinds.slice(0, from)]) {
      await site.database.query('delete from rate_limits');
      const started = performance.now();
      const answer = await ask(KINDS[kind]);
      await answer.arrayBuffer();
      if (round >= 0) times[kind].push(performance.now() - started);
      // What goes on after the answer must not slow down the next one.
      await site.settled();
    }
  }
  console.log(`${name}: ${kinds.map((kind) => `${kind} p50 ${quantile(times[kind], 0.5)} ms, p90 ${quantile(times[kind], 0.9)}`).join('; ')}`);
}
await site.close();
