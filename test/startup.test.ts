/** What a process that imports the library makes Node load: threads, and the streams they talk by, take Node 20 milliseconds. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly exports: Readonly<Record<string, string | { readonly default: string }>> };
const entries = Object.entries(exports).flatMap(([path, target]) => (typeof target === 'string' || path === './node' ? [] : [path.replace('.', 'bptt')]));

/** Those of Node's modules for threads and streams that a script makes it load. */
function loadedBy(script: string): string[] {
  const text = `${script}; console.log(JSON.stringify(['worker_threads', 'stream'].filter((name) => process.moduleLoadList.includes('NativeModule ' + name))));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', text], { encoding: 'utf8' })) as string[];
}

for (const entry of entries) {
  test(`neither threads nor streams: ${entry}`, () => {
    assert.equal(loadedBy(`await import('${entry}')`), []);
  });
}

test('threads and streams are seen where they are loaded', () => {
  assert.equal(loadedBy("await import('node:worker_threads')"), ['worker_threads', 'stream']);
});

test.run();
