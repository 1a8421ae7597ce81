/** What belongs to the code of a trial, and which modules a worker runs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { codeOf, moduleBelow, placeBelow, requireModule } from '../../src/node/trialCode.js';
import { thrown } from '../forecast/support.js';

const test = suite('trialCode', { folder: '' });
test.before.each((context) => { context.folder = mkdtempSync(join(tmpdir(), 'bptt-code-')); });
test.after.each(({ folder }) => { rmSync(folder, { recursive: true }); });

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const FILES = {
  'trial.js': "import { a } from './lib/a.js';\nexport * from '../project/lib/b.js';\nimport pkg from 'pkg/deep';\nimport '@scope/other';\nconst late = () => import( './late.js' );\n",
  'lib/a.js': "import './c.js';\nimport '../trial.js';\nconst c = require('./common');\nconst t = new Worker(new URL('./thread.js', import.meta.url));",
  'lib/b.js': 'export const b = 1;', 'lib/c.js': 'export const c = "./nothing.js";', 'lib/common.js': 'module.exports = 1;', 'lib/thread.js': 'thread();',
  'late.js': 'export {};', 'lib/typed.ts': 'export {};', 'aside.js': 'nobody imports this', 'rows.csv': 'data',
  'node_modules/pkg/package.json': '{"version":"1.0.0"}', 'node_modules/@scope/other/package.json': '{"version":"1.0.0"}',
};

test('every file that counts changes the hash, and no other', async ({ folder }) => {
  const project = join(folder, 'project');
  write(project, FILES);
  const hash = (): Promise<string> => codeOf('test', join(project, 'trial.js'));
  const before = await hash();
  assert.match(before, /^[0-9a-f]{64}$/);
  const counted = ['trial.js', 'lib/a.js', 'lib/b.js', 'lib/c.js', 'lib/common.js', 'lib/thread.js', 'late.js', 'node_modules/pkg/package.json', 'node_modules/@scope/other/package.json'];
  for (const [name, text] of Object.entries(FILES)) {
    write(project, { [name]: `${text} ` });
    assert.is((await hash()) !== before, counted.includes(name), name);
    write(project, { [name]: text });
    assert.is(await hash(), before);
  }
});

test('the same code elsewhere is the same, also behind a link; the same words in other files are not', async ({ folder }) => {
  write(join(folder, 'project'), FILES);
  const code = await codeOf('test', join(folder, 'project', 'trial.js'));
  mkdirSync(join(folder, 'other'));
  cpSync(join(folder, 'project'), join(folder, 'other', 'project'), { recursive: true });
  assert.is(await codeOf('test', join(folder, 'other', 'project', 'trial.js')), code);
  symlinkSync(join(folder, 'project', 'trial.js'), join(folder, 'link.js'));
  assert.is(await codeOf('test', join(folder, 'link.js')), code);
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  write(one, { 'm.js': "import './a.js'; import './b.js';", 'a.js': '1', 'b.js': '2' });
  write(two, { 'm.js': "import './a.js'; import './b.js';", 'a.js': '2', 'b.js': '1' });
  assert.is.not(await codeOf('test', join(one, 'm.js')), await codeOf('test', join(two, 'm.js')));
});

test('TypeScript that says .js and means .ts', async ({ folder }) => {
  write(folder, { 'trial.ts': "import './typed.js';", 'typed.ts': '1' });
  const before = await codeOf('test', join(folder, 'trial.ts'));
  write(folder, { 'typed.ts': '2' });
  assert.is.not(await codeOf('test', join(folder, 'trial.ts')), before);
});

test('a module that is not there, and one that is no file of this machine', async ({ folder }) => {
  assert.match((await thrown(ArgumentError, () => codeOf('test', join(folder, 'none.js')))).message, /which is not there/);
  assert.is(requireModule('test', pathToFileURL(join(folder, 'a.js'))), join(folder, 'a.js'));
  for (const worker of ['./a.js', undefined, new URL('data:text/javascript,1')]) {
    assert.throws(() => requireModule('test', worker as URL), (error: unknown) => error instanceof ArgumentError);
  }
});

test('only what lies below the root is run: no parent, no sibling whose name begins alike, not the root itself', () => {
  const root = resolve('/data/project');
  for (const inside of ['trial.js', 'a/b.js', './a/../trial.js', '..hidden/trial.js', resolve('/data/project/x.js'), '../project/trial.js']) {
    assert.is(moduleBelow(root, inside), resolve(root, inside));
    assert.ok(placeBelow(`${root}/`, resolve(root, inside)));
  }
  for (const outside of ['../trial.js', '../project-of-others/trial.js', '../projects/trial.js', resolve('/data/project2/x.js'), '..', '.', '', resolve('/etc/passwd'), 'a/../../x.js']) {
    assert.throws(() => moduleBelow(root, outside), (error: unknown) => error instanceof ArgumentError && error.message.includes(`below ${root}`), outside);
  }
  assert.is(placeBelow(root, resolve(root, 'a', 'b.js')), 'a/b.js');
  assert.is(moduleBelow('/', 'trial.js'), resolve('/trial.js'));
});

test.run();
