/** A sample of the long run (`npm run soak -- alerts`). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzz } from './fuzz.js';
import { addSymbol, openSite } from './site.js';

test('500 requests that no page sends are answered, and none by a fault of ours', async () => {
  const site = await openSite({ settings: { showMails: true } });
  await addSymbol(site.database, 'AAPL');
  const { faults, statuses } = await fuzz(site, 20261129, 500);
  assert.equal(faults, [], site.lines.filter((line) => line.includes('"error"')).slice(0, 5).join(''));
  assert.ok([200, 303, 400, 401, 403, 404, 415, 422].every((status) => statuses.has(status)), JSON.stringify([...statuses]));
  assert.is((await site.database.query('select 1 from users')).length >= 1, true);
  await site.settled();
  assert.not.match(site.lines.join(''), 'background work failed');
  await site.close();
});

test.run();
