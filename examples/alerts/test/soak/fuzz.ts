/**
 * 10,000 requests that no page sends: none is answered as a fault of ours.
 *
 *   node dist/test/soak/fuzz.js [--share X] [--seed N]
 */
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fuzz } from '../web/fuzz.js';
import { addSymbol, openSite } from '../web/site.js';

const { values } = parseArgs({ options: { share: { type: 'string', default: '1' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? randomInt(2 ** 31));
console.log(`seed ${seed}`);
const site = await openSite({ settings: { showMails: true } });
await addSymbol(site.database, 'AAPL');
const count = Math.max(100, Math.round(10_000 * Number(values.share)));
const { faults, statuses } = await fuzz(site, seed, count);
for (const fault of faults.slice(0, 20)) console.log(fault);
console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${count} requests that no page sends: ${faults.length} faults of ours; ${[...statuses].sort().map(([status, n]) => `${n} × ${status}`).join(', ')}`);
await site.close();
console.log(faults.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exit(faults.length === 0 ? 0 : 1);
