#!/usr/bin/env bash
# ioredis 6.0.0: a client for a database that the server does not have works on database 0.
#
# Common belief: `new Redis({ db: 99 })` on a server with 16 databases cannot be used: SELECT fails, so commands are rejected, and a
#   client that became ready works on the database it was made for.
# Behaviour: the failed SELECT is an 'error' event, no more. The client becomes ready, PING and SET answer as usual, and the key lies in
#   database 0, among the data of another program. Who does not listen to 'error' events sees a line on the console.
# So here: `redisQueue` and `joinQueue` select the database by a command of their own before anything else, and wait for the answer
#   (src/node/redisConnection.ts).
#
# Needs redis-server (Debian: redis-server). Seen: 2026-11-29, Node 20.20.2, redis-server 7.0.15:
#   ready, SET answered OK, error event: ERR DB index is out of range
#   in database 0: hello
set -euo pipefail
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server'; exit 2; }
folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
redis-server --port "$port" --bind 127.0.0.1 --databases 16 --save '' --dir "$folder" >"$folder/log" & server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund ioredis@6.0.0 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
const address = { host: '127.0.0.1', port: Number(process.argv[2]) };
const wrong = new Redis({ ...address, db: 99 });
let event;
wrong.on('error', (error) => { event ??= error.message; });
await new Promise((resolve) => wrong.once('ready', resolve));
const answer = await wrong.set('greeting', 'hello');
console.log(`ready, SET answered ${answer}, error event: ${event}`);
const first = new Redis({ ...address, db: 0 });
const found = await first.get('greeting');
console.log(`in database 0: ${found}`);
wrong.disconnect();
first.disconnect();
// The belief would have it that SET is rejected, and that nothing lies in database 0.
assert.notEqual(answer, undefined);
assert.match(event, /out of range/);
assert.equal(found, 'hello');
JS
timeout 60 node try.mjs "$port"
