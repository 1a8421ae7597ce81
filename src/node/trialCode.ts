/**
 * Which code a trial module is: where it lies, and a hash of what it says. Results of other code are never taken, so what
 * the module imports counts as well, as far as it can be seen without running it: every file that it, or one of those
 * files, names by a relative path ('./…', '../…'), and the package.json of every package that they import by name.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgumentError } from '../errors.js';

const SCRIPT = /\.[cm]?[jt]sx?$/;
const RELATIVE = /["'`](\.{1,2}\/[^"'`\n]*)["'`]/g;
const PACKAGE = /\b(?:from|import|require)[\s(]*["']((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)["'/]/g;

/** The path of a module as the other side of a queue finds it: below the root, with slashes. */
export function placeBelow(root: string, path: string): string | undefined {
  const place = relative(resolve(root), path);
  return place === '' || place === '..' || place.startsWith(`..${sep}`) || isAbsolute(place) ? undefined : place.split(sep).join('/');
}

/** @throws ArgumentError for a module outside the root: a queue names modules, and those must not be run. */
export function moduleBelow(root: string, module: string): string {
  const path = resolve(root, module);
  if (placeBelow(root, path) !== undefined) return path;
  throw new ArgumentError({ operation: 'joinQueue', argument: 'module', expected: `below ${root}`, actual: module });
}

/** @returns the file of a trial module. */
export function requireModule(operation: string, worker: URL): string {
  const given: unknown = worker;
  if (given instanceof URL && given.protocol === 'file:') return fileURLToPath(given);
  throw new ArgumentError({
    operation, argument: 'worker', expected: "the file of a trial module: new URL('./trial.js', import.meta.url)", actual: given instanceof URL ? given.protocol : typeof given,
  });
}

/**
 * SHA-256, in hexadecimal. The same on every machine that has the same files at the same places relative to the module.
 *
 * @throws ArgumentError if there is no such module.
 */
export async function codeOf(operation: string, module: string): Promise<string> {
  let entry: string;
  try {
    entry = await realpath(module);
  } catch (cause) {
    throw new ArgumentError({ operation, argument: 'worker', expected: 'a trial module', actual: `'${module}', which is not there`, hint: String(cause) }, { cause });
  }
  const files = new Map<string, Buffer>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const bytes = await readFile(path);
    files.set(path, bytes);
    if (SCRIPT.test(path)) waiting.push(...await namedBy(path, bytes.toString('utf8')));
  }
  const hash = createHash('sha256');
  const places = [...files].map(([path, bytes]) => [relative(dirname(entry), path).split(sep).join('/'), bytes] as const);
  for (const [place, bytes] of places.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${JSON.stringify(place)} ${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

/** Files that a script names. One that is named but is not there is no part of the code. */
async function namedBy(path: string, text: string): Promise<string[]> {
  const names = new Set([...text.matchAll(RELATIVE)].map(([, name = '']) => name));
  const packages = new Set([...text.matchAll(PACKAGE)].map(([, name = '']) => name));
  const found = await Promise.all([
    ...[...names].map((name) => firstFile(spellings(resolve(dirname(path), name)))),
    ...[...packages].map((name) => firstFile(above(dirname(path)).map((folder) => join(folder, 'node_modules', name, 'package.json')))),
  ]);
  return found.flatMap((each) => each ?? []);
}

/** How loaders complete a name: TypeScript says .js and means .ts, CommonJS leaves endings out. */
function spellings(path: string): string[] {
  return [path, path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2'), `${path}.js`, `${path}.json`, `${path}.cjs`, `${path}.ts`, join(path, 'index.js')];
}

function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of new Set(paths)) {
    try {
      if ((await stat(path)).isFile()) return await realpath(path);
    } catch {
      // Not there, or no name that a file can have.
    }
  }
  return undefined;
}
