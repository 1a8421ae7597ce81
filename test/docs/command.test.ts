/** The commands of docs/command.md are run in their order, and print what the page quotes; the page knows every flag, and no other. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PROGRAM, bptt } from '../cli/command.js';
import { codeBlocks, readPage, root } from './pages.js';

const page = readPage('docs/command.md');
const folder = mkdtempSync(join(tmpdir(), 'bptt-command-'));
// As an installed package lies there.
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/bptt'));
test.after(() => { rmSync(folder, { recursive: true }); });

test('the commands run, and print what is quoted', () => {
  const blocks = codeBlocks(page).filter(({ info }) => info === 'sh' || info === 'text');
  assert.ok(blocks.filter(({ info }) => info === 'text').length >= 2, 'nothing is quoted');
  let printed: readonly string[] = [];
  for (const { info, code, line } of blocks) {
    if (info === 'sh') {
      // `npx bptt` would ask for the package, which is this folder.
      const script = `set -e\nnpx() { shift; "${process.execPath}" "${PROGRAM}" "$@"; }\n${code}`;
      printed = execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).split('\n');
    } else {
      for (const quoted of code.trimEnd().split('\n')) assert.ok(printed.includes(quoted), `${page.path}:${line}: '${quoted}' is not printed; what is:\n${printed.join('\n')}`);
    }
  }
});

test('every flag is on the page, and every flag of the page there is', () => {
  const flags = (help: string): string[] => [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
  const known = new Set(['forecast', 'predict', 'backtest', 'convert', 'inspect'].flatMap((name) => flags(bptt([name, '--help']).stdout)));
  assert.ok(known.size > 30, [...known].join(' '));
  assert.equal([...known].filter((flag) => !page.text.includes(`\`${flag}`)), []);
  const named = new Set([...page.text.matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag));
  assert.equal([...named].filter((flag) => !known.has(flag) && flag !== '--version'), []);
});

test.run();
