#!/usr/bin/env bash
# @electric-sql/pglite 0.5.17 (npm): a Date written into a `timestamp` column is read back as another instant, outside UTC.
#
# Common belief: what a driver writes it reads back; and PGlite is PostgreSQL behind another door, so a program on it and on `pg` keeps the same data.
# Behaviour: a Date goes out as its UTC text, of which a column without a time zone keeps the digits; on the way back the digits are taken for local time.
#   In New York a Date comes back 4 hours later in summer and 5 in winter, and again after each save of what was read. `pg` writes local digits and reads them as local:
#   the same Date comes back, but its digits differ from PGlite's, so a dump moved from one to the other is off as well. In UTC, where
#   tests run, nothing shows. Columns with a time zone are right in both. (Its issue 532 says so since 2025.)
# So here: every column of the alert service is timestamptz, which its test of both databases relies on (examples/alerts/src/storage).
#
# Seen: 2026-11-30, Node 20.20.2, TZ=America/New_York, 2026-06-15T22:30Z written:
#   timestamp: PGlite holds 2026-06-15 22:30:00, reads 2026-06-16T02:30Z, saved again 2026-06-16T06:30Z; pg holds 2026-06-15 18:30:00, reads 2026-06-15T22:30Z; timestamptz: PGlite reads 2026-06-15T22:30Z
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @electric-sql/pglite@0.5.17 pg@8.23.1 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
const database = new PGlite(); // in memory
await database.exec('create table t (plain timestamp, zoned timestamptz)');
const minutes = (date) => date.toISOString().replace(':00.000', '');
async function write(date) {
  await database.query('delete from t');
  await database.query('insert into t values ($1, $2)', [date, date]);
  return (await database.query('select plain, zoned, plain::text as held from t')).rows[0];
}
const date = new Date('2026-06-15T22:30Z');
const seen = await write(date);
const again = await write(seen.plain);
// pg without a server: the text that it sends for a Date, what a timestamp column makes of that text, and how it reads the column.
const held = (await database.query('select $1::text::timestamp::text as held', [prepareValue(date)])).rows[0].held;
const read = pg.types.getTypeParser(pg.types.builtins.TIMESTAMP)(held);
console.log(`timestamp: PGlite holds ${seen.held}, reads ${minutes(seen.plain)}, saved again ${minutes(again.plain)}; pg holds ${held}, reads ${minutes(read)}; timestamptz: PGlite reads ${minutes(seen.zoned)}`);
assert.equal(seen.zoned.getTime(), date.getTime(), 'a timestamptz is read as it was written');
assert.equal(read.getTime(), date.getTime(), 'pg reads what it wrote');
assert.equal(seen.plain - date, 4 * 3600e3, 'PGlite reads what it wrote now');
assert.equal(again.plain - date, 8 * 3600e3);
assert.notEqual(seen.held, held, 'both write the same digits now');
await database.close();
JS
TZ=America/New_York node try.mjs
