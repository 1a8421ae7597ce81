/** What reaches a user's machine with `npm install bptt`, read from the lockfile. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  /** A folder of this repository. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, LockedPackage>>;

/** Where `name` is found from `from`: in its own node_modules, else in the nearest one above. */
function resolve(lock: Lock, from: string, name: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder}/node_modules/${name}`.replace(/^\//, '');
    if (path in lock) return path;
    if (folder === '') throw new Error(`${name}, needed by '${from}', is not in the lockfile`);
  }
}

/** Paths in the lockfile of everything installed with the package itself. */
function productionTree(lock: Lock): string[] {
  const found = new Set<string>();
  const queue = [''];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const { dependencies, optionalDependencies } = lock[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = resolve(lock, path, name);
      if (found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return [...found].sort();
}

function withInstallScript(lock: Lock): string[] {
  return productionTree(lock).filter((path) => lock[path]?.hasInstallScript);
}

const text = readFileSync('package-lock.json', 'utf8');
const { packages } = JSON.parse(text) as { packages: Lock };
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

test('nothing in the production tree runs an install script', () => {
  const tree = productionTree(packages);
  for (const name of Object.keys(manifest.dependencies)) assert.ok(tree.includes(`node_modules/${name}`), name);
  assert.equal(withInstallScript(packages), []);
});

test('the package itself runs nothing when it is installed', () => {
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) assert.not.ok(hook in manifest.scripts, hook);
});

test('an install script is found however deep it sits, and only in production', () => {
  const lock: Lock = {
    '': { dependencies: { a: '1' } },
    'node_modules/a': { dependencies: { b: '1' } },
    'node_modules/b': {},
    'node_modules/a/node_modules/b': { optionalDependencies: { c: '2' } },
    'node_modules/c': { hasInstallScript: true },
    'node_modules/tool': { hasInstallScript: true },
  };
  assert.equal(productionTree(lock), ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']);
  assert.equal(withInstallScript(lock), ['node_modules/c']);
});

test('the lockfile names no download host', () => {
  const named = Object.entries(packages).filter(([, { resolved, link = false }]) => resolved !== undefined && !link);
  assert.equal(named.map(([path]) => path), []);
});

test.run();
