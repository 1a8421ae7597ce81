/**
 * `npm run site` builds the site of the documentation and serves it on this machine; `npm run site:build` only builds it, into
 * out/site/dist, which works from any folder of any web server and without a network. `node scripts/site.mjs explorer` builds and serves the
 * explorer alone, in a second.
 *
 * 1. lays out out/site/pages: docs/ as it is, README and CHANGELOG, the API reference (TypeDoc), the sources that pages link to,
 *    bptt bundled for browsers, the explorer, the benchmark, the page that opens files
 * 2. VitePress builds them
 * 3. absolute paths become relative to the page (site/relocate.mjs)
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { buildBenchmark } from './site/benchmark.mjs';
import { buildExplorer, sourceFiles } from './site/explorer.mjs';
import { buildOpener } from './site/opener.mjs';
import { relocate } from './site/relocate.mjs';
import { serve } from './site/serve.mjs';
import { sourceHtml } from './site/source.mjs';

const root = join(import.meta.dirname, '..');
const tools = join(root, 'docs/.vitepress');
const out = join(root, 'out/site');
const pages = join(out, 'pages');
const PLACEHOLDER = '/__bptt_base__/';
const ENTRIES = { index: 'index', forecast: 'forecast/index', explain: 'explain/index', charts: 'charts/index', convert: 'convert/index', predict: 'predict/index' };
const EXPLORER = 'docs/explorer.md';
const OPENER = 'docs/opener.md';
/** In which state a page wants to see its panel. */
const EXPLORER_STATES = { 'docs/bptt.md': '?cell=rnn', 'docs/gru.md': '?cell=gru' };

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  return `${stdout ?? ''}${stderr ?? ''}`;
}

function installTools() {
  if (existsSync(join(tools, 'node_modules/vitepress')) && existsSync(join(tools, 'node_modules/.package-lock.json'))) return;
  console.log('installing what builds the site into docs/.vitepress');
  run('npm', ['ci', '--ignore-scripts', '--no-progress'], { cwd: tools });
}

/** Every Markdown page of docs/, by its path in there. */
function docsPages() {
  return readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.vitepress|docs\/explorer/.test(entry.parentPath))
    .map((entry) => relative(join(root, 'docs'), join(entry.parentPath, entry.name)));
}

/**
 * A page's links point at files of the repository. On the site docs/README.md is contents.md, the README is the start, and a file outside docs
 * is a page under source/. What links to docs/explorer.md and docs/opener.md means those themselves.
 */
function siteLinks(text, path, sources) {
  return text.replace(/\]\(([^)\s#]+)(#[^)\s]*)?\)/g, (whole, target, hash = '') => {
    if (/^[a-z]+:/.test(target)) return whole;
    const file = posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, '');
    if (file === 'README.md') return `](${linkTo(path, 'index.md')}${hash})`;
    if (file === 'docs/README.md') return `](${linkTo(path, 'contents.md')}${hash})`;
    if (['CHANGELOG.md', 'CONTRIBUTING.md'].includes(file)) return `](${linkTo(path, file.toLowerCase())}${hash})`;
    if (file === EXPLORER) return `](${linkTo(path, 'explorer/index.html')}${hash}${hash && (EXPLORER_STATES[path] ?? '')})`;
    if (file === OPENER) return `](${linkTo(path, 'opener/index.html')})`;
    if (file.startsWith('docs/')) return `](${linkTo(path, file.slice(5))}${hash})`;
    if (file === 'LICENSE') return whole.replace(/\]\(.*/, ']');
    if (!existsSync(join(root, file))) throw new Error(`${path}: there is no ${file}`);
    sources.add(file);
    return `](${linkTo(path, `source/${file}.html`)}${hash})`;
  });
}

/** From the page that docs/… or a file of the root becomes, to a page of the site. */
function linkTo(path, page) {
  const link = posix.relative(posix.dirname(path.replace(/^docs\//, '')), page);
  return link.startsWith('.') ? link : `./${link}`;
}

function write(page, text) {
  mkdirSync(dirname(join(pages, page)), { recursive: true });
  writeFileSync(join(pages, page), text);
}

function layOut() {
  rmSync(pages, { recursive: true, force: true });
  const sources = new Set(sourceFiles);
  for (const file of docsPages()) {
    if (!file.endsWith('.md')) {
      mkdirSync(dirname(join(pages, file)), { recursive: true });
      cpSync(join(root, 'docs', file), join(pages, file));
      continue;
    }
    write(file === 'README.md' ? 'contents.md' : file, siteLinks(readFileSync(join(root, 'docs', file), 'utf8'), `docs/${file}`, sources));
  }
  for (const [file, page] of [['README.md', 'index.md'], ['CHANGELOG.md', 'changelog.md'], ['CONTRIBUTING.md', 'contributing.md']]) {
    write(page, siteLinks(readFileSync(join(root, file), 'utf8'), file, sources));
  }
  for (const file of sources) write(`public/source/${file}.html`, sourceHtml(file, sourceText(file), '../'.repeat(file.split('/').length)));
}

/** Of a folder: what is in it. */
function sourceText(file) {
  const full = join(root, file);
  return statSync(full).isDirectory() ? `${readdirSync(full).sort().join('\n')}\n` : readFileSync(full, 'utf8');
}

function apiReference() {
  const said = run(join(tools, 'node_modules/.bin/typedoc'), ['--options', join(tools, 'typedoc.json'), '--out', join(pages, 'public/api')]);
  const warnings = said.split('\n').filter((line) => /warning|error/.test(line) && !/Found 0 errors and 0 warnings/.test(line));
  if (warnings.length > 0) throw new Error(`TypeDoc:\n${warnings.join('\n')}`);
}

/** The package's entries for browsers, as anyone would bundle them. */
async function bundle() {
  await build({
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(root, `dist/src/${path}.js`)])),
    outdir: join(pages, 'public/bptt'), bundle: true, splitting: true, format: 'esm', minify: true, logLevel: 'error', external: ['gpu.js', 'webgpu'],
  });
}

async function buildSite() {
  installTools();
  layOut();
  apiReference();
  await bundle();
  await buildExplorer(root, join(pages, 'public/explorer'));
  await buildOpener(root, join(pages, 'public/opener'));
  await buildBenchmark(root, join(pages, 'public/benchmark'));
  run(process.execPath, [join(tools, 'node_modules/vitepress/bin/vitepress.js'), 'build', 'docs'], { env: { ...process.env, BPTT_SITE_BASE: PLACEHOLDER } });
  const dist = join(out, 'dist');
  await relocate(dist, PLACEHOLDER);
  // For hosts that read such a file; GitHub Pages does not, and there one thread must do.
  writeFileSync(join(dist, '_headers'), '/*\n  Cross-Origin-Opener-Policy: same-origin\n  Cross-Origin-Embedder-Policy: require-corp\n');
  return dist;
}

const [command = 'serve'] = process.argv.slice(2);
try {
  const dist = command === 'explorer' ? join(out, 'explorer-alone') : await buildSite();
  if (command === 'explorer') await Promise.all([buildExplorer(root, join(dist, 'explorer')), buildOpener(root, join(dist, 'opener'))]);
  console.log(`built ${relative(root, dist)}`);
  if (command !== 'build') {
    const { port } = await serve(dist, Number(process.env.PORT ?? 8080));
    console.log(`http://localhost:${port}/${command === 'explorer' ? 'explorer/' : ''} (Ctrl-C ends)`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
