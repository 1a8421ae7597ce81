/**
 * What only a release knows, asked for before npm publishes (`prepublishOnly`); run by hand: `node scripts/release.mjs`.
 * The address of the repository stands in package.json and in the README's `git clone`; the changelog has this version.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const read = (file) => readFileSync(join(root, file), 'utf8');
const { version, repository, homepage, bugs } = JSON.parse(read('package.json'));
const address = repository?.url?.replace(/^git\+/, '');

const missing = [
  ...(address && homepage && bugs ? [] : ['package.json: repository { type, url }, homepage and bugs']),
  ...(address && read('README.md').includes(`git clone ${address}`) ? [] : ['README.md: the address in place of the … after `git clone`']),
  ...(read('CHANGELOG.md').includes(`\n## [${version}] - `) ? [] : [`CHANGELOG.md: what is under [Unreleased] under a heading ## [${version}] - date`]),
];
for (const what of missing) console.error(`before a release, fill in ${what}`);
process.exitCode = missing.length === 0 ? 0 : 1;
