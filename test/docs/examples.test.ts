/**
 * The `ts` blocks of README and docs are programs: each is type-checked strictly against the built package, run, and what it
 * prints is compared with its `// → …` comments. One marked `ts continued` stands behind what is above it on its page; `ts NAME.ts` is a module that
 * others name, and is run by them; `ts redis` is run where there is a server (test/node/redisPages). Programs find `prices.csv` and `model.keras` where they run.
 *
 * `text` blocks headed `npm run example NAME` quote an example: every line of them must be printed by it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { archive, sequential } from '../convert/keras/kerasFiles.js';
import type { KerasLayer } from '../convert/keras/kerasFiles.js';
import { allPages, codeBlocks, moduleName, pagePrograms, root } from './pages.js';
import type { CodeBlock } from './pages.js';

const exec = promisify(execFile);
/** Inside the package, so that 'bptt' resolves to the package itself. */
const folder = join(root, 'dist/test/docs/blocks');
const blocks = allPages.flatMap(codeBlocks);
const programs = pagePrograms(allPages);
const quotes = blocks.filter(({ info, code }) => info === 'text' && code.startsWith('npm run example '));

function fileOf({ page, line, info }: CodeBlock): string {
  return join(folder, moduleName(info) ?? `${page.replace(/\.md$/, '').replace(/\W/g, '-')}-${line}.ts`);
}

function place({ page, line }: CodeBlock): string {
  return `${page}:${line}`;
}

async function printed(script: string, { args = [], cwd = root }: { readonly args?: readonly string[]; readonly cwd?: string } = {}): Promise<string[]> {
  const { stdout } = await exec(process.execPath, [script, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } });
  return stdout.trimEnd().split('\n');
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const block of programs) writeFileSync(fileOf(block), `${block.above}${block.code}\nexport {};\n`);
writeFileSync(join(folder, 'prices.csv'), `date,close\n${Array.from({ length: 1258 }, (_, i) => `${new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10)},${100 + i / 50 + 5 * Math.sin(i / 9)}`).join('\n')}\n`);
const dense: KerasLayer = {
  className: 'Dense', config: { name: 'dense', units: 1, batch_input_shape: [null, 2] },
  variables: [{ folder: '', variables: [{ name: 'kernel', shape: [2, 1], data: new Float32Array([1, 2]) }, { name: 'bias', shape: [1], data: new Float32Array([3]) }] }],
};
writeFileSync(join(folder, 'model.keras'), await archive(sequential([dense]), [dense]));

test('the pages have programs and quotes to check', () => {
  assert.ok(programs.length >= 8, `only ${programs.length} ts blocks`);
  assert.ok(quotes.length >= 1, 'no quoted example');
});

test('every ts block compiles under strict settings', () => {
  const program = ts.createProgram(programs.map(fileOf), {
    strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true, verbatimModuleSyntax: true, moduleDetection: ts.ModuleDetectionKind.Force,
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: ['node'], rootDir: folder, outDir: folder,
  });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const block = programs.find((candidate) => fileOf(candidate) === file?.fileName);
    const line = file && block ? block.line + 1 + file.getLineAndCharacterOfPosition(start).line - (block.above.split('\n').length - 1) : 0;
    return `${block?.page ?? file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  assert.equal(problems, []);
  program.emit();
});

for (const block of programs.filter(({ info }) => info === 'ts' || info === 'ts continued')) {
  test(`${place(block)} runs and prints what it says`, async () => {
    const expected = [...(block.above + block.code).matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);
    const actual = await printed(fileOf(block).replace(/ts$/, 'js'), { cwd: folder });
    if (expected.length > 0) assert.equal(actual, expected);
  });
}

const runs = new Map<string, Promise<string[]>>();
for (const quote of quotes) {
  test(`${place(quote)} quotes what the example prints`, async () => {
    const [command = '', ...lines] = quote.code.split('\n');
    const [name = '', ...args] = command.replace('npm run example ', '').replace(/^(\S+) -- /, '$1 ').split(' ');
    const key = `${name} ${args.join(' ')}`;
    const run = runs.get(key) ?? printed(join(root, 'dist/examples', `${name}.js`), { args });
    runs.set(key, run);
    const output = (await run).map((line) => line.trimEnd());
    assert.equal(lines.filter((line) => line.trim() !== '' && !output.includes(line.trimEnd())), []);
  });
}

test.run();
