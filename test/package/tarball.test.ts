/**
 * What a stranger gets: the packed tarball, installed in an empty folder, imported from JavaScript, compiled from
 * strict TypeScript, bundled for a browser. Needs the npm registry, or npm's cache, for the dependencies.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const { name, version, exports, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const optionalPeers = Object.keys(peerDependencies);

/** 'bptt', 'bptt/forecast', … */
const subpaths = Object.entries(exports)
  .filter(([, target]) => typeof target === 'object')
  .map(([subpath]) => subpath.replace('.', name));
const forNode = (subpath: string): boolean => subpath === `${name}/node`;

/** Imports everything of each entry and uses it, so that nothing is elided. */
function importAll(paths: readonly string[]): string {
  const imports = paths.map((path, i) => `import * as entry${i} from '${path}';`);
  return `${imports.join('\n')}\nexport const entries = [${paths.map((_, i) => `entry${i}`).join(', ')}];\n`;
}

/** `using`, which TypeScript compiles down; the first entry is `bptt`. */
const usingModel = `
export function described(): string {
  using model = new entry0.Sequential([new entry0.Dense({ units: 1 })], { inputShape: [1] });
  return model.summary();
}
described();
`;

let folder = '';

/** Runs a command in the empty project; on failure its output is the error's message. */
function run(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

function write(file: string, content: string | object): void {
  writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
}

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'bptt-tarball-'));
  // Built already: npm's prepack would rewrite dist/ under the tests that run meanwhile.
  run('npm', 'pack', resolve('.'), '--ignore-scripts');
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  assert.ok(tarball, 'npm pack wrote no tarball');
  write('package.json', { name: 'stranger', private: true, type: 'module' });
  run('npm', 'install', `./${tarball}`, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund');
});

test.after(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('holds the licence, the code, its types and its sources, and no tests', () => {
  const installed = join(folder, 'node_modules', name);
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  for (const file of ['LICENSE', 'CHANGELOG.md', 'src/index.ts', 'dist/src/index.js.map']) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  assert.equal(files.filter((file) => /^(?:dist\/)?(?:test|bench|examples|scripts)\b|tsbuildinfo/.test(file)), []);
});

test('what is asked of the package for each file stands beside its modules, as the package has it', () => {
  const read = (path: string): Readonly<Record<string, unknown>> => JSON.parse(readFileSync(join(folder, 'node_modules', name, path), 'utf8')) as Record<string, unknown>;
  const { type, sideEffects } = read('package.json');
  assert.equal(read('dist/src/package.json'), { type, sideEffects });
});

test('every link of its pages leads to a file that came along, or away from the package', () => {
  const installed = join(folder, 'node_modules', name);
  const pages = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
  for (const page of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/README.md', 'docs/lstm.md', 'docs/decisions/threads.md']) assert.ok(pages.includes(page), `${page} is missing`);
  const links = pages.flatMap((page) => [...readFileSync(join(installed, page), 'utf8').matchAll(/\]\(([^)\s]+)\)|\b(?:src|href)="([^"]+)"/g)]
    .map(([, target = '', attribute = '']) => ({ page, target: (target || attribute).split('#')[0] ?? '' })).filter(({ target }) => target !== '' && !/^(?:[a-z]+:|\/)/.test(target)));
  assert.ok(links.length >= 50, `only ${links.length} links`);
  assert.equal(links.filter(({ page, target }) => !existsSync(join(installed, page, '..', target))).map(({ page, target }) => `${target} in ${page}`), []);
});

test('every source map leads to a published source', () => {
  const installed = join(folder, 'node_modules', name);
  const maps = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.map'));
  assert.ok(maps.length > 0);
  for (const map of maps) {
    const { sources } = JSON.parse(readFileSync(join(installed, map), 'utf8')) as { readonly sources: string[] };
    for (const source of sources) assert.ok(existsSync(join(installed, map, '..', source)), `${map}: ${source}`);
  }
});

for (const subpath of subpaths) {
  test(`imports from JavaScript: ${subpath}`, () => {
    const script = `const entry = await import('${subpath}'); process.stdout.write(String(Object.keys(entry).length));`;
    const names = Number(run(process.execPath, '--input-type=module', '--eval', script));
    assert.ok(names > 0, `${subpath} exports nothing`);
  });
}

test('imports from CommonJS where Node allows it', () => {
  const script = `process.stdout.write(String(Object.keys(require('${name}')).length));`;
  assert.ok(Number(run(process.execPath, '--input-type=commonjs', '--eval', script)) > 0);
});

// attw resolves every entry in every way (npm run check); what remains is whether the declarations compile, with Node's types and without.
const anywhere = subpaths.filter((subpath) => !forNode(subpath));
for (const [where, moduleResolution, paths, types, lib] of [
  ['a browser', 'bundler', anywhere, [], ['es2022', 'dom']],
  ['any host', 'bundler', anywhere, [], ['es2022']],
  ['Node', 'nodenext', subpaths, ['node'], ['es2022', 'dom']],
] as const) {
  test(`compiles under strict TypeScript, moduleResolution ${moduleResolution}, for ${where}`, () => {
    // The types must say something: a name that does not exist is refused, or the comment above it is.
    const wrong = `import * as entry from '${name}';\n// @ts-expect-error\nexport const nothing = entry.thereIsNoSuchName;\n`;
    // What is someone's own: see there.
    write('own.ts', readFileSync(resolve('test/package/own.ts.txt'), 'utf8'));
    write('program.ts', importAll(paths) + usingModel);
    write('wrong.ts', wrong);
    write('tsconfig.json', {
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noImplicitOverride: true,
        skipLibCheck: false,
        target: 'es2022',
        lib,
        module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
        moduleResolution,
        outDir: 'out',
        typeRoots: [resolve('node_modules/@types')],
        types,
      },
      files: ['program.ts', 'wrong.ts', 'own.ts'],
    });
    assert.is(run(process.execPath, resolve('node_modules/typescript/bin/tsc'), '-p', '.'), '');
    if (types.length > 0) run(process.execPath, 'out/program.js');
    run(process.execPath, 'out/own.js');
  });
}

test('npx bptt convert and inspect: from format to format', () => {
  run(process.execPath, '--input-type=module', '--eval', `const { Dense, LSTM, Sequential } = await import('${name}'); await new Sequential([new LSTM({ units: 2 }), new Dense({ units: 1 })], { inputShape: [4, 3] }).save('own.safetensors');`);
  for (const [from, to] of [['own.safetensors', 'own.onnx'], ['own.onnx', 'web/model.json'], ['web/model.json', 'net.py']] as const) assert.match(run('npx', 'bptt', 'convert', from, to), /written +/);
  assert.match(run('npx', 'bptt', 'inspect', 'own.onnx'), /ONNX, producer bptt, opset 17, IR 8\n/);
});

test('npx bptt: version, a forecast, what it saved, what a model file holds', () => {
  assert.is(run('npx', 'bptt', '--version'), `${version}\n`);
  write('sales.csv', ['Day,Sold', ...Array.from({ length: 140 }, (_, i) => `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)},${(50 + 10 * Math.sin(i / 3)).toFixed(2)}`)].join('\n'));
  assert.match(run('npx', 'bptt', 'forecast', 'sales.csv', '--target', 'Sold', '--window', '6', '--horizon', '3', '--epochs', '1', '--save', 'model.safetensors', '--out', 'report'), /Forecast after 2024-05-19/);
  assert.equal(readdirSync(join(folder, 'report')).sort(), ['forecast.csv', 'forecast.json', 'report.html']);
  const { forecast } = JSON.parse(run('npx', 'bptt', 'predict', 'model.safetensors', 'sales.csv', '--json')) as { readonly forecast: readonly { readonly date: string }[] };
  assert.equal(forecast.map(({ date }) => date), ['2024-05-20', '2024-05-21', '2024-05-22']);
  assert.match(run('npx', 'bptt', 'inspect', 'model.safetensors'), /target +Sold\n/);
});

for (const subpath of subpaths.filter((path) => !forNode(path))) {
  test(`bundles for a browser, no Node module inside: ${subpath}`, async () => {
    write('page.js', importAll([subpath]));
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: ['page.js'],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      outfile: 'page.bundle.js',
      metafile: true,
      logLevel: 'silent',
    });
    const left = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    // A dynamic import of an optional peer stays; whoever wants it installs it.
    assert.equal(left.filter((path) => !optionalPeers.includes(path)), []);
  });
}

test.run();
