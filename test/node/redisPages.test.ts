/** The programs of the pages that need a Redis server, which has the password that they say. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { docsPages, moduleName, pagePrograms, root } from '../docs/pages.js';
import { RedisStage } from './redisServer.js';

const stage = new RedisStage();
/** Inside the package, so that 'bptt' resolves to the package itself. */
const folder = join(root, 'dist/test/node/blocks');

test.before(async () => { await stage.server('--requirepass', 'password'); });
test.after(() => stage.close());

test('what the pages say of Redis runs', async () => {
  const blocks = pagePrograms(docsPages);
  mkdirSync(folder, { recursive: true });
  for (const { info, code } of blocks) {
    const name = moduleName(info)?.replace(/ts$/, 'js');
    if (name) writeFileSync(join(folder, name), ts.transpile(code, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }));
  }
  let ran = 0;
  for (const { code } of blocks.filter(({ info }) => info === 'ts redis')) {
    const file = join(folder, `${ran}.js`);
    assert.match(code, 'host:6379');
    writeFileSync(file, code.replace('host:6379', `127.0.0.1:${stage.port}`));
    await promisify(execFile)(process.execPath, [file]);
    ran++;
  }
  assert.ok(ran > 0);
});

test.run();
