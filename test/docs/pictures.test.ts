/** The drawings of docs/pictures are what `npm run pictures` draws; photographs are small; every picture has words for who does not see it, and stands on a page. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { docsPages, root } from './pages.js';

const { pictures } = (await import(pathToFileURL(join(root, 'scripts/pictures/all.mjs')).href)) as { pictures: Readonly<Record<string, () => string | Promise<string>>> };
const files = readdirSync(join(root, 'docs/pictures')).sort();

test('each file is drawn, and each drawing is a file', () => {
  assert.equal(files.filter((file) => file.endsWith('.svg')), Object.keys(pictures).map((name) => `${name}.svg`).sort());
});

for (const [name, draw] of Object.entries(pictures)) {
  test(`${name} is as drawn now`, async () => {
    const drawn = await draw();
    assert.is(readFileSync(join(root, 'docs/pictures', `${name}.svg`), 'utf8'), drawn, 'npm run pictures draws it anew');
    const description = /<desc>([^<]+)<\/desc>/.exec(drawn)?.[1] ?? '';
    assert.ok(description.length > 80, `no words: ${description}`);
    assert.not.match(drawn, /NaN|undefined/);
  });
}

test('photographs take at most 60 kB each', () => {
  for (const file of files.filter((name) => name.endsWith('.png'))) assert.ok(statSync(join(root, 'docs/pictures', file)).size <= 60_000, file);
});

test('each stands on a page, with its alternative text', () => {
  for (const file of files) assert.ok(docsPages.some(({ text }) => new RegExp(`!\\[[^\\]]{20,}\\]\\(pictures/${file}\\)`).test(text)), `${file} is on no page`);
});

test.run();
