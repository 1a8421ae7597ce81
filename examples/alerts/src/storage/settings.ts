/** Values that the service makes once and keeps: keys and the like. */
import type { Queries } from './database.js';
import { only } from './database.js';

/** The value of a name, made by `make` where there is none; of processes that make it at once, one wins and all get the same. */
export async function setting<Value>(database: Queries, name: string, make: () => Value): Promise<Value> {
  const [known] = await database.query<{ value: Value }>('select value from settings where name = $1', [name]);
  if (known) return known.value;
  await database.query('insert into settings (name, value) values ($1, $2::jsonb) on conflict do nothing', [name, JSON.stringify(make())]);
  return only(await database.query<{ value: Value }>('select value from settings where name = $1', [name])).value;
}
